/** Executions of data jobs: extractions, then transformations, then loads; with states and logs. */

import { type JsonObject, objectsOf, textsOf, stringAt, asText } from './json.ts';
import { startLoad } from './model-load.ts';
import { firstLine } from './push-chunks.ts';
import { fillPlaceholders } from './parameter-values.ts';
import { PoolRefusal } from './refusals.ts';
import type { PoolState, RunningJob } from './state.ts';
import type { PoolTeam } from './team.ts';
import { translate } from './vertica.ts';

/** Where the log of a step goes. */
export interface StepLog {
  info(message: string): void;
  error(message: string): void;
}

/** One execution. */
interface Execution {
  readonly team: PoolTeam;
  readonly pool: PoolState;
  readonly job: JsonObject;
  readonly running: RunningJob;
  readonly mode: 'FULL' | 'DELTA';
  readonly configuration: JsonObject;
}

/** Starts a job. Throws the refusal of one that runs already. */
export function startJob(team: PoolTeam, pool: PoolState, jobId: string, configuration: JsonObject): void {
  const job = pool.jobs.get(jobId);
  if (pool.running.has(jobId)) throw new PoolRefusal(409, 'The data job is running already.', 'JOB_ALREADY_RUNNING');
  const running: RunningJob = { executionId: team.state.ids.next(), cancelled: false, looks: team.options.looks ?? 0 };
  pool.running.set(jobId, running);
  const execution: Execution = {
    team,
    pool,
    job,
    running,
    mode: configuration['mode'] === 'FULL' ? 'FULL' : 'DELTA',
    configuration,
  };
  const item = addItem(execution, { type: 'JOB', name: job['name'] ?? null, status: 'QUEUED', taskId: null });
  pool.jobs.put({ ...job, status: 'QUEUED', currentExecutionId: running.executionId });
  void runTasks(execution, item)
    .catch((error: unknown) => {
      logTo(execution, item).error(error instanceof Error ? error.message : String(error));
      return 'FAIL' as const;
    })
    .then((outcome) => {
      running.outcome = outcome;
      end(execution, item, outcome);
      return outcome;
    });
}

/** The job as a look shows it; the end of an execution shows after so many looks. */
export function lookAtJob(pool: PoolState, jobId: string): JsonObject {
  const job = pool.jobs.get(jobId);
  const running = pool.running.get(jobId);
  if (running === undefined) return job;
  if (running.outcome === undefined || (running.looks > 0 && !running.cancelled)) {
    running.looks -= running.outcome === undefined ? 0 : 1;
    return pool.jobs.put({ ...job, status: 'RUNNING' });
  }
  pool.running.delete(jobId);
  return pool.jobs.put({ ...job, status: running.outcome, currentExecutionId: null });
}

/** Stops a job before its next task. */
export function cancelJob(pool: PoolState, jobId: string): void {
  const running = pool.running.get(jobId);
  if (running === undefined) throw new PoolRefusal(409, 'The data job is not running.');
  running.cancelled = true;
  if (running.outcome === undefined) return;
  // It has ended, and no look has seen it yet.
  running.outcome = 'CANCEL';
  const item = pool.executionItems.findLast(
    (each) => each['executionId'] === running.executionId && each['type'] === 'JOB',
  );
  if (item !== undefined) item['status'] = 'CANCEL';
}

async function runTasks(execution: Execution, item: JsonObject): Promise<'SUCCESS' | 'FAIL' | 'CANCEL'> {
  const { pool, job, running } = execution;
  item['status'] = 'RUNNING';
  logTo(execution, item).info(`Starting running job ${stringAt(job, 'name')}.`);
  let failed = false;
  for (const task of tasksOf(execution)) {
    const step = addItem(execution, {
      type: 'TASK',
      name: task['name'] ?? null,
      status: 'RUNNING',
      taskId: task['id'] ?? null,
    });
    step['executionOrder'] = task['executionOrder'] ?? null;
    if (running.cancelled || failed) {
      end(execution, step, running.cancelled ? 'CANCEL' : 'SKIPPED');
      continue;
    }
    const log = logTo(execution, step);
    try {
      if (task['taskType'] === 'EXTRACTION') await extract(execution, task, log);
      else await runTransformation(execution, task, log);
      end(execution, step, 'SUCCESS');
    } catch (error) {
      log.error(error instanceof Error ? error.message : String(error));
      end(execution, step, 'FAIL');
      failed = true;
    }
  }
  if (running.cancelled) return 'CANCEL';
  if (failed) return 'FAIL';
  for (const load of loadsOf(execution)) {
    const modelId = stringAt(load, 'dataModelId');
    // The job does not wait for it.
    if (pool.dataModels.has(modelId))
      startLoad(execution.team, pool, modelId, load['partialLoad'] === true ? 'PARTIAL' : 'COMPLETE');
  }
  return 'SUCCESS';
}

/** Tasks of the job that are to run, in order: extractions first. */
function tasksOf({ pool, job, configuration }: Execution): JsonObject[] {
  const chosen = new Set([
    ...textsOf(configuration['transformations']),
    ...objectsOf(configuration['extractions']).map(({ extractionId }) => asText(extractionId)),
  ]);
  const wanted = (task: JsonObject): boolean => {
    const subset = task['taskType'] === 'EXTRACTION' ? 'Extractions' : 'Transformations';
    return configuration[`executeOnlySubsetOf${subset}`] !== true || chosen.has(stringAt(task, 'id'));
  };
  const rank = (task: JsonObject): number => (task['taskType'] === 'EXTRACTION' ? 0 : 1);
  return pool.tasks
    .all('jobId', job['id'])
    .filter((task) => task['disabled'] !== true && wanted(task))
    .toSorted((a, b) => rank(a) - rank(b) || Number(a['executionOrder']) - Number(b['executionOrder']));
}

function loadsOf({ pool, job, configuration }: Execution): JsonObject[] {
  const chosen = new Set(
    objectsOf(configuration['dataModels']).map(({ dataModelExecutionId }) => dataModelExecutionId),
  );
  return pool.jobLoads
    .all('jobId', job['id'])
    .filter((load) => load['disabled'] !== true)
    .filter(({ id = null }) => configuration['loadOnlySubsetOfDataModels'] !== true || chosen.has(id));
}

/** Most simulators never extract, so what it takes is loaded with the first extraction. */
async function extract(execution: Execution, task: JsonObject, log: StepLog): Promise<void> {
  const { runExtraction } = await import('./extraction.ts');
  await runExtraction({ ...execution, task, log });
}

/** Runs the statements of a transformation in the schema of its job's connection, one after another. */
async function runTransformation({ team, pool, job }: Execution, task: JsonObject, log: StepLog): Promise<void> {
  const script = await fillPlaceholders(pool.statements.get(stringAt(task, 'id')) ?? '', { team, pool, task });
  const schema = pool.schemaOf(job['dataSourceId']);
  const statements = translate(script, { now: team.clock.now().toISOString() });
  for (const statement of statements) {
    try {
      await team.warehouse.run(schema, statement.sql);
    } catch (error) {
      throw new Error(
        `${verticaWords(firstLine(error))} in: ${statement.source.replaceAll(/\s+/gu, ' ').slice(0, 200)}`,
        {
          cause: error,
        },
      );
    }
    for (const { table, column, octets } of statement.lengths) {
      team.warehouse.declareLength(statement.schema ?? schema, table, column, octets);
    }
  }
  log.info(`Executed ${statements.length} statements.`);
}

/** A check that stands for the length of a string is told as what it stands for. */
function verticaWords(message: string): string {
  const bound = /CHECK\(\(strlen\((.+?)\) <= (\d+)\)\)/u.exec(message);
  if (bound === null) return message;
  return `ERROR 4800: String is too long for type Varchar(${bound[2] ?? ''}), column ${bound[1] ?? ''}`;
}

function addItem(
  { team, pool, job, running, mode }: Execution,
  fields: Pick<JsonObject, 'type' | 'name' | 'status' | 'taskId'>,
): JsonObject {
  const earlier = pool.executionItems.findLast((item) => item['type'] === 'JOB' && item['jobId'] === job['id']);
  const last = fields['type'] === 'JOB' && typeof earlier?.['startDate'] === 'number' ? earlier['startDate'] + 1 : 0;
  const item: JsonObject = {
    id: team.state.ids.next(),
    poolId: pool.id,
    poolName: pool.pool['name'] ?? null,
    executionId: running.executionId,
    schedulingId: null,
    jobId: job['id'] ?? null,
    stepId: null,
    dataPoolVersion: null,
    // Where the clock stands still, two executions still begin at different times.
    startDate: Math.max(team.clock.milliseconds(), last),
    endDate: null,
    mode,
    schedulingName: null,
    executionOrder: null,
    monitored: false,
    ...fields,
  };
  pool.executionItems.push(item);
  return item;
}

function end({ team }: Execution, item: JsonObject, status: string): void {
  item['status'] = status;
  item['endDate'] = Math.max(team.clock.milliseconds(), Number(item['startDate']));
}

function logTo({ team, pool }: Execution, item: JsonObject): StepLog {
  const add = (level: string, logMessage: string): void => {
    pool.logMessages.push({
      id: team.state.ids.next(),
      executionItemId: item['id'] ?? null,
      level,
      date: team.clock.milliseconds(),
      logMessage,
      logTranslationCode: null,
      logTranslationParameters: [],
    });
  };
  return { info: (message) => add('INFO', message), error: (message) => add('ERROR', message) };
}
