/** Batches made by hand, with or without dictionaries. */
import type { Column, ColumnSchema, ColumnType, PlainValues, TableBatch, TableSchema } from '@millrace/flatten';

/** `bigint` for INTEGER and DATETIME (milliseconds), days for DATE. */
export type Value = boolean | number | bigint | string;
export type Cell = Value | null;

export interface TestColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly cells: readonly Cell[];
  /** Whether the values are given through a dictionary; then it also has an entry that no row uses. */
  readonly dictionary?: boolean;
}

const utf8 = new TextEncoder();

export function plainValues(type: ColumnType, values: readonly Value[]): PlainValues {
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'boolean', values: Uint8Array.from(values, Number) };
    case 'DATE':
      return { kind: 'int32', values: Int32Array.from(values, Number) };
    case 'INTEGER':
    case 'DATETIME':
      return { kind: 'int64', values: BigInt64Array.from(values, BigInt) };
    case 'FLOAT':
      return { kind: 'double', values: Float64Array.from(values, Number) };
    default: {
      const texts = values.map((value) => utf8.encode(String(value)));
      const data = new Uint8Array(texts.reduce((size, text) => size + 4 + text.length, 0));
      const view = new DataView(data.buffer);
      let at = 0;
      for (const text of texts) {
        view.setUint32(at, text.length, true);
        data.set(text, at + 4);
        at += 4 + text.length;
      }
      return { kind: 'bytes', data, count: texts.length };
    }
  }
}

const UNUSED: Record<ColumnType, Value> = {
  BOOLEAN: true,
  INTEGER: -77n,
  FLOAT: 1e300,
  DATE: 99_999,
  DATETIME: 4n,
  STRING: '￿ never used',
  JSON: '"never used"',
};

export function column({ name, type, cells, dictionary = false }: TestColumn): Column {
  const schema: ColumnSchema = { name, path: [name], type, role: 'data', maxChars: 0, maxBytes: 0 };
  const present = cells.filter((cell) => cell !== null);
  const nullCount = cells.length - present.length;
  let values: Column['values'] = plainValues(type, present);
  if (dictionary) {
    const distinct: Value[] = [UNUSED[type]];
    const known = new Map<string, number>();
    const indices = present.map((value) => {
      const key = Object.is(value, -0) ? '-0' : String(value);
      const index = known.get(key) ?? distinct.push(value) - 1;
      known.set(key, index);
      return index;
    });
    values = { kind: 'dictionary', indices: Uint32Array.from(indices), dictionary: plainValues(type, distinct) };
  }
  if (nullCount === 0) return { schema, rows: cells.length, nullCount, values };
  // Bits after the last row are set: nobody may read them.
  const validity = new Uint8Array((cells.length + 7) >> 3).fill(255);
  for (const [row, cell] of cells.entries()) {
    if (cell === null) validity[row >> 3] = (validity[row >> 3] ?? 0) & ~(1 << (row & 7));
  }
  return { schema, rows: cells.length, nullCount, validity, values };
}

export function tableOf(columns: readonly ColumnSchema[]): TableSchema {
  const key = columns.slice(0, 1).map(({ name }) => name);
  return { name: 'case', path: [], root: 'case', primaryKey: key, rootKey: key, columns };
}

/** All columns must have the same number of cells. */
export function batch(columns: readonly TestColumn[]): TableBatch {
  const made = columns.map(column);
  return { table: tableOf(made.map(({ schema }) => schema)), rows: columns[0]?.cells.length ?? 0, columns: made };
}

/** Deterministic numbers from 0 to 1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
