/**
 * Snappy compression, the block format that Parquet uses.
 * https://github.com/google/snappy/blob/main/format_description.txt
 */
import { ByteWriter } from './byte-writer.ts';

/** Matches are looked for within blocks of this size, so that every distance fits 16 bits. */
const BLOCK = 1 << 16;
/** Bits of a hash: the table grows with the input, from 256 to 16,384 places. */
const LEAST_HASH_BITS = 8;
const MOST_HASH_BITS = 14;
/** Matching stops so many bytes before a block's end: the rest is not worth it. */
const MARGIN = 15;
/** Bytes that copying in steps of eight may write too many. */
const SLACK = 64;

/** Compresses bytes; every Snappy reader takes the result. */
export function compressSnappy(input: Uint8Array): Uint8Array {
  const out = new ByteWriter(maximumSize(input.length));
  writeSnappy(out, input);
  return out.written();
}

/** Appends the compressed form of bytes. */
export function writeSnappy(out: ByteWriter, input: Uint8Array): void {
  out.reserve(maximumSize(input.length));
  out.varint(input.length);
  const compressor = new BlockCompressor(input, out);
  for (let start = 0; start < input.length; start += BLOCK) {
    compressor.block(start, Math.min(start + BLOCK, input.length));
  }
  out.length = compressor.next;
}

function maximumSize(length: number): number {
  return 32 + length + Math.ceil(length / 6) + SLACK;
}

class BlockCompressor {
  /** Where the next byte goes. */
  next: number;
  private readonly input: Uint8Array;
  private readonly source: DataView;
  private readonly bytes: Uint8Array;
  private readonly target: DataView;
  /** Hash of four bytes to their last place, counted from the start of the block. */
  private readonly table: Uint16Array;
  /** Takes a product to a hash. */
  private readonly shift: number;

  constructor(input: Uint8Array, out: ByteWriter) {
    this.input = input;
    this.source = new DataView(input.buffer, input.byteOffset, input.byteLength);
    this.bytes = out.bytes;
    this.target = out.view;
    this.next = out.length;
    const bits = Math.max(LEAST_HASH_BITS, Math.min(MOST_HASH_BITS, 32 - Math.clz32(input.length)));
    this.table = new Uint16Array(1 << bits);
    this.shift = 32 - bits;
  }

  block(start: number, end: number): void {
    const { source, table, shift } = this;
    const limit = end - MARGIN;
    let literal = start;
    if (end - start > MARGIN) {
      table.fill(0);
      let at = start + 1;
      for (;;) {
        // The longer nothing matches, the larger the steps: what cannot be compressed costs little.
        let misses = 32;
        let found = -1;
        while (at <= limit) {
          const word = source.getInt32(at, true);
          const slot = hash(word, shift);
          const candidate = start + (table[slot] ?? 0);
          table[slot] = at - start;
          if (source.getInt32(candidate, true) === word) {
            found = candidate;
            break;
          }
          at += misses++ >> 5;
        }
        if (found === -1) break;
        this.literal(literal, at);
        at = this.copies(found, at, start, end);
        literal = at;
        if (at > limit) break;
        // `copies` has just looked at this place.
        at++;
      }
    }
    if (literal < end) this.literal(literal, end);
  }

  /** Writes the match, and those that follow on its heels; gives the place after them. */
  private copies(candidate: number, from: number, start: number, end: number): number {
    const { source, table, shift } = this;
    const limit = end - MARGIN;
    let found = candidate;
    let at = from;
    for (;;) {
      const after = this.matchEnd(found, at, end);
      this.copy(at - found, after - at);
      at = after;
      if (at > limit) return at;
      table[hash(source.getInt32(at - 1, true), shift)] = at - 1 - start;
      const word = source.getInt32(at, true);
      const slot = hash(word, shift);
      found = start + (table[slot] ?? 0);
      table[slot] = at - start;
      if (source.getInt32(found, true) !== word) return at;
    }
  }

  /** The end of the longest match of what follows `found` with what follows `from`; four bytes are known to be equal. */
  private matchEnd(found: number, from: number, end: number): number {
    const { source } = this;
    let left = found + 4;
    let right = from + 4;
    while (right + 4 <= end) {
      const different = source.getInt32(left, true) ^ source.getInt32(right, true);
      if (different !== 0) return right + ((31 - Math.clz32(different & -different)) >> 3);
      left += 4;
      right += 4;
    }
    while (right < end && source.getUint8(left) === source.getUint8(right)) {
      left++;
      right++;
    }
    return right;
  }

  private literal(from: number, to: number): void {
    const { bytes, target, source } = this;
    const length = to - from;
    let next = this.next;
    if (length <= 60) {
      bytes[next++] = (length - 1) << 2;
    } else if (length <= 256) {
      bytes[next++] = 60 << 2;
      bytes[next++] = length - 1;
    } else {
      bytes[next++] = 61 << 2;
      target.setUint16(next, length - 1, true);
      next += 2;
    }
    if (length <= 48 && from + 52 <= source.byteLength) {
      for (let at = 0; at < length; at += 4) target.setInt32(next + at, source.getInt32(from + at, true), true);
    } else {
      bytes.set(this.input.subarray(from, to), next);
    }
    this.next = next + length;
  }

  private copy(distance: number, length: number): void {
    let rest = length;
    // The last copy must be of four bytes at least.
    for (; rest >= 68; rest -= 64) this.farCopy(distance, 64);
    if (rest > 64) {
      this.farCopy(distance, 60);
      rest -= 60;
    }
    if (rest < 12 && distance < 2048) {
      this.bytes[this.next++] = ((distance >> 8) << 5) | ((rest - 4) << 2) | 1;
      this.bytes[this.next++] = distance;
    } else {
      this.farCopy(distance, rest);
    }
  }

  private farCopy(distance: number, length: number): void {
    this.bytes[this.next] = ((length - 1) << 2) | 2;
    this.target.setUint16(this.next + 1, distance, true);
    this.next += 3;
  }
}

function hash(word: number, shift: number): number {
  return Math.imul(word, 0x1e35a7bd) >>> shift;
}
