/** Push jobs of a pool: created, filled with chunks, executed once. */
import { bodyList, callInit, deleted, done, identified, identifiedList } from '../answers.ts';
import { dataPushOperations as operations } from '../generated/data-push-operations.ts';
import type { DataPushChunk, DataPushJob } from '../generated/data-push.ts';
import type { CallOptions } from '../team-client.ts';
import type { PushContext } from './context.ts';
import { getPushJob, type PushJob } from './get-push-job.ts';
import { type ExecutePushOptions, type Push, PushExecution, type PushToken } from './push-execution.ts';

/** A push job to create. */
export type NewPushJob = DataPushJob & { readonly targetName: string; readonly type: 'REPLACE' | 'DELTA' };

/** Options of an upload. */
export interface ChunkOptions extends CallOptions {
  /**
   * Whether the chunk may arrive twice without harm, so that the upload is retried. True where rows have keys: the second
   * replaces the first. Default false.
   */
  readonly idempotent?: boolean;
}

/** The push jobs of a pool. */
export interface PushJobs {
  list(options?: CallOptions): Promise<PushJob[]>;
  get(pushJobId: string, options?: CallOptions): Promise<PushJob>;
  /**
   * Makes a job. With `idempotent` it is tried again when no answer comes, and a job that stays empty may be left over: look for those in
   * `list`. Default false.
   */
  create(job: NewPushJob, options?: CallOptions & { readonly idempotent?: boolean }): Promise<PushJob>;
  /** False when there was none. */
  delete(pushJobId: string, options?: CallOptions): Promise<boolean>;
  chunks(pushJobId: string, options?: CallOptions): Promise<DataPushChunk[]>;
  /** Adds rows: a Parquet or CSV file of at most 1 GB. A CSV file begins with its header row. */
  upsert(pushJobId: string, file: Uint8Array<ArrayBuffer> | Blob, options?: ChunkOptions): Promise<void>;
  /** Adds rows to delete, by their keys. */
  remove(pushJobId: string, file: Uint8Array<ArrayBuffer> | Blob, options?: ChunkOptions): Promise<void>;
  /**
   * Executes the job: 10 a second and 250 in each full UTC hour for the whole team, which is waited for. Comes back when the server has taken it.
   */
  execute(pushJobId: string, options?: ExecutePushOptions): Promise<Push>;
  /** Goes on with a push; executes the job when it never came to that. */
  resume(token: PushToken, options?: ExecutePushOptions): Promise<Push>;
}

/** The operations on the push jobs of a pool. */
export function pushJobs(context: PushContext): PushJobs {
  const { raw, poolId } = context;
  const path = { poolId };
  const at = (pushJobId: string) => ({ path: { poolId, pushJobId } });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/data-ingestion/api/v1/data-push/{poolId}/jobs/', { params: { path }, ...callInit(options) }),
        operations.listPushJobs,
      ),
    get: (pushJobId, options) => getPushJob(context, pushJobId, options),
    create: async (job, { idempotent = false, ...options } = {}) =>
      identified(
        await raw.POST('/data-ingestion/api/v1/data-push/{poolId}/jobs/', {
          params: { path },
          body: { dataPoolId: poolId, ...job },
          idempotent,
          ...callInit(options),
        }),
        operations.createPushJob,
      ),
    delete: async (pushJobId, options) =>
      deleted(
        await raw.DELETE('/data-ingestion/api/v1/data-push/{poolId}/jobs/{pushJobId}', {
          params: at(pushJobId),
          ...callInit(options),
        }),
        operations.deletePushJob,
      ),
    chunks: async (pushJobId, options) =>
      bodyList(
        await raw.GET('/data-ingestion/api/v1/data-push/{poolId}/jobs/{pushJobId}/chunks', {
          params: at(pushJobId),
          ...callInit(options),
        }),
        operations.listPushChunks,
      ),
    upsert: async (pushJobId, file, { idempotent = false, ...options } = {}) =>
      done(
        await raw.POST('/data-ingestion/api/v1/data-push/{poolId}/jobs/{pushJobId}/chunks/upserted', {
          params: at(pushJobId),
          ...upload(file),
          idempotent,
          ...callInit(options),
        }),
        operations.pushUpsertedChunk,
      ),
    remove: async (pushJobId, file, { idempotent = true, ...options } = {}) =>
      done(
        await raw.POST('/data-ingestion/api/v1/data-push/{poolId}/jobs/{pushJobId}/chunks/deleted', {
          params: at(pushJobId),
          ...upload(file),
          idempotent,
          ...callInit(options),
        }),
        operations.pushDeletedChunk,
      ),
    execute: async (pushJobId, options = {}) => {
      const push = new PushExecution(context, { kind: 'push', poolId, pushJobId });
      await push.start(options);
      return push;
    },
    resume: async (token, options = {}) => {
      const push = new PushExecution(context, token);
      const { status } = await push.look(options);
      if (status === 'NEW') await push.start(options);
      return push;
    },
  };
}

/** The file as the one part of a form; openapi-fetch must not touch it, and the runtime writes the boundary. */
function upload(file: Uint8Array<ArrayBuffer> | Blob): {
  body: { file: string };
  bodySerializer: () => FormData;
} {
  return {
    // The generated type has text where the form has bytes.
    body: { file: '' },
    bodySerializer: () => {
      const form = new FormData();
      form.append('file', file instanceof Blob ? file : new Blob([file]), 'chunk');
      return form;
    },
  };
}
