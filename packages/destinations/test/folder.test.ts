import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableBatch } from '@millrace/flatten';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDestination, readTable, type DestinationOptions } from '../src/index.ts';
import { openDuckDB } from '../src/duckdb-engine.ts';
import { folderName } from '../src/folder-name.ts';
import { batch, childTable, column, receipt, rootTable, tableBatch } from './tables.ts';

const table = rootTable('doc', [
  column('id', 'STRING'),
  column('b', 'BOOLEAN'),
  column('i', 'INTEGER'),
  column('f', 'FLOAT'),
  column('d', 'DATE'),
  column('t', 'DATETIME'),
  column('s', 'STRING'),
  column('j', 'JSON'),
]);
const FULL = ['a', true, 9007199254740993n, 0.5, -719162, -62135596800000n, 'x "y",\r\nz', '{"k":[1]}'] as const;
const NULLS = ['b', null, null, null, null, null, null, null] as const;
const EMPTY = ['c', false, 0n, 0, 0, 0n, '', '[]'] as const;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-folder-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(scheme: string, options: DestinationOptions, ...batches: TableBatch[][]): Promise<void> {
  const { destination } = await openDestination(`${scheme}:${join(folder, 'out')}`, options);
  for (const tables of batches) {
    const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
    await transaction.write(batch(...tables));
    await transaction.commit({ state: {}, receipt: receipt(1) });
  }
  await destination.close();
}

async function partsOf(name: string): Promise<string[]> {
  return (await readdir(join(folder, 'out', name))).sort();
}

async function readPart(name: string): Promise<Buffer> {
  const [part] = await partsOf(name);
  return readFile(join(folder, 'out', name, part ?? ''));
}

test('CSV is as RFC 4180 and an independent reader have it', async () => {
  await write('csv', {}, [tableBatch(table, [FULL, NULLS, EMPTY])]);
  const text = (await readPart('doc')).toString();
  expect(text).toBe(
    'id,b,i,f,d,t,s,j\r\n' +
      'a,true,9007199254740993,0.5,0001-01-01,0001-01-01T00:00:00.000Z,"x ""y"",\r\nz","{""k"":[1]}"\r\n' +
      'b,,,,,,,\r\n' +
      'c,false,0,0,1970-01-01,1970-01-01T00:00:00.000Z,"",[]\r\n',
  );
  const records: string[][] = parse(text, { record_delimiter: '\r\n' });
  expect(records[1]?.[6]).toBe('x "y",\r\nz');
  expect(records).toHaveLength(4);
});

test('NDJSON holds typed values, and every integer in full', async () => {
  await write('ndjson', {}, [tableBatch(table, [FULL, NULLS])]);
  const [first = '', second = ''] = (await readPart('doc')).toString().split('\n');
  expect(first).toBe(
    '{"id":"a","b":true,"i":9007199254740993,"f":0.5,"d":"0001-01-01","t":"0001-01-01T00:00:00.000Z","s":"x \\"y\\",\\r\\nz","j":{"k":[1]}}',
  );
  expect(JSON.parse(second)).toEqual({ id: 'b', b: null, i: null, f: null, d: null, t: null, s: null, j: null });
});

test.each(['zstd', 'snappy', 'uncompressed'] as const)(
  'Parquet with %s is read by hyparquet, types included',
  async (codec) => {
    await write('parquet', { codec }, [tableBatch(table, [FULL, NULLS])]);
    const bytes = await readPart('doc');
    const file = Uint8Array.from(bytes).buffer;
    const compressors = { ZSTD: (input: Uint8Array): Uint8Array => zstdDecompressSync(input) };
    const [first, second] = await parquetReadObjects({ file, compressors });
    expect(first).toEqual({
      id: 'a',
      b: true,
      i: 9007199254740993n,
      f: 0.5,
      d: new Date('0001-01-01'),
      t: new Date('0001-01-01T00:00:00.000Z'),
      s: 'x "y",\r\nz',
      j: '{"k":[1]}',
    });
    expect(Object.values(second ?? {}).filter((value) => value !== null)).toEqual(['b']);
    const metadata = parquetMetadata(file);
    expect(metadata.schema.slice(1).map((element) => element.converted_type ?? element.type)).toEqual([
      'UTF8',
      'BOOLEAN',
      'INT64',
      'DOUBLE',
      'DATE',
      'TIMESTAMP_MILLIS',
      'UTF8',
      'UTF8',
    ]);
  },
);

test.each(['zstd', 'snappy', 'uncompressed'] as const)(
  'Parquet is compressed with %s where that makes it smaller',
  async (codec) => {
    const long = rootTable('doc', [column('id', 'STRING'), column('s', 'STRING')]);
    await write('parquet', { codec }, [tableBatch(long, [['a', 'x'.repeat(10_000)]])]);
    const metadata = parquetMetadata(Uint8Array.from(await readPart('doc')).buffer);
    expect(metadata.row_groups[0]?.columns[1]?.meta_data?.codec).toBe(codec.toUpperCase());
  },
);

test.each([
  ['parquet', (path: string) => `read_parquet('${path}', union_by_name = true)`],
  ['csv', (path: string) => `read_csv('${path}')`],
  ['ndjson', (path: string) => `read_json('${path}')`],
])('all %s files of a table are read as one by DuckDB, types included', async (scheme, reader) => {
  const more = rootTable('doc', [...table.columns, column('new', 'DATE')]);
  const batches = [[tableBatch(table, [FULL, EMPTY])], [tableBatch(more, [[...NULLS, 1]])]];
  await write(scheme, { maxPartRows: 1 }, ...batches);
  expect(await partsOf('doc')).toHaveLength(2);
  const engine = await openDuckDB(':memory:');
  const from = reader(join(folder, 'out', 'doc', `*.${scheme}`));
  const described = await engine.rows(`DESCRIBE SELECT id, b, i, f, d, t, s, new FROM ${from}`);
  const counted = await engine.rows(`SELECT count(*), count(s), count(new), sum(i) FROM ${from}`);
  engine.close();
  expect(described.map(([, type]) => type)).toEqual([
    'VARCHAR',
    'BOOLEAN',
    'BIGINT',
    'DOUBLE',
    'DATE',
    // The Z at the end of CSV's text makes it an instant.
    scheme === 'csv' ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP',
    'VARCHAR',
    'DATE',
  ]);
  expect(counted[0]?.slice(0, 3)).toEqual([3n, scheme === 'csv' ? 1n : 2n, 1n]);
  expect(String(counted[0]?.[3])).toBe('9007199254740993');
});

test('CSV files of one table have one header after a column was added', async () => {
  const more = rootTable('doc', [...table.columns, column('new', 'STRING')]);
  await write('csv', { maxPartRows: 1 }, [tableBatch(table, [FULL])], [tableBatch(more, [[...NULLS, 'n']])]);
  const headers = await Promise.all(
    (await partsOf('doc')).map(
      async (part) => (await readFile(join(folder, 'out', 'doc', part), 'utf8')).split('\r\n')[0],
    ),
  );
  expect(headers).toEqual(['id,b,i,f,d,t,s,j,new', 'id,b,i,f,d,t,s,j,new']);
});

test('a commit leaves files alone that hold none of its documents', async () => {
  await write('parquet', { maxPartRows: 1 }, [tableBatch(table, [FULL])], [tableBatch(table, [NULLS])]);
  const before = await partsOf('doc');
  await write('parquet', { maxPartRows: 1 }, [tableBatch(table, [EMPTY])]);
  expect(await partsOf('doc')).toEqual(expect.arrayContaining(before));
  expect(await partsOf('doc')).toHaveLength(3);
  await write('parquet', { maxPartRows: 1 }, [tableBatch(table, [FULL])]);
  const after = await partsOf('doc');
  expect(after).toHaveLength(3);
  expect(after).toContain(before[1]);
  expect(after).not.toContain(before[0]);
});

test('small files are merged: many within a run, all at its end', async () => {
  const url = `ndjson:${join(folder, 'out')}`;
  const { destination } = await openDestination(url);
  const narrow = rootTable('doc', [column('id', 'STRING')]);
  let most = 0;
  for (let index = 0; index < 30; index++) {
    const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
    await transaction.write(batch(tableBatch(narrow, [[`d${index}`]])));
    await transaction.commit({ state: {}, receipt: receipt(index) });
    most = Math.max(most, (await partsOf('doc')).length);
  }
  expect(most).toBeLessThan(12);
  await destination.close();
  expect(await partsOf('doc')).toHaveLength(1);
  const ids: string[] = [];
  for await (const row of readTable(url, 'doc')) ids.push(String(row['id']));
  expect(new Set(ids)).toEqual(new Set(Array.from({ length: 30 }, (_, index) => `d${index}`)));
  expect(ids).toHaveLength(30);
});

test('what the manifest does not name is removed on opening, other files are not', async () => {
  await write('csv', {}, [tableBatch(table, [FULL])]);
  await writeFile(join(folder, 'out', 'doc', 'part-000009-0000.csv'), 'torn');
  await writeFile(join(folder, 'out', 'doc', 'README.txt'), 'mine');
  await appendFile(join(folder, 'out', 'receipts.ndjson'), '{"torn":');
  await write('csv', {});
  expect(await partsOf('doc')).toEqual(['README.txt', expect.stringMatching(/^part-000001/)]);
  const { destination } = await openDestination(`csv:${join(folder, 'out')}`);
  const runs: string[] = [];
  for await (const each of destination.receipts()) runs.push(each.run);
  await destination.close();
  expect(runs).toEqual(['run-1']);
});

test('a child table is read without the rows that a later run replaced', async () => {
  const child = childTable('doc$x', table, [column('v', 'INTEGER')]);
  const rows = (id: string, count: number): (string | bigint)[][] =>
    Array.from({ length: count }, (_, index) => [id, BigInt(index), 1n]);
  await write(
    'csv',
    {},
    [tableBatch(table, [FULL, NULLS]), tableBatch(child, [...rows('a', 3), ...rows('b', 2)])],
    [tableBatch(table, [FULL]), tableBatch(child, rows('a', 1))],
  );
  const links: string[] = [];
  for await (const row of readTable(`csv:${join(folder, 'out')}`, 'doc$x')) links.push(String(row['doc_id']));
  expect(links.toSorted((a, b) => a.localeCompare(b))).toEqual(['a', 'b', 'b']);
});

test.each([
  ['digital_process$trigger', 'digital_process$trigger'],
  ['a/b', 'a%2Fb'],
  ['..', '%2E%2E'],
  ['_keys', '%5Fkeys'],
  ['manifest.json', 'manifest%2Ejson'],
  ['NUL', '%4EUL'],
  ['é', '%C3%A9'],
])('the folder of table %s is %s', (name, want) => {
  expect(folderName(name)).toBe(want);
});

test('the folder of a long name is short, and its own', () => {
  const names = ['x'.repeat(300), `${'x'.repeat(299)}y`, 'é'.repeat(200)].map(folderName);
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(120);
});
