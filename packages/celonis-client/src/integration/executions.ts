/** Executions of data jobs: started, followed, cancelled. */
import { isConflictError } from '@millrace/http';
import { body, bodyList, callInit, done } from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type {
  EntityStatus,
  ExecutionItemTransport,
  JobExecutionConfiguration,
  LogMessageTransport,
} from '../generated/integration.ts';
import { type OperationFailure, operationError } from '../operation-error.ts';
import { type Poller, pollUntil, type WaitOptions } from '../poller.ts';
import type { CallOptions } from '../team-client.ts';
import type { PoolContext } from './context.ts';

/** What to execute of a job. */
export interface ExecuteOptions extends CallOptions {
  /** Default `DELTA`, as the vendor's client. */
  readonly mode?: 'FULL' | 'DELTA';
  /** Only these extractions, by ID of the task; default all. */
  readonly extractions?: readonly string[];
  /** Only these transformations, by ID of the task; default all. */
  readonly transformations?: readonly string[];
  /** Only these loads, by ID of the load in the job; default all. */
  readonly loads?: readonly string[];
  /** Hears of the token before anything is started, so that it can be stored. */
  readonly onToken?: (token: ExecutionToken) => void | Promise<void>;
}

/** An execution as a JSON value. */
export interface ExecutionToken {
  readonly kind: 'job';
  readonly poolId: string;
  readonly jobId: string;
  /** When the execution before it started; null when there was none. */
  readonly before: number | null;
  /** Whether the server has been told to start. */
  readonly started: boolean;
  readonly configuration: JobExecutionConfiguration;
}

/** How an execution stands. */
export interface ExecutionState {
  readonly status: string;
  /** When it started, epoch milliseconds. */
  readonly startDate?: number;
}

/** An execution that goes on. `wait` rejects with `OperationError` when it fails or is cancelled. */
export type Execution = Poller<ExecutionState, ExecutionState, ExecutionToken>;

/** The executions of the jobs of a pool. */
export interface Executions {
  /** Last state of every job of the pool. */
  states(options?: CallOptions): Promise<EntityStatus[]>;
  /** Executions of a job, newest first. */
  list(
    jobId: string,
    options?: CallOptions & { readonly limit?: number; readonly page?: number },
  ): Promise<ExecutionItemTransport[]>;
  /** Tasks of an execution with their states. */
  tasks(jobId: string, executionId: string, options?: CallOptions): Promise<ExecutionItemTransport[]>;
  /** Log of a step of an execution. */
  log(
    step: { readonly executionId: string; readonly id: string; readonly type: 'JOB' | 'TASK' | 'STEP' },
    options?: CallOptions & { readonly limit?: number; readonly page?: number },
  ): Promise<LogMessageTransport[]>;
}

/** The operations on executions. */
export function executions({ raw, poolId }: PoolContext): Executions {
  const path = { poolId };
  return {
    states: async (options) =>
      bodyList(
        await raw.GET('/integration/api/pools/{poolId}/logs/status', { params: { path }, ...callInit(options) }),
        operations.listJobStatuses,
      ),
    list: async (jobId, { limit = 20, page = 0, ...options } = {}) => {
      const result = await raw.GET('/integration/api/pools/{poolId}/logs/{jobId}/executions', {
        params: { path: { poolId, jobId }, query: { limit, page } },
        ...callInit(options),
      });
      return listOf((await body<{ executionItems?: unknown }>(result, operations.listJobExecutions)).executionItems);
    },
    tasks: async (jobId, executionId, options) =>
      bodyList(
        await raw.GET('/integration/api/pools/{poolId}/logs/executions', {
          params: { path, query: { executionId, type: 'TASK', id: jobId } },
          ...callInit(options),
        }),
        operations.listExecutionItems,
      ),
    log: async (step, { limit = 100, page = 0, ...options } = {}) => {
      const result = await raw.GET('/integration/api/pools/{poolId}/logs/executions/detail', {
        params: { path, query: { ...step, limit, page } },
        ...callInit(options),
      });
      return listOf((await body<{ logMessages?: unknown }>(result, operations.listLogMessages)).logMessages);
    },
  };
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}

/** Starts an execution. Throws `ConflictError` when the job runs already. */
export async function execute(context: PoolContext, jobId: string, options: ExecuteOptions): Promise<Execution> {
  const { signal } = options;
  const call = signal === undefined ? {} : { signal };
  const before = (await stateOf(context, jobId, call))?.lastExecutionStartDate ?? null;
  const execution = new JobExecution(context, {
    kind: 'job',
    poolId: context.poolId,
    jobId,
    before,
    started: false,
    configuration: configurationOf(context.poolId, jobId, options),
  });
  await options.onToken?.(execution.token);
  await execution.start(signal);
  return execution;
}

/** Goes on with an execution. Starts it when its token is from before the start, and it never came to it. */
export async function resumeExecution(
  context: PoolContext,
  token: ExecutionToken,
  options: CallOptions = {},
): Promise<Execution> {
  const execution = new JobExecution(context, token);
  if (token.started) return execution;
  const state = await stateOf(context, token.jobId, options);
  const newer = (state?.lastExecutionStartDate ?? null) !== token.before;
  if (newer || isUnderWay(state?.status)) execution.markStarted();
  else await execution.start(options.signal);
  return execution;
}

async function stateOf(context: PoolContext, jobId: string, options: CallOptions): Promise<EntityStatus | undefined> {
  const states = await executions(context).states(options);
  return states.find(({ id }) => id === jobId);
}

const isUnderWay = (status: string | null | undefined): boolean => status === 'QUEUED' || status === 'RUNNING';

function configurationOf(
  poolId: string,
  jobId: string,
  { mode = 'DELTA', extractions, transformations, loads }: ExecuteOptions,
): JobExecutionConfiguration {
  return {
    poolId,
    jobId,
    mode,
    executeOnlySubsetOfTransformations: transformations !== undefined,
    transformations: [...(transformations ?? [])],
    executeOnlySubsetOfExtractions: extractions !== undefined,
    extractions: (extractions ?? []).map((extractionId) => ({
      extractionId,
      loadOnlySubsetOfTables: false,
      tables: [],
    })),
    loadOnlySubsetOfDataModels: loads !== undefined,
    dataModels: (loads ?? []).map((dataModelExecutionId) => ({ dataModelExecutionId, tables: [] })),
  };
}

class JobExecution implements Execution {
  readonly #context: PoolContext;
  #token: ExecutionToken;
  #seenRunning = false;

  constructor(context: PoolContext, token: ExecutionToken) {
    this.#context = context;
    this.#token = token;
  }

  get token(): ExecutionToken {
    return this.#token;
  }

  markStarted(): void {
    this.#token = { ...this.#token, started: true };
  }

  async start(signal: AbortSignal | undefined): Promise<void> {
    const { jobId, configuration } = this.#token;
    await done(
      await this.#context.raw.POST('/integration/api/pools/{poolId}/jobs/{jobId}/execute', {
        params: { path: { poolId: this.#context.poolId, jobId } },
        body: configuration,
        ...callInit(signal === undefined ? {} : { signal }),
      }),
      operations.executeJob,
    );
    this.markStarted();
  }

  async look(options: CallOptions = {}): Promise<ExecutionState> {
    const state = await stateOf(this.#context, this.#token.jobId, options);
    const startDate = state?.lastExecutionStartDate ?? null;
    const status = state?.status ?? 'QUEUED';
    if (isUnderWay(status)) this.#seenRunning = true;
    // The state of the execution before it stays until this one has begun.
    const own = this.#seenRunning || startDate !== this.#token.before;
    if (!own) return { status: 'QUEUED' };
    return { status, ...(startDate === null ? {} : { startDate }) };
  }

  async wait(options: WaitOptions<ExecutionState> = {}): Promise<ExecutionState> {
    const { clock, timing } = this.#context;
    const state = await pollUntil(
      (signal) => this.look(signal === undefined ? {} : { signal }),
      ({ status }) => !isUnderWay(status),
      { clock, timing, options },
    );
    if (state.status === 'SUCCESS') return state;
    const { jobId, poolId } = this.#token;
    const call = options.signal === undefined ? {} : { signal: options.signal };
    throw operationError({
      operation: 'job',
      status: state.status,
      id: jobId,
      poolId,
      failures: await failuresOf(this.#context, jobId, call),
    });
  }

  async cancel(options: CallOptions = {}): Promise<void> {
    const { poolId, raw } = this.#context;
    try {
      await done(
        await raw.POST('/integration/api/pools/{poolId}/jobs/{jobId}/cancel', {
          params: { path: { poolId, jobId: this.#token.jobId } },
          ...callInit(options),
        }),
        operations.cancelJob,
      );
    } catch (error) {
      // It ended in the meantime.
      if (!isConflictError(error)) throw error;
    }
  }
}

/** What the log says of the tasks that failed in the last execution. */
async function failuresOf(context: PoolContext, jobId: string, options: CallOptions): Promise<OperationFailure[]> {
  const logs = executions(context);
  const [last] = await logs.list(jobId, { limit: 1, ...options });
  const executionId = last?.executionId;
  if (executionId === undefined || executionId === null) return [];
  const failed = (await logs.tasks(jobId, executionId, options)).filter(({ status }) => status === 'FAIL');
  const failures: OperationFailure[] = [];
  for (const { taskId, name } of failed) {
    if (taskId === undefined || taskId === null) continue;
    const messages = await logs.log({ executionId, id: taskId, type: 'TASK' }, { limit: 50, ...options });
    for (const { level, logMessage } of messages) {
      if (level !== 'ERROR' || logMessage === undefined || logMessage === null) continue;
      failures.push({ ...(name === undefined || name === null ? {} : { name }), message: logMessage });
    }
  }
  return failures;
}
