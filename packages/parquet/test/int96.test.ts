import { parquetMetadata, parquetRead } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeParquet, type ParquetOptions } from '../src/index.ts';
import { batch, type Cell, random } from './batches.ts';
import { arrayBuffer, compress, DuckDBReader } from './readers.ts';

let duckdb: DuckDBReader;
beforeAll(async () => {
  duckdb = await DuckDBReader.open();
});
afterAll(() => duckdb.close());

const INT96 = { timestamps: 'int96', delta: false } as const;

function fileOf(cells: readonly Cell[], options: ParquetOptions = {}): Uint8Array {
  return encodeParquet(batch([{ name: 'time', type: 'DATETIME', cells }]), { ...INT96, ...options });
}

/** Nanoseconds since 1970, as hyparquet makes them of an INT96. */
async function nanoseconds(file: Uint8Array): Promise<unknown[]> {
  const read: unknown[] = [];
  const parsers = { timestampFromNanoseconds: (nanos: bigint) => nanos };
  await parquetRead({ file: arrayBuffer(file), parsers, onComplete: (rows) => read.push(...rows.flat()) });
  return read;
}

const DAY = 86_400_000n;
const CELLS: [name: string, cells: Cell[]][] = [
  ['the epoch and its neighbours', [0n, 1n, -1n, DAY - 1n, DAY, -DAY]],
  ['the ends of the calendar', [-719_162n * DAY, 253_402_300_799_999n]],
  ['NULLs between', [null, 1_740_495_130_903n, null, null, 5n]],
  ['nothing but NULLs', [null, null]],
  ['a thousand different times', Array.from({ length: 1000 }, (_, row) => BigInt(row) * 86_399_999n)],
  ['two times again and again', Array.from({ length: 1000 }, (_, row) => BigInt(row % 2) * 86_399_999n)],
];

test.each(CELLS)('%s come back from DuckDB and hyparquet', async (_, cells) => {
  const file = fileOf(cells);
  expect(await duckdb.columns(file, ['DATETIME'])).toEqual([cells]);
  const nanos = cells.map((cell) => (cell === null ? null : BigInt(cell) * 1_000_000n));
  expect(await nanoseconds(file)).toEqual(nanos);
});

test.each(['uncompressed', 'snappy', 'gzip'] as const)('a %s file comes back, from many row groups', async (codec) => {
  const chance = random(4);
  const cells = Array.from({ length: 5000 }, () =>
    chance() < 0.1 ? null : BigInt(Math.floor((chance() - 0.3) * 4e12)),
  );
  const options = codec === 'gzip' ? { codec, compress } : { codec };
  const file = fileOf(cells, { ...options, rowGroupRows: 900 });
  expect(await duckdb.columns(file, ['DATETIME'])).toEqual([cells]);
});

test('the column is a plain INT96 without annotation or bounds, and DuckDB makes TIMESTAMP of it', async () => {
  const file = fileOf([0n, 1n]);
  const { schema, row_groups } = parquetMetadata(arrayBuffer(file));
  expect(schema[1]).toEqual({ type: 'INT96', repetition_type: 'OPTIONAL', name: 'time' });
  const chunk = row_groups[0]?.columns[0]?.meta_data;
  expect(chunk?.statistics).toMatchObject({ null_count: 0n });
  expect(chunk?.statistics?.min_value).toBeUndefined();
  const [types] = await duckdb.query(file, (path) => `SELECT column_type FROM (DESCRIBE FROM read_parquet('${path}'))`);
  expect(types).toEqual(['TIMESTAMP']);
});

test('times that repeat get a dictionary, others are plain', () => {
  const encodings = (cells: Cell[]): unknown =>
    parquetMetadata(arrayBuffer(fileOf(cells))).row_groups[0]?.columns[0]?.meta_data?.encodings;
  expect(encodings(Array.from({ length: 1000 }, (_, row) => BigInt(row % 2)))).toContain('RLE_DICTIONARY');
  expect(encodings(Array.from({ length: 1000 }, (_, row) => BigInt(row)))).toEqual(['RLE', 'PLAIN']);
});

test('DATE stays INT32 beside it', () => {
  const file = encodeParquet(batch([{ name: 'day', type: 'DATE', cells: [1] }]), INT96);
  expect(parquetMetadata(arrayBuffer(file)).schema[1]).toMatchObject({ type: 'INT32', converted_type: 'DATE' });
});

test('a time that has no Julian day of 32 bits is refused', () => {
  expect(() => fileOf([2n ** 62n])).toThrow("does not fit INT96: write timestamps as 'millis'");
});

test('another kind of timestamp is refused', () => {
  expect(() => fileOf([], { timestamps: 'nanos' } as object)).toThrow('timestamps must be one of millis, int96');
});
