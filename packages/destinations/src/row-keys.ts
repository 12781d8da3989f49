import type { Column, TableBatch } from '@millrace/flatten';
import { canonicalText } from './canonical-text.ts';
import { columnCells, columnFromCells } from './cells.ts';
import { hashKernel } from './hash-kernel.ts';

/** Words in the key of a row. */
const WORDS = 4;

/** The keys of a batch's rows: one for each entry, and the entry of each row. */
interface Entries {
  readonly words: Uint32Array;
  /** One a row; absent where each row is its own entry. */
  readonly ofRow?: ArrayLike<number>;
}

/**
 * The root keys of a batch's rows: 128 bits of BLAKE3 over the canonical text of the root-key column with its length, four words a
 * row; over those of several columns one after the other, with the length of all, NULL as the length 2^32 - 1. Where the one column
 * is NULL all bits are ones. The text does not change when a column widens, so neither does the key.
 */
export function rootKeys(batch: TableBatch): Uint32Array {
  const { words, ofRow } = entriesOf(batch);
  if (ofRow === undefined) return words;
  const keys = new Uint32Array(batch.rows * WORDS);
  for (let row = 0; row < batch.rows; row++) copyKey(words, (ofRow[row] ?? 0) * WORDS, keys, row * WORDS);
  return keys;
}

/** Where `documentKeys` puts keys together. */
let scratch = new Uint32Array(1024 * WORDS);

/** The root keys of a batch's documents: of rows that stand together and have the same, the first. */
export function documentKeys(batch: TableBatch): Uint32Array {
  const { words, ofRow } = entriesOf(batch);
  if (scratch.length < batch.rows * WORDS) scratch = new Uint32Array(batch.rows * WORDS);
  const keys = scratch;
  let length = 0;
  let before = -1;
  for (let row = 0; row < batch.rows; row++) {
    const entry = ofRow === undefined ? row : (ofRow[row] ?? 0);
    if (entry === before) continue;
    before = entry;
    if (length > 0 && sameKey(words, entry * WORDS, keys, length - WORDS)) continue;
    copyKey(words, entry * WORDS, keys, length);
    length += WORDS;
  }
  return keys.slice(0, length);
}

function copyKey(from: Uint32Array, at: number, to: Uint32Array, place: number): void {
  to[place] = from[at] ?? 0;
  to[place + 1] = from[at + 1] ?? 0;
  to[place + 2] = from[at + 2] ?? 0;
  to[place + 3] = from[at + 3] ?? 0;
}

function entriesOf(batch: TableBatch): Entries {
  const columns = batch.table.rootKey.map((name) => {
    const column = batch.columns.find(({ schema }) => schema.name === name);
    if (column === undefined) throw new TypeError(`Table ${batch.table.name} has no column ${name}, its root key`);
    return textColumn(column);
  });
  const [only] = columns;
  if (only !== undefined && columns.length === 1) return entriesOfOne(only);
  return { words: keysOf(joined(columns, batch.rows), batch.rows) };
}

type Texts = Extract<Column['values'], { readonly kind: 'bytes' }>;

/** The same column as canonical texts. */
function textColumn(column: Column): Column {
  const { values, schema } = column;
  const plain = values.kind === 'dictionary' ? values.dictionary : values;
  if (plain.kind === 'bytes') return column;
  const texts = columnCells(column).map((cell) => (cell === null ? null : canonicalText(schema, cell)));
  return columnFromCells({ ...schema, type: 'STRING' }, texts);
}

function textsOf({ values }: Column): Texts {
  const plain = values.kind === 'dictionary' ? values.dictionary : values;
  if (plain.kind !== 'bytes') throw new TypeError('A key column has no texts');
  return plain;
}

/** Keys of dictionaries: the tables of a document's family have the values of its key in common. */
const known = new WeakMap<Uint8Array, Uint32Array>();

function entriesOfOne(column: Column): Entries {
  const { values, nullCount } = column;
  const { data, count } = textsOf(column);
  let words = known.get(data);
  if (words?.length !== (count + 1) * WORDS) {
    words = keysOf(data, count);
    known.set(data, words);
  }
  if (nullCount > 0) return { words, ofRow: entryNumbers(column, count) };
  return values.kind === 'dictionary' ? { words, ofRow: values.indices } : { words: words.subarray(0, count * WORDS) };
}

/** The keys of texts, and after them that of NULL. */
function keysOf(data: Uint8Array, count: number): Uint32Array {
  const hashes = hashKernel().hashTexts(data, count);
  const words = new Uint32Array((count + 1) * WORDS);
  for (let entry = 0; entry < count; entry++) copyKey(hashes, entry * 2 * WORDS, words, entry * WORDS);
  return words.fill(0xff_ff_ff_ff, count * WORDS);
}

/** The number of each row's value, `missing` for NULL. */
function entryNumbers({ values, validity, rows }: Column, missing: number): Uint32Array {
  const numbers = new Uint32Array(rows);
  for (let row = 0, next = 0; row < rows; row++) {
    const isValid = validity === undefined || (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
    if (!isValid) numbers[row] = missing;
    else numbers[row] = values.kind === 'dictionary' ? (values.indices[next] ?? 0) : next;
    if (isValid) next++;
  }
  return numbers;
}

const NULL_TEXT = Uint8Array.of(0xff, 0xff, 0xff, 0xff);

/** The texts of several columns, those of a row as one. */
function joined(columns: readonly Column[], rows: number): Uint8Array {
  const parts = columns.map((column) => {
    const { data, count } = textsOf(column);
    return { data, count, places: placesIn(data, count), numbers: entryNumbers(column, count) };
  });
  const pieces: Uint8Array[] = [];
  for (let row = 0; row < rows; row++) {
    const texts = parts.map(({ data, count, places, numbers }) => {
      const number = numbers[row] ?? count;
      return number === count ? NULL_TEXT : data.subarray(places[number], places[number + 1]);
    });
    const length = Buffer.alloc(4);
    length.writeUInt32LE(texts.reduce((sum, text) => sum + text.length, 0));
    pieces.push(length, ...texts);
  }
  return Buffer.concat(pieces);
}

/** Where each text begins, and where the last one ends. */
function placesIn(data: Uint8Array, count: number): Uint32Array {
  const places = new Uint32Array(count + 1);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let entry = 0, at = 0; entry < count; entry++) {
    at += 4 + view.getUint32(at, true);
    places[entry + 1] = at;
  }
  return places;
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
    copyKey(keys, row * WORDS, this.#table, slot * WORDS);
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
      copyKey(this.#table, slot * WORDS, words, at);
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
function sameKey(keys: Uint32Array, at: number, others: Uint32Array, from: number): boolean {
  for (let word = 0; word < WORDS; word++) if (keys[at + word] !== others[from + word]) return false;
  return true;
}
