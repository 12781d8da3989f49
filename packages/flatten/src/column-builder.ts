/** Collects the values of one column until a batch is taken. */
import { canonicalText, coerce, declaredState, joinTypes, type Scalar, type TypeState, typeOfValue } from './types.ts';
import type { TextForm } from './encode.ts';
import type { PendingValues } from './pending.ts';
import type { ColumnSchema, ColumnType } from './schema.ts';
import { utf8Length } from './utf8.ts';

/** Values stay as parsed until `take`, when their type is known: widening within a batch costs nothing. */
export class ColumnBuilder implements TextForm {
  /** `undefined` until a value or a declaration says more. */
  state: TypeState | undefined;
  maxChars = 0;
  maxBytes = 0;
  plain = false;
  /** Values present, in row order. */
  values: Scalar[] = [];
  /** The row of each value; absent while every row so far has one. */
  rows: number[] | undefined;
  /** Values that are held elsewhere: then the two above are empty. */
  pending: PendingValues | undefined;

  readonly #declared: ColumnType | undefined;
  /** Whole numbers between these are no longer as text than what was seen. */
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  constructor(declared?: ColumnType) {
    this.#declared = declared;
    this.state = declared === undefined ? undefined : declaredState(declared);
  }

  /** Goes on where an earlier run ended. */
  restore(schema: ColumnSchema): void {
    const stored = normalState(schema);
    this.state = this.state === undefined ? stored : joinTypes(this.state, stored);
    this.maxChars = schema.maxChars;
    this.maxBytes = schema.maxBytes;
  }

  append(row: number, raw: Scalar): void {
    const value = this.#declared === undefined ? raw : coerce(this.#declared, raw);
    const state = this.state;
    if (state === undefined) this.state = typeOfValue(value);
    else if (state.type !== 'STRING') this.state = joinTypes(state, typeOfValue(value));
    this.#put(row, value);
  }

  /** Appends canonical JSON text to a JSON column. */
  appendJson(row: number, text: string): void {
    if (this.state?.type !== 'JSON') {
      const json = declaredState('JSON');
      this.state = this.state === undefined ? json : joinTypes(this.state, json);
    }
    this.#put(row, text);
  }

  /** Values since the last reset are forgotten, type and lengths stay. */
  reset(): void {
    this.values = [];
    this.rows = undefined;
    this.pending = undefined;
  }

  /** Takes values whose type and lengths it has already. */
  adopt(values: Scalar[], rows: number[] | undefined): void {
    this.values = values;
    this.rows = rows;
    this.pending = undefined;
  }

  #put(row: number, value: Scalar): void {
    const count = this.values.length;
    if (this.rows !== undefined) this.rows.push(row);
    else if (row !== count) {
      this.rows = Array.from({ length: count }, (_, i) => i);
      this.rows.push(row);
    }
    this.values.push(value);
    this.#measure(value);
  }

  #measure(value: Scalar): void {
    if (typeof value === 'string') {
      const chars = value.length;
      if (chars > this.maxChars) this.maxChars = chars;
      // Three bytes are the most that a UTF-16 unit takes.
      if (chars * 3 > this.maxBytes) this.#grow(0, utf8Length(value));
      return;
    }
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      if (value >= this.#low && value <= this.#high) return;
      this.#low = Math.min(this.#low, value);
      this.#high = Math.max(this.#high, value);
    }
    const { length } = canonicalText(value);
    this.#grow(length, length);
  }

  #grow(chars: number, bytes: number): void {
    if (chars > this.maxChars) this.maxChars = chars;
    if (bytes > this.maxBytes) this.maxBytes = bytes;
  }
}

function normalState(schema: ColumnSchema): TypeState {
  const { type, wide, spellings } = schema;
  if (type === 'DATETIME' && spellings !== undefined) return { type, spellings };
  return type === 'INTEGER' && wide === true ? { type, wide } : declaredState(type);
}
