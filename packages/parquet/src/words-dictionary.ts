import { FIRST_LOOK, givesUp } from './distinct.ts';

/** Distinct values of four or eight bytes. */
export interface WordsDictionary {
  /** The entries as a PLAIN page, in the order in which they come. */
  readonly page: Uint8Array;
  readonly size: number;
  /** One for each value. */
  readonly indices: Uint32Array;
}

const MAX_PROBES = 64;

/**
 * The dictionary of values that are `width` words of 32 bits each, or nothing where it would not be worth its room.
 * Words are compared as bits: 0 and -0 are two values.
 */
export function wordsDictionary(words: Int32Array, count: number, width: 1 | 2): WordsDictionary | undefined {
  const indices = new Uint32Array(count);
  let entries = new Int32Array(FIRST_LOOK * width);
  let table = new Int32Array(FIRST_LOOK * 2);
  let mask = table.length - 1;
  let size = 0;
  for (let index = 0; index < count; index++) {
    const low = words[index * width] ?? 0;
    const high = width === 2 ? (words[index * 2 + 1] ?? 0) : 0;
    let slot = hashWords(low, high) & mask;
    let entry = (table[slot] ?? 0) - 1;
    let probes = 0;
    while (entry !== -1) {
      if (entries[entry * width] === low && (width === 1 || entries[entry * 2 + 1] === high)) break;
      if (++probes > MAX_PROBES) return undefined;
      slot = (slot + 1) & mask;
      entry = (table[slot] ?? 0) - 1;
    }
    if (entry === -1) {
      if (size * width === entries.length) {
        if (givesUp(size, index, count)) return undefined;
        const grown = new Int32Array(entries.length * 2);
        grown.set(entries);
        entries = grown;
        table = rehashed(entries, size, width);
        mask = table.length - 1;
        slot = freeSlot(table, hashWords(low, high));
      }
      entry = size++;
      entries[entry * width] = low;
      if (width === 2) entries[entry * 2 + 1] = high;
      table[slot] = entry + 1;
    }
    indices[index] = entry;
  }
  return { page: new Uint8Array(entries.buffer, 0, size * width * 4), size, indices };
}

function rehashed(entries: Int32Array, size: number, width: 1 | 2): Int32Array<ArrayBuffer> {
  const table = new Int32Array(size * 4);
  for (let entry = 0; entry < size; entry++) {
    const high = width === 2 ? (entries[entry * 2 + 1] ?? 0) : 0;
    table[freeSlot(table, hashWords(entries[entry * width] ?? 0, high))] = entry + 1;
  }
  return table;
}

function freeSlot(table: Int32Array, hash: number): number {
  const mask = table.length - 1;
  let slot = hash & mask;
  while (table[slot] !== 0) slot = (slot + 1) & mask;
  return slot;
}

function hashWords(low: number, high: number): number {
  let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul((high << 13) | (high >>> 19), 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
