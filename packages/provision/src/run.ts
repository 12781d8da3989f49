/** Executes what stands in the pool, and says what came of it. */
import type { CelonisIntegration } from '@millrace/celonis-client/integration';
import type { Installation } from './installation.ts';
import { foreignKeyName } from './plan-data-model.ts';

/** What to execute, and how. */
export interface RunOptions {
  readonly poolId: string;
  readonly jobId: string;
  readonly dataModelId: string;
  /** Left out: `DELTA`, and `FULL` when the job has never ended well. */
  readonly mode?: 'FULL' | 'DELTA';
  readonly signal?: AbortSignal;
  /** Hears of each task and load as its state changes. */
  readonly onStep?: (step: RunStep) => void;
}

/** A task of the data job, or the load of the data model. */
export interface RunStep {
  readonly name: string;
  /** `RUNNING`, `SUCCESS`, `FAIL`, … */
  readonly status: string;
}

/** What stands in the data model after the run. A JSON value. */
export interface RunReport {
  readonly mode: 'FULL' | 'DELTA';
  /** `SUCCESS`, or `WARNING` with `message`. */
  readonly status: string;
  readonly message: string | null;
  /** Tables of the data model with their rows. */
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  /** Foreign keys that the load has checked. */
  readonly relations: readonly { readonly relation: string; readonly columns: string }[];
  readonly activityTables: readonly string[];
}

/**
 * Executes the data job, waits for it and for the load of the data model after it.
 * @throws OperationError when the job or the load fails
 */
export async function run(
  client: CelonisIntegration,
  installation: Installation,
  options: RunOptions,
): Promise<RunReport> {
  const { poolId, jobId, dataModelId, signal, onStep } = options;
  const { jobs, dataModels } = client.pool(poolId);
  const call = signal === undefined ? {} : { signal };
  const mode = options.mode ?? ((await hasSucceeded(client, poolId, jobId, call)) ? 'DELTA' : 'FULL');
  const before = (await dataModels.state(dataModelId, call)).loadInfo?.currentComputeLoad?.dataLoadId ?? null;
  const execution = await jobs.execute(jobId, { mode, ...call });
  const told = new Map<string, string>();
  const tell = (name: string, status: string): void => {
    if (told.get(name) === status) return;
    told.set(name, status);
    onStep?.({ name, status });
  };
  const tellTasks = async (): Promise<void> => {
    const [last] = await jobs.executions.list(jobId, { limit: 1, ...call });
    if (typeof last?.executionId !== 'string') return;
    const tasks = await jobs.executions.tasks(jobId, last.executionId, call);
    for (const { name, status } of tasks) tell(name ?? '', status ?? '');
  };
  const watched: Promise<unknown>[] = [];
  const onProgress = (): void => {
    if (onStep !== undefined) watched.push(tellTasks().catch(() => undefined));
  };
  try {
    await execution.wait({ ...call, onProgress });
  } finally {
    await Promise.all(watched);
    if (onStep !== undefined) await tellTasks().catch(() => undefined);
  }
  // The job starts the load and does not wait for it.
  const load = await dataModels.resume(
    { kind: 'load', poolId, dataModelId, before, started: true, complete: true, tables: null },
    call,
  );
  const { status, message, rows } = await load.wait({
    ...call,
    onProgress: (state) => tell(`load of data model ${installation.name}`, state.status),
  });
  return {
    mode,
    status,
    message: message ?? null,
    tables: Object.entries(rows)
      .map(([table, count]) => ({ table, rows: count }))
      .toSorted((a, b) => (a.table < b.table ? -1 : 1)),
    relations: installation.foreignKeys.map((key) => ({
      relation: foreignKeyName(key),
      columns: key.columns.map(({ dimension, fact }) => `${dimension} → ${fact}`).join(', '),
    })),
    activityTables: installation.activityTables.map(({ table }) => table),
  };
}

async function hasSucceeded(
  client: CelonisIntegration,
  poolId: string,
  jobId: string,
  call: { readonly signal?: AbortSignal },
): Promise<boolean> {
  const executions = await client.pool(poolId).jobs.executions.list(jobId, { limit: 20, ...call });
  return executions.some(({ status }) => status === 'SUCCESS');
}

/** Address of the data model in the browser. */
export function dataModelLink(team: string, poolId: string, dataModelId: string): string {
  return `${team}/integration/ui/pools/${poolId}/data-configuration/process-data-models/${dataModelId}?tab=data-model`;
}

/** Address of the pool's connections in the browser. */
export function poolLink(team: string, poolId: string): string {
  return `${team}/integration/ui/pools/${poolId}`;
}
