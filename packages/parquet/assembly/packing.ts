// Bit-packing: the hybrid of runs and groups for levels and indices, and differences.
// https://github.com/apache/parquet-format/blob/master/Encodings.md
import { varint, zigzag } from './bytes';

/** Writes values of up to 24 bits: runs where they pay, groups of eight between them. Gives the end. */
export function writeHybrid(to: usize, values: usize, count: u32, width: u32): usize {
  // A run interrupts the groups and costs about five bytes of headers.
  const worthwhile: u32 = max<u32>(8, (40 + width - 1) / width);
  let packed: u32 = 0;
  let at: u32 = 0;
  while (at + 8 <= count) {
    const group = values + ((<usize>at) << 2);
    const value = load<u32>(group);
    if (value !== load<u32>(group, 28) || value !== load<u32>(group, 12) || value !== load<u32>(group, 4)) {
      at += 8;
      continue;
    }
    let end = at + 1;
    while (end < count && load<u32>(values + ((<usize>end) << 2)) === value) end++;
    if (end - at < worthwhile) {
      at += 8;
      continue;
    }
    if (at > packed) to = writeGroups(to, values, packed, at, width);
    to = writeRun(to, value, end - at, width);
    packed = end;
    at = end;
  }
  return count > packed ? writeGroups(to, values, packed, count, width) : to;
}

function writeRun(to: usize, value: u32, length: u32, width: u32): usize {
  to = varint(to, <u64>length << 1);
  for (let shift: u32 = 0; shift < width; shift += 8) store<u8>(to++, <u8>(value >> shift));
  return to;
}

/** The last group is filled up with zeros. */
function writeGroups(to: usize, values: usize, from: u32, until: u32, width: u32): usize {
  const groups = (until - from + 7) >> 3;
  to = varint(to, (<u64>groups << 1) | 1);
  const end = to + <usize>groups * width;
  let bits: u64 = 0;
  let held: u32 = 0;
  const last = values + ((<usize>until) << 2);
  let at = values + ((<usize>from) << 2);
  if (width <= 16) {
    for (; at + 32 <= last; at += 32) {
      writeGroup(to, at, width);
      to += width;
    }
  }
  for (; at < last; at += 4) {
    bits |= (<u64>load<u32>(at)) << held;
    held += width;
    if (held >= 32) {
      store<u32>(to, <u32>bits);
      to += 4;
      bits >>= 32;
      held -= 32;
    }
  }
  while (to < end) {
    store<u8>(to++, <u8>bits);
    bits >>= 8;
  }
  return end;
}

/** Eight values of up to 16 bits: two fours, the second of which begins within a byte where the width is odd. */
// @ts-ignore: decorator
@inline
function writeGroup(to: usize, at: usize, width: u32): void {
  const first = four(at, width);
  const second = four(at + 16, width);
  store<u64>(to, first);
  if ((width & 1) === 0) store<u64>(to + (width >> 1), second);
  else store<u64>(to + (width >> 1), (first >> ((width << 2) - 4)) | (second << 4));
}

// @ts-ignore: decorator
@inline
function four(at: usize, width: u64): u64 {
  return (
    <u64>load<u32>(at) |
    ((<u64>load<u32>(at, 4)) << width) |
    ((<u64>load<u32>(at, 8)) << (2 * width)) |
    ((<u64>load<u32>(at, 12)) << (3 * width))
  );
}

/** Levels of a flat nullable column behind their length; `bits` is 0 where every row has a value. Gives the end. */
export function writeLevels(to: usize, bits: usize, rows: u32): usize {
  const end = bits === 0 ? writeRun(to + 4, 1, rows, 1) : writeBitmap(to + 4, bits, rows);
  store<u32>(to, <u32>(end - to - 4));
  return end;
}

/** Bytes of equal bits before a run is shorter than the bitmap itself. */
const RUN_BYTES: u32 = 6;

function writeBitmap(to: usize, bits: usize, rows: u32): usize {
  const whole = rows >> 3;
  let packed: u32 = 0;
  let at: u32 = 0;
  while (at < whole) {
    const byte = load<u8>(bits + at);
    let end = at + 1;
    if (byte === 0 || byte === 255) {
      while (end < whole && load<u8>(bits + end) === byte) end++;
      if (end - at >= RUN_BYTES) {
        to = writeBits(to, bits, packed, at);
        to = writeRun(to, byte & 1, (end - at) << 3, 1);
        packed = end;
      }
    }
    at = end;
  }
  return writeBits(to, bits, packed, (rows + 7) >> 3);
}

function writeBits(to: usize, bits: usize, from: u32, until: u32): usize {
  if (from === until) return to;
  to = varint(to, (<u64>(until - from) << 1) | 1);
  memory.copy(to, bits + from, until - from);
  return to + until - from;
}

const BLOCK: u32 = 128;
const MINIBLOCKS: u32 = 4;
const MINIBLOCK: u32 = 32;
const deltas: usize = memory.data(1024, 16);

/** DELTA_BINARY_PACKED of integers whose differences fit 63 bits. Gives the end. */
// @ts-ignore: decorator
@inline
export function writeDeltas<T>(to: usize, values: usize, count: u32): usize {
  to = varint(to, BLOCK);
  to = varint(to, MINIBLOCKS);
  to = varint(to, count);
  let previous: i64 = count === 0 ? 0 : <i64>load<T>(values);
  to = zigzag(to, previous);
  let at = values + sizeof<T>();
  for (let left: u32 = count === 0 ? 0 : count - 1; left > 0; ) {
    const size = min<u32>(BLOCK, left);
    let least: i64 = i64.MAX_VALUE;
    for (let index: u32 = 0; index < size; index++) {
      const value: i64 = <i64>load<T>(at);
      const delta = value - previous;
      store<i64>(deltas + ((<usize>index) << 3), delta);
      least = min<i64>(least, delta);
      previous = value;
      at += sizeof<T>();
    }
    for (let index = size; index < BLOCK; index++) store<i64>(deltas + ((<usize>index) << 3), least);
    to = writeBlock(to, size, least);
    left -= size;
  }
  return to;
}

function writeBlock(to: usize, size: u32, least: i64): usize {
  to = zigzag(to, least);
  const widths = to;
  store<u32>(widths, 0);
  to += MINIBLOCKS;
  for (let index: u32 = 0; index * MINIBLOCK < size; index++) {
    const from = deltas + ((<usize>(index * MINIBLOCK)) << 3);
    let all: u64 = 0;
    for (let at: usize = 0; at < MINIBLOCK << 3; at += 8) {
      const delta: u64 = <u64>(load<i64>(from + at) - least);
      store<u64>(from + at, delta);
      all |= delta;
    }
    const width = <u32>(64 - clz<u64>(all));
    store<u8>(widths + index, <u8>width);
    if (width > 0) to = packMiniblock(to, from, width);
  }
  return to;
}

/** 32 values of `width` bits are `width` words of 32 bits. */
function packMiniblock(to: usize, from: usize, width: u32): usize {
  const low = min<u32>(width, 32);
  let bits: u64 = 0;
  let held: u32 = 0;
  for (let at: usize = 0; at < MINIBLOCK << 3; at += 8) {
    const delta = load<u64>(from + at);
    bits |= (delta & 0xffffffff) << held;
    held += low;
    if (held >= 32) {
      store<u32>(to, <u32>bits);
      to += 4;
      bits >>= 32;
      held -= 32;
    }
    if (width > 32) {
      bits |= (delta >> 32) << held;
      held += width - 32;
      if (held >= 32) {
        store<u32>(to, <u32>bits);
        to += 4;
        bits >>= 32;
        held -= 32;
      }
    }
  }
  return to;
}

/** A bit for each byte that is 0 or 1. Gives the end. */
export function writeBooleans(to: usize, values: usize, count: u32): usize {
  let at: u32 = 0;
  for (; at + 8 <= count; at += 8) {
    // Each byte's bit meets its place in the upper byte of the product.
    store<u8>(to++, <u8>((load<u64>(values + at) * 0x0102040810204080) >> 56));
  }
  if (at < count) {
    let bits: u32 = 0;
    for (let index: u32 = 0; at + index < count; index++) bits |= (<u32>load<u8>(values + at + index)) << index;
    store<u8>(to++, <u8>bits);
  }
  return to;
}
