/** Batches read back: whole columns or whole rows. */
import type { Column, PlainValues, TableBatch } from './batch.ts';
import { formatTime } from './types.ts';
import { decodeOwn } from './utf8.ts';

/** A value as `columnValues` and `rows` give it. */
export type CellValue = null | boolean | number | bigint | string;

/** The values of a row by column name. */
export type Row = Readonly<Record<string, CellValue>>;

/**
 * The values of a column, one a row, NULL as `null`: BOOLEAN as boolean; INTEGER as number, beyond ±(2^53 − 1) as bigint; FLOAT as number;
 * DATE as `2025-02-25`; DATETIME as `2025-02-25T14:52:10.903Z`; STRING and JSON as string.
 */
export function columnValues(column: Column): CellValue[] {
  const { values, schema } = column;
  const present =
    values.kind === 'dictionary'
      ? Array.from(values.indices, byIndex(plainValues(values.dictionary, schema.type)))
      : plainValues(values, schema.type);
  const { validity } = column;
  if (validity === undefined) return present;
  const result: CellValue[] = [];
  let next = 0;
  for (let row = 0; row < column.rows; row++) result.push(isValid(validity, row) ? (present[next++] ?? null) : null);
  return result;
}

/** The rows of a table as objects: for tests and small amounts. */
export function rows(table: TableBatch): Row[] {
  const columns = table.columns.map((column) => ({ name: column.schema.name, values: columnValues(column) }));
  return Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row] ?? null])),
  );
}

function byIndex(values: readonly CellValue[]): (index: number) => CellValue {
  return (index) => values[index] ?? null;
}

/** Whether a row has a value. */
export function isValid(validity: Uint8Array, row: number): boolean {
  return (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}

function plainValues(values: PlainValues, type: string): CellValue[] {
  switch (values.kind) {
    case 'boolean':
      return Array.from(values.values, (value) => value === 1);
    case 'double':
      return Array.from(values.values);
    case 'int32':
      return Array.from(values.values, (value) => formatTime('DATE', value));
    case 'int64':
      if (type === 'DATETIME') return Array.from(values.values, (value) => formatTime('DATETIME', Number(value)));
      return Array.from(values.values, integer);
    default: {
      const offsets = textOffsets(values.data, values.count);
      return Array.from({ length: values.count }, (_, i) => textAt(values.data, offsets, i));
    }
  }
}

function integer(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Start of each value's bytes, and one more entry: the end of the last plus the four bytes of a length. */
export function textOffsets(data: Uint8Array, count: number): Uint32Array {
  const offsets = new Uint32Array(count + 1);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  for (let i = 0; i < count; i++) {
    offsets[i] = at + 4;
    at += 4 + view.getUint32(at, true);
  }
  offsets[count] = at + 4;
  return offsets;
}

/** A text in UTF-8. */
export function bytesAt(data: Uint8Array, offsets: Uint32Array, index: number): Uint8Array {
  return data.subarray(offsets[index] ?? 0, (offsets[index + 1] ?? 4) - 4);
}

/** A text. */
export function textAt(data: Uint8Array, offsets: Uint32Array, index: number): string {
  return decodeOwn(bytesAt(data, offsets, index));
}
