/** The typed client of the log APIs of one Celonis team. */
import {
  assertCredentials,
  createHttp,
  type Credentials,
  type HttpOptions,
  knownOptions,
  oneOf,
  operationMiddleware,
  OptionError,
  type ListOptions,
  type PageAddress,
  type PagedList,
  type PagedListDefinition,
  pagedList,
  type Paginated,
  type Paging,
  type RawPage,
} from '@millrace/http';
import createClient, { type Client } from 'openapi-fetch';
import type { AdoptionEvent, AuditEvent, LoginEvent, Member, paths } from './generated/logs.ts';
import { logsOperations } from './generated/logs-operations.ts';
import { adoptionV1, adoptionV2, auditV1, auditV2, logins, type MemberFilters, members } from './list-operations.ts';
import { teamUrl } from './team-url.ts';
import type { TimeRange } from './time-range.ts';

/** Options of {@link createCelonisLogs}: those here, and those of the HTTP layer below. */
export interface CelonisLogsOptions
  extends Pick<
    HttpOptions,
    'fetch' | 'retry' | 'timeout' | 'totalTimeout' | 'budgets' | 'headers' | 'onWait' | 'clock' | 'random'
  > {
  /** URL or host name of the team, as `https://team.eu-1.celonis.cloud`. */
  readonly team: string;
  /**
   * `appKey(key)`, `bearer(key)` for a user API key, or `clientCredentials(id, secret)`. For the last, tokens come from
   * `{team}/oauth2/token`, one for each scope as it is needed.
   */
  readonly credentials: Credentials;
  /**
   * Version of the audit log API. `v1` (default) counts its events, so that a reading can be proven complete; `v2` has a
   * cursor, so that pages stay put while events arrive.
   */
  readonly audit?: 'v1' | 'v2';
  /** Version of the studio adoption API. Default `v2`: of `v1` the vendor documents the path alone. */
  readonly adoption?: 'v1' | 'v2';
  /**
   * Put before the paths of login history and members, as `/team`. Default: nothing, as documented; see
   * https://developer.celonis.com/celonis-apis/team-api/overview/ .
   */
  readonly teamApiPrefix?: string;
  /** Another path for an operation, by its ID in the OpenAPI description. */
  readonly paths?: { readonly [Id in keyof typeof logsOperations]?: string };
}

/** Filters and options of an event log. */
export interface EventsQuery extends TimeRange, ListOptions {}

/** An event log. Celonis does not document the order of its events. */
export interface EventLog<T> {
  /** The events within the bounds. Nothing is requested before the iteration begins; wrong bounds throw at once. */
  events(this: void, query?: EventsQuery): Paginated<T>;
  /** One page as bytes: decompressed, not parsed. Several may be read side by side where pages are numbered. */
  readPage(this: void, request?: TimeRange & PageAddress): Promise<RawPage>;
  /** How the pages are cut. */
  readonly paging: Paging;
}

/** What {@link createCelonisLogs} gives. */
export interface CelonisLogs {
  /** Audit log. Scope `audit.log:read`, team permission "Use Audit Log API". */
  readonly audit: EventLog<AuditEvent>;
  /** Login history. Scope `team.login-history:read`, team permission "Use Login History API". */
  readonly logins: EventLog<LoginEvent>;
  /** Team members. Scope `team.user-group-info:read`, team permission "Users, Use API". */
  readonly members: PagedList<Member, MemberFilters>;
  /** Studio adoption. Scope `platform-adoption.tracking-events:read`, team permission "Platform Adoption, Use API". */
  readonly adoption: EventLog<AdoptionEvent>;
  /** The openapi-fetch client below: `{ data, error, response }`, with credentials, retry and limits. */
  readonly raw: Client<paths>;
}

/**
 * Makes the client. Nothing is sent before the first iteration. Lists throw `PermissionError`, which names permission and
 * scope, and the other errors of `@millrace/http`. Throws `OptionError` when an option is wrong.
 */
export function createCelonisLogs(options: CelonisLogsOptions): CelonisLogs {
  knownOptions(options, KNOWN, 'createCelonisLogs');
  const baseUrl = teamUrl(options.team);
  assertCredentials(options.credentials, 'appKey(key), bearer(key) or clientCredentials(id, secret)');
  const audit = oneOf(options.audit ?? 'v1', 'audit', ['v1', 'v2']);
  const adoption = oneOf(options.adoption ?? 'v2', 'adoption', ['v1', 'v2']);
  const { team: _, audit: __, adoption: ___, teamApiPrefix: ____, paths: _____, ...httpOptions } = options;
  const { createToken = logsOperations.createToken.path, ...listPaths } = otherPaths(options);
  const http = createHttp({ ...httpOptions, tokenUrl: `${baseUrl}${createToken}` });
  const raw = createClient<paths>({ baseUrl, fetch: http.fetch, headers: { Accept: 'application/json' } });
  raw.use(operationMiddleware(baseUrl, logsOperations, listPaths));
  return {
    audit: eventLog(audit === 'v1' ? auditV1(raw) : auditV2(raw)),
    logins: eventLog(logins(raw)),
    members: pagedList(members(raw)),
    adoption: eventLog(adoption === 'v1' ? adoptionV1(raw) : adoptionV2(raw)),
    raw,
  };
}

const KNOWN: readonly (keyof CelonisLogsOptions)[] = [
  'team',
  'credentials',
  'audit',
  'adoption',
  'teamApiPrefix',
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

function otherPaths({
  teamApiPrefix = '',
  paths: given = {},
}: CelonisLogsOptions): NonNullable<CelonisLogsOptions['paths']> {
  if (teamApiPrefix === '') return given;
  if (!/^(?:\/[\w.~-]+)+$/u.test(teamApiPrefix)) {
    throw new OptionError('teamApiPrefix', 'teamApiPrefix must be a path without a slash at its end, such as /team.');
  }
  const { findAllAuthenticationEvents, getMemberProfileExternalTransport } = logsOperations;
  return {
    findAllAuthenticationEvents: teamApiPrefix + findAllAuthenticationEvents.path,
    getMemberProfileExternalTransport: teamApiPrefix + getMemberProfileExternalTransport.path,
    ...given,
  };
}

function eventLog<T>(definition: PagedListDefinition<TimeRange>): EventLog<T> {
  const { list, readPage, paging } = pagedList<T, TimeRange>(definition);
  return { events: list, readPage, paging };
}
