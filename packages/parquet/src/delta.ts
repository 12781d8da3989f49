/**
 * DELTA_BINARY_PACKED: differences between neighbours, bit-packed in blocks.
 * https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5
 */
import type { ByteWriter } from './byte-writer.ts';

const BLOCK = 128;
const MINIBLOCKS = 4;
const MINIBLOCK = BLOCK / MINIBLOCKS;
const TWO_32 = 2 ** 32;

/** Writes whole numbers within ±2^51; the deltas then are exact. */
export function writeDeltas(out: ByteWriter, values: Float64Array | Uint32Array, count: number): void {
  out.varint(BLOCK);
  out.varint(MINIBLOCKS);
  out.varint(count);
  let previous = values[0] ?? 0;
  out.zigzag(previous);
  const deltas = new Float64Array(BLOCK);
  for (let from = 1; from < count; from += BLOCK) {
    const size = Math.min(BLOCK, count - from);
    let least = Infinity;
    for (let index = 0; index < size; index++) {
      const value = values[from + index] ?? 0;
      const delta = value - previous;
      deltas[index] = delta;
      if (delta < least) least = delta;
      previous = value;
    }
    for (let index = 0; index < size; index++) deltas[index] = (deltas[index] ?? 0) - least;
    deltas.fill(0, size);
    writeBlock(out, deltas, size, least);
  }
}

function writeBlock(out: ByteWriter, deltas: Float64Array, size: number, least: number): void {
  out.zigzag(least);
  const widthsAt = out.length;
  for (let index = 0; index < MINIBLOCKS; index++) out.byte(0);
  for (let index = 0; index * MINIBLOCK < size; index++) {
    const from = index * MINIBLOCK;
    let largest = 0;
    for (let at = from; at < from + MINIBLOCK; at++) {
      const delta = deltas[at] ?? 0;
      if (delta > largest) largest = delta;
    }
    const width = bitsOf(largest);
    out.bytes[widthsAt + index] = width;
    if (width > 0) packMiniblock(out, deltas, from, width);
  }
}

function bitsOf(value: number): number {
  return value < TWO_32 ? 32 - Math.clz32(value) : 64 - Math.clz32(value / TWO_32);
}

/** 32 values of `width` bits are `4 * width` bytes. */
function packMiniblock(out: ByteWriter, deltas: Float64Array, from: number, width: number): void {
  out.reserve(4 * width);
  const { bytes } = out;
  let next = out.length;
  let bits = 0;
  let held = 0;
  for (let at = from; at < from + MINIBLOCK; at++) {
    let rest = deltas[at] ?? 0;
    // At most 24 bits at once: with the 7 that may be held they fit a 32-bit number.
    for (let left = width; left > 0; left -= 24) {
      const step = left < 24 ? left : 24;
      bits |= (rest & 0xffffff) << held;
      held += step;
      while (held >= 8) {
        bytes[next++] = bits;
        bits >>>= 8;
        held -= 8;
      }
      if (left > 24) rest = Math.floor(rest / 0x1000000);
    }
  }
  out.length = next;
}
