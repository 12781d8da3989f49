/** The typed client of Data Push of one Celonis team. */
import { type Budget, OptionError, type RetryOptions, systemClock } from '@millrace/http';
import type { Client } from 'openapi-fetch';
import { dataPushOperations as operations } from '../generated/data-push-operations.ts';
import type { paths } from '../generated/data-push.ts';
import { pollTiming } from '../poller.ts';
import { checkTeamOptions, teamClient, type TeamClientOptions } from '../team-client.ts';
import type { PushContext } from './context.ts';
import { type PushJobs, pushJobs } from './push-jobs.ts';
import type { PushState } from './push-execution.ts';
import { pushTable, type TablePush } from './push-table.ts';

/** Options of {@link createDataPush}. */
export interface DataPushOptions extends TeamClientOptions {
  /** Path prefix of the API. Default `data-ingestion`; `integration` is the older one. */
  readonly prefix?: 'data-ingestion' | 'integration';
  /**
   * Executions of the team that this client may use up. Default: all, 10 a second and 250 in each full UTC hour. Clients with a share each,
   * such as 125, do not get into each other's way.
   */
  readonly limits?: { readonly perSecond?: number; readonly perHour?: number };
}

/** Data Push into one pool. */
export interface PoolPush {
  readonly poolId: string;
  readonly jobs: PushJobs;
  /** Pushes a table: creates a job, uploads the chunks, executes, waits, deletes the job. */
  table(push: TablePush): Promise<PushState>;
}

/** What {@link createDataPush} gives. */
export interface DataPush {
  /** One data pool. Nothing is sent. */
  pool(poolId: string): PoolPush;
  /** The openapi-fetch client below: `{ data, error, response }`, with credentials, retry and limits. */
  readonly raw: Client<paths>;
}

/** An execution may have to wait for the next full hour. */
const MOST_PATIENCE = 2 * 3_600_000;

/**
 * Makes the client. Scope `integration.data-pools` or `integration.data-pools:data_push`, and "Data Push API" on the data pool. Nothing is
 * sent before the first call. One client keeps to the limits of the vendor by itself, so use one for all tables. Throws `OptionError` when an option is
 * wrong.
 *
 * Limits: https://docs.celonis.com/en/data-push-api.html
 */
export function createDataPush(options: DataPushOptions): DataPush {
  checkTeamOptions(options, ['prefix', 'limits'], 'createDataPush');
  const { prefix = 'data-ingestion', limits = {}, ...team } = options;
  if (prefix !== 'data-ingestion' && prefix !== 'integration') {
    throw new OptionError('prefix', 'prefix must be "data-ingestion" or "integration".');
  }
  const budgets = [...(options.budgets ?? []), ...pushBudgets(limits)];
  const raw = teamClient<paths>(team, operations, prefixed(prefix));
  const patient = teamClient<paths>(
    {
      ...team,
      budgets,
      retry: withoutLimits(options.retry),
      totalTimeout: Math.max(options.totalTimeout ?? 0, MOST_PATIENCE),
    },
    operations,
    prefixed(prefix),
  );
  const clock = options.clock ?? systemClock;
  const timing = pollTiming(options.poll);
  return {
    pool: (poolId) => {
      if (typeof poolId !== 'string' || poolId.trim() === '') {
        throw new OptionError('poolId', 'poolId must be the ID of a data pool, a UUID as in the address of its page.');
      }
      const context: PushContext = { raw, patient, poolId, clock, timing };
      return { poolId, jobs: pushJobs(context), table: (push) => pushTable(context, push) };
    },
    raw,
  };
}

/** A 429 of an execution is waited for by whoever executes, who knows when the hour ends. */
function withoutLimits(retry: DataPushOptions['retry'] = {}): RetryOptions | false {
  if (retry === false) return false;
  const statuses = retry.statuses ?? [408, 425, 500, 502, 503, 504];
  return { ...retry, statuses: statuses.filter((status) => status !== 429) };
}

function pushBudgets({ perSecond = 10, perHour = 250 }: NonNullable<DataPushOptions['limits']>): Budget[] {
  return [
    { requests: perSecond, per: 'second' },
    { requests: perHour, per: 'hour', window: 'utc' },
  ];
}

/** The paths under the older prefix, by operation. */
function prefixed(prefix: 'data-ingestion' | 'integration'): Readonly<Record<string, string>> {
  if (prefix === 'data-ingestion') return {};
  return {
    listPushJobs: operations.listPushJobsLegacy.path,
    createPushJob: operations.createPushJobLegacy.path,
    getPushJob: operations.getPushJobLegacy.path,
    executePushJob: operations.executePushJobLegacy.path,
    deletePushJob: operations.deletePushJobLegacy.path,
    listPushChunks: operations.listPushChunksLegacy.path,
    pushUpsertedChunk: operations.pushUpsertedChunkLegacy.path,
    pushDeletedChunk: operations.pushDeletedChunkLegacy.path,
  };
}
