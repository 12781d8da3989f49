/** Keys as bytes, numbered in the order in which they come: a map of texts would take several times the memory, and the heap's time. */
import { copyInto } from './copy-into.ts';

const firstRoom = 256;

/** A set of byte strings, each with its place, counted from 0. */
export class KeyTable {
  /** Place and one more, by the key's code; 0: free. At most half is taken. */
  #slots = new Int32Array(firstRoom * 2);
  #codes = new Int32Array(firstRoom);
  /** Where each key ends in `bytes`; it begins where the one before ends. */
  #ends = new Float64Array(firstRoom);
  #bytes = Buffer.allocUnsafeSlow(firstRoom * 32);
  /** Another in each run: so are the keys that have one code. */
  readonly #seed = Math.trunc(Math.random() * 2 ** 32);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The place of a key; -1: it is not there. */
  find(bytes: Uint8Array, from: number, to: number): number {
    const code = codeOf(bytes, from, to, this.#seed);
    return (this.#slots[this.#slotOf(bytes, from, to, code)] ?? 0) - 1;
  }

  /** The place of a key, which is added where it is not there: it is then the last. */
  place(bytes: Uint8Array, from: number, to: number): number {
    const code = codeOf(bytes, from, to, this.#seed);
    const slot = this.#slotOf(bytes, from, to, code);
    const known = (this.#slots[slot] ?? 0) - 1;
    return known >= 0 ? known : this.#add(bytes, from, to, code, slot);
  }

  /** A key as text. */
  textOf(place: number): string {
    return this.#bytes.toString('utf8', this.#startOf(place), this.#ends[place]);
  }

  /** All keys as texts, by their places. */
  *texts(): Generator<string> {
    for (let place = 0; place < this.#size; place += 1) yield this.textOf(place);
  }

  #add(bytes: Uint8Array, from: number, to: number, code: number, slot: number): number {
    const place = this.#size;
    const start = this.#startOf(place);
    const end = start + to - from;
    if (end > this.#bytes.length) {
      this.#bytes = copyInto(
        Buffer.allocUnsafeSlow(Math.max(end, this.#bytes.length * 2)),
        this.#bytes.subarray(0, start),
      );
    }
    for (let index = from; index < to; index += 1) this.#bytes[start + index - from] = bytes[index] ?? 0;
    this.#size += 1;
    this.#slots[slot] = this.#size;
    if (place === this.#codes.length) this.#grow();
    this.#codes[place] = code;
    this.#ends[place] = end;
    if (this.#size * 2 > this.#slots.length) this.#spread();
    return place;
  }

  /** The slot that a key has, or would get. */
  #slotOf(bytes: Uint8Array, from: number, to: number, code: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = code & mask; ; slot = (slot + 1) & mask) {
      const place = (this.#slots[slot] ?? 0) - 1;
      if (place < 0 || (this.#codes[place] === code && this.#isAt(place, bytes, from, to))) return slot;
    }
  }

  #isAt(place: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#startOf(place);
    if (this.#ends[place] !== start + to - from) return false;
    for (let index = from; index < to; index += 1) {
      if (this.#bytes[start + index - from] !== bytes[index]) return false;
    }
    return true;
  }

  #startOf(place: number): number {
    return place === 0 ? 0 : (this.#ends[place - 1] ?? 0);
  }

  #grow(): void {
    const room = this.#codes.length * 2;
    this.#codes = copyInto(new Int32Array(room), this.#codes);
    this.#ends = copyInto(new Float64Array(room), this.#ends);
  }

  #spread(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let place = 0; place < this.#size; place += 1) {
      let slot = (this.#codes[place] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
    this.#slots = slots;
  }
}

/** FNV-1a, and a last stir, since the slot is of its low bits. */
function codeOf(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let code = seed;
  for (let index = from; index < to; index += 1) code = Math.imul(code ^ (bytes[index] ?? 0), 0x01000193);
  code = Math.imul(code ^ (code >>> 16), 0x85ebca6b);
  return code ^ (code >>> 13);
}
