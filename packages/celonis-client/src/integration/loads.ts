/** Loads of data models: started and followed. */
import { body, callInit, done } from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type { DataModelDataLoadHistoryTransport, DataModelLoadSyncTransport } from '../generated/integration.ts';
import { operationError } from '../operation-error.ts';
import { pollUntil, type WaitOptions } from '../poller.ts';
import type { CallOptions } from '../team-client.ts';
import type { PoolContext } from './context.ts';

/** How to load. */
export interface LoadOptions extends CallOptions {
  /** Read every table anew (default), or take from the cache what did not change. */
  readonly complete?: boolean;
  /** Only these tables anew, by their ID in the data model; the others from the cache. */
  readonly tables?: readonly string[];
  /** Hears of the token before anything is started, so that it can be stored. */
  readonly onToken?: (token: LoadToken) => void | Promise<void>;
}

/** A load as a JSON value. */
export interface LoadToken {
  readonly kind: 'load';
  readonly poolId: string;
  readonly dataModelId: string;
  /** ID of the load before it; null when there was none. */
  readonly before: string | null;
  readonly started: boolean;
  readonly complete: boolean;
  readonly tables: readonly string[] | null;
}

/** How a load stands. */
export interface LoadState {
  readonly status: string;
  readonly message?: string;
  /** Rows by table, where the server says so. */
  readonly rows: Readonly<Record<string, number>>;
}

/** A load that goes on. `wait` rejects with `OperationError` when it fails. There is no operation that cancels one. */
export interface Load {
  /** All that is needed to go on in another process: a JSON value. */
  readonly token: LoadToken;
  /** Looks once. */
  look(options?: CallOptions): Promise<LoadState>;
  /** Waits for the end: `SUCCESS`, or `WARNING` with its message. */
  wait(options?: WaitOptions<LoadState>): Promise<LoadState>;
}

/** How loading of a data model goes, and how it went. */
export async function loadState(
  { raw, poolId }: PoolContext,
  dataModelId: string,
  options?: CallOptions,
): Promise<DataModelLoadSyncTransport> {
  return body(
    await raw.GET('/integration/api/pools/{poolId}/data-models/{dataModelId}/load-history/load-info-sync', {
      params: { path: { poolId, dataModelId } },
      ...callInit(options),
    }),
    operations.getLoadState,
  );
}

/** Starts a load. Throws `ConflictError` when the data model is loading already. */
export async function startLoad(
  context: PoolContext,
  dataModelId: string,
  { complete = true, tables, signal, onToken }: LoadOptions,
): Promise<Load> {
  const before = currentLoad(await loadState(context, dataModelId, signal === undefined ? {} : { signal }));
  const load = new ModelLoad(context, {
    kind: 'load',
    poolId: context.poolId,
    dataModelId,
    before: before?.dataLoadId ?? null,
    started: false,
    complete,
    tables: tables ?? null,
  });
  await onToken?.(load.token);
  await load.start(signal);
  return load;
}

/** Goes on with a load; starts it when it never came to that. */
export async function resumeLoad(context: PoolContext, token: LoadToken, options: CallOptions = {}): Promise<Load> {
  const load = new ModelLoad(context, token);
  if (token.started) return load;
  const current = currentLoad(await loadState(context, token.dataModelId, options));
  if ((current?.dataLoadId ?? null) !== token.before || isUnderWay(current?.loadStatus)) load.markStarted();
  else await load.start(options.signal);
  return load;
}

const currentLoad = (state: DataModelLoadSyncTransport): DataModelDataLoadHistoryTransport | undefined =>
  state.loadInfo?.currentComputeLoad ?? undefined;

const isUnderWay = (status: string | null | undefined): boolean =>
  status === 'RUNNING' || status === 'LOST_CONNECTION' || status === 'CANCELLING';

class ModelLoad implements Load {
  readonly #context: PoolContext;
  #token: LoadToken;
  #seenRunning = false;

  constructor(context: PoolContext, token: LoadToken) {
    this.#context = context;
    this.#token = token;
  }

  get token(): LoadToken {
    return this.#token;
  }

  markStarted(): void {
    this.#token = { ...this.#token, started: true };
  }

  async start(signal: AbortSignal | undefined): Promise<void> {
    const { dataModelId, complete, tables } = this.#token;
    const path = { poolId: this.#context.poolId, dataModelId };
    const call = callInit(signal === undefined ? {} : { signal });
    if (tables === null) {
      await done(
        await this.#context.raw.POST('/integration/api/pools/{poolId}/data-models/{dataModelId}/reload', {
          params: { path, query: { forceComplete: complete } },
          ...call,
        }),
        operations.reloadDataModel,
      );
    } else {
      await done(
        await this.#context.raw.POST(
          '/integration/api/v1/data-pools/{poolId}/data-models/{dataModelId}/load/partial-sync',
          { params: { path }, body: [...tables], ...call },
        ),
        operations.loadDataModelTables,
      );
    }
    this.markStarted();
  }

  async look(options: CallOptions = {}): Promise<LoadState> {
    const state = await loadState(this.#context, this.#token.dataModelId, options);
    const current = currentLoad(state);
    const status = current?.loadStatus ?? 'RUNNING';
    if (current !== undefined && isUnderWay(status)) this.#seenRunning = true;
    const own = current !== undefined && (this.#seenRunning || (current.dataLoadId ?? null) !== this.#token.before);
    if (!own) return { status: 'RUNNING', rows: {} };
    const rows: Record<string, number> = {};
    for (const { tableName, tableRowCount } of state.loadInfo?.liveDataModel?.tableLoads ?? []) {
      if (typeof tableName === 'string' && typeof tableRowCount === 'number') rows[tableName] = tableRowCount;
    }
    const { message } = current;
    return { status, rows, ...(message === undefined || message === null ? {} : { message }) };
  }

  async wait(options: WaitOptions<LoadState> = {}): Promise<LoadState> {
    const { clock, timing } = this.#context;
    const state = await pollUntil(
      (signal) => this.look(signal === undefined ? {} : { signal }),
      ({ status }) => !isUnderWay(status),
      { clock, timing, options },
    );
    if (state.status === 'SUCCESS' || state.status === 'WARNING') return state;
    const { dataModelId, poolId } = this.#token;
    const failures = state.message === undefined ? [] : [{ message: state.message }];
    throw operationError({ operation: 'load', status: state.status, id: dataModelId, poolId, failures });
  }
}
