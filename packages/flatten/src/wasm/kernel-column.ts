/** One column that the kernel fills: its state, its values as a batch holds them, and as the plan's builders do. */
import type { Column, PlainValues } from '../batch.ts';
import { CANONICAL_SPELLING, formatDate, millisOf, parseDate, spell } from '../dates.ts';
import { encodeColumn, noteDropped, type TextForm } from '../encode.ts';
import { numberOfLiteral } from '../parse.ts';
import type { PendingValues } from '../pending.ts';
import type { PathNode, ValueColumn } from '../plan.ts';
import type { ColumnSchema, ColumnType } from '../schema.ts';
import { canonicalText, type Scalar, type TypeState } from '../types.ts';
import { decodeOwn } from '../utf8.ts';
import { type Kernel, offsetOf } from './instance.ts';
import type { KernelTable } from './kernel-table.ts';

/** In the order of the kernel's numbers: see `assembly/records.ts`. */
const KINDS: readonly (ColumnType | undefined)[] = [
  undefined,
  'BOOLEAN',
  'INTEGER',
  'FLOAT',
  'DATE',
  'DATETIME',
  'STRING',
  'JSON',
];

/** The kernel's number of a type. */
export function kindOfType(type: ColumnType | undefined): number {
  return KINDS.indexOf(type);
}

/** The type that a kernel's number and detail say: spellings of a DATETIME, 1 for a wide INTEGER. */
export function stateOf(kind: number, detail: number): TypeState | undefined {
  const type = KINDS[kind];
  if (type === undefined) return undefined;
  if (type === 'DATETIME' && detail !== CANONICAL_SPELLING) return { type, spellings: detail };
  return type === 'INTEGER' && detail !== 0 ? { type, wide: true } : { type };
}

/** The detail of a type: see `stateOf`. */
export function detailOf(state: TypeState | undefined): { readonly wide: number; readonly spellings: number } {
  return {
    wide: state?.wide === true ? 1 : 0,
    spellings: state?.type === 'DATETIME' ? (state.spellings ?? CANONICAL_SPELLING) : 0,
  };
}

/** Words of a `Column` in `assembly/records.ts`. In the first are `kind`, `flags`, `dictionary` and `unsure`, a byte each. */
const FORM = 0;
const COUNT = 1;
const MAX_CHARS = 2;
const DATA = 3;
const TO = 4;
const INDICES = 6;
/** `gaps`, `plain` and `wide`. */
const MORE = 11;
const SPELLINGS = 12;
const MAX_BYTES = 13;
const ENTRY_COUNT = 14;

export class KernelColumn implements PendingValues {
  readonly #kernel: Kernel;
  readonly address: number;
  readonly #table: KernelTable;
  readonly #node: PathNode;
  readonly #isJson: boolean;

  constructor(kernel: Kernel, address: number, table: KernelTable, node: PathNode, isJson: boolean) {
    this.#kernel = kernel;
    this.address = address;
    this.#table = table;
    this.#node = node;
    this.#isJson = isJson;
  }

  /** The plan's column. It is made when a value is there, as the plan would. */
  get column(): ValueColumn {
    return this.#isJson ? this.#node.jsonColumn() : this.#node.scalarColumn();
  }

  #word(index: number): number {
    return this.#kernel.word(this.address, index);
  }

  get count(): number {
    return this.#word(COUNT);
  }

  get state(): TypeState | undefined {
    const kind = this.#word(FORM) & 255;
    return stateOf(kind, KINDS[kind] === 'DATETIME' ? this.#word(SPELLINGS) : (this.#word(MORE) >> 16) & 255);
  }

  /** Distinct values, or -1 when the texts are written in full. */
  get #entries(): number {
    const isDictionary = ((this.#word(FORM) >> 16) & 255) !== 0;
    return isDictionary && this.state?.type === 'STRING' ? this.#word(ENTRY_COUNT) : -1;
  }

  /** Whether the kernel does not know if a dictionary would have been kept. */
  get #isUnsure(): boolean {
    return this.#word(FORM) >>> 24 !== 0;
  }

  /** Brings the plan's column up to date, its values apart. */
  describe(): void {
    const { builder } = this.column;
    builder.state = this.state;
    builder.maxChars = this.#word(MAX_CHARS);
    builder.maxBytes = this.#word(MAX_BYTES);
  }

  /** Makes ready what `encode` takes: whatever needs memory comes before the first view, which would lose its own. */
  settle(): void {
    if (this.count < this.#table.rows) this.#kernel.validOf(this.address);
    if (this.#isUnsure) return;
    const { builder } = this.column;
    const isText = this.state?.type === 'STRING';
    if (isText && this.#entries < 0) builder.plain = true;
    this.#kernel.settle(this.address);
    if (isText && this.#entries < 0) noteDropped(builder, this.count);
    this.#tellPlain(builder);
  }

  encode(schema: ColumnSchema, rows: number): Column {
    if (this.#isUnsure) {
      const { builder } = this.column;
      const encoded = encodeColumn(schema, rows, this.values(), this.rows(), builder);
      this.#tellPlain(builder);
      return encoded;
    }
    const { count } = this;
    const nullCount = rows - count;
    const dictionary = this.#entries;
    const { buffer } = this.#kernel.memory;
    const values =
      dictionary < 0
        ? this.#plain(schema.type, count)
        : {
            kind: 'dictionary' as const,
            indices: this.#table.out(new Uint32Array(buffer, this.#word(INDICES), count), Uint32Array),
            dictionary: this.#plain('STRING', dictionary),
          };
    if (nullCount === 0) return { schema, rows, nullCount, values };
    const valid = new Uint8Array(buffer, offsetOf(this.#kernel.validOf(this.address)), (rows + 7) >> 3);
    return { schema, rows, nullCount, validity: this.#table.out(valid, Uint8Array), values };
  }

  #tellPlain({ plain }: TextForm): void {
    if (plain) this.#kernel.setPlain(this.address);
  }

  /**
   * The present values as a builder holds them.
   * @param type what the column was before it was widened
   */
  values(type?: TypeState): Scalar[] {
    const values = this.#currentValues();
    const { state } = this;
    if (type === undefined || type.type === state?.type) return values;
    return values.map((value) => narrow(type.type, value));
  }

  #currentValues(): Scalar[] {
    const { count, state } = this;
    const dictionary = this.#entries;
    if (dictionary >= 0) {
      const entries = scalars(this.#plain('STRING', dictionary), undefined);
      const indices = new Uint32Array(this.#kernel.memory.buffer, this.#word(INDICES), count);
      return Array.from(indices, (index) => entries[index] ?? '');
    }
    return scalars(this.#plain(state?.type ?? 'STRING', count), state);
  }

  /** The row of each value. */
  rows(): number[] {
    const validity = new Uint8Array(this.#kernel.memory.buffer, offsetOf(this.#kernel.validOf(this.address)));
    const result: number[] = [];
    const { rows } = this.#table;
    for (let row = 0; row < rows; row++) if ((((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1) result.push(row);
    return result;
  }

  /** Gives the column another type, a wider one or one that it had before; its values follow. */
  retype(to: TypeState | undefined): void {
    const values = this.values(to);
    const rows = this.rows();
    const { wide, spellings } = detailOf(to);
    this.#kernel.retype(this.address, kindOfType(to?.type), wide, spellings);
    for (const [index, value] of values.entries()) this.#append(to?.type, rows[index] ?? 0, value);
  }

  #append(type: ColumnType | undefined, row: number, value: Scalar): void {
    const bits = bitsOf(type, value);
    if (bits !== undefined) this.#kernel.appendBits(this.address, row, bits);
    else this.#kernel.appendText(this.address, row, writeScratch(this.#kernel, canonicalText(value)));
  }

  #plain(type: ColumnType, count: number): PlainValues {
    const { buffer } = this.#kernel.memory;
    const at = this.#word(DATA);
    switch (type) {
      case 'BOOLEAN':
        return { kind: 'boolean', values: this.#table.out(new Uint8Array(buffer, at, count), Uint8Array) };
      case 'DATE':
        return { kind: 'int32', values: this.#table.out(new Int32Array(buffer, at, count), Int32Array) };
      case 'INTEGER':
      case 'DATETIME':
        return { kind: 'int64', values: this.#table.out(new BigInt64Array(buffer, at, count), BigInt64Array) };
      case 'FLOAT':
        return { kind: 'double', values: this.#table.out(new Float64Array(buffer, at, count), Float64Array) };
      default: {
        const data = this.#table.out(new Uint8Array(buffer, at, this.#word(TO) - at), Uint8Array);
        return { kind: 'bytes', data, count };
      }
    }
  }
}

/** A value as it was before its column was widened. */
function narrow(type: ColumnType, value: Scalar): Scalar {
  if (type === 'BOOLEAN') return value === 'true';
  return (type === 'INTEGER' || type === 'FLOAT') && typeof value === 'string' ? numberOfLiteral(value) : value;
}

/** Writes a text to the kernel's scratch and gives its length. */
export function writeScratch(kernel: Kernel, text: string): number {
  const at = offsetOf(kernel.scratch(text.length * 3));
  return encoder.encodeInto(text, new Uint8Array(kernel.memory.buffer, at, text.length * 3)).written;
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** A value as the kernel stores it; `undefined` for a text. */
function bitsOf(type: ColumnType | undefined, value: Scalar): bigint | undefined {
  switch (type) {
    case 'BOOLEAN':
    case 'INTEGER':
      return BigInt(value);
    case 'FLOAT':
      return new BigInt64Array(Float64Array.of(Number(value)).buffer)[0];
    case 'DATE':
      return BigInt(parseDate(String(value)) ?? 0);
    case 'DATETIME':
      return BigInt(millisOf(String(value)));
    default:
      return undefined;
  }
}

function scalars(values: PlainValues, state: TypeState | undefined): Scalar[] {
  switch (values.kind) {
    case 'boolean':
      return Array.from(values.values, (value) => value === 1);
    case 'double':
      return Array.from(values.values);
    case 'int32':
      return Array.from(values.values, formatDate);
    case 'int64':
      if (state?.type === 'DATETIME') {
        const spellings = state.spellings ?? CANONICAL_SPELLING;
        return Array.from(values.values, (value) => spell(Number(value), spellings));
      }
      return Array.from(values.values, (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
    default: {
      const result: Scalar[] = [];
      const view = new DataView(values.data.buffer, values.data.byteOffset);
      for (let at = 0, i = 0; i < values.count; i++) {
        const length = view.getUint32(at, true);
        result.push(decodeOwn(values.data.subarray(at + 4, at + 4 + length)));
        at += 4 + length;
      }
      return result;
    }
  }
}
