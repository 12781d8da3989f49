/** What the operations on pools share. */
import type { Answer, ApiRequest } from '../api.ts';
import type { VirtualClock } from '../clock.ts';
import type { PoolsState } from './state.ts';
import type { Warehouse } from './warehouse.ts';
import { asObject, type JsonObject, objectsOf, asText } from './json.ts';

/** Choices of whoever starts the simulator. */
export interface DataPoolOptions {
  /** DuckDB file that holds the tables; default: in memory. */
  readonly database?: string;
  /** Documents of pools (exports) that are there from the start. */
  readonly pools?: readonly unknown[];
  /** How many looks still show an execution, a load or a push as running after it has ended; default 0. */
  readonly looks?: number;
  /** Limits of Data Push. The seconds are real, the hours those of the simulator's clock. */
  readonly push?: {
    /** Executions in a second; default 10. */
    readonly perSecond?: number;
    /** Executions in a full UTC hour; default 250. */
    readonly perHour?: number;
    /** Bytes of a chunk; default 1 GB. */
    readonly chunkBytes?: number;
  };
  /** Whether the API creates connections; what a team does is not known. Default true; false: 405. */
  readonly createConnections?: boolean;
}

/** The pools of a team with what they need to work. */
export interface PoolTeam {
  readonly state: PoolsState;
  readonly warehouse: Warehouse;
  readonly clock: VirtualClock;
  readonly options: DataPoolOptions;
  /** Domain of the team. */
  readonly domain: string;
}

/** Operations by ID. */
export type Operations = Readonly<Record<string, (request: ApiRequest) => Answer | Promise<Answer>>>;

/** A value of the path. */
export function at(request: ApiRequest, name: string): string {
  return String(request.values.path[name]);
}

/** A value of the query; `undefined` when it was not sent. */
export function asked(request: ApiRequest, name: string): string | undefined {
  const value = request.values.query[name];
  return value === undefined ? undefined : asText(value);
}

/** The body as an object. */
export function bodyOf({ body }: ApiRequest): JsonObject {
  return body.kind === 'json' ? asObject(body.value) : {};
}

/** The body as a list of objects. */
export function listOf({ body }: ApiRequest): JsonObject[] {
  return body.kind === 'json' ? objectsOf(body.value) : [];
}

/** An answer with a body. */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** An answer without one. */
export const done: Answer = { status: 200 };
