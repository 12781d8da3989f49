import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { startCelonisSimulator } from '../../src/index.ts';
import integration from '../../src/generated/celonis-integration.json' with { type: 'json' };
import push from '../../src/generated/celonis-data-push.json' with { type: 'json' };
import { celonisToken } from '../helpers.ts';
import { call, execute, send, team, type WithId } from './helpers.ts';

test('every operation of both descriptions answers', async () => {
  const simulator = await team();
  for (const document of [integration, push]) {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of Object.keys(item)) {
        const filled = path.replaceAll(/\{[^{}]+\}/gu, 'none');
        const answer = await send(simulator, method.toUpperCase(), filled, method === 'get' ? undefined : {});
        // A team that does not mark files refuses what asks for their cover sheet.
        expect(`${method} ${path} ${answer.status}`).toMatch(/ (?:200|400|404)$|cui-pdf-cover 403$/u);
      }
    }
  }
  expect(simulator.violations).toEqual([]);
});

test.each<[string, string, string, unknown, object]>([
  ['a body of the wrong type', 'POST', '/integration/api/pools', { name: 7 }, { errors: [{ attribute: 'name' }] }],
  ['a body that is a list', 'POST', '/integration/api/pools', [], { errors: [{ attribute: '' }] }],
  ['an empty name', 'POST', '/integration/api/pools', {}, { errors: [{ attribute: 'name', errorCode: 'NOT_EMPTY' }] }],
])('%s is answered 400 with what is wrong', async (_name, method, path, body, want) => {
  expect(await send(await team(), method, path, body)).toMatchObject({ status: 400, body: want });
});

test('JSON without its media type, and JSON that is none, are refused', async () => {
  const simulator = await team();
  const text = await send(simulator, 'POST', '/integration/api/pools', '{"name":"a"}');
  const broken = await send(simulator, 'POST', '/integration/api/pools', '{"name":', {
    'content-type': 'application/json',
  });
  expect([text.status, broken.status]).toEqual([400, 400]);
});

test('what is not there is 404 with a reference, and a path that is not is 404 as everywhere', async () => {
  const simulator = await team();
  expect(await send(simulator, 'GET', '/integration/api/pools/none')).toMatchObject({
    status: 404,
    body: { message: 'There is no data pool none.', reference: expect.any(String) },
  });
  expect(await send(simulator, 'GET', '/integration/api/nothing')).toMatchObject({
    status: 404,
    body: { errorCode: 'GENERAL_NOTFOUND_PATH' },
  });
});

test('null in the lists of an extraction table ends in a null pointer', async () => {
  const simulator = await team();
  const { id } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'p' });
  const base = `/integration/api/pools/${id}`;
  const made = { name: 'c', poolId: id };
  const connection = await call<WithId>(simulator, 'POST', '/integration/api/datasource/custom-extractor', made);
  const job = await call<WithId>(simulator, 'POST', `${base}/jobs`, { name: 'j', dataSourceId: connection.id });
  const body = { taskType: 'EXTRACTION', name: 'e' };
  const task = await call<WithId>(simulator, 'POST', `${base}/jobs/${job.id}/tasks/`, body);
  const tables = `${base}/jobs/${job.id}/extractions/${task.id}/tables/`;
  const row = { tableName: 't', connectorSpecificConfiguration: null, calculatedColumns: [] };
  expect(await send(simulator, 'POST', tables, [row])).toMatchObject({
    status: 500,
    body: { message: 'java.lang.NullPointerException' },
  });
  const good = { ...row, connectorSpecificConfiguration: [] };
  expect((await send(simulator, 'POST', tables, [{ ...good, taskId: task.id }])).status).toBe(404);
  expect((await send(simulator, 'POST', tables, [{ ...good, taskId: task['taskId'] }])).status).toBe(200);
});

test('a token needs one of the scopes', async () => {
  const simulator = await team();
  const { id } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'p' });
  const statuses: Record<string, number[]> = {};
  for (const scope of ['integration.data-pools', 'integration.data-pools:data_push', 'audit.log:read']) {
    const headers = { authorization: `Bearer ${await celonisToken(simulator, scope)}` };
    const pools = await send(simulator, 'GET', '/integration/api/pools', undefined, headers);
    const jobs = await send(simulator, 'GET', `/data-ingestion/api/v1/data-push/${id}/jobs/`, undefined, headers);
    statuses[scope] = [pools.status, jobs.status];
  }
  expect(statuses).toEqual({
    'integration.data-pools': [200, 200],
    'integration.data-pools:data_push': [403, 200],
    'audit.log:read': [403, 403],
  });
});

test('the log of requests shows what writes', async () => {
  const simulator = await team();
  const { id } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'p' });
  await call(simulator, 'GET', `/integration/api/pools/${id}`);
  await call(simulator, 'PUT', `/integration/api/pools/${id}`, { name: 'q' });
  const writes = simulator.requests.filter(({ method }) => method !== 'GET');
  expect(writes.map(({ operationId, status }) => [operationId, status])).toEqual([
    ['createPool', 200],
    ['updatePool', 200],
  ]);
});

test('parameters are filled in: constants, the largest value of a column, and its default before there is one', async () => {
  const simulator = await team();
  const { id } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'p' });
  const base = `/integration/api/pools/${id}`;
  const job = await call<WithId>(simulator, 'POST', `${base}/jobs`, { name: 'j', dataSourceId: null });
  const body = { taskType: 'TRANSFORMATION', name: 't' };
  const task = await call<WithId>(simulator, 'POST', `${base}/jobs/${job.id}/tasks/`, body);
  await call(simulator, 'POST', `${base}/variables/`, {
    name: 'latest',
    placeholder: 'latest',
    type: 'DYNAMIC',
    dynamicVariableOpType: 'FIND_MAX',
    dataType: 'DATE',
    dynamicTable: 'seen',
    dynamicColumn: 'at_time',
    defaultValues: [{ value: '2020-01-01T00:00' }],
  });
  await call(simulator, 'POST', `${base}/tasks/${task.id}/variables/`, {
    name: 'word',
    placeholder: 'word',
    type: 'PRIVATE_CONSTANT',
    dataType: 'STRING',
    values: [{ value: 'x', taskInstanceId: task.id }],
  });
  const sql =
    "DROP TABLE IF EXISTS r; CREATE TABLE r AS SELECT '<%=word%>' AS w, CAST(<%= latest %> AS TIMESTAMP) AS l";
  await send(simulator, 'PUT', `${base}/jobs/${job.id}/transformations/${task.id}/statement`, sql);
  expect(await execute(simulator, id, job.id)).toBe('SUCCESS');
  expect(await simulator.dataPools.query(id, 'SELECT * FROM r')).toEqual([{ w: 'x', l: '2020-01-01T00:00:00.000Z' }]);
  await simulator.dataPools.run(id, "CREATE TABLE seen AS SELECT TIMESTAMP '2026-02-03 04:05:06' AS at_time");
  expect(await execute(simulator, id, job.id)).toBe('SUCCESS');
  expect(await simulator.dataPools.query(id, 'SELECT l FROM r')).toEqual([{ l: '2026-02-03T04:05:06.000Z' }]);
});

test('a pool that is deleted takes its tables with it', async () => {
  const simulator = await team();
  const { id } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'p' });
  await simulator.dataPools.run(id, 'CREATE TABLE t AS SELECT 1 AS a');
  expect(await call<WithId[]>(simulator, 'GET', `/integration/api/pools/${id}/tables`)).toHaveLength(1);
  await send(simulator, 'DELETE', `/integration/api/pools/${id}`);
  expect((await send(simulator, 'GET', `/integration/api/pools/${id}/tables`)).status).toBe(404);
});

test('pools can be there from the start, and their tables in a file that DuckDB reads afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pools-'));
  const database = join(folder, 'pools.duckdb');
  try {
    const simulator = await startCelonisSimulator({
      data: { auditEvents: [], loginEvents: [], members: [], adoptionEvents: [] },
      dataPools: { database, pools: [{ dataPool: { name: 'given' }, jobs: [] }] },
    });
    const [pool] = await call<WithId[]>(simulator, 'GET', '/integration/api/pools');
    expect(pool).toMatchObject({ name: 'given' });
    await simulator.dataPools.run(pool?.id ?? '', 'CREATE TABLE t AS SELECT 7 AS a');
    await simulator.close();
    const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(`SELECT a FROM "${pool?.id ?? ''}".t`);
    expect(reader.getRowsJS()).toEqual([[7]]);
    connection.closeSync();
    instance.closeSync();
  } finally {
    await rm(folder, { recursive: true });
  }
});
