/** The Orchestration Engine on loopback. */
import { opaque } from '../chance.ts';
import { type ClockMode, VirtualClock } from '../clock.ts';
import { compileDescription } from '../compile-description.ts';
import { CredentialDesk } from '../credentials.ts';
import type { OeData, OeProcessContext } from '../data/oe-data.ts';
import { generateOeTenant } from '../data/oe-tenant.ts';
import { DEFAULT_NOW, DEFAULT_SEED } from '../data/options.ts';
import type { FaultPlan, Permission } from '../faults.ts';
import description from '../generated/oe.json' with { type: 'json' };
import type { RequestRecord } from '../request-log.ts';
import { SimulatorServer } from '../server.ts';
import { answerToken } from '../token-endpoint.ts';
import { OeEventReceiver, type OeEventSource, type OeReceivedEvent } from './events.ts';
import { OeLists, presentAll } from './lists.ts';
import { refuseOe } from './refusals.ts';

/** How much a generated OE tenant holds. */
export interface OeSizes {
  /** Default 3. */
  readonly accounts?: number;
  /** Default 8. */
  readonly digitalProcesses?: number;
  /** Default 20. */
  readonly eventTypes?: number;
  /** Default 3,000. */
  readonly processContexts?: number;
}

export interface OeSimulatorOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  /** Seed of data, credentials and faults; default 1. */
  readonly seed?: number;
  /** Where the clock begins; default `2026-06-01T12:00:00.000Z`. */
  readonly now?: string;
  readonly sizes?: OeSizes;
  /** Data to serve in place of generated data. */
  readonly data?: OeData;
  readonly faults?: FaultPlan;
  /** Default `frozen`. */
  readonly clock?: ClockMode;
}

export interface OeCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** A client that gets tokens and may read nothing: 403. */
  readonly noPermissionClientId: string;
  readonly noPermissionClientSecret: string;
}

/** What the simulator would serve in full, by now and under the present fault plan; in the order of the data. */
export interface OeTruth {
  /** `scopes` as `includeScopes` of the API; default `live`. */
  readonly processContexts: (scopes?: 'live' | 'draft' | 'live,draft') => OeProcessContext[];
}

export interface OeSimulator {
  /** `http://127.0.0.1:PORT`, no slash at the end: API URL and authentication URL in one. */
  readonly url: string;
  readonly credentials: OeCredentials;
  /** What sends events to `POST {url}/e/{sourceId}`. */
  readonly eventSource: OeEventSource;
  /** Every event that came, in order of arrival. */
  readonly receivedEvents: readonly OeReceivedEvent[];
  /** Live: what is changed here shows in the next answer. */
  readonly data: OeData;
  readonly clock: VirtualClock;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly RequestRecord[];
  /** Own answers that the API description does not allow; each was sent as 500, and `close()` rejects. */
  readonly violations: readonly string[];
  readonly truth: OeTruth;
  /** May be replaced at any time; counting of failures then starts anew. */
  faults: FaultPlan;
  /** Stops, cutting open connections. Rejects with `OwnAnswerError` when there were `violations`. */
  close(): Promise<void>;
}

const permission: Permission = 'orchestration-engine';

/** Starts OE: accounts, digital processes, event types and process contexts over HTTP. Rejects when the port is taken. */
export async function startOeSimulator(options: OeSimulatorOptions = {}): Promise<OeSimulator> {
  const { seed = DEFAULT_SEED, now = DEFAULT_NOW, host = '127.0.0.1', port = 0, faults = {} } = options;
  const clock = new VirtualClock(now, options.clock);
  const data = options.data ?? generateOeTenant({ ...options.sizes, seed, now });
  const lists = new OeLists(data, clock);
  const credentials = credentialsOf(seed);
  const eventSource = {
    sourceId: `src_${opaque(seed, 'oe event source', 12)}`,
    secret: opaque(seed, 'oe event secret', 32),
  };
  const receiver = new OeEventReceiver(data, eventSource, seed);
  const api = compileDescription(description);
  const desk = new CredentialDesk(seed, clock, { appKeys: new Map(), apiKeys: new Map() }, [permission]);
  const { clientId, clientSecret, noPermissionClientId, noPermissionClientSecret } = credentials;
  const tokens = {
    desk,
    clients: [
      { clientId, clientSecret, permitted: true },
      { clientId: noPermissionClientId, clientSecret: noPermissionClientSecret, permitted: false },
    ],
    // The scopes that OE reads need are not published.
    scopes: [`tenant=${opaque(seed, 'oe tenant', 12).toLowerCase()}`, ...api.scopes],
    lifetime: 14_399,
    extra: { session_idle_time: 120, refresh_token: '', refresh_token_expires_in: 0 },
  };
  const server: SimulatorServer = new SimulatorServer({
    clock,
    seed,
    faults,
    vendor: {
      description: api,
      desk,
      permissions: Object.fromEntries(
        [...api.operations.values()].filter(({ open }) => !open).map(({ operationId }) => [operationId, permission]),
      ),
      operations: {
        ...lists.operations,
        createToken: (request) => answerToken(tokens, request),
        sendEvent: (request) => receiver.receive(request),
      },
      refuse: refuseOe,
      limitHeader: 'retry-after',
      wake: () => lists.changes.wake(server.faults, server.faultSeed),
      afterPage: (operationId, { plan, seed: faultSeed, values }) => {
        if (operationId !== 'listProcessContexts') return;
        const { createdSince } = values.query;
        const from = createdSince === undefined ? {} : { from: Date.parse(String(createdSince)) };
        lists.changes.afterPage('process-contexts', plan, faultSeed, from);
      },
    },
  });
  const url = await server.listen(port, host);
  return {
    url,
    credentials,
    eventSource,
    receivedEvents: receiver.received,
    data,
    clock,
    requests: server.requests,
    violations: server.violations,
    truth: {
      processContexts: (scopes = 'live') => presentAll(data.processContexts, scopes, server.faults, server.faultSeed),
    },
    get faults() {
      return server.faults;
    },
    set faults(plan) {
      server.faults = plan;
    },
    close: () => server.close(),
  };
}

function credentialsOf(seed: number): OeCredentials {
  return {
    clientId: opaque(seed, 'oe client id', 32),
    clientSecret: opaque(seed, 'oe client secret', 32),
    noPermissionClientId: opaque(seed, 'oe client id without permission', 32),
    noPermissionClientSecret: opaque(seed, 'oe client secret without permission', 32),
  };
}
