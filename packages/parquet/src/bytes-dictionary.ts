import { ByteWriter } from './byte-writer.ts';
import { FIRST_LOOK, givesUp } from './distinct.ts';

/** The most bytes of a dictionary page. */
const MAX_BYTES = 4 << 20;
/** Places looked at before the table counts as hopeless: no set of values makes it slow. */
const MAX_PROBES = 64;
/** Of longer values only both ends are hashed. */
const HASHED = 64;

/** Distinct byte strings, numbered in the order in which they come. Makes no object per value. */
export class BytesDictionary {
  /** The entries as a PLAIN page: length and bytes of each. */
  readonly page: ByteWriter = new ByteWriter(4096);
  size = 0;
  private offsets = new Uint32Array(1024);
  private hashes = new Int32Array(1024);
  /** Entry number + 1, or 0. A power of two long, at most half full. */
  private table = new Int32Array(2048);
  private nextLook = FIRST_LOOK;
  private readonly expected: number;

  /** `expected`: how many values there will be, about. */
  constructor(expected: number) {
    this.expected = expected;
  }

  /**
   * The number of a value, which is added when it is new. `values` says how many values there were so far.
   * Gives -1 where a new entry would make the dictionary not worth its room.
   */
  intern(source: DataView, start: number, length: number, values: number): number {
    const hash = hashBytes(source, start, length);
    const { table, hashes } = this;
    const mask = table.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const entry = (table[slot] ?? 0) - 1;
      if (entry === -1) return this.add(slot, hash, source, start, length, values);
      if (hashes[entry] === hash && this.equals(entry, source, start, length)) return entry;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /** Where an entry begins in the page, its length first. */
  offset(entry: number): number {
    return this.offsets[entry] ?? 0;
  }

  /** Bytes of an entry, with those of its length. */
  entrySize(entry: number): number {
    return 4 + this.page.view.getUint32(this.offset(entry), true);
  }

  clear(): void {
    this.page.clear();
    this.size = 0;
    this.table.fill(0);
    this.nextLook = FIRST_LOOK;
  }

  private add(slot: number, hash: number, source: DataView, start: number, length: number, values: number): number {
    if (this.size >= this.nextLook) {
      if (givesUp(this.size, values, this.expected)) return -1;
      this.nextLook *= 2;
    }
    if (this.page.length + length + 4 > MAX_BYTES) return -1;
    if (this.size === this.offsets.length) this.grow();
    const entry = this.size++;
    this.offsets[entry] = this.page.length;
    this.hashes[entry] = hash;
    this.page.uint32(length);
    this.page.append(new Uint8Array(source.buffer, source.byteOffset + start, length));
    if (this.size * 2 > this.table.length) this.rehash();
    else this.table[slot] = entry + 1;
    return entry;
  }

  private equals(entry: number, source: DataView, start: number, length: number): boolean {
    const { view } = this.page;
    const offset = this.offsets[entry] ?? 0;
    if (view.getInt32(offset, true) !== length) return false;
    const shift = offset + 4 - start;
    const end = start + length;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      if (source.getInt32(at, true) !== view.getInt32(at + shift, true)) return false;
    }
    for (; at < end; at++) {
      if (source.getUint8(at) !== view.getUint8(at + shift)) return false;
    }
    return true;
  }

  private grow(): void {
    const offsets = new Uint32Array(this.size * 2);
    offsets.set(this.offsets);
    this.offsets = offsets;
    const hashes = new Int32Array(this.size * 2);
    hashes.set(this.hashes);
    this.hashes = hashes;
  }

  private rehash(): void {
    this.table = new Int32Array(this.table.length * 2);
    const mask = this.table.length - 1;
    for (let entry = 0; entry < this.size; entry++) {
      let slot = (this.hashes[entry] ?? 0) & mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & mask;
      this.table[slot] = entry + 1;
    }
  }
}

function hashBytes(source: DataView, start: number, length: number): number {
  let hash = length;
  const end = start + length;
  if (length > 2 * HASHED) {
    hash = hashRange(source, start, start + HASHED, hash);
    hash = hashRange(source, end - HASHED, end, hash);
  } else {
    hash = hashRange(source, start, end, hash);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function hashRange(source: DataView, start: number, end: number, seed: number): number {
  let hash = seed;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = mix(hash, source.getInt32(at, true));
  for (; at < end; at++) hash = mix(hash, source.getUint8(at));
  return hash;
}

function mix(hash: number, word: number): number {
  return Math.imul(((hash << 5) | (hash >>> 27)) ^ word, 0x9e3779b1);
}
