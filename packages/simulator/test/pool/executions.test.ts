import { expect, test } from 'vitest';
import type { CelonisSimulator } from '../../src/index.ts';
import { call, execute, send, team, type WithId } from './helpers.ts';

/** A pool with a job of the global schema whose transformations have the given SQL. */
async function job(simulator: CelonisSimulator, ...scripts: readonly string[]) {
  const { id: pool } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'p' });
  const base = `/integration/api/pools/${pool}`;
  const made = await call<WithId>(simulator, 'POST', `${base}/jobs`, { name: 'j', dataSourceId: null });
  for (const [at, script] of scripts.entries()) {
    const task = await call<WithId>(simulator, 'POST', `${base}/jobs/${made.id}/tasks/`, {
      taskType: 'TRANSFORMATION',
      name: `t${at}`,
      executionOrder: at + 1,
    });
    const statement = `${base}/jobs/${made.id}/transformations/${task.id}/statement`;
    await send(simulator, 'PUT', statement, script, { 'content-type': 'text/plain' });
  }
  return { pool, base, id: made.id };
}

test('what comes after a task that fails is skipped, and the log has the error with its task', async () => {
  const simulator = await team();
  const { pool, base, id } = await job(
    simulator,
    'CREATE TABLE a AS SELECT 1 AS x',
    'SELECT * FROM no_such_table',
    'CREATE TABLE b AS SELECT 1 AS x',
  );
  expect(await execute(simulator, pool, id)).toBe('FAIL');
  const { executionItems: runs } = await call<{ executionItems: WithId[] }>(
    simulator,
    'GET',
    `${base}/logs/${id}/executions`,
  );
  const executionId = String(runs[0]?.['executionId']);
  const tasks = await call<WithId[]>(
    simulator,
    'GET',
    `${base}/logs/executions?executionId=${executionId}&type=TASK&id=${id}`,
  );
  expect(tasks.map(({ name, status }) => [name, status])).toEqual([
    ['t0', 'SUCCESS'],
    ['t1', 'FAIL'],
    ['t2', 'SKIPPED'],
  ]);
  const failed = tasks.find(({ status }) => status === 'FAIL');
  const { logMessages } = await call<{ logMessages: { level: string; logMessage: string }[] }>(
    simulator,
    'GET',
    `${base}/logs/executions/detail?executionId=${executionId}&id=${String(failed?.['taskId'])}&type=TASK&logLevels=ERROR`,
  );
  expect(logMessages).toHaveLength(1);
  expect(logMessages[0]?.logMessage).toContain('no_such_table');
  const tables = await call<WithId[]>(simulator, 'GET', `${base}/tables`);
  expect(tables.map(({ name }) => name)).toEqual(['a']);
});

test('a job that runs refuses a second start until somebody has seen its end', async () => {
  const simulator = await team({ dataPools: { looks: 1 } });
  const { pool, base, id } = await job(simulator, 'CREATE TABLE a AS SELECT 1 AS x');
  const start = () => send(simulator, 'POST', `${base}/jobs/${id}/execute`, { poolId: pool, jobId: id, mode: 'FULL' });
  expect((await start()).status).toBe(200);
  const second = await start();
  expect(second).toMatchObject({ status: 409, body: { shortMessage: 'JOB_ALREADY_RUNNING' } });
  const seen: unknown[] = [];
  while (seen.at(-1) !== 'SUCCESS') {
    const [state] = await call<WithId[]>(simulator, 'GET', `${base}/logs/status`);
    seen.push(state?.['status']);
  }
  expect(seen).toContain('RUNNING');
  expect((await start()).status).toBe(200);
});

test('a task that is switched off does not run', async () => {
  const simulator = await team();
  const { pool, base, id } = await job(simulator, 'CREATE TABLE a AS SELECT 1 AS x', 'SELECT * FROM no_such_table');
  const tasks = await call<WithId[]>(simulator, 'GET', `${base}/jobs/${id}/tasks/`);
  await call(simulator, 'DELETE', `${base}/jobs/${id}/tasks/${tasks[1]?.id ?? ''}/enabled`);
  expect(await execute(simulator, pool, id)).toBe('SUCCESS');
});
