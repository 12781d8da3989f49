/** A Celonis team on loopback. */
import { opaque } from '../chance.ts';
import { type ClockMode, VirtualClock } from '../clock.ts';
import { compileDescription } from '../compile-description.ts';
import { CredentialDesk } from '../credentials.ts';
import type { AdoptionEvent, AuditEvent, CelonisTeamData, LoginEvent, Member } from '../data/celonis-data.ts';
import { generateCelonisTeam } from '../data/celonis-team.ts';
import { DEFAULT_NOW, DEFAULT_SEED } from '../data/options.ts';
import type { FaultPlan, Permission } from '../faults.ts';
import dataPush from '../generated/celonis-data-push.json' with { type: 'json' };
import integration from '../generated/celonis-integration.json' with { type: 'json' };
import logsDescription from '../generated/celonis-logs.json' with { type: 'json' };
import { combineDescriptions } from '../openapi.ts';
import { type DataPools, DataPoolService } from '../pool/data-pools.ts';
import { refusePool } from '../pool/refusals.ts';
import type { DataPoolOptions } from '../pool/team.ts';
import type { RequestRecord } from '../request-log.ts';
import { SimulatorServer } from '../server.ts';
import { answerToken } from '../token-endpoint.ts';
import type { ApiDescription } from '../openapi.ts';
import { type Bounds } from './event-feed.ts';
import { boundsOf, CelonisLogs, shownMembers } from './logs.ts';
import { refuseCelonis } from './refusals.ts';

/** How much a generated team holds. */
export interface CelonisSizes {
  /** Days that the events spread over; default 90. */
  readonly days?: number;
  /** Default 50,000. */
  readonly auditEvents?: number;
  /** Default 20,000. */
  readonly loginEvents?: number;
  /** Default 200. */
  readonly members?: number;
  /** Default 5,000. */
  readonly adoptionEvents?: number;
}

export interface CelonisSimulatorOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  /** Seed of data, credentials and faults; default 1. */
  readonly seed?: number;
  /** Where the clock begins; default `2026-06-01T12:00:00.000Z`. */
  readonly now?: string;
  readonly sizes?: CelonisSizes;
  /** Data to serve in place of generated data. */
  readonly data?: CelonisTeamData;
  readonly faults?: FaultPlan;
  /** How the data pools behave. */
  readonly dataPools?: DataPoolOptions;
  /** Default `frozen`. */
  readonly clock?: ClockMode;
}

export interface CelonisCredentials {
  readonly appKey: string;
  readonly apiKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** A valid application key without any team permission: 403. */
  readonly noPermissionAppKey: string;
}

/** What the simulator would serve in full, by now and under the present fault plan; ascending by time. Bounds as `from` and `to` of the API. */
export interface CelonisTruth {
  readonly audit: (from?: string, to?: string) => AuditEvent[];
  readonly logins: (from?: string, to?: string) => LoginEvent[];
  readonly adoption: (from?: string, to?: string) => AdoptionEvent[];
  readonly members: () => Member[];
}

export interface CelonisSimulator {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  readonly url: string;
  readonly credentials: CelonisCredentials;
  /** Live: what is pushed or removed shows in the next answer. Call `touch()` after changing or replacing an event in place. */
  readonly data: CelonisTeamData;
  readonly clock: VirtualClock;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly RequestRecord[];
  /** Own answers that the API description does not allow; each was sent as 500, and `close()` rejects. */
  readonly violations: readonly string[];
  readonly truth: CelonisTruth;
  /** What stands in the data pools, past the API. */
  readonly dataPools: DataPools;
  /** May be replaced at any time; counting of failures then starts anew. */
  faults: FaultPlan;
  /** Makes the simulator look at the data again. */
  touch(): void;
  /** Stops, cutting open connections. Rejects with `OwnAnswerError` when there were `violations`. */
  close(): Promise<void>;
}

const logPermissions: Readonly<Record<string, Permission>> = {
  findAllAuditLogs: 'audit-log',
  findAllAuditLogsV2: 'audit-log',
  findAllAuthenticationEvents: 'login-history',
  getMemberProfileExternalTransport: 'members',
  findAdoptionTrackingEvents: 'adoption',
  findAdoptionTrackingEventsV2: 'adoption',
};

const creating = new Set(['createPool', 'importPool']);

/** Every operation of Data Push needs its permission; of Data Integration all but those that say who a credential is. */
function permissionsOf(pools: ApiDescription, push: ApiDescription): Readonly<Record<string, Permission>> {
  const edit = [...pools.operations.values()].filter(({ path }) => path.startsWith('/integration/'));
  return {
    ...logPermissions,
    ...Object.fromEntries(
      edit.map(({ operationId: id }) => [id, creating.has(id) ? 'create-data-pools' : 'edit-data-pools']),
    ),
    ...Object.fromEntries([...push.operations.keys()].map((id) => [id, 'data-push'])),
  };
}

const poolPath = /^\/(?:integration|data-ingestion)\//;

const teamApi = /^\/api\/external\/(?:authentication-events|members)\/?$/;

/** Starts a Celonis team: audit log, login history, members and studio adoption over HTTP. Rejects when the port is taken. */
export async function startCelonisSimulator(options: CelonisSimulatorOptions = {}): Promise<CelonisSimulator> {
  const { seed = DEFAULT_SEED, now = DEFAULT_NOW, host = '127.0.0.1', port = 0, faults = {} } = options;
  const clock = new VirtualClock(now, options.clock);
  const data = options.data ?? generateCelonisTeam({ ...options.sizes, seed, now });
  const logs = new CelonisLogs(data, clock);
  const credentials = credentialsOf(seed);
  const poolsApi = compileDescription(integration);
  const pushApi = compileDescription(dataPush);
  const api = combineDescriptions([compileDescription(logsDescription), poolsApi, pushApi]);
  const pools = new DataPoolService({ seed, clock, options: options.dataPools ?? {}, domain: 'simulated' });
  const desk = new CredentialDesk(
    seed,
    clock,
    {
      appKeys: new Map([
        [credentials.appKey, { permitted: true }],
        [credentials.noPermissionAppKey, { permitted: false }],
      ]),
      apiKeys: new Map([[credentials.apiKey, { permitted: true }]]),
    },
    ['audit-log', 'login-history', 'members', 'adoption', 'edit-data-pools', 'create-data-pools', 'data-push'],
  );
  const client = { clientId: credentials.clientId, clientSecret: credentials.clientSecret, permitted: true };
  const tokens = { desk, clients: [client], scopes: api.scopes, lifetime: 899 };
  const server: SimulatorServer = new SimulatorServer({
    clock,
    seed,
    faults,
    vendor: {
      description: api,
      desk,
      permissions: permissionsOf(poolsApi, pushApi),
      operations: {
        ...logs.operations,
        ...pools.operations,
        listCloudPermissions: ({ plan }) => ({ status: 200, body: cloudPermissions(plan) }),
        createToken: (request) => answerToken(tokens, request),
      },
      refuse: (refusal, auth, path) => (poolPath.test(path) ? refusePool(refusal, auth) : refuseCelonis(refusal, auth)),
      limitHeader: 'x-ratelimit-reset',
      rewrite,
      wake: () => logs.changes.wake(server.faults, server.faultSeed),
      afterPage: (operationId, { values, plan, seed: faultSeed }) => {
        const feed = logs.feedOf(operationId);
        if (feed !== undefined) logs.changes.afterPage(feed.name, plan, faultSeed, boundsOf(values.query));
      },
    },
  });
  const url = await server.listen(port, host);
  const bounds = (from?: string, to?: string): Bounds => boundsOf({ from, to });
  return {
    url,
    credentials,
    data,
    clock,
    requests: server.requests,
    violations: server.violations,
    truth: {
      audit: (from, to) => logs.audit.truth(bounds(from, to), server.faults, server.faultSeed),
      logins: (from, to) => logs.logins.truth(bounds(from, to), server.faults, server.faultSeed),
      adoption: (from, to) => logs.adoption.truth(bounds(from, to), server.faults, server.faultSeed),
      members: () => shownMembers(data.members, true, {}),
    },
    get faults() {
      return server.faults;
    },
    set faults(plan) {
      server.faults = plan;
    },
    dataPools: pools.access,
    touch: () => logs.touch(),
    close: async () => {
      await server.close().finally(() => pools.close());
    },
  };
}

/** `event-collection` is Data Integration. */
function cloudPermissions({ auth }: FaultPlan): object[] {
  const names = {
    'edit-data-pools': 'EDIT_ALL_DATA_POOLS',
    'create-data-pools': 'CREATE_DATA_POOL',
    'data-push': 'DATA_PUSH_API',
  };
  const given = Object.entries(names).filter(([id]) => auth?.permissions?.some((each) => each === id) ?? true);
  return [{ serviceName: 'event-collection', permissions: given.map(([, name]) => name) }];
}

/** The Team API's specification names no prefix, but the vendor drops prefixes elsewhere: the plan can put one in front. */
function rewrite(path: string, { teamApiPrefix }: FaultPlan): string | undefined {
  if (teamApiPrefix === undefined) return path;
  if (path.startsWith(`${teamApiPrefix}/`) && teamApi.test(path.slice(teamApiPrefix.length)))
    return path.slice(teamApiPrefix.length);
  return teamApi.test(path) ? undefined : path;
}

function credentialsOf(seed: number): CelonisCredentials {
  return {
    appKey: opaque(seed, 'celonis app key', 64),
    apiKey: opaque(seed, 'celonis api key', 64),
    clientId: opaque(seed, 'celonis client id', 24),
    clientSecret: opaque(seed, 'celonis client secret', 48),
    noPermissionAppKey: opaque(seed, 'celonis app key without permission', 64),
  };
}
