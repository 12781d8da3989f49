/** What a load knows of each document, side by side: there may be millions, and an object and a hash of its own each would cost more than the load. */
import { ContentHash, hashBytes } from './content-hash.ts';
import { copyInto } from './copy-into.ts';
import { KeyTable } from './key-table.ts';
import type { ReadDocument } from './reading.ts';

/** Of `flags`. */
const unchanged = 1;
const counted = 2;

/** Documents by their key. Each has a place, counted from 0, under which the rest is asked for. */
export class KnownDocuments {
  readonly #keys = new KeyTable();
  #hashes = Buffer.allocUnsafeSlow(256 * hashBytes);
  /** NaN: none. */
  #instants = new Float64Array(256);
  #held = new Int32Array(256);
  #flags = new Uint8Array(256);

  get size(): number {
    return this.#keys.size;
  }

  /** All keys as texts, by their places. */
  keys(): Generator<string> {
    return this.#keys.texts();
  }

  keyOf(place: number): string {
    return this.#keys.textOf(place);
  }

  /** -1: it is not there. */
  placeOf({ keys, keyAt, keyEnd }: ReadDocument): number {
    return this.#keys.find(keys, keyAt, keyEnd);
  }

  /** Adds a document that is not there; gives its place. */
  add({ keys, keyAt, keyEnd }: ReadDocument): number {
    const place = this.#keys.place(keys, keyAt, keyEnd);
    if (place === this.#instants.length) this.#grow();
    this.#flags[place] = 0;
    return place;
  }

  /** Says what a document is like: its hash, when it changed, and where it is held back. */
  describe(place: number, { hashes, hashAt }: ReadDocument, instant: number | undefined, held: number): void {
    hashes.copy(this.#hashes, place * hashBytes, hashAt, hashAt + hashBytes);
    this.#instants[place] = instant ?? Number.NaN;
    this.#held[place] = held;
  }

  /** Whether it was described with the hash of this one. */
  hasHashOf({ hashes, hashAt }: ReadDocument, place: number): boolean {
    const at = place * hashBytes;
    return hashes.compare(this.#hashes, at, at + hashBytes, hashAt, hashAt + hashBytes) === 0;
  }

  /** Its hash, until it is described anew. */
  hashOf(place: number): Buffer {
    return this.#hashes.subarray(place * hashBytes, (place + 1) * hashBytes);
  }

  /** The order-free hash of all that are not as an earlier run wrote them. */
  changedHash(): string {
    const content = new ContentHash();
    for (let place = 0; place < this.size; place += 1) {
      if (!this.isUnchanged(place)) content.add(this.#hashes, place * hashBytes);
    }
    return content.toString();
  }

  /** NaN: none. */
  instantOf(place: number): number {
    return this.#instants[place] ?? Number.NaN;
  }

  /** Where it is, or was, among those that are held back. */
  heldAt(place: number): number {
    return this.#held[place] ?? -1;
  }

  /** Whether it is the same as an earlier run wrote it. */
  isUnchanged(place: number): boolean {
    return ((this.#flags[place] ?? 0) & unchanged) !== 0;
  }

  setUnchanged(place: number, is: boolean): void {
    this.#set(place, unchanged, is);
  }

  /** Whether it is among those that the source counts. */
  isCounted(place: number): boolean {
    return ((this.#flags[place] ?? 0) & counted) !== 0;
  }

  setCounted(place: number): void {
    this.#set(place, counted, true);
  }

  /** None counts any more. */
  clearCounted(): void {
    for (let place = 0; place < this.size; place += 1) this.#set(place, counted, false);
  }

  #set(place: number, flag: number, is: boolean): void {
    const flags = this.#flags[place] ?? 0;
    this.#flags[place] = is ? flags | flag : flags & ~flag;
  }

  #grow(): void {
    const room = this.#instants.length * 2;
    this.#hashes = copyInto(Buffer.allocUnsafeSlow(room * hashBytes), this.#hashes);
    this.#instants = copyInto(new Float64Array(room), this.#instants);
    this.#held = copyInto(new Int32Array(room), this.#held);
    this.#flags = copyInto(new Uint8Array(room), this.#flags);
  }
}
