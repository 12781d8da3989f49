import type { CelonisSimulator } from '@millrace/simulator';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  appKey,
  type CelonisIntegration,
  clientCredentials,
  createCelonisIntegration,
  type ExecutionToken,
  isConflictError,
  isInvalidRequestError,
  isNotFoundError,
  isOperationError,
  isOptionError,
  isPermissionError,
  isServerError,
  type LoadToken,
  type PoolClient,
  type Tasks,
} from '../src/integration/index.ts';
import { caught, startTeam, writes } from './helpers.ts';

const poll = { first: 1, most: 20 };

async function start(
  options: Parameters<typeof startTeam>[0] = {},
): Promise<{ team: CelonisSimulator; integration: CelonisIntegration; pool: PoolClient }> {
  const team = await startTeam(options);
  const credentials = appKey(team.credentials.appKey);
  const integration = createCelonisIntegration({ team: team.url, credentials, poll, retry: { baseDelay: 0 } });
  const { id } = await integration.pools.create({ name: 'p' });
  return { team, integration, pool: integration.pool(id) };
}

/** A pool with a job of the global schema whose one transformation has the given SQL. */
async function withTransformation(sql: string, options: Parameters<typeof startTeam>[0] = {}) {
  const started = await start(options);
  const job = await started.pool.jobs.create({ name: 'j', connectionId: null });
  const tasks = started.pool.jobs.tasks(job.id);
  const task = await tasks.create({ taskType: 'TRANSFORMATION', name: 'make' });
  await tasks.setStatement(task.id, sql);
  return { ...started, job, task, tasks };
}

describe('the recipe', () => {
  test('from an empty team to a loaded data model', async () => {
    const { team, pool } = await start();
    const connection = await pool.connections.create('custom-extractor', { name: 'My Source', poolId: pool.poolId });
    expect(connection).toMatchObject({ type: 'custom-extractor', parameterName: 'DATASOURCE:MY_SOURCE' });
    await team.dataPools.run(
      pool.poolId,
      "CREATE TABLE orders AS SELECT * FROM (VALUES ('o1', TIMESTAMP '2026-01-01'), ('o2', TIMESTAMP '2026-01-02')) AS t(id, made)",
      connection.id,
    );
    const job = await pool.jobs.create({ name: 'build', connectionId: null });
    const tasks = pool.jobs.tasks(job.id);
    const task = await tasks.create({ taskType: 'TRANSFORMATION', name: 'activities' });
    expect(task.taskId).not.toBe(task.id);
    const sql = `DROP TABLE IF EXISTS activities;
      CREATE TABLE activities AS SELECT id AS case_id, 'Order made' AS activity, made AS occurred_at,
        TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', made) AS sorting FROM <%=DATASOURCE:MY_SOURCE%>.orders;
      CREATE OR REPLACE VIEW orders AS SELECT * FROM <%=DATASOURCE:MY_SOURCE%>.orders;`;
    await tasks.setStatement(task.id, sql);
    expect(await tasks.statement(task.id)).toBe(sql);

    const model = await pool.dataModels.create({ name: 'm' });
    const [orders, activities] = await pool.dataModels.tables(model.id).add([
      { name: 'orders', connectionId: null },
      { name: 'activities', connectionId: null },
    ]);
    if (orders === undefined || activities === undefined) throw new Error('Two tables were added.');
    await pool.dataModels.foreignKeys(model.id).create({
      dimensionTableId: orders.id,
      factTableId: activities.id,
      columns: [{ dimension: 'id', fact: 'case_id' }],
    });
    await pool.dataModels.activityTables(model.id).put({
      activityTableId: activities.id,
      caseTableId: orders.id,
      caseIdColumn: 'case_id',
      activityColumn: 'activity',
      timestampColumn: 'occurred_at',
      sortingColumn: 'sorting',
    });
    await pool.jobs.loads(job.id).create({ dataModelId: model.id });

    expect((await (await pool.jobs.execute(job.id, { mode: 'FULL' })).wait()).status).toBe('SUCCESS');
    const load = await pool.dataModels.load(model.id).catch(async (error: unknown) => {
      // The load at the end of the job may still go on.
      if (!isConflictError(error)) throw error;
      return pool.dataModels.resume({
        kind: 'load',
        poolId: pool.poolId,
        dataModelId: model.id,
        before: null,
        started: true,
        complete: true,
        tables: null,
      });
    });
    expect(await load.wait()).toEqual({ status: 'SUCCESS', rows: { orders: 2, activities: 2 } });
    expect(await team.dataPools.query(pool.poolId, 'SELECT sorting FROM activities ORDER BY sorting')).toEqual([
      { sorting: 1_767_225_600_000n },
      { sorting: 1_767_312_000_000n },
    ]);
    expect((await pool.tables.list()).map(({ name, type }) => [name, type])).toEqual(
      expect.arrayContaining([
        ['orders', 'VIEW'],
        ['activities', 'TABLE'],
        ['orders', 'TABLE'],
      ]),
    );
  });
});

describe('an execution', () => {
  test('that fails names the task and what the log says', async () => {
    const { pool, job } = await withTransformation('CREATE TABLE a AS SELECT 1 AS x; SELECT * FROM missing;');
    const error = await caught((await pool.jobs.execute(job.id)).wait());
    expect(error).toSatisfy(isOperationError);
    expect(error).toMatchObject({ operation: 'job', status: 'FAIL', id: job.id, failures: [{ name: 'make' }] });
    expect(String(error)).toContain('missing');
    expect((await pool.tables.list()).map(({ name }) => name)).toEqual(['a']);
  });

  test('is refused while one goes on, and can be cancelled', async () => {
    const { pool, job } = await withTransformation('SELECT 1', { dataPools: { looks: 1000 } });
    const execution = await pool.jobs.execute(job.id);
    expect(await caught(pool.jobs.execute(job.id))).toSatisfy(isConflictError);
    await execution.cancel();
    expect(await caught(execution.wait())).toMatchObject({ operation: 'job', status: 'CANCEL' });
  });

  test('is taken up again from its token as JSON, started once', async () => {
    const { team, pool, job } = await withTransformation('SELECT 1', { dataPools: { looks: 2 } });
    let stored = '';
    const execution = await pool.jobs.execute(job.id, {
      onToken: (token) => {
        stored = JSON.stringify(token);
      },
    });
    const early: ExecutionToken = JSON.parse(stored);
    expect([early.started, execution.token.started]).toEqual([false, true]);
    const resumed = await pool.jobs.resume(early);
    expect((await resumed.wait()).status).toBe('SUCCESS');
    expect((await (await pool.jobs.resume(execution.token)).wait()).status).toBe('SUCCESS');
    expect(writes(team).filter((operation) => operation === 'executeJob')).toHaveLength(1);
  });

  test('that never began is begun when its token is taken up', async () => {
    const { team, pool, job } = await withTransformation('CREATE TABLE a AS SELECT 1 AS x');
    const begun: ExecutionToken[] = [];
    team.faults = { failures: [{ kind: 'status', status: 400, on: 'executeJob', times: 1 }] };
    await caught(pool.jobs.execute(job.id, { onToken: (token) => void begun.push(token) }));
    const [token] = begun;
    if (token === undefined) throw new Error('There was no token.');
    await (await pool.jobs.resume(token)).wait();
    expect(await team.dataPools.query(pool.poolId, 'SELECT x FROM a')).toEqual([{ x: 1 }]);
  });

  test('two in a row are told apart although the clock stands still', async () => {
    const { pool, job } = await withTransformation('SELECT 1');
    for (let round = 0; round < 3; round += 1) await (await pool.jobs.execute(job.id)).wait();
    expect(await pool.jobs.executions.list(job.id)).toHaveLength(3);
  });

  test('runs the chosen transformations alone', async () => {
    const { team, pool, job, tasks, task } = await withTransformation('CREATE TABLE a AS SELECT 1 AS x');
    const other = await tasks.create({ taskType: 'TRANSFORMATION', name: 'other' });
    await tasks.setStatement(other.id, 'CREATE TABLE b AS SELECT 1 AS x');
    await (await pool.jobs.execute(job.id, { transformations: [other.id] })).wait();
    expect((await pool.tables.list()).map(({ name }) => name)).toEqual(['b']);
    await tasks.disable(other.id);
    await (await pool.jobs.execute(job.id)).wait();
    expect(new Set((await pool.tables.list()).map(({ name }) => name))).toEqual(new Set(['a', 'b']));
    expect(task.id).toBeTruthy();
    expect(team.violations).toEqual([]);
  });

  test('is abandoned, not stopped, when the waiting is aborted', async () => {
    const { pool, job } = await withTransformation('SELECT 1', { dataPools: { looks: 1000 } });
    const execution = await pool.jobs.execute(job.id);
    const reason = new Error('enough');
    expect(await caught(execution.wait({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(await execution.look()).toMatchObject({ status: 'RUNNING' });
  });
});

describe('a load', () => {
  async function model(sql: string) {
    const { team, pool } = await start();
    for (const statement of sql.split(';')) await team.dataPools.run(pool.poolId, statement);
    const { id } = await pool.dataModels.create({ name: 'm' });
    const [dim, fact] = await pool.dataModels.tables(id).add([
      { name: 'dim', connectionId: null },
      { name: 'fact', alias: 'facts', connectionId: null },
    ]);
    const key = {
      dimensionTableId: dim?.id ?? '',
      factTableId: fact?.id ?? '',
      columns: [{ dimension: 'id', fact: 'dim_id' }],
    };
    await pool.dataModels.foreignKeys(id).create(key);
    return { team, pool, id, fact: fact?.id ?? '' };
  }

  test.each([
    [
      'counts rows',
      'CREATE TABLE dim AS SELECT 1 AS id; CREATE TABLE fact AS SELECT 1 AS dim_id FROM range(3)',
      'SUCCESS',
    ],
    [
      'turns a foreign key round with a warning',
      'CREATE TABLE dim AS SELECT 1 AS id FROM range(2); CREATE TABLE fact AS SELECT 1 AS dim_id',
      'WARNING',
    ],
  ])('%s', async (_name, sql, status) => {
    const { pool, id } = await model(sql);
    const state = await (await pool.dataModels.load(id)).wait();
    expect(state.status).toBe(status);
    expect(Object.keys(state.rows)).toEqual(['dim', 'facts']);
  });

  test.each([
    ['a table that is missing', 'CREATE TABLE dim AS SELECT 1 AS id', 'Table fact does not exist'],
    [
      'a column that is missing',
      'CREATE TABLE dim AS SELECT 1 AS id; CREATE TABLE fact AS SELECT 1 AS x',
      'has no column dim_id',
    ],
    [
      'keys that are twice on both sides',
      'CREATE TABLE dim AS SELECT 1 AS id FROM range(2); CREATE TABLE fact AS SELECT 1 AS dim_id FROM range(2)',
      'N:M',
    ],
  ])('fails for %s', async (_name, sql, words) => {
    const { pool, id } = await model(sql);
    const error = await caught((await pool.dataModels.load(id)).wait());
    expect(error).toMatchObject({ operation: 'load', status: 'ERROR' });
    expect(String(error)).toContain(words);
  });

  test('fails for a timestamp that is none', async () => {
    const { pool, id, fact } = await model(
      "CREATE TABLE dim AS SELECT 1 AS id; CREATE TABLE fact AS SELECT 1 AS dim_id, 'a' AS a",
    );
    await pool.dataModels.activityTables(id).put({
      activityTableId: fact,
      caseIdColumn: 'dim_id',
      activityColumn: 'a',
      timestampColumn: 'a',
    });
    const error = await caught((await pool.dataModels.load(id)).wait());
    expect(String(error)).toContain('is no timestamp');
  });

  test('of some tables is a partial one, and is taken up from its token', async () => {
    const { pool, id, fact, team } = await model(
      'CREATE TABLE dim AS SELECT 1 AS id; CREATE TABLE fact AS SELECT 1 AS dim_id',
    );
    const tokens: LoadToken[] = [];
    await pool.dataModels.load(id, { tables: [fact], onToken: (token) => void tokens.push(token) });
    const [token] = tokens;
    if (token === undefined) throw new Error('There was no token.');
    const resumed = await pool.dataModels.resume(JSON.parse(JSON.stringify(token)));
    expect((await resumed.wait()).status).toBe('SUCCESS');
    const { loadHistory } = await pool.dataModels.state(id);
    expect(loadHistory?.dataLoadHistory?.map(({ loadType }) => loadType)).toEqual(['PARTIAL']);
    expect(writes(team).filter((operation) => operation === 'loadDataModelTables')).toHaveLength(1);
  });

  test('that never began is begun when its token is taken up, once', async () => {
    const { pool, id, team } = await model(
      'CREATE TABLE dim AS SELECT 1 AS id; CREATE TABLE fact AS SELECT 1 AS dim_id',
    );
    const tokens: LoadToken[] = [];
    const killed = new Error('killed');
    const onToken = (token: LoadToken): never => {
      tokens.push(token);
      throw killed;
    };
    expect(await caught(pool.dataModels.load(id, { onToken }))).toBe(killed);
    const loads = () => writes(team).filter((operation) => operation === 'reloadDataModel');
    expect(loads()).toEqual([]);
    const [token] = tokens;
    if (token === undefined) throw new Error('There was no token.');
    for (const _ of ['first', 'second']) {
      const resumed = await pool.dataModels.resume(JSON.parse(JSON.stringify(token)));
      expect((await resumed.wait()).status).toBe('SUCCESS');
    }
    expect(loads()).toHaveLength(1);
  });

  test('is abandoned, not stopped, when the waiting is aborted', async () => {
    const { pool, id } = await model('CREATE TABLE dim AS SELECT 1 AS id; CREATE TABLE fact AS SELECT 1 AS dim_id');
    const load = await pool.dataModels.load(id);
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = load.wait({ signal: controller.signal, onProgress: () => controller.abort(reason) });
    expect(await caught(waiting)).toBe(reason);
    expect((await load.wait()).status).toBe('SUCCESS');
  });
});

describe('what the server refuses', () => {
  test('an extraction in a job of the global schema', async () => {
    const { pool } = await start();
    const job = await pool.jobs.create({ name: 'j', connectionId: null });
    const error = await caught(pool.jobs.tasks(job.id).create({ taskType: 'EXTRACTION', name: 'e' }));
    expect(error).toSatisfy(isInvalidRequestError);
    expect(error).toMatchObject({ status: 400 });
  });

  test('null where extraction tables need a list; the client sends lists', async () => {
    const { pool, integration } = await start();
    const connection = await pool.connections.create('custom-extractor', { name: 'c', poolId: pool.poolId });
    const job = await pool.jobs.create({ name: 'j', connectionId: connection.id });
    const tasks = pool.jobs.tasks(job.id);
    const task = await tasks.create({ taskType: 'EXTRACTION', name: 'e' });
    if (typeof task.taskId !== 'string') throw new Error('A task has a definition.');
    const [table] = await tasks.addTables({ id: task.id, taskId: task.taskId }, [{ tableName: 'orders' }]);
    expect(table).toMatchObject({
      tableName: 'orders',
      connectorSpecificConfiguration: [],
      tableExtractionType: 'PARENT_TABLE',
    });
    const bare = await pool.jobs.tasks(job.id).extraction(task.id);
    expect(bare.tables).toHaveLength(1);
    const { response } = await integration.raw.POST(
      '/integration/api/pools/{poolId}/jobs/{jobId}/extractions/{extractionId}/tables/',
      {
        params: { path: { poolId: pool.poolId, jobId: job.id, extractionId: task.id } },
        body: [{ tableName: 'others', connectorSpecificConfiguration: null, calculatedColumns: null }],
      },
    );
    expect(response.status).toBe(500);
  });

  test('the ID of a definition where that of the task belongs', async () => {
    const { tasks, task } = await withTransformation('SELECT 1');
    expect(await caught(tasks.statement(task.taskId ?? ''))).toSatisfy(isNotFoundError);
  });

  test('a placeholder twice, and a parameter that is in use', async () => {
    const { pool, task } = await withTransformation('SELECT 1');
    const parameter = await pool.parameters.create({ name: 'p', placeholder: 'p', dataType: 'STRING' });
    const again = await caught(pool.parameters.create({ name: 'q', placeholder: 'p' }));
    expect(again).toSatisfy(isInvalidRequestError);
    const own = await pool.taskParameters(task.id).create({
      name: 'p',
      placeholder: 'p',
      settings: { poolVariableId: parameter.id },
    });
    expect(own).toMatchObject({ taskId: task.taskId });
    expect(await caught(pool.parameters.delete(parameter.id))).toSatisfy(isConflictError);
    await pool.taskParameters(task.id).delete(own.id);
    expect(await pool.parameters.delete(parameter.id)).toBe(true);
    expect(await pool.parameters.delete(parameter.id)).toBe(false);
  });

  test('a missing permission, which is named', async () => {
    const { integration } = await start();
    const team = await startTeam({ faults: { auth: { permissions: ['data-push', 'edit-data-pools'] } } });
    const poor = createCelonisIntegration({ team: team.url, credentials: appKey(team.credentials.appKey) });
    const error = await caught(poor.pools.create({ name: 'p' }));
    expect(error).toSatisfy(isPermissionError);
    expect(error).toMatchObject({ permission: 'Create data pools', scope: 'integration.data-pools' });
    expect(await poor.pools.list()).toEqual([]);
    expect((await integration.permissions())[0]).toMatchObject({ serviceName: 'event-collection' });
  });

  test('creating a connection, where a team does not offer it', async () => {
    const { pool } = await start({ dataPools: { createConnections: false } });
    const error = await caught(pool.connections.create('custom-extractor', { name: 'c', poolId: pool.poolId }));
    expect(error).toMatchObject({ status: 405 });
  });
});

test('OAuth clients ask for the scope of Data Integration', async () => {
  const { team } = await start();
  const { clientId, clientSecret } = team.credentials;
  const integration = createCelonisIntegration({
    team: team.url,
    credentials: clientCredentials(clientId, clientSecret),
  });
  expect(await integration.pools.list()).toHaveLength(1);
  expect(await integration.team()).toEqual({ domain: 'simulated' });
});

test('reading is retried, creating is not', async () => {
  const { team, integration } = await start();
  team.faults = { failures: [{ kind: 'status', status: 503, times: 2 }] };
  expect(await integration.pools.list()).toHaveLength(1);
  team.faults = { failures: [{ kind: 'status', status: 503, on: 'createPool' }] };
  expect(await caught(integration.pools.create({ name: 'q' }))).toSatisfy(isServerError);
  expect(writes(team)).toEqual(['createPool', 'createPool']);
});

test('misuse is seen by the compiler, and refused at the door', () => {
  const credentials = appKey('k');
  const integration = createCelonisIntegration({ team: 'team.eu-1.celonis.cloud', credentials });
  const wrong = [
    () =>
      createCelonisIntegration({
        team: 'team.eu-1.celonis.cloud',
        credentials,
        // @ts-expect-error there is no such option
        prefix: 'x',
      }),
    () => integration.pool(''),
    () =>
      createCelonisIntegration(
        // @ts-expect-error credentials are needed
        { team: 'team.eu-1.celonis.cloud' },
      ),
  ];
  for (const make of wrong) expect(make).toThrow(expect.toSatisfy(isOptionError));
  expectTypeOf<CelonisIntegration['pools']['create']>().parameter(0).toHaveProperty('name').toEqualTypeOf<string>();
  expectTypeOf<ExecutionToken['kind']>().toEqualTypeOf<'job'>();
  expectTypeOf<Tasks['create']>().parameter(0).toHaveProperty('taskType');
});
