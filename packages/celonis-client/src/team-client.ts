/** What the clients of a team have in common: its options, its address, its `fetch`. */
import {
  assertCredentials,
  createHttp,
  type Credentials,
  type HttpOptions,
  knownOptions,
  type Operation,
  operationMiddleware,
} from '@millrace/http';
import createClient, { type Client } from 'openapi-fetch';
import { logsOperations } from './generated/logs-operations.ts';
import { type PollOptions, pollTiming } from './poller.ts';
import { teamUrl } from './team-url.ts';

/** Options that every client of a team takes: those here, and those of the HTTP layer below. */
export interface TeamClientOptions
  extends Pick<
    HttpOptions,
    'fetch' | 'retry' | 'timeout' | 'totalTimeout' | 'budgets' | 'headers' | 'onWait' | 'clock' | 'random'
  > {
  /** URL or host name of the team, as `https://team.eu-1.celonis.cloud`. */
  readonly team: string;
  /**
   * `appKey(key)`, `bearer(key)` for a user API key, or `clientCredentials(id, secret)`. For the last, tokens come from
   * `{team}/oauth2/token`.
   */
  readonly credentials: Credentials;
  /** How often to look at what takes long. */
  readonly poll?: PollOptions;
}

/** Options of one call. */
export interface CallOptions {
  /** Aborts the request with its reason. */
  readonly signal?: AbortSignal;
}

const KNOWN: readonly (keyof TeamClientOptions)[] = [
  'team',
  'credentials',
  'poll',
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

/** Checks the options. Throws `OptionError`. */
export function checkTeamOptions(options: TeamClientOptions, further: readonly string[], where: string): void {
  knownOptions(options, [...KNOWN, ...further], where);
  teamUrl(options.team);
  assertCredentials(options.credentials, 'appKey(key), bearer(key) or clientCredentials(id, secret)');
  pollTiming(options.poll);
}

/** The openapi-fetch client of an API: with credentials, retry and limits. */
export function teamClient<Paths extends object>(
  options: TeamClientOptions,
  operations: Readonly<Record<string, Operation>>,
  otherPaths: Readonly<Record<string, string>> = {},
): Client<Paths> {
  const baseUrl = teamUrl(options.team);
  const { team: _, poll: __, ...httpOptions } = options;
  const http = createHttp({ ...httpOptions, tokenUrl: `${baseUrl}${logsOperations.createToken.path}` });
  const raw = createClient<Paths>({ baseUrl, fetch: http.fetch, headers: { Accept: 'application/json' } });
  raw.use(operationMiddleware(baseUrl, operations, otherPaths));
  return raw;
}
