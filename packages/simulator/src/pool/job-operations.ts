/** Data jobs, their tasks, and the loads at their end. */
import { newJob, newTask } from './defaults.ts';
import { given, type JsonObject, objectsOf, textAt, stringAt } from './json.ts';
import { BodyRefusal, notFound, PoolRefusal } from './refusals.ts';
import type { PoolState } from './state.ts';
import { at, bodyOf, done, type Operations, ok, type PoolTeam } from './team.ts';
import type { ApiRequest } from '../api.ts';
import { extractionOperations } from './extraction-operations.ts';
import { taskOf, type PoolOf } from './task-of-path.ts';

export function jobOperations(team: PoolTeam): Operations {
  const { state, clock } = team;
  const poolOf = (request: ApiRequest): PoolState => state.get(at(request, 'poolId'));
  return {
    listJobs: (request) => ok(poolOf(request).jobs.all()),
    createJob: (request) => {
      const pool = poolOf(request);
      const body = bodyOf(request);
      if (textAt(body, 'name') === undefined) throw new BodyRefusal('name', 'name must not be empty', 'NOT_EMPTY');
      const connectionId = textAt(body, 'dataSourceId') ?? null;
      if (connectionId !== null) pool.connections.get(connectionId);
      const job = newJob(state.ids.next(), pool.id, clock.milliseconds());
      return ok(pool.jobs.put({ ...job, name: body['name'] ?? null, dataSourceId: connectionId }));
    },
    getJob: (request) => ok(poolOf(request).jobs.get(at(request, 'jobId'))),
    updateJob: (request) => {
      const pool = poolOf(request);
      const job = pool.jobs.get(at(request, 'jobId'));
      const body = given(bodyOf(request), ['name', 'dataSourceId']);
      const moved = 'dataSourceId' in body && body['dataSourceId'] !== job['dataSourceId'];
      if (moved && pool.tasks.all('jobId', job['id']).length > 0) {
        throw new PoolRefusal(400, 'The connection of a data job with tasks cannot change.');
      }
      return ok(pool.jobs.put({ ...job, ...body }));
    },
    deleteJob: (request) => {
      const pool = poolOf(request);
      const id = at(request, 'jobId');
      pool.jobs.get(id);
      if (pool.running.has(id)) throw new PoolRefusal(409, 'The data job is running.', 'JOB_ALREADY_RUNNING');
      for (const task of pool.tasks.all('jobId', id)) removeTask(pool, stringAt(task, 'id'));
      for (const load of pool.jobLoads.all('jobId', id)) pool.jobLoads.remove(stringAt(load, 'id'));
      pool.jobs.remove(id);
      return done;
    },
    copyJob: (request) => {
      const pool = poolOf(request);
      const job = pool.jobs.get(at(request, 'jobId'));
      const { destinationPoolId, destinationDataSourceId } = bodyOf(request);
      const target = typeof destinationPoolId === 'string' ? state.get(destinationPoolId) : pool;
      const copy = target.jobs.put({
        ...newJob(state.ids.next(), target.id, clock.milliseconds()),
        name: job['name'] ?? null,
        dataSourceId: destinationDataSourceId ?? (target === pool ? (job['dataSourceId'] ?? null) : null),
      });
      for (const task of pool.tasks.all('jobId', job['id'])) copyTask(task, pool, target, stringAt(copy, 'id'), team);
      return ok(copy);
    },
    listJobOverviews: (request) => {
      const pool = poolOf(request);
      return ok(
        pool.jobs.all().map((job) => ({
          id: job['id'] ?? null,
          lastExecutionDate: lastStart(pool, stringAt(job, 'id')),
          executionStatus: job['status'] ?? null,
          numberOfTransformations: pool.tasks
            .all('jobId', job['id'])
            .filter(({ taskType }) => taskType === 'TRANSFORMATION').length,
        })),
      );
    },
    ...taskOperations(team, poolOf),
    ...extractionOperations(team, poolOf),
    ...loadOperations(team, poolOf),
  };
}

/** When the last execution of a job began. */
export function lastStart(pool: PoolState, jobId: string): number | null {
  const last = pool.executionItems.findLast((item) => item['type'] === 'JOB' && item['jobId'] === jobId);
  return typeof last?.['startDate'] === 'number' ? last['startDate'] : null;
}

function taskOperations({ state, clock }: PoolTeam, poolOf: PoolOf): Operations {
  const set = (request: ApiRequest, fields: JsonObject) => {
    const pool = poolOf(request);
    return ok(pool.tasks.put({ ...taskOf(pool, request, 'taskInstanceId'), ...fields }));
  };
  return {
    listTasks: (request) => {
      const pool = poolOf(request);
      return ok(pool.tasks.all('jobId', pool.jobs.get(at(request, 'jobId'))['id']));
    },
    createTask: (request) => {
      const pool = poolOf(request);
      const job = pool.jobs.get(at(request, 'jobId'));
      const body = bodyOf(request);
      if (textAt(body, 'name') === undefined) throw new BodyRefusal('name', 'name must not be empty', 'NOT_EMPTY');
      const taskType = textAt(body, 'taskType');
      if (taskType !== 'EXTRACTION' && taskType !== 'TRANSFORMATION') {
        throw new BodyRefusal('taskType', 'taskType must be EXTRACTION or TRANSFORMATION');
      }
      if (taskType === 'EXTRACTION' && job['dataSourceId'] === null) {
        throw new PoolRefusal(
          400,
          'A data job without a connection cannot have extractions.',
          'JOB_HAS_NO_DATA_SOURCE',
        );
      }
      const definition = textAt(body, 'taskId');
      const original = definition === undefined ? undefined : pool.tasks.all('taskId', definition)[0];
      if (definition !== undefined && original === undefined) throw notFound('task', definition);
      const others = pool.tasks.all('jobId', job['id']).filter((task) => task['taskType'] === taskType);
      const id = state.ids.next();
      const task = pool.tasks.put({
        ...newTask({ id, taskId: definition ?? state.ids.next() }, pool.id, clock.milliseconds()),
        ...given(body, ['name', 'description', 'taskType', 'executionOrder']),
        jobId: job['id'] ?? null,
        executionOrder: body['executionOrder'] ?? others.length + 1,
      });
      if (taskType === 'TRANSFORMATION') {
        pool.statements.set(id, pool.statements.get(stringAt(original, 'id')) ?? '');
      }
      return ok(task);
    },
    updateTask: (request) => set(request, given(bodyOf(request), ['name', 'description'])),
    deleteTask: (request) => {
      const pool = poolOf(request);
      removeTask(pool, stringAt(taskOf(pool, request, 'taskInstanceId'), 'id'));
      return done;
    },
    enableTask: (request) => set(request, { disabled: false }),
    disableTask: (request) => set(request, { disabled: true }),
    getStatement: (request) => {
      const pool = poolOf(request);
      const task = taskOf(pool, request, 'transformationId', 'TRANSFORMATION');
      return ok({ statement: pool.statements.get(stringAt(task, 'id')) ?? '', legalNote: null });
    },
    updateStatement: (request) => {
      const pool = poolOf(request);
      const task = taskOf(pool, request, 'transformationId', 'TRANSFORMATION');
      const statement = request.body.kind === 'text' ? request.body.text : '';
      // A definition that is used twice has one statement.
      for (const each of pool.tasks.all('taskId', task['taskId'])) pool.statements.set(stringAt(each, 'id'), statement);
      return ok({ ...task, statement });
    },
  };
}

function removeTask(pool: PoolState, id: string): void {
  const task = pool.tasks.get(id);
  pool.tasks.remove(id);
  pool.statements.delete(id);
  pool.extractionTables.delete(id);
  pool.extractionSettings.delete(id);
  if (pool.tasks.all('taskId', task['taskId']).length > 0) return;
  for (const parameter of pool.taskParameters.all('taskId', task['taskId'])) {
    pool.taskParameters.remove(stringAt(parameter, 'id'));
  }
}

function copyTask(task: JsonObject, from: PoolState, to: PoolState, jobId: string, { state, clock }: PoolTeam): void {
  const ids = { id: state.ids.next(), taskId: state.ids.next() };
  const { name = null, description = null, taskType = null, executionOrder = null, disabled = null } = task;
  const made = newTask(ids, to.id, clock.milliseconds());
  to.tasks.put({ ...made, name, description, taskType, executionOrder, disabled, jobId });
  const old = stringAt(task, 'id');
  const statement = from.statements.get(old);
  if (statement !== undefined) to.statements.set(ids.id, statement);
  const renamed = new Map(
    from
      .tablesOf(old)
      .all()
      .map((table) => [stringAt(table, 'id'), state.ids.next()]),
  );
  for (const table of from.tablesOf(old).all()) {
    to.tablesOf(ids.id).put({
      ...table,
      id: renamed.get(stringAt(table, 'id')) ?? null,
      taskId: ids.taskId,
      parentTable: renamed.get(stringAt(table, 'parentTable')) ?? null,
      dependsOn: renamed.get(stringAt(table, 'dependsOn')) ?? null,
    });
  }
}

function loadOperations({ state }: PoolTeam, poolOf: PoolOf): Operations {
  return {
    listJobLoads: (request) => {
      const pool = poolOf(request);
      return ok(pool.jobLoads.all('jobId', pool.jobs.get(at(request, 'jobId'))['id']));
    },
    createJobLoad: (request) => {
      const pool = poolOf(request);
      const job = pool.jobs.get(at(request, 'jobId'));
      const body = bodyOf(request);
      const dataModel = pool.dataModels.get(stringAt(body, 'dataModelId'));
      const partialLoad = body['partialLoad'] === true;
      const chosen = new Set(objectsOf(body['tables']).map(({ id }) => id));
      const tables = pool.modelTables.all('dataModelId', dataModel['id']).map(({ id = null, aliasOrName = null }) => ({
        id,
        aliasOrName,
        selected: !partialLoad || chosen.has(id),
      }));
      const load = pool.jobLoads.put({
        id: state.ids.next(),
        dataModelId: dataModel['id'] ?? null,
        jobId: job['id'] ?? null,
        disabled: false,
        dataModelName: dataModel['name'] ?? null,
        tables,
        partialLoad,
      });
      // The answer lacks what a later read has.
      const { id = null, dataModelId = null, jobId = null } = load;
      return ok({ id, dataModelId, jobId, partialLoad });
    },
    deleteJobLoad: (request) => {
      const pool = poolOf(request);
      pool.jobLoads.get(at(request, 'loadId'), 'jobId', at(request, 'jobId'));
      pool.jobLoads.remove(at(request, 'loadId'));
      return done;
    },
  };
}
