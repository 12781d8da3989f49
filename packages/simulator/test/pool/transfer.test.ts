import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { call, execute, log, send, team, type WithId } from './helpers.ts';

const real = new URL('../../../../../shared/data/celonis-pool-export.json', import.meta.url);

/** A document with every ID as its ordinal, so that two documents that differ in IDs alone are equal. */
function canonical(document: unknown): unknown {
  const ordinals = new Map<string, string>();
  const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/u;
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    if (typeof value !== 'string' || !uuid.test(value)) return value;
    const known = ordinals.get(value) ?? `id ${ordinals.size}`;
    ordinals.set(value, known);
    return known;
  });
}

describe.skipIf(!existsSync(real))('an export of a real pool', () => {
  const document: unknown = existsSync(real) ? JSON.parse(readFileSync(real, 'utf8')) : undefined;

  test('is imported and exported again without a difference but for IDs', async () => {
    const simulator = await team();
    const first = await call<WithId>(simulator, 'POST', '/integration/api/pool-import', document);
    const exported = await call(simulator, 'GET', `/integration/api/pools/${first.id}/export`);
    expect(canonical(exported)).toEqual(canonical(document));
    expect(first.id).not.toBe((document as { dataPool: WithId }).dataPool.id);
    const second = await call<WithId>(simulator, 'POST', '/integration/api/pool-import', exported);
    expect(second.id).not.toBe(first.id);
    const v2 = await call(simulator, 'GET', `/integration/api/pools/${second.id}/v2/export`);
    expect(canonical(v2)).toEqual(canonical(document));
  });

  test('runs: its transformations make the activity table, and its data model loads', async () => {
    const simulator = await team();
    const { id: pool } = await call<WithId>(simulator, 'POST', '/integration/api/pool-import', document);
    const base = `/integration/api/pools/${pool}`;
    const jobs = await call<WithId[]>(simulator, 'GET', `${base}/jobs`);
    const job = (name: string): string => jobs.find((each) => each['name'] === name)?.id ?? '';
    const [connection] = await call<WithId[]>(simulator, 'GET', `${base}/data-sources/`);
    for (const statement of [
      `CREATE TABLE issues (id BIGINT, created_on TIMESTAMP, due_date DATE, "author$id" BIGINT)`,
      `INSERT INTO issues VALUES (7, TIMESTAMP '2022-01-01 10:00:00', DATE '2022-02-01', 3), (8, TIMESTAMP '2022-01-02', NULL, 4)`,
      `CREATE TABLE tmp_pl_journals (id BIGINT, name VARCHAR, new_value VARCHAR, old_value VARCHAR, notes VARCHAR, created_on TIMESTAMP, "user$id" BIGINT, "issues$id" VARCHAR)`,
      `INSERT INTO tmp_pl_journals VALUES (1, 'status_id', '8', '1', NULL, TIMESTAMP '2022-01-05', 3, '7')`,
    ]) {
      await simulator.dataPools.run(pool, statement, connection?.id);
    }
    const tasks = await call<WithId[]>(simulator, 'GET', `${base}/jobs/${job('main job')}/tasks/`);
    for (const task of tasks.filter((each) => each['taskType'] === 'EXTRACTION')) {
      await call(simulator, 'DELETE', `${base}/jobs/${job('main job')}/tasks/${task.id}/enabled`);
    }
    expect([await execute(simulator, pool, job('main job')), await log(simulator, pool, job('main job'))]).toEqual([
      'SUCCESS',
      expect.any(Array),
    ]);
    expect(await execute(simulator, pool, job('final job'))).toBe('SUCCESS');
    const activities = await simulator.dataPools.query(
      pool,
      'SELECT _CASE_KEY, ACTIVITY_EN, changed_by FROM _cel_pl_activities ORDER BY _CASE_KEY, EVENTTIME',
    );
    expect(activities).toEqual([
      { _CASE_KEY: '7', ACTIVITY_EN: 'Raise Issue', changed_by: '3' },
      { _CASE_KEY: '7', ACTIVITY_EN: 'Close Issue', changed_by: '3' },
      { _CASE_KEY: '7', ACTIVITY_EN: 'Due date has passed', changed_by: null },
      { _CASE_KEY: '8', ACTIVITY_EN: 'Raise Issue', changed_by: '4' },
    ]);
    const [model] = await call<WithId[]>(simulator, 'GET', `${base}/data-models`);
    for (;;) {
      const { loadInfo } = await call<{
        loadInfo: {
          currentComputeLoad: { loadStatus: string; message: unknown } | null;
          liveDataModel: { tableLoads: { tableName: string; tableRowCount: number }[] } | null;
        };
      }>(simulator, 'GET', `${base}/data-models/${model?.id ?? ''}/load-history/load-info-sync`);
      if (loadInfo.currentComputeLoad?.loadStatus === 'RUNNING') continue;
      expect(loadInfo.currentComputeLoad).toMatchObject({ loadStatus: 'SUCCESS', message: null });
      expect(loadInfo.liveDataModel?.tableLoads.map((each) => [each.tableName, each.tableRowCount])).toEqual([
        ['issues', 2],
        ['_cel_pl_activities', 4],
      ]);
      break;
    }
    // It drops a table that is not there the first time.
    expect(await execute(simulator, pool, job('initial job'))).toBe('FAIL');
    expect((await log(simulator, pool, job('initial job'))).join('\n')).toContain('_CEL_CURRENT_TIME');
  });
});

describe('what content-cli asks for', () => {
  const json = { 'content-type': 'application/json;charset=utf-8', 'user-agent': 'content-cli v1.13.1' };

  test('its key is found to be an application key', async () => {
    const simulator = await team();
    const url = `${simulator.url}/api/cloud/team`;
    const bearer = await fetch(url, { headers: { authorization: `Bearer ${simulator.credentials.appKey}` } });
    const appKey = await fetch(url, { headers: { authorization: `AppKey ${simulator.credentials.appKey}` } });
    expect([bearer.status, appKey.status, await appKey.json()]).toEqual([401, 200, { domain: 'simulated' }]);
  });

  test('files are not marked, which lets it write them', async () => {
    const { status } = await send(await team(), 'GET', '/api/team/cui-settings/cui-pdf-cover');
    expect(status).toBe(403);
  });

  test('pages of pools end where it stops to ask', async () => {
    const simulator = await team();
    const names = ['a', 'b', 'c'];
    for (const name of names) await call(simulator, 'POST', '/integration/api/pools', { name });
    const read: unknown[] = [];
    // As it loops: while pageNumber < totalCount.
    for (let page = 0; ; page += 1) {
      const answer = await call<{ content: WithId[]; pageNumber: number; totalCount: number }>(
        simulator,
        'GET',
        `/integration/api/pools/paged?limit=2&page=${page}`,
      );
      if (answer.pageNumber >= answer.totalCount) break;
      read.push(...answer.content.map(({ name }) => name));
    }
    expect(read).toEqual(names);
  });

  test('a pool is pulled, pushed as text, updated, and its connections are listed and set', async () => {
    const simulator = await team();
    const { id } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'a' });
    const connection = await call<WithId>(simulator, 'POST', '/integration/api/datasource/custom-extractor', {
      name: 'c',
      poolId: id,
      configuration: { API_URL: 'https://one.example' },
    });
    const pulled = await call<{ dataPool: WithId }>(simulator, 'GET', `/integration/api/pools/${id}/export`);
    const pushed = await send(simulator, 'POST', '/integration/api/pool-import', JSON.stringify(pulled), json);
    expect(pushed).toMatchObject({ status: 200, body: { name: 'a' } });
    expect((pushed.body as WithId).id).not.toBe(id);

    const renamed = JSON.stringify({ ...pulled.dataPool, name: 'b' });
    const updated = await send(simulator, 'PUT', `/integration/api/pools/${id}`, renamed, json);
    expect(updated).toMatchObject({ status: 200, body: { id, name: 'b' } });

    const listed = await call(simulator, 'GET', `/integration/api/pools/${id}/overviews/data-sources`);
    expect(listed).toEqual([{ id: connection.id, name: 'c', type: 'custom-extractor' }]);
    const path = `/integration/api/datasource/custom-extractor/${connection.id}`;
    const typed = await call<{ configuration: { API_URL: string } }>(simulator, 'GET', path);
    const changed = { ...typed, configuration: { ...typed.configuration, API_URL: 'https://two.example' } };
    expect((await send(simulator, 'PUT', path, JSON.stringify(changed), json)).status).toBe(200);
    expect(await call(simulator, 'GET', path)).toMatchObject({ configuration: { API_URL: 'https://two.example' } });
    const other = await send(simulator, 'GET', `/integration/api/datasource/jdbc/${connection.id}`);
    expect(other.status).toBe(404);
  });

  test('pools are imported into others, connections mapped', async () => {
    const simulator = await team();
    const pool = async (name: string) => {
      const { id } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name });
      const connection = { name: 'c', poolId: id };
      const made = await call<WithId>(simulator, 'POST', '/integration/api/datasource/custom-extractor', connection);
      return { id, connection: made.id };
    };
    const [from, to] = [await pool('from'), await pool('to')];
    const base = `/integration/api/pools/${from.id}`;
    await call(simulator, 'POST', `${base}/jobs`, { name: 'j', dataSourceId: from.connection });
    const model = await call<WithId>(simulator, 'POST', `${base}/data-models`, { name: 'm' });
    const dataPool = await call(simulator, 'GET', `${base}/v2/export`);
    const report = await call<{ dataModelIdMappings: Record<string, string> }>(
      simulator,
      'POST',
      '/integration/api/pool/batch-import',
      {
        targetTeamDomain: 'simulated',
        dataPoolImportRequests: [
          { targetPoolId: to.id, dataSourceMappings: { [from.connection]: to.connection }, dataPool },
        ],
      },
    );
    const models = await call<WithId[]>(simulator, 'GET', `/integration/api/pools/${to.id}/data-models`);
    expect(report.dataModelIdMappings).toEqual({ [model.id]: models[0]?.id });
    const jobs = await call<WithId[]>(simulator, 'GET', `/integration/api/pools/${to.id}/jobs`);
    expect(jobs).toMatchObject([{ name: 'j', dataPoolId: to.id, dataSourceId: to.connection }]);
  });
});
