import { hash } from 'node:crypto';
import type { Column, TableBatch } from '@millrace/flatten';
import { canonicalText } from './canonical-text.ts';
import { columnCells, columnFromCells } from './cells.ts';

/** Words in the key of a row. */
const WORDS = 4;

/** The values of one key column: a text's length in four bytes and its UTF-8, one after the other. */
interface KeyColumn {
  readonly data: Uint8Array;
  /** Where the value of each row is; -1 for NULL. */
  readonly places: Int32Array;
}

/**
 * The root keys of a batch's rows: 128 bits of SHA-256 over the canonical text of the root-key columns, four words a row.
 * The text does not change when a column widens, so neither does the key.
 */
export function rootKeys(batch: TableBatch): Uint32Array {
  const columns = batch.table.rootKey.map((name) => {
    const column = batch.columns.find(({ schema }) => schema.name === name);
    if (column === undefined) throw new TypeError(`Table ${batch.table.name} has no column ${name}, its root key`);
    return keyColumn(column);
  });
  const [only] = columns;
  if (only !== undefined && columns.length === 1) return keysOfOne(only, batch.rows);
  const keys = new Uint32Array(batch.rows * WORDS);
  for (let row = 0; row < batch.rows; row++) {
    // The rows of a document stand together.
    if (row > 0 && columns.every(({ places }) => places[row] === places[row - 1])) {
      keys.copyWithin(row * WORDS, (row - 1) * WORDS, row * WORDS);
    } else {
      putDigest(
        Buffer.concat(columns.map(({ data, places }) => valueBytes(data, places[row] ?? -1))),
        keys,
        row * WORDS,
      );
    }
  }
  return keys;
}

/** Keys of values by where they are: the tables of a document's family have the values of its key in common. */
const known = new WeakMap<Uint8Array, Map<number, number> & { words: Uint32Array }>();

function keysOfOne({ data, places }: KeyColumn, rows: number): Uint32Array {
  const keys = new Uint32Array(rows * WORDS);
  const slots = slotsOf(data);
  for (let row = 0; row < rows; row++) {
    const place = places[row] ?? -1;
    let slot = slots.get(place);
    if (slot === undefined) {
      slot = slots.size * WORDS;
      if (slot === slots.words.length) slots.words = grown(slots.words);
      slots.set(place, slot);
      putDigest(valueBytes(data, place), slots.words, slot);
    }
    for (let word = 0; word < WORDS; word++) keys[row * WORDS + word] = slots.words[slot + word] ?? 0;
  }
  return keys;
}

function slotsOf(data: Uint8Array): Map<number, number> & { words: Uint32Array } {
  let slots = known.get(data);
  if (slots === undefined) {
    slots = Object.assign(new Map<number, number>(), { words: new Uint32Array(256 * WORDS) });
    known.set(data, slots);
  }
  return slots;
}

function grown(words: Uint32Array): Uint32Array {
  const larger = new Uint32Array(words.length * 2);
  larger.set(words);
  return larger;
}

function putDigest(bytes: Uint8Array, keys: Uint32Array, at: number): void {
  const digest = hash('sha256', bytes, 'buffer');
  for (let word = 0; word < WORDS; word++) keys[at + word] = digest.readUInt32BE(word * 4);
}

function keyColumn(column: Column): KeyColumn {
  const { values, rows, schema } = column;
  const plain = values.kind === 'dictionary' ? values.dictionary : values;
  if (plain.kind !== 'bytes') {
    const texts = columnCells(column).map((cell) => (cell === null ? null : canonicalText(schema, cell)));
    return keyColumn(columnFromCells({ ...schema, type: 'STRING' }, texts));
  }
  const entries = placesIn(plain.data, plain.count);
  const places = new Int32Array(rows);
  const { validity } = column;
  for (let row = 0, next = 0; row < rows; row++) {
    const isValid = validity === undefined || (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
    const entry = values.kind === 'dictionary' ? (values.indices[next] ?? 0) : next;
    places[row] = isValid ? (entries[entry] ?? 0) : -1;
    if (isValid) next++;
  }
  return { data: plain.data, places };
}

const knownPlaces = new WeakMap<Uint8Array, Int32Array>();

function placesIn(data: Uint8Array, count: number): Int32Array {
  const before = knownPlaces.get(data);
  if (before?.length === count) return before;
  const places = new Int32Array(count);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let entry = 0, at = 0; entry < count; entry++) {
    places[entry] = at;
    at += 4 + view.getUint32(at, true);
  }
  knownPlaces.set(data, places);
  return places;
}

const NULL_KEY = Uint8Array.of(0xff, 0xff, 0xff, 0xff);

function valueBytes(data: Uint8Array, at: number): Uint8Array {
  if (at < 0) return NULL_KEY;
  const length =
    (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16) | ((data[at + 3] ?? 0) << 24);
  return data.subarray(at, at + 4 + length);
}

/** A set of row keys. */
export class KeySet {
  #table = new Uint32Array(1024 * WORDS);
  #used = new Uint8Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The slot of the key, or the free slot where it would go. */
  #slot(keys: Uint32Array, row: number): number {
    const capacity = this.#used.length;
    const at = row * WORDS;
    let slot = (keys[at] ?? 0) & (capacity - 1);
    while (this.#used[slot] === 1) {
      const base = slot * WORDS;
      let word = 0;
      while (word < WORDS && this.#table[base + word] === keys[at + word]) word++;
      if (word === WORDS) return slot;
      slot = (slot + 1) & (capacity - 1);
    }
    return slot;
  }

  has(keys: Uint32Array, row: number): boolean {
    return this.#size > 0 && this.#used[this.#slot(keys, row)] === 1;
  }

  add(keys: Uint32Array, row: number): void {
    if (this.#size * 2 >= this.#used.length) this.#grow();
    const slot = this.#slot(keys, row);
    if (this.#used[slot] === 1) return;
    this.#used[slot] = 1;
    this.#table.set(keys.subarray(row * WORDS, (row + 1) * WORDS), slot * WORDS);
    this.#size++;
  }

  addAll(keys: Uint32Array): void {
    for (let row = 0; row < keys.length / WORDS; row++) {
      if (row === 0 || !sameKey(keys, row * WORDS, keys, (row - 1) * WORDS)) this.add(keys, row);
    }
  }

  hasAny(keys: Uint32Array): boolean {
    for (let row = 0; row < keys.length / WORDS; row++) if (this.has(keys, row)) return true;
    return false;
  }

  /** The keys one after the other, in no particular order. */
  toWords(): Uint32Array {
    const words = new Uint32Array(this.#size * WORDS);
    let at = 0;
    for (let slot = 0; slot < this.#used.length; slot++) {
      if (this.#used[slot] !== 1) continue;
      words.set(this.#table.subarray(slot * WORDS, (slot + 1) * WORDS), at);
      at += WORDS;
    }
    return words;
  }

  #grow(): void {
    const words = this.toWords();
    const capacity = this.#used.length * 2;
    this.#table = new Uint32Array(capacity * WORDS);
    this.#used = new Uint8Array(capacity);
    this.#size = 0;
    this.addAll(words);
  }
}

/** Whether the key at one place is the one at another. */
export function sameKey(keys: Uint32Array, at: number, others: Uint32Array, from: number): boolean {
  for (let word = 0; word < WORDS; word++) if (keys[at + word] !== others[from + word]) return false;
  return true;
}
