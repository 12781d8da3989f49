/** Parameters of a pool and of its tasks. */
import { callInit, deleted, type Identified, identified, identifiedList } from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type { PoolVariableTransport, TaskVariableTransport } from '../generated/integration.ts';
import type { CallOptions } from '../team-client.ts';
import type { PoolContext } from './context.ts';

/** A parameter of a pool as the server gives it. */
export type PoolParameter = Identified<PoolVariableTransport>;
/** A parameter of a task as the server gives it. */
export type TaskParameter = Identified<TaskVariableTransport>;

/** Parameters of one kind. */
export interface Parameters<Sent, Given> {
  list(options?: CallOptions): Promise<Given[]>;
  create(parameter: Sent, options?: CallOptions): Promise<Given>;
  update(parameter: Sent & { readonly id: string }, options?: CallOptions): Promise<Given>;
  /** False when there was none. Throws `ConflictError` while something takes its value. */
  delete(parameterId: string, options?: CallOptions): Promise<boolean>;
}

/** The operations on the parameters of a pool. */
export function poolParameters({ raw, poolId }: PoolContext): Parameters<PoolVariableTransport, PoolParameter> {
  const path = { poolId };
  const at = (parameterId: string) => ({ path: { poolId, parameterId } });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/variables/', { params: { path }, ...callInit(options) }),
        operations.listPoolParameters,
      ),
    create: async (parameter, options) =>
      identified(
        await raw.POST('/integration/api/pools/{poolId}/variables/', {
          params: { path },
          body: { poolId, ...parameter },
          ...callInit(options),
        }),
        operations.createPoolParameter,
      ),
    update: async (parameter, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}/variables/{parameterId}', {
          params: at(parameter.id),
          body: parameter,
          ...callInit(options),
        }),
        operations.updatePoolParameter,
      ),
    delete: async (parameterId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/variables/{parameterId}', {
          params: at(parameterId),
          ...callInit(options),
        }),
        operations.deletePoolParameter,
      ),
  };
}

/** The operations on the parameters of a task. */
export function taskParameters(
  { raw, poolId }: PoolContext,
  taskInstanceId: string,
): Parameters<TaskVariableTransport, TaskParameter> {
  const path = { poolId, taskInstanceId };
  const at = (parameterId: string) => ({ path: { ...path, parameterId } });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/tasks/{taskInstanceId}/variables/', {
          params: { path },
          ...callInit(options),
        }),
        operations.listTaskParameters,
      ),
    create: async (parameter, options) =>
      identified(
        await raw.POST('/integration/api/pools/{poolId}/tasks/{taskInstanceId}/variables/', {
          params: { path },
          body: { poolId, ...parameter },
          ...callInit(options),
        }),
        operations.createTaskParameter,
      ),
    update: async (parameter, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}/tasks/{taskInstanceId}/variables/{parameterId}', {
          params: at(parameter.id),
          body: parameter,
          ...callInit(options),
        }),
        operations.updateTaskParameter,
      ),
    delete: async (parameterId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/tasks/{taskInstanceId}/variables/{parameterId}', {
          params: at(parameterId),
          ...callInit(options),
        }),
        operations.deleteTaskParameter,
      ),
  };
}
