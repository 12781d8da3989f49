/** A table pushed in one go: job, chunks, execution, end, job deleted. */
import { OptionError } from '@millrace/http';
import type { ColumnTransport, CsvParsingOptions, DataPushJob } from '../generated/data-push.ts';
import type { WaitOptions } from '../poller.ts';
import type { PushContext } from './context.ts';
import type { ExecutePushOptions, PushState, PushToken } from './push-execution.ts';
import { pushJobs } from './push-jobs.ts';

/** What to push, and where. */
export interface TablePush
  extends Pick<ExecutePushOptions, 'duplicateRemovalColumn' | 'onLimit'>,
    WaitOptions<PushState> {
  /** Name of the table. */
  readonly table: string;
  /** ID of the connection whose schema it is in; default null, the global schema. */
  readonly connectionId?: string | null;
  /** `REPLACE` makes the table anew. `DELTA` replaces rows with equal `keys` and adds others; without `keys` it adds all. */
  readonly type: 'REPLACE' | 'DELTA';
  /** Primary key columns. */
  readonly keys?: readonly string[];
  /** Types and lengths. A string whose length is declared nowhere is cut at 80 characters by the server. */
  readonly columns?: readonly ColumnTransport[];
  /** Length of strings that `columns` does not declare. */
  readonly fallbackVarcharLength?: number;
  /** The files: Parquet unless `csv` is given. Taken one after another; only one is held at a time. */
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer> | Blob> | Iterable<Uint8Array<ArrayBuffer> | Blob>;
  /** How the chunks are to be read, when they are CSV. */
  readonly csv?: CsvParsingOptions;
  /** Hears of the token before the job is executed: with it the push can be resumed. */
  readonly onToken?: (token: PushToken) => void | Promise<void>;
}

/**
 * Pushes a table. When it fails before the execution, the job is deleted and nothing has changed. Rejects with `OperationError` when the
 * server refuses the rows.
 */
export async function pushTable(context: PushContext, push: TablePush): Promise<PushState> {
  const jobs = pushJobs(context);
  const { signal, onProgress, duplicateRemovalColumn, onLimit, keys = [] } = push;
  if (push.type === 'DELTA' && duplicateRemovalColumn !== undefined && keys.length === 0) {
    throw new OptionError('duplicateRemovalColumn', 'duplicateRemovalColumn needs keys: give keys, such as ["id"].');
  }
  const call = signal === undefined ? {} : { signal };
  const { id } = await jobs.create(jobOf(push), call);
  try {
    for await (const chunk of push.chunks) await jobs.upsert(id, chunk, { idempotent: keys.length > 0, ...call });
    await push.onToken?.({ kind: 'push', poolId: context.poolId, pushJobId: id });
    const execution = await jobs.execute(id, {
      ...call,
      ...(duplicateRemovalColumn === undefined ? {} : { duplicateRemovalColumn }),
      ...(onLimit === undefined ? {} : { onLimit }),
    });
    return await execution.wait({ ...call, ...(onProgress === undefined ? {} : { onProgress }) });
  } finally {
    // A job that was aborted while it ran must stay, so that its token is good.
    if (signal?.aborted !== true) await jobs.delete(id);
  }
}

function jobOf(push: TablePush): DataPushJob & { readonly targetName: string; readonly type: 'REPLACE' | 'DELTA' } {
  const { table, connectionId = null, type, keys = [], columns, fallbackVarcharLength, csv } = push;
  return {
    targetName: table,
    type,
    connectionId,
    fileType: csv === undefined ? 'PARQUET' : 'CSV',
    ...(keys.length === 0 ? {} : { keys: [...keys] }),
    ...(columns === undefined ? {} : { tableSchema: { tableName: table, columns: [...columns] } }),
    ...(fallbackVarcharLength === undefined ? {} : { fallbackVarcharLength }),
    ...(csv === undefined ? {} : { csvParsingOptions: csv }),
  };
}
