import type { Column, ColumnSchema, PlainValues } from '@millrace/flatten';
import type { Cell } from './canonical-text.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function plainCells(type: string, values: PlainValues): Cell[] {
  switch (values.kind) {
    case 'boolean':
      return Array.from(values.values, (value) => value !== 0);
    case 'int32':
    case 'int64':
    case 'double':
      return [...values.values];
    case 'bytes': {
      const { data, count } = values;
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      const cells: Cell[] = Array.from({ length: count });
      for (let index = 0, at = 0; index < count; index++) {
        const end = at + 4 + view.getUint32(at, true);
        cells[index] = decoder.decode(data.subarray(at + 4, end));
        at = end;
      }
      return cells;
    }
    default:
      throw new TypeError(`Unknown layout of a ${type} column: ${String((values as { kind: unknown }).kind)}`);
  }
}

/** The cells of a column, one a row. */
export function columnCells(column: Column): Cell[] {
  const { values, validity, rows } = column;
  let present: Cell[];
  if (values.kind === 'dictionary') {
    const dictionary = plainCells(column.schema.type, values.dictionary);
    present = Array.from(values.indices, (index) => dictionary[index] ?? null);
  } else {
    present = plainCells(column.schema.type, values);
  }
  if (validity === undefined) return present;
  const cells: Cell[] = Array.from({ length: rows });
  let next = 0;
  for (let row = 0; row < rows; row++) {
    const valid = ((validity[row >> 3] ?? 0) >> (row & 7)) & 1;
    cells[row] = valid === 1 ? (present[next++] ?? null) : null;
  }
  return cells;
}

function packBytes(present: readonly Cell[]): PlainValues {
  let size = 0;
  for (const cell of present) size += 4 + Buffer.byteLength(String(cell));
  const data = new Uint8Array(size);
  const buffer = Buffer.from(data.buffer);
  let at = 0;
  for (const cell of present) {
    const length = buffer.write(String(cell), at + 4, 'utf8');
    buffer.writeUInt32LE(length, at);
    at += 4 + length;
  }
  return { kind: 'bytes', data, count: present.length };
}

function pack(type: string, present: readonly Cell[]): PlainValues {
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'boolean', values: Uint8Array.from(present, (cell) => (cell === true ? 1 : 0)) };
    case 'DATE':
      return { kind: 'int32', values: Int32Array.from(present, Number) };
    case 'INTEGER':
    case 'DATETIME':
      return { kind: 'int64', values: BigInt64Array.from(present, (cell) => BigInt(cell ?? 0)) };
    case 'FLOAT':
      return { kind: 'double', values: Float64Array.from(present, Number) };
    default:
      return packBytes(present);
  }
}

/** A column out of cells. */
export function columnFromCells(schema: ColumnSchema, cells: readonly Cell[]): Column {
  const rows = cells.length;
  const present = cells.filter((cell) => cell !== null);
  const nullCount = rows - present.length;
  const values = pack(schema.type, present);
  if (nullCount === 0) return { schema, rows, nullCount, values };
  const validity = new Uint8Array((rows + 7) >> 3);
  for (let row = 0; row < rows; row++) {
    if (cells[row] !== null) validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return { schema, rows, nullCount, validity, values };
}
