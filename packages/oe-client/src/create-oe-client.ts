/** The typed client of the Emporix Orchestration Engine. */
import {
  assertCredentials,
  createHttp,
  type Credentials,
  type HttpOptions,
  jsonResult,
  knownOptions,
  operationMiddleware,
  OptionError,
  type PagedList,
  type Paging,
  pagedList,
  parseBaseUrl,
} from '@millrace/http';
import createClient, { type Client } from 'openapi-fetch';
import type { Account, DigitalProcess, EventType, paths, ProcessContext } from './generated/oe.ts';
import { oeOperations } from './generated/oe-operations.ts';
import { type ProcessContextFilters, processContextParameters } from './process-context-query.ts';

/** Options of {@link createOeClient}: those here, and those of the HTTP layer below. */
export interface OeClientOptions
  extends Pick<
    HttpOptions,
    'fetch' | 'retry' | 'timeout' | 'totalTimeout' | 'budgets' | 'headers' | 'onWait' | 'clock' | 'random'
  > {
  /** Where the API is. Default `https://api.emporix.io`. */
  readonly apiUrl?: string;
  /** Where tokens are issued, at `{authUrl}/oauth/token`. Default: `apiUrl`. */
  readonly authUrl?: string;
  /** Most often `clientCredentials(id, secret)`. */
  readonly credentials: Credentials;
  /**
   * Another path for an operation, by its ID: `{ listProcessContexts: '/oe/v2/process-contexts' }`. The vendor documents none
   * of the paths; those built in are inferred.
   */
  readonly paths?: { readonly [Id in keyof typeof oeOperations]?: string };
}

/** What {@link createOeClient} gives. */
export interface OeClient {
  /** OE tenants. */
  readonly accounts: PagedList<Account>;
  /** Digital processes, which newer documentation calls value streams. */
  readonly digitalProcesses: PagedList<DigitalProcess>;
  readonly eventTypes: PagedList<EventType>;
  /** Process contexts: one for each run, with its events. */
  readonly processContexts: PagedList<ProcessContext, ProcessContextFilters> & {
    /** One run by its instance ID. Throws `NotFoundError` when there is none. */
    get(instanceId: string, options?: { readonly signal?: AbortSignal }): Promise<ProcessContext>;
  };
  /** The openapi-fetch client below: `{ data, error, response }`, with credentials, retry and limits. */
  readonly raw: Client<paths>;
}

/**
 * Makes the client. Nothing is sent before the first request. Lists throw the errors of `@millrace/http`. Throws
 * `OptionError` when an option is wrong.
 */
export function createOeClient(options: OeClientOptions): OeClient {
  knownOptions(options, KNOWN, 'createOeClient');
  const baseUrl = parseBaseUrl(options.apiUrl ?? 'https://api.emporix.io', 'apiUrl', 'https://api.emporix.io');
  const authUrl =
    options.authUrl === undefined ? baseUrl : parseBaseUrl(options.authUrl, 'authUrl', 'https://api.emporix.io');
  assertCredentials(options.credentials, 'clientCredentials(id, secret) or bearer(token)');
  const { apiUrl: _, authUrl: __, paths: given = {}, ...httpOptions } = options;
  const { createToken = oeOperations.createToken.path, ...otherPaths } = given;
  const http = createHttp({ ...httpOptions, tokenUrl: `${authUrl}${createToken}` });
  const raw = createClient<paths>({ baseUrl, fetch: http.fetch, headers: { Accept: 'application/json' } });
  raw.use(operationMiddleware(baseUrl, oeOperations, otherPaths));
  return { ...lists(raw), raw };
}

const KNOWN: readonly (keyof OeClientOptions)[] = [
  'apiUrl',
  'authUrl',
  'credentials',
  'paths',
  'fetch',
  'retry',
  'timeout',
  'totalTimeout',
  'budgets',
  'headers',
  'onWait',
  'clock',
  'random',
];

/** Page numbers from 1, as in Emporix's other services: https://github.com/emporix/api-references. Inferred for OE. */
const PAGING: Paging = {
  style: 'page-number',
  firstPage: 1,
  maxPageSize: 1000,
  items: 'items',
  bare: true,
  totalCount: { in: 'header', name: 'X-Total-Count' },
};

const header = { 'X-Total-Count': true } as const;

function lists(raw: Client<paths>): Omit<OeClient, 'raw'> {
  const common = { paging: PAGING, filters: [] };
  return {
    accounts: pagedList({
      ...common,
      operation: oeOperations.listAccounts,
      prepare:
        () =>
        ({ pageNumber, pageSize, init }) =>
          raw.GET('/oe/accounts', { params: { query: { pageNumber, pageSize }, header }, ...init }),
    }),
    digitalProcesses: pagedList({
      ...common,
      operation: oeOperations.listDigitalProcesses,
      prepare:
        () =>
        ({ pageNumber, pageSize, init }) =>
          raw.GET('/oe/digital-processes', { params: { query: { pageNumber, pageSize }, header }, ...init }),
    }),
    eventTypes: pagedList({
      ...common,
      operation: oeOperations.listEventTypes,
      prepare:
        () =>
        ({ pageNumber, pageSize, init }) =>
          raw.GET('/oe/event-types', { params: { query: { pageNumber, pageSize }, header }, ...init }),
    }),
    processContexts: { ...processContexts(raw), get: (id, options) => processContext(raw, id, options?.signal) },
  };
}

function processContexts(raw: Client<paths>): PagedList<ProcessContext, ProcessContextFilters> {
  return pagedList({
    operation: oeOperations.listProcessContexts,
    paging: PAGING,
    filters: ['status', 'createdSince', 'updatedSince', 'includeScopes', 'executionTemplateId', 'sort'],
    prepare: (filters) => {
      const parameters = processContextParameters(filters);
      return ({ pageNumber, pageSize, init }) =>
        raw.GET('/oe/process-contexts', {
          params: { query: { ...parameters, pageNumber, pageSize }, header },
          ...init,
        });
    },
  });
}

async function processContext(
  raw: Client<paths>,
  id: string,
  signal: AbortSignal | undefined,
): Promise<ProcessContext> {
  if (typeof id !== 'string' || id === '') {
    throw new OptionError('instanceId', 'instanceId must be the instance ID of a run, such as a UUID.');
  }
  const result = await raw.GET('/oe/process-contexts/{instanceId}', {
    params: { path: { instanceId: id } },
    parseAs: 'stream',
    ...(signal === undefined ? {} : { signal }),
  });
  // The OpenAPI description says what it is; it is not checked.
  return (await jsonResult(result, oeOperations.getProcessContext)) as ProcessContext;
}
