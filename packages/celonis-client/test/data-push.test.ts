import type { Clock } from '@millrace/http';
import type { CelonisSimulator } from '@millrace/simulator';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  appKey,
  clientCredentials,
  createDataPush,
  type DataPushOptions,
  isConflictError,
  isInvalidRequestError,
  isOperationError,
  isPermissionError,
  OperationError,
  type PoolPush,
  type PushToken,
} from '../src/data-push/index.ts';
import { createCelonisIntegration, isOptionError } from '../src/integration/index.ts';
import { bytes, caught, parquet, startTeam, writes } from './helpers.ts';

const poll = { first: 1, most: 20 };

async function start(
  options: Parameters<typeof startTeam>[0] = {},
  client: Partial<DataPushOptions> = {},
): Promise<{ team: CelonisSimulator; poolId: string; push: PoolPush }> {
  const team = await startTeam(options);
  const credentials = appKey(team.credentials.appKey);
  const pool = await createCelonisIntegration({ team: team.url, credentials }).pools.create({ name: 'p' });
  const push = createDataPush({ team: team.url, credentials, poll, ...client }).pool(pool.id);
  return { team, poolId: pool.id, push };
}

const users =
  "SELECT * FROM (VALUES (1, 'Ann', TIMESTAMP '2026-01-01 10:00:00'), (2, 'Bob', NULL)) AS t(id, name, happened)";

describe('a table', () => {
  test('is replaced with the rows of all chunks, with the time of arrival', async () => {
    const { team, poolId, push } = await start();
    const chunks = [await parquet(users), await parquet("SELECT 3 AS id, 'Cem' AS name, NULL::TIMESTAMP AS happened")];
    await push.table({ table: 'users', type: 'REPLACE', chunks });
    expect(await team.dataPools.query(poolId, 'SELECT * FROM users ORDER BY id')).toEqual([
      { id: 1n, name: 'Ann', happened: '2026-01-01T10:00:00.000Z', _CELONIS_CHANGE_DATE: '2026-06-01T12:00:00.000Z' },
      { id: 2n, name: 'Bob', happened: null, _CELONIS_CHANGE_DATE: '2026-06-01T12:00:00.000Z' },
      { id: 3n, name: 'Cem', happened: null, _CELONIS_CHANGE_DATE: '2026-06-01T12:00:00.000Z' },
    ]);
    await push.table({ table: 'users', type: 'REPLACE', chunks: [await parquet("SELECT 'x' AS other")] });
    expect(await team.dataPools.query(poolId, 'SELECT * EXCLUDE (_CELONIS_CHANGE_DATE) FROM users')).toEqual([
      { other: 'x' },
    ]);
    expect(await push.jobs.list()).toEqual([]);
  });

  test('with keys has its rows replaced by key, without keys added', async () => {
    const { team, poolId, push } = await start();
    const again = await parquet("SELECT 2 AS id, 'Bobby' AS name, NULL::TIMESTAMP AS happened");
    for (const [table, keys] of [
      ['keyed', ['id']],
      ['plain', []],
    ] as const) {
      await push.table({ table, type: 'DELTA', keys, chunks: [await parquet(users)] });
      await push.table({ table, type: 'DELTA', keys, chunks: [again] });
    }
    const names = (table: string) => team.dataPools.query(poolId, `SELECT name FROM ${table} ORDER BY ALL`);
    expect(await names('keyed')).toEqual([{ name: 'Ann' }, { name: 'Bobby' }]);
    expect(await names('plain')).toEqual([{ name: 'Ann' }, { name: 'Bob' }, { name: 'Bobby' }]);
  });

  test('keeps of rows with one key the one with the largest value in a column', async () => {
    const { team, poolId, push } = await start();
    const rows = await parquet('SELECT * FROM (VALUES (1, 5), (1, 9), (1, 7)) AS t(id, version)');
    await push.table({
      table: 't',
      type: 'DELTA',
      keys: ['id'],
      duplicateRemovalColumn: 'version',
      chunks: [rows],
    });
    expect(await team.dataPools.query(poolId, 'SELECT id, version FROM t')).toEqual([{ id: 1n, version: 9n }]);
  });

  test('has strings cut at 80 characters, unless a length is declared', async () => {
    const { team, poolId, push } = await start();
    const query = "SELECT repeat('ä', 200) AS a, repeat('b', 200) AS b";
    const columns = [{ columnName: 'b', columnType: 'STRING', fieldLength: 150 }];
    const lengths = 'SELECT length(a) AS a, length(b) AS b FROM t';
    await push.table({ table: 't', type: 'REPLACE', columns, chunks: [await parquet(query)] });
    expect(await team.dataPools.query(poolId, lengths)).toEqual([{ a: 80n, b: 150n }]);
    await push.table({ table: 't', type: 'REPLACE', fallbackVarcharLength: 199, chunks: [await parquet(query)] });
    expect(await team.dataPools.query(poolId, lengths)).toEqual([{ a: 199n, b: 199n }]);
    const read = await createCelonisIntegration({
      team: team.url,
      credentials: appKey(team.credentials.appKey),
    })
      .pool(poolId)
      .tables.columns('t');
    expect(read.map(({ name, length, type }) => [name, length, type])).toEqual([
      ['a', 796, 'STRING'],
      ['b', 796, 'STRING'],
      ['_CELONIS_CHANGE_DATE', 0, 'DATE'],
    ]);
  });

  test('comes from CSV with its declared types', async () => {
    const { team, poolId, push } = await start();
    await push.table({
      table: 'csv',
      type: 'REPLACE',
      columns: [
        { columnName: 'id', columnType: 'INTEGER' },
        { columnName: 'amount', columnType: 'FLOAT' },
        { columnName: 'happened', columnType: 'DATETIME' },
        { columnName: 'note', columnType: 'STRING', fieldLength: 10 },
      ],
      csv: { separatorSequence: ';', decimalSeparator: ',', dateFormat: 'dd.MM.yyyy HH:mm' },
      chunks: [
        bytes('id;amount;happened;note\n1;2,5;31.01.2026 09:30;"a;b"\n'),
        bytes('id;amount;happened;note\n2;;;\n'),
      ],
    });
    expect(await team.dataPools.query(poolId, 'SELECT id, amount, happened, note FROM csv ORDER BY id')).toEqual([
      { id: 1n, amount: 2.5, happened: '2026-01-31T09:30:00.000Z', note: 'a;b' },
      { id: 2n, amount: null, happened: null, note: null },
    ]);
  });

  test('goes into the schema of a connection', async () => {
    const { team, poolId, push } = await start();
    const integration = createCelonisIntegration({ team: team.url, credentials: appKey(team.credentials.appKey) });
    const { id } = await integration.pool(poolId).connections.create('custom-extractor', { name: 'OE', poolId });
    await push.table({ table: 't', type: 'REPLACE', connectionId: id, chunks: [await parquet('SELECT 1 AS a')] });
    expect(await team.dataPools.query(poolId, 'SELECT a FROM t', id)).toEqual([{ a: 1n }]);
    const [table] = await integration.pool(poolId).tables.list();
    expect(table).toMatchObject({ name: 't', dataSourceId: id, schemaName: id });
  });
});

describe('a chunk', () => {
  test.each<[string, string, string]>([
    ['that lacks a key column', 'SELECT 1 AS other', 'key column id is not in it'],
    ['with a nested column', "SELECT 1 AS id, {'a': 1} AS nested", 'column nested is nested'],
  ])('%s is refused when it comes', async (_name, query, words) => {
    const { push } = await start();
    const { id } = await push.jobs.create({ targetName: 't', type: 'DELTA', keys: ['id'] });
    const error = await caught(push.jobs.upsert(id, await parquet(query)));
    expect(error).toSatisfy(isInvalidRequestError);
    expect(String(error)).toContain(words);
  });

  test('that is no Parquet is refused, and its table is left as it was', async () => {
    const { team, poolId, push } = await start();
    await push.table({ table: 't', type: 'REPLACE', chunks: [await parquet('SELECT 1 AS a')] });
    const error = await caught(push.table({ table: 't', type: 'REPLACE', chunks: [bytes('no parquet')] }));
    expect(String(error)).toContain('validating the Parquet file');
    expect(await team.dataPools.query(poolId, 'SELECT a FROM t')).toEqual([{ a: 1n }]);
    expect(await push.jobs.list()).toEqual([]);
  });

  test('of rows to delete takes them out by key', async () => {
    const { team, poolId, push } = await start();
    await push.table({ table: 't', type: 'REPLACE', keys: ['id'], chunks: [await parquet(users)] });
    const { id } = await push.jobs.create({ targetName: 't', type: 'DELTA', keys: ['id'] });
    await push.jobs.remove(id, await parquet('SELECT 1 AS id'));
    await push.jobs.upsert(id, await parquet("SELECT 5 AS id, 'Eve' AS name"));
    expect((await push.jobs.chunks(id)).map(({ type }) => type)).toEqual(['DELETE', 'UPSERT']);
    await (await push.jobs.execute(id)).wait();
    expect(await team.dataPools.query(poolId, 'SELECT id FROM t ORDER BY id')).toEqual([{ id: 2n }, { id: 5n }]);
  });
});

describe('an execution', () => {
  test('is followed, and can be resumed from its token as JSON', async () => {
    const { team, poolId, push } = await start({ dataPools: { looks: 2 } });
    const { id } = await push.jobs.create({ targetName: 't', type: 'REPLACE' });
    await push.jobs.upsert(id, await parquet('SELECT 1 AS a'));
    const token: PushToken = JSON.parse(JSON.stringify((await push.jobs.execute(id)).token));
    const seen: string[] = [];
    const resumed = await push.jobs.resume(token);
    const state = await resumed.wait({ onProgress: ({ status }) => seen.push(status) });
    expect([state.status, seen.at(-1)]).toEqual(['DONE', 'DONE']);
    expect(seen.slice(0, -1).every((status) => status === 'RUNNING')).toBe(true);
    expect(await team.dataPools.query(poolId, 'SELECT a FROM t')).toEqual([{ a: 1n }]);
    expect(writes(team).filter((operation) => operation === 'executePushJob')).toHaveLength(1);
  });

  test('that never began is begun when it is resumed', async () => {
    const { push } = await start();
    const { id } = await push.jobs.create({ targetName: 't', type: 'REPLACE' });
    await push.jobs.upsert(id, await parquet('SELECT 1 AS a'));
    const resumed = await push.jobs.resume({ kind: 'push', poolId: push.poolId, pushJobId: id });
    expect((await resumed.wait()).status).toBe('DONE');
  });

  test('whose answer is lost has happened, once', async () => {
    const { team, poolId, push } = await start({}, { retry: { baseDelay: 0 } });
    team.faults = { failures: [{ kind: 'no-answer', on: 'executePushJob', times: 1 }] };
    await push.table({ table: 't', type: 'DELTA', chunks: [await parquet('SELECT 1 AS a')] });
    expect(await team.dataPools.query(poolId, 'SELECT a FROM t')).toEqual([{ a: 1n }]);
    const asked = team.requests.filter(({ operationId }) => operationId === 'executePushJob');
    expect(asked.map(({ status }) => status)).toEqual([0, 409]);
  });

  test('happens once', async () => {
    const { team, poolId, push } = await start();
    const { id } = await push.jobs.create({ targetName: 't', type: 'REPLACE' });
    await push.jobs.upsert(id, await parquet('SELECT 1 AS a'));
    await (await push.jobs.execute(id)).wait();
    const { status } = await fetch(`${team.url}/data-ingestion/api/v1/data-push/${poolId}/jobs/${id}`, {
      method: 'POST',
      headers: { authorization: `AppKey ${team.credentials.appKey}` },
    });
    expect(status).toBe(409);
    expect(await caught(push.jobs.upsert(id, await parquet('SELECT 1 AS a')))).toSatisfy(isConflictError);
  });

  test('that fails says why', async () => {
    const { push } = await start();
    await push.table({ table: 't', type: 'REPLACE', keys: ['id'], chunks: [await parquet('SELECT 1 AS id')] });
    const more = await parquet('SELECT 2 AS id, 1 AS more');
    const error = await caught(push.table({ table: 't', type: 'DELTA', keys: ['id'], chunks: [more] }));
    expect(error).toSatisfy(isOperationError);
    expect(error).toBeInstanceOf(OperationError);
    expect(String(error)).toContain('Column more is not in table t');
  });

  test('is left going on when the waiting is aborted', async () => {
    const { push } = await start({ dataPools: { looks: 1000 } });
    const reason = new Error('enough');
    const controller = new AbortController();
    let token: PushToken | undefined;
    const pushing = push.table({
      table: 't',
      type: 'REPLACE',
      chunks: [await parquet('SELECT 1 AS a')],
      signal: controller.signal,
      onToken: (given) => {
        token = given;
      },
      onProgress: () => controller.abort(reason),
    });
    expect(await caught(pushing)).toBe(reason);
    expect((await push.jobs.get(token?.pushJobId ?? '')).status).toBe('RUNNING');
  });
});

describe('limits', () => {
  test('are kept to by the client: executions beyond them wait for the next hour, and none is answered 429', async () => {
    const clock = steppedClock('2026-06-01T12:20:00.000Z');
    const { push, team } = await start(
      { now: '2026-06-01T12:20:00.000Z', dataPools: { push: { perHour: 2 } } },
      {
        limits: { perHour: 2 },
        clock,
        onWait: ({ ms, reason }) => {
          waits.push(`${reason} ${ms}`);
          team.clock.advance(ms);
          setTimeout(() => clock.advance(ms));
        },
      },
    );
    const waits: string[] = [];
    const chunk = await parquet('SELECT 1 AS a');
    for (const table of ['a', 'b', 'c']) await push.table({ table, type: 'REPLACE', chunks: [chunk] });
    expect(waits).toEqual(['limit 2400000']);
    expect(team.requests.filter(({ status }) => status === 429)).toEqual([]);
  });

  test('used up by others are waited for', async () => {
    const { push, team } = await start({ dataPools: { push: { perHour: 1 } } });
    const chunk = await parquet('SELECT 1 AS a');
    await push.table({ table: 'a', type: 'REPLACE', chunks: [chunk] });
    const until: Date[] = [];
    await push.table({
      table: 'b',
      type: 'REPLACE',
      chunks: [chunk],
      onLimit: (date) => {
        until.push(date);
        team.clock.advance(3_600_000);
      },
    });
    expect(until).toHaveLength(1);
  });
});

test('the older prefix reaches the same jobs', async () => {
  const { team, poolId, push } = await start({}, { prefix: 'integration' });
  await push.table({ table: 't', type: 'REPLACE', chunks: [await parquet('SELECT 1 AS a')] });
  expect(await team.dataPools.query(poolId, 'SELECT a FROM t')).toEqual([{ a: 1n }]);
  expect(team.requests.some(({ path }) => path.startsWith(`/integration/api/v1/data-push/${poolId}/jobs`))).toBe(true);
});

test('a missing permission is named', async () => {
  const { push } = await start({ faults: { auth: { permissions: ['edit-data-pools', 'create-data-pools'] } } });
  const error = await caught(push.jobs.list());
  expect(error).toSatisfy(isPermissionError);
  expect(error).toMatchObject({ permission: 'Data Push API on the data pool', scope: 'integration.data-pools' });
});

test('a client with the scope for pushing alone may push', async () => {
  const { team, poolId } = await start();
  const { clientId, clientSecret } = team.credentials;
  const push = createDataPush({
    team: team.url,
    credentials: clientCredentials(clientId, clientSecret, { scopes: ['integration.data-pools:data_push'] }),
  });
  expect(await push.pool(poolId).jobs.list()).toEqual([]);
});

test('misuse is seen by the compiler, and refused at the door', async () => {
  const { team, push } = await start();
  const credentials = appKey('k');
  const wrong = [
    () =>
      createDataPush({
        team: team.url,
        credentials,
        // @ts-expect-error there are two prefixes
        prefix: 'v2',
      }),
    () =>
      createDataPush({
        team: team.url,
        credentials,
        // @ts-expect-error there is no such option
        pool: 'x',
      }),
    () => createDataPush({ team: team.url, credentials }).pool(''),
    () => createDataPush({ team: team.url, credentials, poll: { first: 10, most: 1 } }),
  ];
  for (const make of wrong) expect(make).toThrow(expect.toSatisfy(isOptionError));
  expectTypeOf<PoolPush['table']>().parameter(0).toHaveProperty('chunks');
  expectTypeOf<PushToken>().toEqualTypeOf<{
    readonly kind: 'push';
    readonly poolId: string;
    readonly pushJobId: string;
  }>();
  const unknown = push.table({
    table: 't',
    // @ts-expect-error upsert is DELTA with keys
    type: 'UPSERT',
    chunks: [],
  });
  expect(await caught(unknown)).toSatisfy(isInvalidRequestError);
});

/** Time that passes when it is told to; short waits are real. */
function steppedClock(start: string): Clock & { advance(ms: number): void } {
  let now = Date.parse(start);
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => now,
    after: (ms, run) => {
      if (ms < 1000) {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      }
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance: (ms) => {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers = timers.filter((each) => each !== timer);
        timer.run();
      }
    },
  };
}
