/** Batches read back value by value, without allocation. */
import type { Column, PlainValues } from './batch.ts';
import { bytesAt, isValid, textAt, textOffsets } from './read.ts';

/**
 * One column for an encoder that goes through its rows in order: `row` first, then the value in the form that the type calls for. Nothing is
 * allocated but what the form itself needs.
 */
export class ColumnCursor {
  readonly column: Column;
  /** Index of the current row's value in the values (through the dictionary), -1 for NULL. */
  #index = -1;
  #current = -1;
  #present = -1;
  readonly #plain: PlainValues;
  readonly #indices: Uint32Array | undefined;
  readonly #offsets: Uint32Array;
  readonly #texts: (string | undefined)[] | undefined;

  constructor(column: Column) {
    this.column = column;
    const { values } = column;
    this.#plain = values.kind === 'dictionary' ? values.dictionary : values;
    this.#indices = values.kind === 'dictionary' ? values.indices : undefined;
    this.#offsets =
      this.#plain.kind === 'bytes' ? textOffsets(this.#plain.data, this.#plain.count) : new Uint32Array(0);
    this.#texts = this.#indices === undefined ? undefined : [];
  }

  /** Goes on to the next row. False after the last. */
  next(): boolean {
    if (this.#current + 1 >= this.column.rows) return false;
    this.#current++;
    const { validity } = this.column;
    if (validity !== undefined && !isValid(validity, this.#current)) this.#index = -1;
    else {
      this.#present++;
      this.#index = this.#indices === undefined ? this.#present : (this.#indices[this.#present] ?? -1);
    }
    return true;
  }

  get isNull(): boolean {
    return this.#index === -1;
  }

  /** BOOLEAN (1 or 0), FLOAT, DATE in days; INTEGER and DATETIME where the caller knows them to be within 2^53. */
  get number(): number {
    return this.#plain.kind === 'bytes' ? Number.NaN : Number(this.#plain.values[this.#index] ?? Number.NaN);
  }

  /** INTEGER, and DATETIME in milliseconds. */
  get bigint(): bigint {
    return this.#plain.kind === 'int64' ? (this.#plain.values[this.#index] ?? 0n) : 0n;
  }

  /** STRING and JSON as UTF-8: a view on the batch, not a copy. */
  get bytes(): Uint8Array {
    return this.#plain.kind === 'bytes' ? bytesAt(this.#plain.data, this.#offsets, this.#index) : new Uint8Array(0);
  }

  /** STRING and JSON. Each dictionary value is decoded once. */
  get text(): string {
    if (this.#plain.kind !== 'bytes') return '';
    if (this.#texts === undefined) return textAt(this.#plain.data, this.#offsets, this.#index);
    const text = this.#texts[this.#index] ?? textAt(this.#plain.data, this.#offsets, this.#index);
    this.#texts[this.#index] = text;
    return text;
  }
}
