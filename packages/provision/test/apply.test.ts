import { expect, test } from 'vitest';
import { apply, plan, renderPlan, run } from '../src/index.ts';
import { clientOf, poolWithExtractor, pulled, pushed, startEngine, startTeam, writesSince } from './helpers.ts';

test('the first apply makes everything, and what it makes runs and loads; the second writes nothing', async () => {
  const team = await startTeam();
  const engine = await startEngine();
  const poolId = await poolWithExtractor(team);
  const client = clientOf(team);
  const installation = pulled(engine);

  const first = await apply(client, installation);
  expect(first.byHand).toBeUndefined();
  const { jobId, dataModelId } = first;
  const report = await run(client, installation, { poolId, jobId: jobId ?? '', dataModelId: dataModelId ?? '' });
  expect(report).toMatchObject({ mode: 'FULL', status: 'SUCCESS', message: null, activityTables: ['activity_log'] });
  const rows = Object.fromEntries(report.tables.map((each) => [each.table, each.rows]));
  expect(rows).toMatchObject({
    account: engine.data.accounts.length,
    digital_process: engine.data.digitalProcesses.length,
    process_context: engine.data.processContexts.length,
  });
  expect(rows['activity_log']).toBeGreaterThan(100);

  const before = team.requests.length;
  const second = await apply(client, installation);
  expect(second.changes).toEqual([]);
  expect(writesSince(team, before)).toEqual([]);
  expect(renderPlan(await plan(client, installation))).toMatch(
    /^oe in data pool Processes \(pull\): nothing to change, \d+ objects/,
  );
});

test('on the push road there is no connection and no extraction', async () => {
  const team = await startTeam();
  const client = clientOf(team);
  const { poolId, jobId, connectionId } = await apply(client, pushed());
  expect(connectionId).toBeNull();
  const pool = client.pool(poolId);
  expect(await pool.connections.list()).toEqual([]);
  expect((await pool.jobs.tasks(jobId ?? '').list()).map(({ taskType, name }) => [taskType, name])).toEqual([
    ['TRANSFORMATION', 'activity_log'],
  ]);
  expect((await plan(client, pushed())).changes).toEqual([]);
});
