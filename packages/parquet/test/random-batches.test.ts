import type { ColumnType, TableBatch } from '@millrace/flatten';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeParquet, type ParquetOptions } from '../src/index.ts';
import { batch, type Cell, type TestColumn } from './batches.ts';
import { compress, DuckDBReader, hyparquetColumns } from './readers.ts';

let duckdb: DuckDBReader;
beforeAll(async () => {
  duckdb = await DuckDBReader.open();
});
afterAll(() => duckdb.close());

// DuckDB keeps times in microseconds and dates within its own calendar; strings are what UTF-8 can hold.
const MOST_MILLIS = 2n ** 63n / 1000n - 1n;
const VALUES: Record<ColumnType, fc.Arbitrary<Cell>> = {
  BOOLEAN: fc.boolean(),
  INTEGER: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.integer({ min: -9, max: 300 }).map(BigInt),
  ),
  FLOAT: fc.double({ noNaN: true }),
  DATE: fc.oneof(fc.integer({ min: -719_162, max: 2_932_896 }), fc.integer({ min: 20_000, max: 20_040 })),
  DATETIME: fc.oneof(
    fc.bigInt({ min: -MOST_MILLIS, max: MOST_MILLIS }),
    fc.bigInt({ min: 1_735_689_600_000n, max: 1_767_225_600_000n }),
  ),
  STRING: fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom('', 'RUNNING', 'COMPLETED', '東京')),
  JSON: fc.json({ maxDepth: 2 }),
};
const TYPES: ColumnType[] = ['BOOLEAN', 'INTEGER', 'FLOAT', 'DATE', 'DATETIME', 'STRING', 'JSON'];

/** A column of `rows` cells out of a few values or many, in runs or not, with NULLs or not. */
function columnOf(name: string, type: ColumnType, rows: number): fc.Arbitrary<TestColumn> {
  return fc
    .record({
      values: fc.array(VALUES[type], { minLength: 1, maxLength: rows + 1, size: 'max' }),
      run: fc.constantFrom(1, 1, 9, 40),
      nulls: fc.constantFrom(0, 0.1, 0.5, 1),
      seed: fc.integer(),
      dictionary: fc.boolean(),
    })
    .map(({ values, run, nulls, seed, dictionary }) => {
      let state = seed;
      const next = (): number => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        return (state >>> 0) / 2 ** 32;
      };
      const cells = Array.from(
        { length: rows },
        (_, row): Cell => (next() < nulls ? null : (values[Math.floor(row / run) % values.length] ?? null)),
      );
      return { name, type, cells, dictionary };
    });
}

const columns: fc.Arbitrary<TestColumn[]> = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.array(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 6 }))
  .chain(([rows, types]) => fc.tuple(...types.map((type, index) => columnOf(`c${index}`, type, rows))));

const options: fc.Arbitrary<ParquetOptions> = fc.record({
  codec: fc.constantFrom('uncompressed', 'snappy', 'zstd', 'gzip'),
  rowGroupRows: fc.constantFrom(7, 64, 100, 122_880),
  delta: fc.boolean(),
  logicalTypes: fc.boolean(),
});

/** Two batches; with `turn` the second has dictionaries where the first has none. */
function cut(given: readonly TestColumn[], at: number, turn: boolean): TableBatch[] {
  const part = (from: number, to: number | undefined, turned: boolean): TableBatch =>
    batch(
      given.map((column) => ({
        ...column,
        cells: column.cells.slice(from, to),
        dictionary: column.dictionary !== turned,
      })),
    );
  return [part(0, at, false), part(at, undefined, turn)];
}

test(
  'any batches come back exactly, from both readers',
  async () => {
    await fc.assert(
      fc.asyncProperty(columns, options, fc.nat(400), fc.boolean(), async (given, { codec, ...rest }, at, turn) => {
        const file = encodeParquet(
          cut(given, at, turn),
          codec === 'snappy' ? rest : { ...rest, codec: codec ?? 'zstd', compress },
        );
        const cells = given.map((column) => column.cells);
        expect(await hyparquetColumns(file)).toEqual(cells);
        expect(
          await duckdb.columns(
            file,
            given.map(({ type }) => type),
          ),
        ).toEqual(cells);
      }),
      { numRuns: process.env['MILLRACE_FULL'] ? 10_000 : 150, endOnFailure: true },
    );
  },
  process.env['MILLRACE_FULL'] ? 1_800_000 : 60_000,
);
