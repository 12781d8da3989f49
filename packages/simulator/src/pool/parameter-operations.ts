/** Parameters of pools and tasks. */
import type { ApiRequest } from '../api.ts';
import { newPoolParameter, newTaskParameter } from './defaults.ts';
import { asObject, given, type JsonObject, textAt, stringAt } from './json.ts';
import { BodyRefusal, PoolRefusal } from './refusals.ts';
import type { Collection, PoolState } from './state.ts';
import { asked, at, bodyOf, done, type Operations, ok, type PoolTeam } from './team.ts';

export function parameterOperations({ state }: PoolTeam): Operations {
  const poolOf = (request: ApiRequest): PoolState => state.get(at(request, 'poolId'));
  const taskOf = (request: ApiRequest): { pool: PoolState; task: JsonObject } => {
    const pool = poolOf(request);
    return { pool, task: pool.tasks.get(at(request, 'taskInstanceId')) };
  };
  return {
    listPoolParameters: (request) => {
      const type = asked(request, 'publicConstants') === 'true' ? 'PUBLIC_CONSTANT' : asked(request, 'constantType');
      return ok(
        poolOf(request)
          .parameters.all()
          .filter((each) => type === undefined || each['type'] === type),
      );
    },
    createPoolParameter: (request) => {
      const pool = poolOf(request);
      const body = bodyOf(request);
      checkPlaceholder(body, pool.parameters.all());
      const made = newPoolParameter(state.ids.next(), pool.id);
      return ok(put(pool.parameters, made, body));
    },
    getPoolParameter: (request) => ok(poolOf(request).parameters.get(at(request, 'parameterId'))),
    updatePoolParameter: (request) => {
      const { parameters } = poolOf(request);
      const old = parameters.get(at(request, 'parameterId'));
      const body = bodyOf(request);
      checkPlaceholder(
        { ...old, ...body },
        parameters.all().filter((each) => each !== old),
      );
      return ok(put(parameters, old, body));
    },
    deletePoolParameter: (request) => {
      const { parameters, taskParameters } = poolOf(request);
      const id = at(request, 'parameterId');
      parameters.get(id);
      const user = taskParameters.all().find((each) => asObject(each['settings'])['poolVariableId'] === id);
      if (user !== undefined) {
        throw new PoolRefusal(409, `The parameter is used by the task parameter ${stringAt(user, 'placeholder')}.`);
      }
      parameters.remove(id);
      return done;
    },
    listTaskParameters: (request) => {
      const { pool, task } = taskOf(request);
      return ok(pool.taskParameters.all('taskId', task['taskId']));
    },
    createTaskParameter: (request) => {
      const { pool, task } = taskOf(request);
      const body = bodyOf(request);
      const definition = textAt(body, 'taskId');
      if (definition !== undefined && definition !== task['taskId']) {
        throw new BodyRefusal('taskId', 'taskId is not that of the task; it is the ID of its definition');
      }
      const linked = textAt(asObject(body['settings']), 'poolVariableId');
      if (linked !== undefined) pool.parameters.get(linked);
      checkPlaceholder(body, pool.taskParameters.all('taskId', task['taskId']));
      const made = newTaskParameter(state.ids.next(), pool.id, stringAt(task, 'taskId'));
      return ok(put(pool.taskParameters, made, body));
    },
    updateTaskParameter: (request) => {
      const { pool, task } = taskOf(request);
      const old = pool.taskParameters.get(at(request, 'parameterId'), 'taskId', task['taskId']);
      const body = bodyOf(request);
      const others = pool.taskParameters.all('taskId', task['taskId']).filter((each) => each !== old);
      checkPlaceholder({ ...old, ...body }, others);
      return ok(put(pool.taskParameters, old, body));
    },
    deleteTaskParameter: (request) => {
      const { pool, task } = taskOf(request);
      const id = at(request, 'parameterId');
      pool.taskParameters.get(id, 'taskId', task['taskId']);
      pool.taskParameters.remove(id);
      return done;
    },
  };
}

function put(parameters: Collection, old: JsonObject, body: JsonObject): JsonObject {
  const { id = null, poolId = null, taskId } = old;
  const next = { ...old, ...given(body, Object.keys(old)), id, poolId };
  return parameters.put(taskId === undefined ? next : { ...next, taskId });
}

function checkPlaceholder(parameter: JsonObject, others: readonly JsonObject[]): void {
  const placeholder = textAt(parameter, 'placeholder');
  if (placeholder === undefined) throw new BodyRefusal('placeholder', 'placeholder must not be empty', 'NOT_EMPTY');
  if (others.some((other) => other['placeholder'] === placeholder)) {
    throw new BodyRefusal('placeholder', `the placeholder ${placeholder} is taken`, 'DUPLICATE');
  }
}
