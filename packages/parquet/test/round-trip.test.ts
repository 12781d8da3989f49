import type { ColumnType } from '@millrace/flatten';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeParquet, type ParquetOptions } from '../src/index.ts';
import { batch, type Cell, random, type TestColumn } from './batches.ts';
import { compress, DuckDBReader, hyparquetColumns, typesOf } from './readers.ts';

let duckdb: DuckDBReader;
beforeAll(async () => {
  duckdb = await DuckDBReader.open();
});
afterAll(() => duckdb.close());

interface RoundTrip {
  readonly file: Uint8Array;
  /** The cells written, once for each reader. */
  readonly written: (readonly Cell[])[][];
  /** The cells that hyparquet and DuckDB read. */
  readonly read: Cell[][][];
}

async function roundTrip(columns: readonly TestColumn[], options: ParquetOptions = {}): Promise<RoundTrip> {
  const given = batch(columns);
  const file = encodeParquet(given, options);
  const cells = columns.map((column) => column.cells);
  const read = [await hyparquetColumns(file), await duckdb.columns(file, typesOf(given))];
  return { file, written: [cells, cells], read };
}

const DAY = 86_400_000n;
const YEAR_1_DAYS = -719_162;

const EXAMPLES: Record<ColumnType, Cell[]> = {
  BOOLEAN: [true, false, false, true, true],
  INTEGER: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 4_294_967_296n, -4_294_967_297n],
  FLOAT: [0, -0, 1.5, -1e-300, 5e-324, Number.MAX_VALUE, 2 ** 53],
  DATE: [0, -1, YEAR_1_DAYS, 20_000, 2_932_896],
  DATETIME: [0n, -1n, BigInt(YEAR_1_DAYS) * DAY, 1_740_495_130_903n, 253_402_300_799_999n],
  STRING: ['', 'a', 'Größe', '東京 💧', 'line\nbreak', '\u0000', '﻿byte order mark', 'x'.repeat(300)],
  JSON: ['null', '[]', '{"a":[1,"two"]}', '"x"', '1.0'],
};

const NULLS: [name: string, isNull: (row: number) => boolean][] = [
  ['no NULL', () => false],
  ['only NULLs', () => true],
  ['every other row NULL', (row) => row % 2 === 0],
  [
    'NULLs by chance',
    (
      (chance) => () =>
        chance() < 0.3
    )(random(7)),
  ],
  ['one NULL, first', (row) => row === 0],
  ['one NULL, last', (row) => row === 999],
  ['NULLs in long runs', (row) => row % 300 < 130],
];

describe.each(Object.entries(EXAMPLES) as [ColumnType, Cell[]][])('%s', (type, examples) => {
  test.each(NULLS)('comes back with %s, plain and through a dictionary', async (_, isNull) => {
    const cells = Array.from({ length: 1000 }, (_unused, row) =>
      isNull(row) ? null : (examples[row % examples.length] ?? null),
    );
    const { read, written } = await roundTrip([
      { name: 'plain', type, cells },
      { name: 'dictionary', type, cells, dictionary: true },
    ]);
    expect(read).toEqual(written);
  });

  test.each(['uncompressed', 'snappy', 'zstd', 'gzip'] as const)('comes back from a %s file', async (codec) => {
    const cells = Array.from({ length: 777 }, (_, row) => examples[(row * 7) % examples.length] ?? null);
    const { read, written } = await roundTrip(
      [{ name: 'value', type, cells }],
      codec === 'snappy' ? { codec } : { codec, compress },
    );
    expect(read).toEqual(written);
  });

  test('comes back from a batch of one row', async () => {
    const { read, written } = await roundTrip([{ name: 'value', type, cells: examples.slice(-1) }]);
    expect(read).toEqual(written);
  });
});

test('a batch without rows makes a file without rows that keeps its columns', async () => {
  const columns = Object.keys(EXAMPLES).map((type) => ({ name: type, type: type as ColumnType, cells: [] }));
  const { file, read, written } = await roundTrip(columns);
  expect(read).toEqual(written);
  const [names] = await duckdb.query(file, (path) => `SELECT column_name FROM (DESCRIBE FROM read_parquet('${path}'))`);
  expect(names).toEqual(columns.map(({ name }) => name));
});

test('100,000 rows of every type come back, from several row groups', async () => {
  const chance = random(1);
  const rows = 100_000;
  const make = (cell: (row: number) => Cell): Cell[] =>
    Array.from({ length: rows }, (_, row) => (chance() < 0.05 ? null : cell(row)));
  const columns: TestColumn[] = [
    { name: 'boolean', type: 'BOOLEAN', cells: make(() => chance() < 0.5) },
    { name: 'counter', type: 'INTEGER', cells: make((row) => BigInt(row)) },
    { name: 'few', type: 'INTEGER', cells: make(() => BigInt(Math.floor(chance() * 10)) * 10n ** 15n) },
    {
      name: 'wide',
      type: 'INTEGER',
      cells: make(() => BigInt.asIntN(64, BigInt(Math.floor(chance() * 2 ** 53)) * 3_001n)),
    },
    { name: 'amount', type: 'FLOAT', cells: make(() => Math.round(chance() * 1e7) / 100) },
    { name: 'rate', type: 'FLOAT', cells: make(() => [0, 7, 19, 20.5][Math.floor(chance() * 4)] ?? 0) },
    { name: 'day', type: 'DATE', cells: make(() => 19_000 + Math.floor(chance() * 5_000)) },
    {
      name: 'time',
      type: 'DATETIME',
      cells: make((row) => 1_735_689_600_000n + BigInt(row * 1_000 + Math.floor(chance() * 9_000))),
    },
    { name: 'key', type: 'STRING', cells: make((row) => `${row}-${chance()}`) },
    {
      name: 'status',
      type: 'STRING',
      cells: make(() => ['RUNNING', 'COMPLETED', 'FAILED'][Math.floor(chance() * 3)] ?? ''),
    },
    { name: 'parent', type: 'STRING', cells: make((row) => `case ${Math.floor(row / 3)}`), dictionary: true },
    { name: 'json', type: 'JSON', cells: make((row) => `[${row % 100}]`) },
  ];
  const { read, written } = await roundTrip(columns, { rowGroupRows: 30_011 });
  expect(read).toEqual(written);
});

test('strings of 1 MiB come back', async () => {
  const long = Array.from({ length: 5 }, (_, index) => String.fromCodePoint(97 + index).repeat(2 ** 20));
  const { read, written } = await roundTrip([{ name: 'text', type: 'STRING', cells: ['', ...long, null, ...long] }]);
  expect(read).toEqual(written);
});

test('column names are kept as they are', async () => {
  const names = [
    'order id',
    'a.b',
    'a$b',
    '"quoted"',
    "it's",
    'select',
    'Größe 💧',
    'tab\there',
    'line\nbreak',
    '1st',
    '*',
    '',
    ' ',
  ];
  const columns = names.map((name): TestColumn => ({ name, type: 'STRING', cells: ['x', null] }));
  const { file, read, written } = await roundTrip(columns);
  expect(read).toEqual(written);
  const [found] = await duckdb.query(file, (path) => `SELECT name FROM parquet_schema('${path}') OFFSET 1`);
  expect(found).toEqual(names);
});

test('more columns than a short list of the footer takes come back', async () => {
  const columns = Array.from(
    { length: 300 },
    (_, index): TestColumn => ({ name: `c${index}`, type: 'INTEGER', cells: [BigInt(index)] }),
  );
  const { read, written } = await roundTrip(columns);
  expect(read).toEqual(written);
});
