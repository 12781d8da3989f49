/** The execution of a push job. */
import { isConflictError, isRateLimitError } from '@millrace/http';
import { callInit, done } from '../answers.ts';
import { dataPushOperations as operations } from '../generated/data-push-operations.ts';
import { operationError } from '../operation-error.ts';
import { pause, type Poller, pollUntil, type WaitOptions } from '../poller.ts';
import type { CallOptions } from '../team-client.ts';
import type { PushContext } from './context.ts';
import { getPushJob } from './get-push-job.ts';

/** A push as a JSON value. */
export interface PushToken {
  readonly kind: 'push';
  readonly poolId: string;
  readonly pushJobId: string;
}

/** How a push stands. */
export interface PushState {
  readonly status: string;
  /** What the server says of it. */
  readonly logs: readonly string[];
}

/** A push that goes on. `wait` rejects with `OperationError` when it fails. `cancel` deletes the job. */
export type Push = Poller<PushState, PushState, PushToken>;

/** Options of an execution. */
export interface ExecutePushOptions extends CallOptions {
  /** Of rows with equal keys within the job, the one with the largest value in this column stays. */
  readonly duplicateRemovalColumn?: string;
  /** Hears that the team's limit is used up, and until when is waited. */
  readonly onLimit?: (until: Date) => void;
}

const HOUR = 3_600_000;

export class PushExecution implements Push {
  readonly token: PushToken;
  readonly #context: PushContext;

  constructor(context: PushContext, token: PushToken) {
    this.#context = context;
    this.token = token;
  }

  /**
   * Others may use up the team's limit, too: then the server says 429, and it is tried again, first after the limit of a
   * second, then in growing steps up to the next full hour of UTC, when the larger limit is counted anew.
   */
  async start(options: ExecutePushOptions): Promise<void> {
    const { clock } = this.#context;
    for (let refused = 0; ; refused += 1) {
      try {
        await this.#execute(options);
        return;
      } catch (error) {
        // It was executed: the answer to an earlier request was lost.
        if (isConflictError(error) && (await this.look(options)).status !== 'NEW') return;
        if (!isRateLimitError(error)) throw error;
        const now = clock.now();
        const nextHour = (Math.floor(now / HOUR) + 1) * HOUR;
        const until = error.retryAt?.getTime() ?? Math.min(now + 1000 * 4 ** refused, nextHour + 1000);
        options.onLimit?.(new Date(until));
        await pause(clock, Math.max(0, until - now), options.signal);
      }
    }
  }

  async #execute({ duplicateRemovalColumn, signal }: ExecutePushOptions): Promise<void> {
    const query = duplicateRemovalColumn === undefined ? {} : { duplicateRemovalColumn };
    await done(
      await this.#context.patient.POST('/data-ingestion/api/v1/data-push/{poolId}/jobs/{pushJobId}', {
        params: { path: { poolId: this.token.poolId, pushJobId: this.token.pushJobId }, query },
        // A job executes once: a second request for it is a conflict, and does no harm.
        idempotent: true,
        ...callInit(signal === undefined ? {} : { signal }),
      }),
      operations.executePushJob,
    );
  }

  async look({ signal }: CallOptions = {}): Promise<PushState> {
    const job = await getPushJob(this.#context, this.token.pushJobId, signal === undefined ? {} : { signal });
    return { status: job.status ?? 'NEW', logs: job.logs ?? [] };
  }

  async wait(options: WaitOptions<PushState> = {}): Promise<PushState> {
    const { clock, timing } = this.#context;
    const state = await pollUntil(
      (signal) => this.look(signal === undefined ? {} : { signal }),
      ({ status }) => status !== 'NEW' && status !== 'QUEUED' && status !== 'RUNNING',
      { clock, timing, options },
    );
    if (state.status === 'DONE') return state;
    throw operationError({
      operation: 'push',
      status: state.status,
      id: this.token.pushJobId,
      poolId: this.token.poolId,
      failures: state.logs.map((message) => ({ message })),
    });
  }

  async cancel(options: CallOptions = {}): Promise<void> {
    await done(
      await this.#context.raw.DELETE('/data-ingestion/api/v1/data-push/{poolId}/jobs/{pushJobId}', {
        params: { path: { poolId: this.token.poolId, pushJobId: this.token.pushJobId } },
        ...callInit(options),
      }),
      operations.deletePushJob,
    );
  }
}
