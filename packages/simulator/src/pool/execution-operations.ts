/** Executions: started, cancelled, looked at. */
import type { ApiRequest } from '../api.ts';
import { cancelJob, lookAtJob, startJob } from './execution.ts';
import { lastStart } from './job-operations.ts';
import { type JsonObject, asText } from './json.ts';
import type { PoolState } from './state.ts';
import { asked, at, bodyOf, done, type Operations, ok, type PoolTeam } from './team.ts';

export function executionOperations(team: PoolTeam): Operations {
  const poolOf = (request: ApiRequest): PoolState => team.state.get(at(request, 'poolId'));
  return {
    executeJob: (request) => {
      startJob(team, poolOf(request), at(request, 'jobId'), bodyOf(request));
      return done;
    },
    cancelJob: (request) => {
      const pool = poolOf(request);
      pool.jobs.get(at(request, 'jobId'));
      cancelJob(pool, at(request, 'jobId'));
      return done;
    },
    listJobStatuses: (request) => {
      const pool = poolOf(request);
      const jobs = pool.jobs.all().map(({ id }) => lookAtJob(pool, asText(id)));
      return ok(
        jobs
          .filter(({ status }) => status !== null && status !== undefined)
          .map(({ id = null, status = null }) => ({
            id,
            status,
            lastExecutionStartDate: lastStart(pool, asText(id)),
          })),
      );
    },
    listJobExecutions: (request) => {
      const pool = poolOf(request);
      pool.jobs.get(at(request, 'jobId'));
      const items = pool.executionItems
        .filter((item) => item['type'] === 'JOB' && item['jobId'] === at(request, 'jobId'))
        .toReversed();
      const { rows, pages } = pageOf(items, request);
      return ok({ executionItems: rows, numOfPages: pages });
    },
    listExecutionItems: (request) => {
      const [executionId, type, id] = ['executionId', 'type', 'id'].map((name) => asked(request, name));
      const items = poolOf(request).executionItems.filter(
        (item) =>
          (executionId === undefined || item['executionId'] === executionId) &&
          (type === undefined || item['type'] === type) &&
          (id === undefined || item['jobId'] === id || item['taskId'] === id),
      );
      return ok(items);
    },
    listLogMessages: (request) => {
      const pool = poolOf(request);
      const [executionId, type, id] = ['executionId', 'type', 'id'].map((name) => asked(request, name));
      const levels = asked(request, 'logLevels')?.split(',');
      const items = new Set(
        pool.executionItems
          .filter(
            (item) =>
              (executionId === undefined || item['executionId'] === executionId) &&
              (type === undefined || item['type'] === type) &&
              (id === undefined || (item['type'] === 'JOB' ? item['jobId'] : item['taskId']) === id),
          )
          .map((item) => item['id']),
      );
      const messages = pool.logMessages.filter(
        ({ executionItemId = null, level }) => items.has(executionItemId) && (levels?.includes(asText(level)) ?? true),
      );
      // Newest first, so that an error stands at the head.
      const { rows, pages } = pageOf(messages.toReversed(), request);
      return ok({ logMessages: rows, numOfPages: pages });
    },
  };
}

function pageOf(rows: readonly JsonObject[], request: ApiRequest): { rows: JsonObject[]; pages: number } {
  const size = Math.max(1, Number(asked(request, 'limit') ?? 50));
  const page = Number(asked(request, 'page') ?? 0);
  return { rows: rows.slice(page * size, (page + 1) * size), pages: Math.ceil(rows.length / size) };
}
