/** One push job, read. */
import { callInit, type Identified, identified } from '../answers.ts';
import { dataPushOperations as operations } from '../generated/data-push-operations.ts';
import type { DataPushJob } from '../generated/data-push.ts';
import type { CallOptions } from '../team-client.ts';
import type { PushContext } from './context.ts';

/** A push job as the server gives it. */
export type PushJob = Identified<DataPushJob>;

/** Reads a push job. */
export async function getPushJob(
  { raw, poolId }: PushContext,
  pushJobId: string,
  options?: CallOptions,
): Promise<PushJob> {
  return identified(
    await raw.GET('/data-ingestion/api/v1/data-push/{poolId}/jobs/{pushJobId}', {
      params: { path: { poolId, pushJobId } },
      ...callInit(options),
    }),
    operations.getPushJob,
  );
}
