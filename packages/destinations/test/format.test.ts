import type { ColumnType, TableBatch } from '@millrace/flatten';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../src/canonical-text.ts';
import { columnCells, columnFromCells } from '../src/cells.ts';
import { csvFormat } from '../src/format-csv.ts';
import { ndjsonFormat } from '../src/format-ndjson.ts';
import { parquetFormat } from '../src/format-parquet.ts';
import type { TableFormat } from '../src/table-format.ts';
import { column, rootTable, tableBatch } from './tables.ts';

const numRuns = process.env['MILLRACE_FULL'] === undefined ? 60 : 10_000;

const text = fc.string({ unit: 'binary' }).map((value) => value.toWellFormed());

const CELLS: Readonly<Record<ColumnType, fc.Arbitrary<Exclude<Cell, null>>>> = {
  BOOLEAN: fc.boolean(),
  INTEGER: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  FLOAT: fc.double({ noNaN: true }),
  DATE: fc.integer({ min: -719162, max: 2932896 }),
  DATETIME: fc.bigInt({ min: -62135596800000n, max: 253402300799999n }),
  STRING: text,
  JSON: fc.json({ stringUnit: 'grapheme' }).filter((value) => value !== 'null'),
};

const TYPES = Object.keys(CELLS) as ColumnType[];

/** Batches with a column of each type, names of every kind. */
const batches: fc.Arbitrary<TableBatch> = fc
  .record({
    names: fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), {
      minLength: TYPES.length,
      maxLength: TYPES.length,
    }),
    rows: fc.array(fc.tuple(...TYPES.map((type) => fc.option(CELLS[type], { freq: 4 }))), { maxLength: 12 }),
  })
  .map(({ names, rows }) => {
    const columns = TYPES.map((type, index) => column(names[index] ?? '', type));
    return tableBatch(rootTable('t', columns, [names[0] ?? '']), rows);
  });

function cellsOf(batch: TableBatch): Cell[][] {
  return batch.columns.map(columnCells);
}

function encoded(format: TableFormat, batch: TableBatch, times: number): Uint8Array {
  const writer = format.open(batch.table);
  const chunks = Array.from({ length: times }, () => writer.write(batch)).flat();
  return Buffer.concat([...chunks, ...writer.finish()]);
}

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of all) list.push(each);
  return list;
}

describe.each([
  ['parquet', parquetFormat()],
  ['csv', csvFormat],
  ['ndjson', ndjsonFormat],
] as const)('%s', (_name, format) => {
  test('reads back what it wrote, cell by cell', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const read = await collect(format.decode(encoded(format, batch, 2), batch.table));
        const again = batch.columns.map((_, index) => read.flatMap((part) => cellsOf(part)[index] ?? []));
        expect(again).toEqual(cellsOf(batch).map((cells) => [...cells, ...cells]));
      }),
      { numRuns },
    );
  });
});

test('reads a Parquet file of several row groups one after the other', async () => {
  const table = rootTable('t', [column('id', 'INTEGER'), column('text', 'STRING')]);
  const rows = Array.from({ length: 30_000 }, (_, row): Cell[] => [BigInt(row), `${row}`.padStart(200, '.')]);
  const written = tableBatch(table, rows);
  const format = parquetFormat();
  const read = await collect(format.decode(encoded(format, written, 2), table));
  expect(read.length).toBeGreaterThan(2);
  const [ids] = cellsOf(written);
  expect(read.flatMap((part) => cellsOf(part)[0] ?? [])).toEqual([...(ids ?? []), ...(ids ?? [])]);
});

test('reads dictionaries, with and without NULL', () => {
  const schema = column('v', 'STRING');
  const dictionary = columnFromCells(schema, ['x', 'y']).values;
  if (dictionary.kind === 'dictionary') throw new TypeError('plain values expected');
  const values = { kind: 'dictionary' as const, indices: Uint32Array.of(1, 0, 1), dictionary };
  expect(columnCells({ schema, rows: 3, nullCount: 0, values })).toEqual(['y', 'x', 'y']);
  const validity = Uint8Array.of(0b10110);
  expect(columnCells({ schema, rows: 5, nullCount: 2, validity, values })).toEqual([null, 'y', 'x', null, 'y']);
});
