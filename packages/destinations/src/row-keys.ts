import { hash } from 'node:crypto';
import type { TableBatch } from '@millrace/flatten';
import { canonicalText } from './canonical-text.ts';
import { columnCells } from './cells.ts';

/** Words in the key of a row. */
const WORDS = 4;

/**
 * The root keys of a batch's rows: 128 bits of SHA-256 over the canonical text of the root-key columns, four words a row.
 * The text does not change when a column widens, so neither does the key.
 */
export function rootKeys(batch: TableBatch): Uint32Array {
  const columns = batch.table.rootKey.map((name) => {
    const column = batch.columns.find(({ schema }) => schema.name === name);
    if (column === undefined) throw new TypeError(`Table ${batch.table.name} has no column ${name}, its root key`);
    return { schema: column.schema, cells: columnCells(column) };
  });
  const keys = new Uint32Array(batch.rows * WORDS);
  for (let row = 0; row < batch.rows; row++) {
    const parts = columns.map(({ schema, cells }) => {
      const cell = cells[row] ?? null;
      return cell === null ? null : canonicalText(schema, cell);
    });
    const digest = hash('sha256', JSON.stringify(parts), 'buffer');
    for (let word = 0; word < WORDS; word++) keys[row * WORDS + word] = digest.readUInt32BE(word * 4);
  }
  return keys;
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
    for (let row = 0; row < keys.length / WORDS; row++) this.add(keys, row);
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
