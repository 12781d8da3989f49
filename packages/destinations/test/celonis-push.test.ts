import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appKey, clientCredentials } from '@millrace/celonis-client/data-push';
import { createCelonisIntegration, isPermissionError } from '@millrace/celonis-client/integration';
import type { Destination } from '@millrace/extract';
import { parquetMetadataAsync } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeChunks } from '../src/celonis-chunks.ts';
import { isPushDestination, type PushDestination } from '../src/celonis.ts';
import { openDuckDB } from '../src/duckdb-engine.ts';
import { createDestination, DestinationOptionError, DestinationUnusableError, type PushReport } from '../src/index.ts';
import { jobsOf, PoolBench, poolOf, poolOptions, queryPool, startPool, type PoolTeam } from './pool-bench.ts';
import { batch, column, receipt, rootTable, tableBatch } from './tables.ts';

const doc = rootTable('doc', [column('id', 'STRING'), column('v', 'STRING')]);

const documents = (...rows: readonly (readonly [id: string, v: string])[]) => batch(tableBatch(doc, rows));

/** Each commit waits for the disk. */
const windows = process.env['MILLRACE_FULL'] === undefined ? 2 : 20;

let folder = '';
let place: PoolTeam;
let notes: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-push-'));
  place = await startPool();
  notes = [];
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function benchOf(more: Parameters<typeof poolOptions>[2] = {}, state = 'state'): PoolBench {
  const options = poolOptions(place, join(folder, state), more);
  return new PoolBench(place, { ...options, onNote: (text) => notes.push(text) });
}

async function push(bench: PoolBench): Promise<PushReport | undefined> {
  await bench.open();
  await bench.close();
  return bench.reports.at(-1);
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('executions', () => {
  test('are one for each table that changed, however many commits there were', async () => {
    const bench = benchOf();
    const roots = Array.from({ length: 40 }, (_, at) => rootTable(`t${at}`, [column('id', 'STRING')]));
    for (let window = 0; window < windows; window += 1) {
      for (const root of roots) await bench.write({}, batch(tableBatch(root, [[`w${window}`]])));
    }
    const executed = (): number[] =>
      place.team.requests.filter(({ operationId }) => operationId === 'executePushJob').map(({ status }) => status);
    expect((await push(bench))?.executions).toBe(40);
    expect(executed()).toEqual(Array.from({ length: 40 }, () => 200));
    expect(await bench.count('t39')).toBe(windows);
    await bench.write({}, batch(tableBatch(roots[3] ?? doc, [['more']])));
    const report = await push(bench);
    expect(report?.executions).toBe(1);
    expect(report?.tables.filter(({ mode }) => mode !== 'unchanged')).toMatchObject([
      { table: 't3', mode: 'delta', sent: 1, rows: windows + 1 },
    ]);
    // Another push knows nothing of the second before it: it may be told to wait once.
    expect(executed().filter((status) => status === 200)).toHaveLength(41);
  }, 120_000);

  test('wait for others who use up the limit of the team, and say so', async () => {
    place = await startPool({ dataPools: { push: { perHour: 1 } } });
    const bench = benchOf();
    const more = rootTable('more', [column('id', 'STRING')]);
    await bench.write({}, documents(['a', 'x']));
    await bench.write({}, batch(tableBatch(more, [['a']])));
    // The hour is over as soon as somebody has been refused.
    place.team.faults = {
      hooks: {
        after: ({ status }) => {
          if (status === 429) place.team.clock.advance(3_600_000);
        },
      },
    };
    await bench.close();
    expect(notes.join('\n')).toMatch(/executions of Data Push are used up for now: waiting until/);
    expect([await bench.count('doc'), await bench.count('more')]).toEqual([1, 1]);
  });
});

describe('chunks', () => {
  test('hold no more rows than was said, and no more bytes', async () => {
    const bench = benchOf({ chunkRows: 2048 });
    await bench.write({}, documents(...Array.from({ length: 5000 }, (_, at) => [`d${at}`, 'x'] as const)));
    await bench.close();
    expect(bench.reports[0]?.tables).toMatchObject([{ chunks: 3, sent: 5000 }]);
    place = await startPool();
    const small = benchOf({ chunkBytes: 4096 }, 'other');
    await small.write({}, documents(...Array.from({ length: 5000 }, (_, at) => [`d${at}`, 'x'] as const)));
    await small.close();
    expect(small.reports[0]?.tables).toMatchObject([{ chunks: 3, sent: 5000 }]);
  });

  test('are in the dialect of the vendor’s client: INT96 timestamps, Snappy, no nesting', async () => {
    const engine = await openDuckDB(':memory:');
    const query =
      "SELECT TIMESTAMP '2026-01-01 10:00:00' AS moment, 'x' AS text, 5 AS n, true AS flag, DATE '2026-01-01' AS day";
    const columns = [
      { name: 'moment', type: 'DATETIME' },
      { name: 'text', type: 'STRING' },
      { name: 'n', type: 'INTEGER' },
      { name: 'flag', type: 'BOOLEAN' },
      { name: 'day', type: 'DATE' },
    ] as const;
    const [chunk] = await writeChunks(engine, query, columns, { folder, stem: 'c', rows: 10, bytes: 1000 });
    engine.close();
    const bytes = await readFile(chunk?.path ?? '');
    const { schema, row_groups: groups } = await parquetMetadataAsync(new Uint8Array(bytes).buffer);
    expect(schema.slice(1).map(({ name, type, num_children: children }) => [name, type, children])).toEqual([
      ['moment', 'INT96', undefined],
      ['text', 'BYTE_ARRAY', undefined],
      ['n', 'INT64', undefined],
      ['flag', 'BOOLEAN', undefined],
      ['day', 'INT32', undefined],
    ]);
    const encodings = groups.flatMap((group) => group.columns.flatMap(({ meta_data: meta }) => meta?.encodings ?? []));
    expect(new Set(encodings)).not.toContain('DELTA_BINARY_PACKED');
  });
});

describe('a text', () => {
  test('longer than its column has the table loaded anew, with a note, and is not cut', async () => {
    const bench = benchOf();
    await bench.write({}, documents(['a', 'short']));
    await bench.close();
    await bench.write({}, documents(['b', 'ü'.repeat(300)]));
    expect((await bench.rows('doc')).map(([, v]) => String(v).length)).toEqual([5, 300]);
    expect(notes).toEqual(['doc: column "v" needs 512 characters, the pool\'s has 80: all 2 rows are loaded anew']);
    await bench.write({}, documents(['c', 'x'.repeat(500)]));
    await bench.close();
    expect(bench.reports.map(({ tables }) => tables[0]?.mode)).toEqual(['replace', 'replace', 'delta']);
  });

  test('longer than a column can be goes on in further columns', async () => {
    const bench = benchOf();
    const text = `${'a'.repeat(65_000)}${'b'.repeat(65_000)}c`;
    await bench.write({}, documents(['a', text], ['b', 'short'], ['c', '']));
    const { columns, rows } = await bench.query('SELECT * FROM doc ORDER BY id');
    expect(columns.map(({ name }) => name)).toEqual(['id', 'v', 'v$2', 'v$3']);
    expect(rows).toEqual([
      ['a', 'a'.repeat(65_000), 'b'.repeat(65_000), 'c'],
      ['b', 'short', null, null],
      ['c', '', null, null],
    ]);
  });
});

describe('tables of the pool', () => {
  test('that something else made are refused, and replaced once that is said', async () => {
    await place.team.dataPools.run(place.poolId, "CREATE TABLE doc AS SELECT 'theirs' AS id");
    const bench = benchOf();
    await bench.write({}, documents(['a', 'x']));
    const error = await caught(bench.close());
    expect(error).toBeInstanceOf(DestinationUnusableError);
    expect(error).toMatchObject({
      reason: 'foreign',
      message: expect.stringMatching(/did not push them: doc\..*--take-over/),
    });
    expect((await queryPool(place, 'SELECT id FROM doc')).rows).toEqual([['theirs']]);
    await bench.closeWithoutPush();
    const willing = benchOf({ takeOver: true });
    await push(willing);
    expect(await willing.rows('doc')).toEqual([['a', 'x']]);
  });

  test('that were pushed from another state folder are refused', async () => {
    const bench = benchOf();
    await bench.write({}, documents(['a', 'x']));
    await bench.close();
    const second = benchOf({}, 'second');
    await second.write({}, documents(['b', 'x']));
    expect(await caught(second.close())).toMatchObject({ reason: 'foreign' });
    await second.closeWithoutPush();
  });

  test('that somebody dropped are loaded anew', async () => {
    const bench = benchOf();
    await bench.write({}, documents(['a', 'x']));
    await bench.close();
    await place.team.dataPools.run(place.poolId, 'DROP TABLE doc');
    await bench.write({}, documents(['b', 'y']));
    expect(await bench.count('doc')).toBe(2);
    expect(notes).toEqual(['doc is no longer in the pool: all its rows are loaded anew']);
  });

  test('cannot be seen with the scope for pushing alone: then it must be said that they may be replaced', async () => {
    const { clientId, clientSecret } = place.team.credentials;
    const credentials = clientCredentials(clientId, clientSecret, { scopes: ['integration.data-pools:data_push'] });
    const options = { ...poolOptions(place, join(folder, 'state'), { credentials }) };
    const named = await caught(createDestination('celonis:Audit', options).open());
    expect(named).toMatchObject({ reason: 'not-allowed', message: expect.stringContaining('celonis:<ID>') });
    const careful = new PoolBench(place, options, place.poolId);
    await careful.write({}, documents(['a', 'x']));
    expect(await caught(careful.close())).toMatchObject({
      reason: 'foreign',
      message: expect.stringMatching(/may not see which tables.*integration\.data-pools:read/),
    });
    await careful.closeWithoutPush();
    const willing = new PoolBench(
      place,
      poolOptions(place, join(folder, 'state'), { credentials, takeOver: true }),
      place.poolId,
    );
    await push(willing);
    expect(await willing.rows('doc')).toEqual([['a', 'x']]);
  });
});

describe('a pool', () => {
  test.each<[string, string, string]>([
    [
      'by a name that the team does not have',
      'Nothing',
      'has no data pool "Nothing": make it with provision apply --road push --pool Nothing',
    ],
    ['by an ID that the team does not have', '00000000-0000-4000-8000-000000000000', 'no data pool with the ID'],
  ])('%s is refused before anything is written', async (_name, name, words) => {
    const destination = createDestination(`celonis:${name}`, poolOptions(place, join(folder, 'state')));
    const error = await caught(destination.open());
    expect(error).toMatchObject({ name: 'DestinationUnusableError', reason: 'missing' });
    expect(String(error)).toContain(words);
  });

  test('by a name that two have is asked for by its ID', async () => {
    const { poolId } = await poolOf(place.team, 'Audit');
    const error = await caught(createDestination('celonis:Audit', poolOptions(place, join(folder, 'state'))).open());
    expect(String(error)).toContain(`celonis:${poolId}`);
  });

  test('into which the credential may not push says which permission and which scope are missing', async () => {
    place.team.faults = { auth: { permissions: ['edit-data-pools'] } };
    const error = await caught(createDestination('celonis:Audit', poolOptions(place, join(folder, 'state'))).open());
    expect(error).toSatisfy(isPermissionError);
    expect(error).toMatchObject({ permission: 'Data Push API on the data pool', scope: 'integration.data-pools' });
  });

  test('has a state folder of its own', async () => {
    await push(benchOf());
    const { poolId } = await poolOf(place.team, 'Other');
    const error = await caught(
      createDestination(`celonis:${poolId}`, poolOptions(place, join(folder, 'state'))).open(),
    );
    expect(error).toMatchObject({ reason: 'foreign', message: expect.stringContaining('state of another data pool') });
  });

  test('is pushed into by one process at a time', async () => {
    const first = createDestination('celonis:Audit', poolOptions(place, join(folder, 'state')));
    await first.open();
    const error = await caught(createDestination('celonis:Audit', poolOptions(place, join(folder, 'state'))).open());
    expect(error).toMatchObject({ reason: 'in-use' });
    await first.close();
  });
});

describe('a server in trouble', () => {
  test.each(['createPushJob', 'pushUpsertedChunk', 'executePushJob', 'getPushJob', 'deletePushJob'])(
    'that answers %s late, not at all, and with errors gets every row once, and no job is left over',
    async (on) => {
      const bench = benchOf();
      await bench.write({}, documents(['a', 'x'], ['b', 'y']));
      place.team.faults = {
        failures: [
          { kind: 'no-answer', on, requests: [1] },
          { kind: 'status', status: 503, on, requests: [2] },
          { kind: 'rate-limit', on, requests: [3], header: 'none' },
        ],
      };
      await bench.close();
      place.team.faults = {};
      expect(await bench.rows('doc')).toEqual([
        ['a', 'x'],
        ['b', 'y'],
      ]);
      expect(await jobsOf(place)).toEqual([]);
    },
    60_000,
  );

  test('whose tokens expire in the middle is asked for new ones', async () => {
    const { clientId, clientSecret } = place.team.credentials;
    const scopes = ['integration.data-pools'];
    const bench = benchOf({ credentials: clientCredentials(clientId, clientSecret, { scopes }) });
    await bench.write({}, documents(['a', 'x']));
    place.team.faults = {
      failures: ['pushUpsertedChunk', 'executePushJob'].map((on) => ({ kind: 'expire-tokens', on, times: 1 })),
    };
    await bench.close();
    expect(await bench.rows('doc')).toEqual([['a', 'x']]);
  });

  test('that refuses one table gets the others', async () => {
    const bench = benchOf();
    const other = rootTable('other', [column('id', 'STRING')]);
    await bench.write({}, documents(['a', 'x']));
    await bench.write(
      {},
      batch(
        tableBatch(rootTable('wrong', [column('id', 'STRING'), column('_celonis_change_date', 'STRING')]), [
          ['a', 'x'],
        ]),
      ),
    );
    await bench.write({}, batch(tableBatch(other, [['a']])));
    const destination = await bench.open();
    const report = await pushing(destination).push();
    await bench.closeWithoutPush();
    expect(report.tables.map(({ table }) => table)).toEqual(['doc', 'other']);
    expect(report.failures).toMatchObject([
      { table: 'wrong', error: { message: expect.stringContaining('which the server adds itself') } },
    ]);
  });
});

test.each<[string, unknown, string]>([
  ['no options', undefined, 'needs the option celonis'],
  ['an empty state folder', { team: 'https://t', credentials: appKey('k'), state: ' ' }, 'celonis.state'],
  ['chunks without rows', { team: 'https://t', credentials: appKey('k'), state: 's', chunkRows: 0 }, 'chunkRows 0'],
])('%s are refused at the door', (_name, celonis, words) => {
  const make = (): unknown =>
    createDestination('celonis:Audit', { celonis } as Parameters<typeof createDestination>[1]);
  expect(make).toThrow(DestinationOptionError);
  expect(make).toThrow(words);
});

test('commits are in the state folder at once, and in the pool after the push', async () => {
  const bench = benchOf();
  await bench.write({}, documents(['a', 'x']));
  const credentials = appKey(place.team.credentials.appKey);
  const { tables } = createCelonisIntegration({ team: place.team.url, credentials }).pool(place.poolId);
  expect(await tables.list()).toEqual([]);
  const destination = await bench.open();
  const receipts = [];
  for await (const each of destination.receipts()) receipts.push(each);
  expect(receipts).toEqual([receipt(1)]);
  await bench.close();
  expect((await tables.list()).map(({ name }) => name)).toEqual(['doc']);
});

function pushing(destination: Destination): PushDestination {
  if (!isPushDestination(destination)) throw new Error('It is none that pushes.');
  return destination;
}
