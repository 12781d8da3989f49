import { zstdCompressSync } from 'node:zlib';
import type { TableBatch } from '@millrace/flatten';
import { parquetMetadata } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  compressSnappy,
  createParquetWriter,
  encodeParquet,
  ParquetBatchError,
  type ParquetOptions,
  type ParquetWriter,
  releaseMemory,
  TABLE_SCHEMA_KEY,
} from '../src/index.ts';
import { batch, type Cell, plainValues, random, tableOf, type TestColumn } from './batches.ts';
import { arrayBuffer, DuckDBReader, hyparquetColumns } from './readers.ts';

let duckdb: DuckDBReader;
beforeAll(async () => {
  duckdb = await DuckDBReader.open();
});
afterAll(() => duckdb.close());

const metadataOf = (file: Uint8Array): ReturnType<typeof parquetMetadata> => parquetMetadata(arrayBuffer(file));

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks));
}

function writeAll(writer: ParquetWriter, batches: readonly TableBatch[]): Uint8Array {
  return concat([...batches.flatMap((one) => writer.write(one)), ...writer.finish()]);
}

/** Columns of every kind, `rows` rows from `from` on; the dictionaries of two batches have nothing in common but their type. */
function someColumns(from: number, rows: number): TestColumn[] {
  const chance = random(from + 1);
  const make = (cell: (row: number) => Cell): Cell[] =>
    Array.from({ length: rows }, (_, row) => (chance() < 0.2 ? null : cell(from + row)));
  return [
    { name: 'id', type: 'STRING', cells: make((row) => `id ${row}`) },
    { name: 'event_type', type: 'STRING', cells: make((row) => `type ${row % 7}`), dictionary: true },
    { name: 'position', type: 'INTEGER', cells: make((row) => BigInt(row)) },
    { name: 'amount', type: 'FLOAT', cells: make(() => chance()), dictionary: true },
    { name: 'done', type: 'BOOLEAN', cells: make((row) => row % 3 === 0), dictionary: true },
  ];
}

const cellsOf = (columns: readonly TestColumn[]): (readonly Cell[])[] => columns.map(({ cells }) => cells);

describe('row groups', () => {
  test('many small batches fill a row group together', async () => {
    const parts = Array.from({ length: 40 }, (_, index) => someColumns(index * 13, 13));
    const writer = createParquetWriter(batch(parts[0] ?? []).table, { rowGroupRows: 100 });
    const file = writeAll(writer, parts.map(batch));
    expect(metadataOf(file).row_groups.map((group) => Number(group.num_rows))).toEqual([100, 100, 100, 100, 100, 20]);
    const whole = cellsOf(parts[0] ?? []).map((_, index) => parts.flatMap((part) => part[index]?.cells ?? []));
    expect(await hyparquetColumns(file)).toEqual(whole);
    expect(await duckdb.columns(file, ['STRING', 'STRING', 'INTEGER', 'FLOAT', 'BOOLEAN'])).toEqual(whole);
  });

  test('a batch is cut at any row', async () => {
    const columns = someColumns(0, 500);
    const file = encodeParquet(batch(columns), { rowGroupRows: 37 });
    expect(metadataOf(file).row_groups).toHaveLength(14);
    expect(await hyparquetColumns(file)).toEqual(cellsOf(columns));
  });

  test('row groups stay near the bytes asked for', async () => {
    const cells = Array.from({ length: 1000 }, (_, row) => `${row}`.padEnd(1000, '.'));
    const columns: TestColumn[] = [{ name: 'text', type: 'STRING', cells }];
    const file = encodeParquet(batch(columns), { rowGroupBytes: 100_000, codec: 'uncompressed' });
    for (const group of metadataOf(file).row_groups) expect(Number(group.total_byte_size)).toBeLessThan(110_000);
    expect(await hyparquetColumns(file)).toEqual([cells]);
  });

  test('the file does not depend on how the rows are cut into batches', () => {
    const columns = someColumns(0, 600);
    const part = (from: number, to: number): TableBatch =>
      batch(columns.map((column) => ({ ...column, cells: column.cells.slice(from, to) })));
    const whole = encodeParquet(part(0, 600), { rowGroupRows: 250 });
    expect(encodeParquet([part(0, 1), part(1, 333), part(333, 600)], { rowGroupRows: 250 })).toEqual(whole);
  });

  test('full row groups are given while rows come, the rest at the end', () => {
    const writer = createParquetWriter(batch(someColumns(0, 1)).table, { rowGroupRows: 10 });
    expect(writer.write(batch(someColumns(0, 9)))).toHaveLength(0);
    expect(writer.write(batch(someColumns(9, 12)))).toHaveLength(2);
    expect(writer.finish()).toHaveLength(2);
    expect(writer.rows).toBe(21);
  });

  test('bytes is the length of what was given', () => {
    const writer = createParquetWriter(batch(someColumns(0, 1)).table, { rowGroupRows: 10 });
    const file = writeAll(writer, [batch(someColumns(0, 35))]);
    expect(writer.bytes).toBe(file.length);
  });
});

test('memory can be given back while a file is open', () => {
  const columns = someColumns(0, 600);
  const part = (from: number, to: number): TableBatch =>
    batch(columns.map((column) => ({ ...column, cells: column.cells.slice(from, to) })));
  const writer = createParquetWriter(part(0, 1).table, { rowGroupRows: 250 });
  const chunks = writer.write(part(0, 333));
  releaseMemory();
  chunks.push(...writer.write(part(333, 600)), ...writer.finish());
  expect(concat(chunks)).toEqual(encodeParquet(part(0, 600), { rowGroupRows: 250 }));
});

test('a batch may be overwritten once it is written', async () => {
  const columns = someColumns(0, 100);
  const given = batch(columns);
  const writer = createParquetWriter(given.table);
  const chunks = writer.write(given);
  for (const { values, validity } of given.columns) {
    validity?.fill(0x55);
    const plain = values.kind === 'dictionary' ? values.dictionary : values;
    if (values.kind === 'dictionary') values.indices.fill(0);
    if (plain.kind === 'bytes') plain.data.fill(1);
    else new Uint8Array(plain.values.buffer).fill(1);
  }
  expect(await hyparquetColumns(concat([...chunks, ...writer.finish()]))).toEqual(cellsOf(columns));
});

test('buffers may be views into larger ones, at any byte', async () => {
  const cells = ['one', 'two', 'three', 'four'];
  const given = batch([{ name: 'text', type: 'STRING', cells }]);
  const [column] = given.columns;
  if (column?.values.kind !== 'bytes') throw new Error('plain values expected');
  const larger = new Uint8Array(column.values.data.length + 20).fill(255);
  larger.set(column.values.data, 3);
  const data = larger.subarray(3, 3 + column.values.data.length);
  const moved = { ...given, columns: [{ ...column, values: { kind: 'bytes', data, count: 4 } as const }] };
  expect(await hyparquetColumns(encodeParquet(moved))).toEqual([cells]);
});

describe('encodings', () => {
  const encodingsOf = (columns: readonly TestColumn[], options: ParquetOptions = {}): (string[] | undefined)[] =>
    metadataOf(encodeParquet(batch(columns), options)).row_groups[0]?.columns.map((chunk) =>
      chunk.meta_data?.encodings.filter((encoding) => encoding !== 'RLE'),
    ) ?? [];
  const rows = Array.from({ length: 5000 }, (_, row) => row);

  test('strings with few distinct values get a dictionary, whether the batch has one or not', () => {
    const cells = rows.map((row) => `status ${row % 5}`);
    expect(
      encodingsOf([
        { name: 'plain', type: 'STRING', cells },
        { name: 'dictionary', type: 'STRING', cells, dictionary: true },
      ]),
    ).toEqual([
      ['PLAIN', 'RLE_DICTIONARY'],
      ['PLAIN', 'RLE_DICTIONARY'],
    ]);
  });

  test('strings that are nearly all distinct get none, whether the batch has one or not', () => {
    const cells = rows.map((row) => `key ${row}`);
    const columns: TestColumn[] = [
      { name: 'plain', type: 'STRING', cells },
      { name: 'dictionary', type: 'STRING', cells, dictionary: true },
    ];
    expect(encodingsOf(columns)).toEqual([['DELTA_LENGTH_BYTE_ARRAY'], ['DELTA_LENGTH_BYTE_ARRAY']]);
    expect(encodingsOf(columns, { delta: false })).toEqual([['PLAIN'], ['PLAIN']]);
  });

  test('batches with and without dictionaries share one', async () => {
    const cells = rows.map((row) => `status ${row % 5}`);
    const part = (from: number, dictionary: boolean): TableBatch =>
      batch([{ name: 'text', type: 'STRING', cells: cells.slice(from, from + 1000), dictionary }]);
    const file = encodeParquet([
      part(0, false),
      part(1000, true),
      part(2000, false),
      part(3000, true),
      part(4000, false),
    ]);
    expect(await hyparquetColumns(file)).toEqual([cells]);
    const [chunk] = metadataOf(file).row_groups[0]?.columns ?? [];
    expect(chunk?.meta_data?.encodings).toContain('RLE_DICTIONARY');
  });

  test('a dictionary that a batch has may be larger than one that is made', async () => {
    const chance = random(11);
    const cells = Array.from({ length: 100_000 }, () => `key ${Math.floor(chance() * 90_000)} of many`);
    const columns: TestColumn[] = [{ name: 'text', type: 'STRING', cells, dictionary: true }];
    expect(encodingsOf(columns)).toEqual([['PLAIN', 'RLE_DICTIONARY']]);
    const file = encodeParquet(batch(columns));
    expect(await hyparquetColumns(file)).toEqual([cells]);
    expect(await duckdb.columns(file, ['STRING'])).toEqual([cells]);
  });

  test('a dictionary is given up late when values stop to repeat', async () => {
    const cells = Array.from({ length: 40_000 }, (_, row) => (row < 3000 ? `status ${row % 5}` : `key ${row}`));
    const columns: TestColumn[] = [
      { name: 'plain', type: 'STRING', cells },
      { name: 'dictionary', type: 'STRING', cells, dictionary: true },
    ];
    expect(encodingsOf(columns)).toEqual([['DELTA_LENGTH_BYTE_ARRAY'], ['DELTA_LENGTH_BYTE_ARRAY']]);
    expect(await hyparquetColumns(encodeParquet(batch(columns)))).toEqual([cells, cells]);
  });

  test('a large dictionary of long strings is given up for its size', async () => {
    const cells = rows.slice(0, 2000).map((row) => `${row % 600}`.padEnd(10_000, 'x'));
    const columns: TestColumn[] = [{ name: 'text', type: 'STRING', cells }];
    expect(encodingsOf(columns)).toEqual([['DELTA_LENGTH_BYTE_ARRAY']]);
    expect(await hyparquetColumns(encodeParquet(batch(columns)))).toEqual([cells]);
  });

  test('growing numbers, times and dates are written as differences', () => {
    expect(
      encodingsOf([
        { name: 'counter', type: 'INTEGER', cells: rows.map((row) => BigInt(row) - 2500n) },
        { name: 'time', type: 'DATETIME', cells: rows.map((row) => BigInt(row * 977 - (row % 13))) },
        { name: 'day', type: 'DATE', cells: rows.map((row) => row * 3 - (row % 7)) },
      ]),
    ).toEqual([['DELTA_BINARY_PACKED'], ['DELTA_BINARY_PACKED'], ['DELTA_BINARY_PACKED']]);
  });

  test('with delta: false they are plain', () => {
    const cells = rows.map((row) => BigInt(row));
    expect(encodingsOf([{ name: 'counter', type: 'INTEGER', cells }], { delta: false })).toEqual([['PLAIN']]);
  });

  test('numbers too far apart for exact differences are plain', async () => {
    const chance = random(3);
    const wide = rows.map(() => BigInt.asIntN(64, BigInt(Math.floor(chance() * 2 ** 53)) << 11n));
    const days = rows.map(() => Math.floor((chance() - 0.5) * 2 ** 32));
    const columns: TestColumn[] = [
      { name: 'wide', type: 'INTEGER', cells: wide },
      { name: 'days', type: 'DATE', cells: days },
    ];
    expect(encodingsOf(columns)).toEqual([['PLAIN'], ['PLAIN']]);
    expect(await hyparquetColumns(encodeParquet(batch(columns)))).toEqual([wide, days]);
  });

  test.each([2, 3, 5, 17, 129, 257, 1023, 4097, 10_000])('a dictionary of %i numbers comes back', async (distinct) => {
    const chance = random(distinct);
    const cells = Array.from({ length: 60_000 }, () => Math.floor(chance() * distinct) * 1.1);
    const columns: TestColumn[] = [{ name: 'number', type: 'FLOAT', cells }];
    expect(encodingsOf(columns)).toEqual([['PLAIN', 'RLE_DICTIONARY']]);
    const file = encodeParquet(batch(columns));
    expect(await hyparquetColumns(file)).toEqual([cells]);
    expect(await duckdb.columns(file, ['FLOAT'])).toEqual([cells]);
  });

  test.each([2 ** 4, 2 ** 20, 2 ** 33, 2 ** 48])('differences up to %i come back', async (range) => {
    const chance = random(range);
    const cells = Array.from({ length: 3001 }, () => BigInt(Math.floor((chance() - 0.5) * range)));
    const file = encodeParquet(batch([{ name: 'number', type: 'INTEGER', cells }]));
    expect(await hyparquetColumns(file)).toEqual([cells]);
    expect(await duckdb.columns(file, ['INTEGER'])).toEqual([cells]);
  });

  test('long strings that differ only in the middle are told apart', async () => {
    const cells = rows.map((row) => `${'a'.repeat(100)}${String(row % 200).padStart(4)}${'a'.repeat(100)}`);
    const columns: TestColumn[] = [{ name: 'text', type: 'STRING', cells }];
    expect(encodingsOf(columns)).toEqual([['PLAIN', 'RLE_DICTIONARY']]);
    expect(await hyparquetColumns(encodeParquet(batch(columns)))).toEqual([cells]);
  });
});

describe('footer', () => {
  test('types carry both annotations, and DATETIME is an instant in UTC', async () => {
    const columns: TestColumn[] = [
      { name: 'time', type: 'DATETIME', cells: [0n] },
      { name: 'json', type: 'JSON', cells: ['{}'] },
      { name: 'text', type: 'STRING', cells: [''] },
      { name: 'day', type: 'DATE', cells: [0] },
    ];
    const file = encodeParquet(batch(columns));
    expect(metadataOf(file).schema.slice(1)).toMatchObject([
      {
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      },
      { converted_type: 'JSON', logical_type: { type: 'JSON' } },
      { converted_type: 'UTF8', logical_type: { type: 'STRING' } },
      { converted_type: 'DATE', logical_type: { type: 'DATE' } },
    ]);
    const [types] = await duckdb.query(
      file,
      (path) => `SELECT column_type FROM (DESCRIBE FROM read_parquet('${path}'))`,
    );
    expect(types).toEqual(['TIMESTAMP WITH TIME ZONE', 'JSON', 'VARCHAR', 'DATE']);
  });

  test('without logical types DuckDB makes a plain TIMESTAMP', async () => {
    const file = encodeParquet(batch([{ name: 'time', type: 'DATETIME', cells: [5n] }]), { logicalTypes: false });
    const [types] = await duckdb.query(
      file,
      (path) => `SELECT column_type FROM (DESCRIBE FROM read_parquet('${path}'))`,
    );
    expect(types).toEqual(['TIMESTAMP']);
    expect(await duckdb.columns(file, ['DATETIME'])).toEqual([[5n]]);
  });

  test('metadata, the newest table and the program stand in the footer', () => {
    const given = batch([{ name: 'id', type: 'INTEGER', cells: [1n] }]);
    const longer = tableOf(given.table.columns.map((column) => ({ ...column, maxChars: 99 })));
    const file = encodeParquet([given, { ...given, table: longer }], {
      metadata: { window: '2025 → 2026', empty: '' },
      tableSchema: true,
      createdBy: 'oe-extract',
    });
    const { key_value_metadata: pairs, created_by: program } = metadataOf(file);
    expect(program).toBe('oe-extract');
    const byKey = Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value]));
    expect(byKey).toMatchObject({ window: '2025 → 2026', empty: '' });
    expect(JSON.parse(byKey[TABLE_SCHEMA_KEY] ?? '')).toEqual(longer);
  });

  test('columnName renames columns in the file only', async () => {
    const file = encodeParquet(batch(someColumns(0, 3)), { columnName: (name, index) => `${index}:${name}` });
    expect(
      metadataOf(file)
        .schema.map(({ name }) => name)
        .slice(1, 3),
    ).toEqual(['0:id', '1:event_type']);
  });

  test('bounds and NULLs of each column chunk are those of its values', async () => {
    const columns: TestColumn[] = [
      { name: 'integer', type: 'INTEGER', cells: [5n, null, -(2n ** 63n), 2n ** 63n - 1n, 7n] },
      { name: 'float', type: 'FLOAT', cells: [0, -0, 2.5, null, null] },
      { name: 'day', type: 'DATE', cells: [null, -719_162, 20_000, 3, 4] },
      { name: 'time', type: 'DATETIME', cells: [-1n, 4_294_967_296n, 0n, 1n, 2n] },
      { name: 'text', type: 'STRING', cells: ['b', 'ab', 'é', '', 'zz'] },
      { name: 'dictionary', type: 'STRING', cells: ['b', 'ab', 'é', 'a', 'b'], dictionary: true },
      { name: 'flag', type: 'BOOLEAN', cells: [true, true, null, true, true] },
      { name: 'none', type: 'STRING', cells: [null, null, null, null, null] },
      { name: 'long', type: 'STRING', cells: ['a', 'x'.repeat(65), 'b', 'c', 'd'] },
    ];
    const file = encodeParquet(batch(columns));
    const bounds = await duckdb.query(
      file,
      (path) => `SELECT stats_min_value, stats_max_value, stats_null_count FROM parquet_metadata('${path}')`,
    );
    expect(bounds).toEqual([
      [String(-(2n ** 63n)), '-0.0', '0001-01-01', '1969-12-31 23:59:59.999+00', '', 'a', 'true', null, null],
      [String(2n ** 63n - 1n), '2.5', '2024-10-04', '1970-02-19 17:02:47.296+00', 'é', 'é', 'true', null, null],
      [1n, 2n, 1n, 0n, 0n, 0n, 1n, 5n, 0n],
    ]);
    expect(metadataOf(file).row_groups[0]?.columns[1]?.meta_data?.statistics?.max_value).toBe(2.5);
  });

  test('a filter that DuckDB answers with the bounds finds its rows', async () => {
    const cells = Array.from({ length: 10_000 }, (_, row) => BigInt(row));
    const file = encodeParquet(batch([{ name: 'id', type: 'INTEGER', cells }]), { rowGroupRows: 1000 });
    const [found] = await duckdb.query(
      file,
      (path) => `SELECT id FROM read_parquet('${path}') WHERE id IN (0, 999, 1000, 9999) ORDER BY 1`,
    );
    expect(found).toEqual([0n, 999n, 1000n, 9999n]);
  });

  test('what does not shrink is stored uncompressed', () => {
    const chance = random(9);
    const cells = Array.from({ length: 1000 }, () =>
      BigInt.asIntN(64, BigInt(Math.floor(chance() * 2 ** 53)) * 0x9e3779b97f4a7c15n),
    );
    const file = encodeParquet(batch([{ name: 'noise', type: 'INTEGER', cells }]), { codec: 'snappy' });
    expect(metadataOf(file).row_groups[0]?.columns[0]?.meta_data?.codec).toBe('UNCOMPRESSED');
  });
});

describe('other columns than the file', () => {
  const table = tableOf(
    batch([
      { name: 'id', type: 'INTEGER', cells: [] },
      { name: 'text', type: 'STRING', cells: [] },
    ]).columns.map(({ schema }) => schema),
  );

  test('a column that a batch does not have is NULL in its rows', async () => {
    const writer = createParquetWriter(table);
    const file = writeAll(writer, [
      batch([{ name: 'id', type: 'INTEGER', cells: [1n, 2n] }]),
      batch([
        { name: 'id', type: 'INTEGER', cells: [3n] },
        { name: 'text', type: 'STRING', cells: ['x'] },
      ]),
    ]);
    expect(await hyparquetColumns(file)).toEqual([
      [1n, 2n, 3n],
      [null, null, 'x'],
    ]);
  });

  const wrong: [name: string, given: TableBatch, message: RegExp][] = [
    ['a new column', batch([{ name: 'new', type: 'INTEGER', cells: [1n] }]), /"new" that the file was not opened with/],
    [
      'another type',
      batch([{ name: 'id', type: 'STRING', cells: ['1'] }]),
      /"id" of table case is STRING in the batch and INTEGER in the file/,
    ],
  ];
  test.each(wrong)('%s is refused and nothing is taken', (_, given, message) => {
    const writer = createParquetWriter(table);
    expect(() => writer.write(given)).toThrow(message);
    expect(() => writer.write(given)).toThrow(ParquetBatchError);
    expect(writer.rows).toBe(0);
  });

  const [good] = batch([{ name: 'id', type: 'INTEGER', cells: [1n, null] }]).columns;
  const broken: [name: string, change: object, message: RegExp][] = [
    ['values of another layout', { values: plainValues('FLOAT', [1]) }, /values are int64, and has double/],
    ['too few values', { values: plainValues('INTEGER', []) }, /0 values for 2 rows with 1 NULLs/],
    ['NULLs without bits', { validity: undefined }, /NULLs and no validity/],
    ['more bits than values', { validity: Uint8Array.of(3) }, /another number of bits/],
    ['fewer bits than rows', { validity: new Uint8Array(0) }, /another number of bits/],
    ['other rows than its batch', { rows: 3 }, /has 3 rows, its batch 2/],
  ];
  test.each(broken)('%s are refused', (_, change, message) => {
    const given = { table, rows: 2, columns: [{ ...good, ...change }] } as TableBatch;
    expect(() => createParquetWriter(table).write(given)).toThrow(message);
  });
});

describe('buffers that contradict themselves', () => {
  const text = plainValues('STRING', ['one', 'two']);
  const cases: [name: string, type: 'STRING' | 'FLOAT', values: object, message: RegExp][] = [
    [
      'an index beyond a dictionary of strings',
      'STRING',
      { kind: 'dictionary', indices: Uint32Array.of(0, 2), dictionary: text },
      /index 2 of a dictionary of 2/,
    ],
    [
      'an index beyond a dictionary of numbers',
      'FLOAT',
      { kind: 'dictionary', indices: Uint32Array.of(7, 0), dictionary: plainValues('FLOAT', [1]) },
      /index 7 of a dictionary of 1/,
    ],
  ];
  test.each(cases)('%s ends the file', (_, type, values, message) => {
    const given = batch([{ name: 'value', type, cells: type === 'FLOAT' ? [1, 2] : ['a', 'b'] }]);
    const broken = { ...given, columns: given.columns.map((column) => ({ ...column, values })) } as TableBatch;
    const writer = createParquetWriter(given.table);
    expect(() => writer.write(broken)).toThrow(message);
    expect(() => writer.write(given)).toThrow('broken');
    expect(() => writer.finish()).toThrow('broken');
  });

  const strings: [name: string, data: Uint8Array][] = [
    ['longer than their buffer', Uint8Array.of(0, 0, 0, 0, 9, 0, 0, 0, 1)],
    ['shorter than their buffer', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1)],
  ];
  test.each(strings)('strings %s end the file when its row group is written', (_, data) => {
    const given = batch([{ name: 'value', type: 'STRING', cells: ['a', 'b'] }]);
    const values = { kind: 'bytes', data, count: 2 } as const;
    const writer = createParquetWriter(given.table);
    writer.write({ ...given, columns: given.columns.map((column) => ({ ...column, values })) });
    expect(() => writer.finish()).toThrow('2 strings do not end with their 9 bytes');
  });
});

describe('options', () => {
  const { table } = batch([{ name: 'id', type: 'INTEGER', cells: [] }]);
  const wrong: [name: string, options: object, message: string][] = [
    ['an unknown codec', { codec: 'lzo' }, 'codec must be one of zstd, snappy, gzip, uncompressed, not "lzo"'],
    ['zstd without compress', { codec: 'zstd' }, 'zlib.zstdCompressSync(bytes)'],
    ['gzip without compress', { codec: 'gzip' }, 'zlib.gzipSync(bytes)'],
    ['no rows', { rowGroupRows: 0 }, 'rowGroupRows must be a whole number from 1 to'],
    ['half a byte', { rowGroupBytes: 1.5 }, 'rowGroupBytes must be a whole number from 1 to'],
  ];
  test.each(wrong)('%s is refused', (_, options, message) => {
    expect(() => createParquetWriter(table, options)).toThrow(message);
  });

  test('compress takes the place of the built-in snappy', () => {
    const cells = Array.from({ length: 1000 }, () => 'x'.repeat(100) + Math.random());
    const seen: string[] = [];
    encodeParquet(batch([{ name: 'text', type: 'STRING', cells }]), {
      compress: (bytes, codec) => {
        seen.push(codec);
        return zstdCompressSync(bytes);
      },
    });
    expect(seen).toEqual(['snappy']);
  });

  test('compress may compress and write files itself', async () => {
    const columns = someColumns(0, 5000);
    const other = batch(someColumns(1, 20_000));
    const file = encodeParquet(batch(columns), {
      compress: (page) => {
        const packed = compressSnappy(page);
        encodeParquet(other);
        return packed;
      },
    });
    expect(file).toEqual(encodeParquet(batch(columns)));
    expect(await hyparquetColumns(file)).toEqual(cellsOf(columns));
  });

  test('a table without columns is refused', () => {
    expect(() => createParquetWriter(tableOf([]))).toThrow('table case has no columns');
  });

  test('no batch at all is refused', () => {
    expect(() => encodeParquet([])).toThrow('encodeParquet needs a batch');
  });

  test('a finished writer takes nothing more', () => {
    const writer = createParquetWriter(table);
    writer.finish();
    expect(() => writer.write(batch([{ name: 'id', type: 'INTEGER', cells: [1n] }]))).toThrow('finished');
    expect(() => writer.finish()).toThrow('finished');
  });
});
