/**
 * The Extractor Builder file for OE. The vendor's own (Value Stream Event Log Extractor) is not public; authentication and parameters are as its
 * guide describes them, paths and paging as our API description has them.
 * Source: https://developer.emporix.io/oe/value-streams/oe-celonis-data-flow/sending-data-from-oe-to-celonis
 */
import {
  extractorResponse,
  instantFormat,
  tableOf,
  type ExtractorConnectionParameter,
  type ExtractorEndpoint,
  type ExtractorFile,
  type ExtractorRequestParameter,
  type Model,
} from '@millrace/model';
import { oeOperations } from '@millrace/oe-client';
import { contextParameters } from './context-filters.ts';
import { stableUuid } from './stable-uuid.ts';

/** How the file is made. */
export interface TemplateOptions {
  /** Fixes one digital process per connection, as the connector "Process Context by Template" does. */
  readonly byTemplate: boolean;
  readonly pageSize: number;
  /** Other paths of lists than the ones we infer. */
  readonly paths: Readonly<Record<string, string | undefined>>;
  /** Columns that identify a row of a nested table among its siblings. */
  readonly childKeys: ReadonlyMap<string, readonly string[]>;
}

const digitalProcess = 'executionTemplateID';

/** Makes the file: an endpoint for each feed of the model, with all its columns and child tables. */
export function templateFile(model: Model, options: TemplateOptions): ExtractorFile {
  return {
    supportedAuthenticationConfigurations: [
      {
        apiKeyHeader: '',
        authenticationMethod: 'OAUTH2_CLIENT_CREDENTIALS',
        tokenEndpoint: '{Connection.AUTH_URL}/oauth/token',
        grantType: 'client_credentials',
        audienceLabel: 'Audience',
        subjectLabel: 'Subject Label',
        issuerLabel: 'Issuer',
        useBodyForOAuth: true,
        enableCustomField: false,
        customFields: [],
      },
    ],
    connectionParameters: connectionParameters(options.byTemplate),
    supportedFilteringSyntaxes: [],
    endpoints: model.feeds.map(({ table }) => endpoint(model, table, options)),
  };
}

function connectionParameters(byTemplate: boolean): readonly ExtractorConnectionParameter[] {
  const url = 'https://api.emporix.io';
  return [
    { name: 'API URL', placeholder: 'API_URL', defaultValue: url, mandatory: true },
    { name: 'AUTH_URL', placeholder: 'AUTH_URL', defaultValue: url, mandatory: true },
    ...(byTemplate ? [{ name: 'Digital Process ID', placeholder: 'DIGITAL_PROCESS_ID', mandatory: true }] : []),
  ];
}

function endpoint(model: Model, table: string, options: TemplateOptions): ExtractorEndpoint {
  const operation = tableOf(model, table).source?.operation ?? '';
  const known = Object.entries(oeOperations).find(([id]) => id === operation)?.[1];
  const path = options.paths[operation] ?? known?.path ?? '';
  return {
    id: stableUuid(`oe ${table}`),
    dependsOn: '',
    name: table,
    url: `{Connection.API_URL}${path}`,
    requestParameters: operation === 'listProcessContexts' ? filterParameters(options.byTemplate) : [],
    headers: {},
    pagination: {
      paginationMethod: 'PAGE_BY_PAGE_PAGINATION',
      paginationData: {
        pageParameter: 'pageNumber',
        pageSize: 'pageSize',
        defaultPageSize: options.pageSize,
        defaultFirstPageIndex: 1,
      },
    },
    response: extractorResponse(model, table, { childKeys: options.childKeys }),
    errorHandlingRules: [],
    useForConnectionTest: operation === 'listAccounts',
  };
}

/** Every filter of the list as a parameter that a filter statement fills in. */
function filterParameters(byTemplate: boolean): readonly ExtractorRequestParameter[] {
  return contextParameters.map(({ name, format }) => {
    if (byTemplate && name === digitalProcess)
      return { name, useAsFilter: false, value: '{Connection.DIGITAL_PROCESS_ID}' };
    return format === 'date-time'
      ? { name, useAsFilter: true, filterType: 'DATETIME', dateFormat: instantFormat }
      : { name, useAsFilter: true, filterType: 'STRING' };
  });
}
