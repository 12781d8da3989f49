// Hashes the rows of a batch as it is laid out in columns.
import { addHashes } from './blake2s';

/** Layouts of a column's values: see `src/row-kernel.ts`. */
const BOOLEAN: u32 = 0;
const INT32: u32 = 1;
const DOUBLE: u32 = 3;
const BYTES: u32 = 4;

/** What is known of a column; the next stands right after it. The host fills all but `cursor`. */
@unmanaged
class Column {
  /** Which column it is: part of what is hashed. */
  id: u32;
  kind: u32;
  /** Bits of the rows that have a value; 0: all have. */
  validity: usize;
  /** The values, or those of the dictionary. */
  data: usize;
  /** One a value; 0: there is no dictionary. */
  indices: usize;
  /** Where each value of a dictionary of bytes is. */
  offsets: usize;
  entries: u32;
  /** Value, or index, of the next row; an address where values are bytes. */
  cursor: usize;
}

const COLUMN_BYTES: usize = 32;

export function memoryStart(): usize {
  return (__heap_base + 15) & ~15;
}

// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, length: u32): void {
  // Both have room for whole steps.
  for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}

function findEntries(column: Column): void {
  let at = column.data;
  for (let entry: u32 = 0; entry < column.entries; entry++) {
    store<u32>(column.offsets + (entry << 2), <u32>at);
    at += 4 + load<u32>(at);
  }
}

/** Writes the cells of a row, and gives where they end. */
function writeRow(index: u32, columns: usize, end: usize, row: usize): usize {
  let to = row;
  for (let at = columns; at < end; at += COLUMN_BYTES) {
    const column = changetype<Column>(at);
    if (column.validity !== 0 && ((load<u8>(column.validity + (index >> 3)) >> <u8>(index & 7)) & 1) === 0) continue;
    store<u32>(to, column.id);
    to += 4;
    let place: usize;
    if (column.indices !== 0) {
      place = load<u32>(column.cursor);
      column.cursor += 4;
      if (column.kind === BYTES) place = load<u32>(column.offsets + (place << 2));
    } else {
      place = column.cursor;
      if (column.kind !== BYTES) column.cursor += 1;
    }
    if (column.kind === BYTES) {
      const length = load<u32>(place);
      copy(to, place, length + 4);
      to += length + 4;
      if (column.indices === 0) column.cursor = place + length + 4;
    } else if (column.kind === BOOLEAN) {
      store<u8>(to, load<u8>(column.data + place));
      to += 1;
    } else if (column.kind === INT32) {
      store<u32>(to, load<u32>(column.data + (place << 2)));
      to += 4;
    } else if (column.kind === DOUBLE) {
      // Of the two zeros only one.
      store<f64>(to, load<f64>(column.data + (place << 3)) + 0.0);
      to += 8;
    } else {
      store<u64>(to, load<u64>(column.data + (place << 3)));
      to += 8;
    }
  }
  return to;
}

const lengths: usize = memory.data(16, 16);

/** Adds the hashes of all rows to the four numbers at `sums`. `row`: four times `room` bytes, each for the largest row and 64 more. */
export function addRows(rows: u32, columns: usize, count: u32, row: usize, room: usize, sums: usize): void {
  const end = columns + <usize>count * COLUMN_BYTES;
  for (let at = columns; at < end; at += COLUMN_BYTES) {
    const column = changetype<Column>(at);
    if (column.offsets !== 0) findEntries(column);
    column.cursor = column.indices !== 0 ? column.indices : column.kind === BYTES ? column.data : 0;
  }
  for (let index: u32 = 0; index < rows; index += 4) {
    for (let lane: u32 = 0; lane < 4; lane++) {
      const at = row + <usize>lane * room;
      const length = index + lane < rows ? <i32>(writeRow(index + lane, columns, end, at) - at) : -1;
      store<i32>(lengths + (<usize>lane << 2), length);
    }
    addHashes(row, room, lengths, sums);
  }
}
