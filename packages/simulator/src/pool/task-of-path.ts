/** The task that a path speaks of. */
import type { ApiRequest } from '../api.ts';
import type { JsonObject } from './json.ts';
import { notFound } from './refusals.ts';
import type { PoolState } from './state.ts';
import { at } from './team.ts';

/** The pool that a path speaks of. */
export type PoolOf = (request: ApiRequest) => PoolState;

/** The task of a path: the ID of the definition is no ID of a task. */
export function taskOf(pool: PoolState, request: ApiRequest, name: string, type?: string): JsonObject {
  const task = pool.tasks.get(at(request, name), 'jobId', pool.jobs.get(at(request, 'jobId'))['id'] ?? null);
  if (type !== undefined && task['taskType'] !== type) throw notFound(type.toLowerCase(), at(request, name));
  return task;
}
