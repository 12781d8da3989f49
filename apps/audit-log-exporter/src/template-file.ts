/**
 * The Extractor Builder file for the logs of a team, as Celonis' guide has it, with paging and filters.
 * Source: https://docs.celonis.com/en/connecting-the-audit-log-api-to-celonis-ems.html
 */
import { logsOperations } from '@millrace/celonis-client/logs';
import {
  celonisAuditLog,
  extractorResponse,
  instantFormat,
  tableOf,
  type ExtractorEndpoint,
  type ExtractorFile,
} from '@millrace/model';
import { rawTable } from '@millrace/provision';

/** What of a team the file can extract; by number of page, which the Extractor Builder can count. */
export const templateFeeds = ['audit', 'logins', 'members'] as const;

/** One of {@link templateFeeds}. */
export type TemplateFeed = (typeof templateFeeds)[number];

/** How the file is made. */
export interface TemplateOptions {
  readonly feeds: readonly TemplateFeed[];
  /** Records in a page. */
  readonly pageSize: number;
  /** Goes before the paths of login history and members, where a team has it. */
  readonly teamApiPrefix: string;
}

/** How an endpoint is written. `from` is the pattern of its bounds; without it it has none. */
interface EndpointFacts {
  /** Ours, so that a file made anew is the same. */
  readonly id: string;
  readonly table: string;
  readonly path: string;
  readonly from?: string;
  /** Sent with every request. */
  readonly always?: Readonly<Record<string, string>>;
}

/** The table of a feed. */
export const feedTables: Readonly<Record<TemplateFeed, string>> = {
  audit: 'audit_log',
  logins: 'login_history',
  members: 'members',
};

/** Makes the file. */
export function templateFile({ feeds, pageSize, teamApiPrefix }: TemplateOptions): ExtractorFile {
  const facts: Readonly<Record<TemplateFeed, EndpointFacts>> = {
    audit: {
      id: '5f0d8a52-6f1c-4f0e-9f43-0f6f3f7c1a01',
      table: feedTables.audit,
      path: logsOperations.findAllAuditLogs.path,
      from: instantFormat,
    },
    logins: {
      id: '5f0d8a52-6f1c-4f0e-9f43-0f6f3f7c1a02',
      table: feedTables.logins,
      path: `${teamApiPrefix}${logsOperations.findAllAuthenticationEvents.path}`,
      // The vendor's pattern: https://developer.celonis.com/celonis-apis/team-api/overview/
      from: "yyyy-MM-dd'T'HH:mm:ss",
    },
    members: {
      id: '5f0d8a52-6f1c-4f0e-9f43-0f6f3f7c1a03',
      table: feedTables.members,
      path: `${teamApiPrefix}${logsOperations.getMemberProfileExternalTransport.path}`,
      always: { includeInternal: 'true' },
    },
  };
  return {
    supportedAuthenticationConfigurations: [
      {
        apiKeyHeader: 'Authorization',
        authenticationMethod: 'API_KEY_AUTHENTICATION',
        grantType: '',
        audienceLabel: 'Audience',
        subjectLabel: 'Subject Label',
        issuerLabel: 'Issuer',
        useBodyForOAuth: false,
        enableCustomField: false,
        customFields: [],
      },
    ],
    connectionParameters: [{ name: 'API URL', placeholder: 'API_URL', mandatory: true }],
    supportedFilteringSyntaxes: [],
    endpoints: feeds.map((feed) => endpoint(facts[feed], pageSize)),
  };
}

const bounds = ['from', 'to'];
const filterType = 'DATETIME';

function endpoint({ id, table, path, from, always = {} }: EndpointFacts, pageSize: number): ExtractorEndpoint {
  const response = extractorResponse(celonisAuditLog, table, { responseRoot: ['content'] });
  const hasKey = !tableOf(celonisAuditLog, table).primaryKey.includes('_key');
  return {
    id,
    dependsOn: '',
    name: table,
    url: `{Connection.API_URL}${path}`,
    requestParameters: [
      ...Object.entries(always).map(([name, value]) => ({ name, useAsFilter: false, value })),
      ...(from === undefined ? [] : bounds.map((name) => ({ name, useAsFilter: true, filterType, dateFormat: from }))),
    ],
    headers: {},
    pagination: {
      paginationMethod: 'PAGE_BY_PAGE_PAGINATION',
      paginationData: {
        pageParameter: 'pageNumber',
        pageSize: 'pageSize',
        defaultPageSize: pageSize,
        defaultFirstPageIndex: 0,
      },
    },
    response: hasKey
      ? response
      : // A table nested in one without a key has nothing to hang on.
        { ...response, tableName: rawTable(table), nestedTables: [] },
    errorHandlingRules: [],
    useForConnectionTest: true,
  };
}
