/** Work in Data Integration: pools, their sources, jobs and models. */
import { newObject, partsOf, type TeamObject } from './audit-objects.ts';
import { lastOf, takeOrCreate, type Action, type Sitting } from './audit-sitting.ts';
import type { Random, Weighted } from './random.ts';

/** Somebody builds a data pool: sources, jobs and their transformations, models; runs the jobs, and mends what fails. */
export function integrationWork(sitting: Sitting): Action[] {
  const { random } = sitting;
  const [pool, isNew] = takeOrCreate(sitting, 'Pool', 0.03);
  const keys = { dataPoolId: pool.id, dataPoolName: pool.name };
  const actions: Action[] = isNew ? [{ event: 'DATA_POOL_CREATED', message: keys }] : [];
  while (actions.length < sitting.length) {
    random.weighted(POOL_SCENES)(random, pool, keys, actions);
  }
  // A sitting does not end between the start of a job and its end.
  const last = actions[sitting.length - 1];
  if (last?.event === 'DATA_JOB_MANUALLY_EXECUTED') {
    actions[sitting.length - 1] = { event: 'DATA_JOB_UPDATED', message: last.message };
  }
  return actions;
}

type PoolScene = (random: Random, pool: TeamObject, keys: Record<string, unknown>, actions: Action[]) => void;

const POOL_SCENES: readonly Weighted<PoolScene>[] = [
  [sourceScene, 2],
  [jobScene, 6],
  [modelScene, 3],
  [
    (random, pool, keys, actions): void => {
      actions.push({
        event: random.weighted<string>([
          ['DATA_POOL_UPDATED', 6],
          ['DATA_POOL_EXPORTED', 1],
          ['PARAMETER_CREATED', 2],
          ['PARAMETER_UPDATED', 4],
          ['DATA_POOL_VERSION_CREATED', 2],
        ]),
        message: { ...keys, version: pool.version++ },
      });
    },
    2,
  ],
];

function sourceScene(random: Random, pool: TeamObject, keys: Record<string, unknown>, actions: Action[]): void {
  const sources = partsOf(pool, 'Source');
  if (sources.length === 0 || random.chance(0.2)) {
    sources.push(newObject(random, 'Source'));
    const source = lastOf(sources);
    actions.push({
      event: 'DATA_SOURCE_CREATED',
      message: { ...keys, dataSourceId: source.id, dataSourceName: source.name },
    });
  }
  const source = random.pick(sources);
  const event = random.weighted<string>([
    ['DATA_SOURCE_UPDATED', 5],
    ['DATA_POOL_CONNECTION_CONFIGURATION_UPDATED', 3],
    ['DATA_SOURCE_DELETED', 1],
    ['CUSTOM_EXTRACTION_PREVIEW_EXECUTED', 2],
  ]);
  if (event === 'DATA_SOURCE_DELETED') sources.splice(sources.indexOf(source), 1);
  actions.push({
    event,
    message: {
      ...keys,
      dataSourceId: source.id,
      dataSourceName: source.name,
      configuration: { host: 'erp.example.com', ssl: true, ports: [443, 3200] },
    },
  });
}

// A job is written, run, mended where it fails, and run again.
function jobScene(random: Random, pool: TeamObject, keys: Record<string, unknown>, actions: Action[]): void {
  const jobs = partsOf(pool, 'Job');
  if (jobs.length === 0 || random.chance(0.1)) {
    jobs.push(newObject(random, 'Job'));
    const created = lastOf(jobs);
    actions.push({ event: 'DATA_JOB_CREATED', message: { ...keys, dataJobId: created.id, dataJobName: created.name } });
  }
  const job = random.pick(jobs);
  const jobKeys = { ...keys, dataJobId: job.id, dataJobName: job.name };
  const task = `Transformation ${random.int(1, 30)}`;
  if (random.chance(0.3))
    actions.push({
      event: 'TASK_CREATED',
      message: { ...jobKeys, task: { name: task, type: 'TRANSFORMATION', enabled: true } },
    });
  for (let edits = random.int(1, 3); edits > 0; edits--) {
    actions.push({
      event: 'TRANSFORMATION_CODE_CHANGED',
      message: { ...jobKeys, taskName: task, lines: random.int(1, 400) },
    });
  }
  for (let failed = random.chance(0.35), run = 0; run < 3; run++) {
    actions.push(
      { event: 'DATA_JOB_MANUALLY_EXECUTED', message: { ...jobKeys, mode: random.pick(['FULL', 'DELTA']) } },
      jobExecution(failed, jobKeys, random),
    );
    if (!failed) return;
    actions.push({
      event: 'TRANSFORMATION_CODE_CHANGED',
      message: { ...jobKeys, taskName: task, lines: random.int(1, 400) },
    });
    failed = random.chance(0.3);
  }
}

function modelScene(random: Random, pool: TeamObject, keys: Record<string, unknown>, actions: Action[]): void {
  const models = partsOf(pool, 'Model');
  const isNew = models.length === 0 || random.chance(0.1);
  if (isNew) models.push(newObject(random, 'Model'));
  const model = isNew ? lastOf(models) : random.pick(models);
  const modelKeys = { ...keys, dataModelId: model.id, dataModelName: model.name };
  if (isNew) {
    actions.push({ event: 'DATA_MODEL_CREATED', message: modelKeys });
    actions.push({
      event: 'DATA_MODEL_TABLES_CREATED',
      message: { ...modelKeys, tables: ['VBAK', 'VBAP', '_CEL_O2C_ACTIVITIES'] },
    });
    actions.push({
      event: 'DATA_MODEL_FOREIGN_KEY_CREATED',
      message: {
        ...modelKeys,
        'foreign-key': {
          source: 'VBAK',
          target: 'VBAP',
          columns: [
            ['MANDT', 'MANDT'],
            ['VBELN', 'VBELN'],
          ],
        },
      },
    });
  }
  const event = random.weighted<string>([
    ['DATA_MODEL_UPDATED', 5],
    ['DATA_MODEL_MANUAL_LOAD_STARTED', 5],
    ['DATA_MODEL_ACTIVITY_OR_CASE_TABLE_CHANGED', 1],
    ['DATA_MODEL_DELETED', 1],
  ]);
  if (event === 'DATA_MODEL_DELETED') models.splice(models.indexOf(model), 1);
  actions.push({ event, message: modelKeys });
}

/** The end of a data job. The catalogue has no code for it: that codes begin with JOB_EXECUTION is seen, the rest of this one is inferred. */
export function jobExecution(failed: boolean, keys: Record<string, unknown>, random: Random): Action {
  const outcome = failed
    ? {
        status: 'FAILED',
        error: { task: `Transformation ${random.int(1, 30)}`, text: 'relation "VBAK" does not exist' },
      }
    : { status: 'SUCCESS' };
  return { event: 'JOB_EXECUTION_FINISHED', message: { ...keys, ...outcome, durationSeconds: random.int(3, 7200) } };
}
