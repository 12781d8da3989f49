// Hashes the rows of a batch as it is laid out in columns, and texts.
import { CHUNK, DIGEST, finish, hashMessage, startSums } from './blake3';

/** Layouts of a column's values: see `src/hash-kernel.ts`. */
const BOOLEAN: u32 = 0;
const INT32: u32 = 1;
const DOUBLE: u32 = 3;
const BYTES: u32 = 4;

/** A longer text counts as its hash. */
const LONGEST: u32 = 32;
/** Stands for the length of a text of which there is the hash. */
const HASHED: u32 = 0xffffffff;
const HASHED_TEXT: usize = 4 + 32;

/** What is known of a column; the next stands right after it. The host fills all but the cursors. */
@unmanaged
class Column {
  /** Which column it is: part of what is hashed. Three bytes. */
  id: u32;
  kind: u32;
  /** Bits of the rows that have a value; 0: all have. */
  validity: usize;
  /** The values, or those of the dictionary. */
  data: usize;
  /** One a value; 0: there is no dictionary. */
  indices: usize;
  /** Of a dictionary of texts: where each is, or its hash (`findTexts`). */
  texts: usize;
  /** Of texts without a dictionary: hashes of the long ones, in order (`hashLong`). */
  hashes: usize;
  /** Value, or index, of the next row; an address where values are bytes. */
  cursor: usize;
}

const COLUMN_BYTES: usize = 32;

/** Where messages are put together: host memory, given with each call. */
let buffer: usize = 0;
let bufferEnd: usize = 0;
let free: usize = 0;

export function memoryStart(): usize {
  return (__heap_base + 15) & ~15;
}

function setBuffer(at: usize, size: usize): void {
  buffer = at;
  bufferEnd = at + size;
  free = at;
}

/** Makes room for so many bytes more. */
// @ts-ignore: decorator
@inline
function reserve(bytes: usize): void {
  if (free + bytes <= bufferEnd) return;
  finish();
  free = buffer;
}

// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, length: u32): void {
  // Both have room for whole steps.
  for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}

// @ts-ignore: decorator
@inline
function zeros(at: usize): void {
  v128.store(at, i64x2.splat(0));
  v128.store(at, i64x2.splat(0), 16);
  v128.store(at, i64x2.splat(0), 32);
  v128.store(at, i64x2.splat(0), 48);
}

/** Bytes at the end of a message that are not in a whole chunk with others after it. */
// @ts-ignore: decorator
@inline
function restOf(length: usize): usize {
  return length <= CHUNK ? length : ((length - 1) & (CHUNK - 1)) + 1;
}

// @ts-ignore: decorator
@inline
function hashesRoom(length: usize): usize {
  return length <= CHUNK ? 0 : ((length + CHUNK - 1) / CHUNK) * DIGEST;
}

/** Hashes a piece of memory to `to`. */
function hashBytes(from: usize, length: usize, to: usize): void {
  const size = restOf(length);
  const room = hashesRoom(length);
  reserve(room + size + 128);
  const hashes = free;
  const rest = hashes + room;
  copy(rest, from + length - size, <u32>size);
  zeros(rest + size);
  free = (rest + size + 79) & ~15;
  hashMessage(from, length, rest, hashes, to);
}

/** The hash of each text, its length in four bytes included, to `to`. */
export function hashTexts(data: usize, count: u32, to: usize, at: usize, size: usize): void {
  setBuffer(at, size);
  for (let index: u32 = 0; index < count; index++) {
    const length = <usize>load<u32>(data) + 4;
    hashBytes(data, length, to);
    to += DIGEST;
    data += length;
  }
  finish();
}

/** Where each text is to `texts`, or its hash if it is long; hashes to `hashes`. */
export function findTexts(data: usize, count: u32, texts: usize, hashes: usize, at: usize, size: usize): void {
  setBuffer(at, size);
  for (let index: u32 = 0; index < count; index++) {
    const length = load<u32>(data);
    if (length > LONGEST) {
      store<u32>(texts + (<usize>index << 2), <u32>hashes);
      store<u32>(hashes, HASHED);
      hashBytes(data + 4, length, hashes + 4);
      hashes += HASHED_TEXT;
    } else {
      store<u32>(texts + (<usize>index << 2), <u32>data);
    }
    data += 4 + <usize>length;
  }
  finish();
}

/** The hashes of the long ones of texts, in order. */
export function hashLong(data: usize, count: u32, hashes: usize, at: usize, size: usize): void {
  setBuffer(at, size);
  for (let index: u32 = 0; index < count; index++) {
    const length = load<u32>(data);
    if (length > LONGEST) {
      hashBytes(data + 4, length, hashes);
      hashes += DIGEST;
    }
    data += 4 + <usize>length;
  }
  finish();
}

/** Writes the cells of a row, and gives where they end. */
function writeRow(index: u32, columns: usize, end: usize, row: usize): usize {
  let to = row;
  for (let at = columns; at < end; at += COLUMN_BYTES) {
    const column = changetype<Column>(at);
    if (column.validity !== 0 && ((load<u8>(column.validity + (index >> 3)) >> <u8>(index & 7)) & 1) === 0) continue;
    let place: usize;
    if (column.indices !== 0) {
      place = load<u32>(column.cursor);
      column.cursor += 4;
      if (column.kind === BYTES) place = load<u32>(column.texts + (place << 2));
    } else {
      place = column.cursor;
      if (column.kind !== BYTES) column.cursor += 1;
    }
    let size: u32;
    if (column.kind === BYTES) {
      size = load<u32>(place);
      if (column.indices === 0) column.cursor = place + size + 4;
      if (size <= LONGEST) {
        v128.store(to, v128.load(place, 4), 4);
        v128.store(to, v128.load(place, 20), 20);
      } else {
        if (column.indices === 0) {
          place = column.hashes - 4;
          column.hashes += DIGEST;
        }
        v128.store(to, v128.load(place, 4), 4);
        v128.store(to, v128.load(place, 20), 20);
        store<u32>(to, column.id | 0xff000000);
        to += HASHED_TEXT;
        continue;
      }
    } else if (column.kind === BOOLEAN) {
      store<u8>(to, load<u8>(column.data + place), 4);
      size = 1;
    } else if (column.kind === DOUBLE) {
      // Of the two zeros only one.
      store<f64>(to, load<f64>(column.data + (place << 3)) + 0.0, 4);
      size = 8;
    } else {
      const value: u64 =
        column.kind === INT32
          ? <u64>(<i64>load<i32>(column.data + (place << 2)))
          : load<u64>(column.data + (place << 3));
      store<u64>(to, value, 4);
      size = <u32>((71 - clz<u64>(value)) >> 3);
    }
    store<u32>(to, column.id | (size << 24));
    to += 4 + size;
  }
  return to;
}

/**
 * Adds the hashes of all rows to the four numbers at `sums`. No row has more than `largest` bytes; of `size` bytes at `at` a row needs
 * a little more.
 */
export function addRows(
  rows: u32,
  columns: usize,
  count: u32,
  sums: usize,
  largest: usize,
  at: usize,
  size: usize,
): void {
  setBuffer(at, size);
  startSums(sums);
  const end = columns + <usize>count * COLUMN_BYTES;
  for (let place = columns; place < end; place += COLUMN_BYTES) {
    const column = changetype<Column>(place);
    column.cursor = column.indices !== 0 ? column.indices : column.kind === BYTES ? column.data : 0;
  }
  const room = largest + hashesRoom(largest) + 128;
  for (let index: u32 = 0; index < rows; index++) {
    reserve(room);
    const row = free;
    const to = writeRow(index, columns, end, row);
    zeros(to);
    const length = to - row;
    const hashes = (to + 79) & ~15;
    free = hashes + hashesRoom(length);
    hashMessage(row, length, to - restOf(length), hashes, 0);
  }
  finish();
}
