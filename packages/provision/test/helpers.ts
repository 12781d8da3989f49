import { type CelonisIntegration, appKey, createCelonisIntegration } from '@millrace/celonis-client/integration';
import { type ExtractorFile, extractorResponse, instantFormat, oeActivityLog } from '@millrace/model';
import {
  type CelonisSimulator,
  type CelonisSimulatorOptions,
  type OeSimulator,
  startCelonisSimulator,
  startOeSimulator,
} from '@millrace/simulator';
import { onTestFinished } from 'vitest';
import { type Installation, installationOf } from '../src/index.ts';

/** A team with an empty log that is stopped when the test ends. */
export async function startTeam(options: CelonisSimulatorOptions = {}): Promise<CelonisSimulator> {
  const team = await startCelonisSimulator({
    data: { auditEvents: [], loginEvents: [], members: [], adoptionEvents: [] },
    ...options,
  });
  onTestFinished(() => team.close());
  return team;
}

/** A small tenant of OE. */
export async function startEngine(): Promise<OeSimulator> {
  const engine = await startOeSimulator({ sizes: { processContexts: 40, digitalProcesses: 2 } });
  onTestFinished(() => engine.close());
  return engine;
}

/** A client that gives up at once. */
export function clientOf(team: CelonisSimulator, key: string = team.credentials.appKey): CelonisIntegration {
  return createCelonisIntegration({
    team: team.url,
    credentials: appKey(key),
    retry: { maxRetries: 0 },
    poll: { first: 1, factor: 1, most: 1 },
  });
}

/** The Extractor Builder file of OE with the documented columns. */
export const file: ExtractorFile = {
  supportedAuthenticationConfigurations: [
    {
      authenticationMethod: 'OAUTH2_CLIENT_CREDENTIALS',
      tokenEndpoint: '{Connection.AUTH_URL}/oauth/token',
      grantType: 'client_credentials',
      useBodyForOAuth: true,
    },
  ],
  connectionParameters: [{ name: 'API URL', placeholder: 'API_URL', mandatory: true }],
  supportedFilteringSyntaxes: [],
  endpoints: [
    ['account', 'accounts'],
    ['digital_process', 'digital-processes'],
    ['event_type', 'event-types'],
    ['process_context', 'process-contexts'],
  ].map(([table = '', path = ''], at) => ({
    id: `00000000-0000-4000-8000-00000000000${at}`,
    dependsOn: '',
    name: table,
    url: `{Connection.API_URL}/oe/${path}`,
    requestParameters:
      table === 'process_context'
        ? [
            { name: 'updatedSince', useAsFilter: true, filterType: 'DATETIME', dateFormat: instantFormat },
            { name: 'includeScopes', useAsFilter: true, filterType: 'STRING' },
          ]
        : [],
    headers: {},
    pagination: {
      paginationMethod: 'PAGE_BY_PAGE_PAGINATION',
      paginationData: {
        pageParameter: 'pageNumber',
        pageSize: 'pageSize',
        defaultPageSize: 100,
        defaultFirstPageIndex: 1,
      },
    },
    response: extractorResponse(oeActivityLog, table),
    errorHandlingRules: [],
    useForConnectionTest: table === 'account',
  })),
};

/** Where it stands. */
interface Place {
  readonly pool?: string;
  readonly name?: string;
}

/** OE's model on the pull road. */
export function pulled(engine?: OeSimulator, { pool = 'Processes', name = 'oe' }: Place = {}): Installation {
  const { clientId = '', clientSecret = '' } = engine?.credentials ?? {};
  const url = engine?.url ?? '';
  return installationOf(oeActivityLog, {
    name,
    pool,
    program: 'oe-extract',
    pull: {
      file,
      values: {
        describe: [{ field: 'Client ID', value: 'OE_CLIENT_ID' }],
        read: () => Promise.resolve({ API_URL: url, AUTH_URL: url, clientId, clientSecret }),
      },
      filters: {
        process_context: {
          filter: "includeScopes = '<%=includeScopes%>'",
          deltaFilter: "updatedSince = <%=max_modified_time%> AND includeScopes = '<%=includeScopes%>'",
        },
      },
      parameters: [
        {
          placeholder: 'max_modified_time',
          name: 'Newest change',
          description: 'Where a delta load begins.',
          dataType: 'DATE',
          value: {
            operation: 'FIND_MAX',
            table: 'process_context',
            column: 'metadata$updatedAt',
            otherwise: '2000-01-01T00:00',
          },
        },
        {
          placeholder: 'includeScopes',
          name: 'Include Scopes',
          description: 'Runs of live or draft versions.',
          dataType: 'STRING',
          value: { constant: 'live,draft' },
        },
      ],
    },
  });
}

/** OE's model on the push road. */
export function pushed({ pool = 'Processes', name = 'oe' }: Place = {}): Installation {
  return installationOf(oeActivityLog, { name, pool, program: 'oe-extract' });
}

/** A pool into which the file has been imported in the browser, as an extractor of that name; gives its ID. */
export async function poolWithExtractor(team: CelonisSimulator, pool = 'Processes', name = 'oe'): Promise<string> {
  const { id } = await clientOf(team).pools.create({ name: pool });
  team.dataPools.addExtractor(id, name, file);
  return id;
}

/** Operations of the requests since the n-th that change something. */
export function writesSince(team: CelonisSimulator, from: number): string[] {
  return team.requests
    .slice(from)
    .filter(({ method }) => method !== 'GET')
    .map(({ operationId = '' }) => operationId);
}
