/** Which rows of the row group have a value: one bit a row, kept only once there is a NULL. */
export class ValidityBuilder {
  rows = 0;
  nullCount = 0;
  private bits: Uint8Array = new Uint8Array(0);

  /** Appends `rows` rows from row `from` of a column on; `validity` absent means that all have a value. Gives the number of values. */
  append(validity: Uint8Array | undefined, from: number, rows: number): number {
    const values = validity === undefined ? rows : countBits(validity, from, rows);
    if (values < rows && this.nullCount === 0) {
      this.reserve(this.rows + rows);
      this.bits.fill(0);
      fillBits(this.bits, 0, this.rows);
    }
    this.nullCount += rows - values;
    if (this.nullCount > 0) {
      this.reserve(this.rows + rows);
      if (validity === undefined) fillBits(this.bits, this.rows, rows);
      else copyBits(validity, from, this.bits, this.rows, rows);
    }
    this.rows += rows;
    return values;
  }

  /** The bits, zero after the last row; absent when every row has a value. */
  written(): Uint8Array | undefined {
    return this.nullCount === 0 ? undefined : this.bits.subarray(0, (this.rows + 7) >> 3);
  }

  clear(): void {
    this.rows = 0;
    this.nullCount = 0;
  }

  private reserve(rows: number): void {
    const needed = (rows + 7) >> 3;
    if (needed <= this.bits.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bits.length * 2));
    grown.set(this.bits);
    this.bits = grown;
  }
}

function bitAt(bits: Uint8Array, at: number): number {
  return ((bits[at >> 3] ?? 0) >> (at & 7)) & 1;
}

/** Eight bits from any bit on. */
function byteAt(bits: Uint8Array, at: number): number {
  const shift = at & 7;
  const low = (bits[at >> 3] ?? 0) >> shift;
  return shift === 0 ? low : (low | ((bits[(at >> 3) + 1] ?? 0) << (8 - shift))) & 255;
}

/** Ones of a word. */
function popCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many of the bits are 1. */
export function countBits(bits: Uint8Array, from: number, count: number): number {
  const view = new DataView(bits.buffer, bits.byteOffset, bits.byteLength);
  const end = from + count;
  let at = from;
  let ones = 0;
  for (; at < end && (at & 7) !== 0; at++) ones += bitAt(bits, at);
  for (; at + 32 <= end; at += 32) ones += popCount(view.getUint32(at >> 3, true));
  for (; at < end; at++) ones += bitAt(bits, at);
  return ones;
}

function setBit(bits: Uint8Array, at: number, bit: number): void {
  bits[at >> 3] = (bits[at >> 3] ?? 0) | (bit << (at & 7));
}

/** The target's bits from `to` on are 0 before. */
function copyBits(source: Uint8Array, from: number, target: Uint8Array, to: number, count: number): void {
  const shift = from - to;
  const end = to + count;
  let at = to;
  for (; at < end && (at & 7) !== 0; at++) setBit(target, at, bitAt(source, at + shift));
  if ((shift & 7) === 0 && at + 8 <= end) {
    const last = end & ~7;
    target.set(source.subarray((at + shift) >> 3, (last + shift) >> 3), at >> 3);
    at = last;
  }
  const given = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const made = new DataView(target.buffer, target.byteOffset, target.byteLength);
  // Five bytes are read for four, whose last bits are the next's.
  const low = shift & 7;
  for (; at + 32 <= end && ((at + shift) >> 3) + 5 <= source.length; at += 32) {
    const byte = (at + shift) >> 3;
    const word = (given.getUint32(byte, true) >>> low) | (given.getUint8(byte + 4) << (32 - low));
    made.setInt32(at >> 3, word, true);
  }
  for (; at + 8 <= end; at += 8) target[at >> 3] = byteAt(source, at + shift);
  for (; at < end; at++) setBit(target, at, bitAt(source, at + shift));
}

function fillBits(target: Uint8Array, to: number, count: number): void {
  const end = to + count;
  let at = to;
  for (; at < end && (at & 7) !== 0; at++) setBit(target, at, 1);
  if (at + 8 <= end) {
    target.fill(255, at >> 3, end >> 3);
    at = end & ~7;
  }
  for (; at < end; at++) setBit(target, at, 1);
}
