/** An order-free hash of a table's rows, the same whatever holds them. */
import { hash } from 'node:crypto';
import type { TableContent } from '@millrace/extract';
import type { Column, ColumnSchema, PlainValues, TableBatch, TableSchema } from '@millrace/flatten';
import { columnFromCells } from './cells.ts';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { streamQuery } from './duckdb-result.ts';
import { KERNEL } from './row-kernel.ts';

/*
 * A row is hashed as the cells that have a value, one after the other: four bytes that stand for the column, then one byte of a
 * BOOLEAN, four of a DATE, eight of a number or an instant, or a text's length in four bytes and its UTF-8; all little-endian,
 * columns by the four bytes. So a column that is added later changes no hash. The hash of a table is the sum of its rows'
 * BLAKE2s, taken as four numbers of 64 bits modulo 2^64.
 */
const LANES = 4;
const NONE: readonly bigint[] = [0n, 0n, 0n, 0n];

/** Rows and their hash, to be added and subtracted. */
export class RowHash {
  #rows: number;
  readonly #lanes: BigUint64Array;

  constructor(rows = 0, lanes: readonly bigint[] = NONE) {
    this.#rows = rows;
    this.#lanes = BigUint64Array.from(lanes);
  }

  /** What `content` says; nothing for `undefined`. */
  static from(content: TableContent | undefined): RowHash {
    if (content === undefined) return new RowHash();
    return new RowHash(
      content.rows,
      NONE.map((_, lane) => BigInt(`0x${content.hash.slice(lane * 16, lane * 16 + 16)}`)),
    );
  }

  add(other: RowHash): this {
    this.#rows += other.#rows;
    for (let lane = 0; lane < LANES; lane++) this.#lanes[lane] = (this.#lanes[lane] ?? 0n) + (other.#lanes[lane] ?? 0n);
    return this;
  }

  subtract(other: RowHash): this {
    this.#rows -= other.#rows;
    for (let lane = 0; lane < LANES; lane++) this.#lanes[lane] = (this.#lanes[lane] ?? 0n) - (other.#lanes[lane] ?? 0n);
    return this;
  }

  addBatch({ columns, rows }: TableBatch): this {
    const sums = kernel().hash(columns, rows);
    this.#rows += rows;
    for (let lane = 0; lane < LANES; lane++) this.#lanes[lane] = (this.#lanes[lane] ?? 0n) + (sums[lane] ?? 0n);
    return this;
  }

  content(): TableContent {
    return { rows: this.#rows, hash: [...this.#lanes].map((lane) => lane.toString(16).padStart(16, '0')).join('') };
  }
}

/** The hash of what a relation holds that has the given columns, in the types in which they are stored. */
export async function hashRows(
  engine: DuckDBEngine,
  relation: string,
  columns: readonly ColumnSchema[],
): Promise<RowHash> {
  const table: TableSchema = { name: '', path: [], root: '', primaryKey: [], rootKey: [], columns };
  const result = new RowHash();
  for await (const chunk of streamQuery(engine, `FROM ${relation}`, columns)) {
    const cells = columns.map((column, index) => columnFromCells(column, chunk.columns[index] ?? []));
    result.addBatch({ table, rows: chunk.rows, columns: cells });
  }
  return result;
}

/** What the kernel offers: see `assembly/kernel.ts`. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  memoryStart(): number;
  addRows(rows: number, columns: number, count: number, row: number, room: number, sums: number): void;
}

const KINDS: Readonly<Record<PlainValues['kind'], number>> = { boolean: 0, int32: 1, int64: 2, double: 3, bytes: 4 };
const COLUMN_BYTES = 32;
/** Memory is given back after a batch that took more. */
const MOST_MEMORY = 64 * 2 ** 20;
const PAGE = 65_536;

let module: WebAssembly.Module | undefined;
let current: Kernel | undefined;

function kernel(): Kernel {
  module ??= new WebAssembly.Module(Buffer.from(KERNEL, 'base64'));
  if (current === undefined || current.size > MOST_MEMORY) current = new Kernel(module);
  return current;
}

class Kernel {
  readonly #exports: Exports;
  #end = 0;

  constructor(compiled: WebAssembly.Module) {
    // The interface says what the generated module exports.
    this.#exports = new WebAssembly.Instance(compiled).exports as unknown as Exports;
  }

  get size(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** The sums of all rows' hashes. */
  hash(columns: readonly Column[], rows: number): BigUint64Array {
    const ordered = [...columnIds(columns.map(({ schema }) => schema.name)).entries()]
      .sort(([, a], [, b]) => a - b)
      .flatMap(([index, id]) => {
        const column = columns[index];
        return column === undefined || column.nullCount === column.rows ? [] : [{ column, id }];
      });
    this.#end = this.#exports.memoryStart();
    const sums = this.#take(LANES * 8);
    const records = this.#take(ordered.length * COLUMN_BYTES);
    const places = ordered.map(({ column }) => this.#placesOf(column));
    // Four rows are hashed at a time.
    const room = (ordered.reduce((size, { column }) => size + 8 + largest(column), 64) + 31) & ~15;
    const row = this.#take(room * 4);
    const { memory } = this.#exports;
    if (this.#end > this.size) memory.grow(Math.ceil((this.#end - this.size) / PAGE));
    new BigUint64Array(memory.buffer, sums, LANES).fill(0n);
    for (const [index, { column, id }] of ordered.entries()) {
      const at = places[index];
      if (at === undefined) continue;
      const { values, validity } = column;
      const plain = values.kind === 'dictionary' ? values.dictionary : values;
      new Uint32Array(memory.buffer, records + index * COLUMN_BYTES, COLUMN_BYTES / 4).set([
        id,
        KINDS[plain.kind],
        at.validity,
        at.data,
        at.indices,
        at.offsets,
        plain.kind === 'bytes' ? plain.count : 0,
      ]);
      if (validity !== undefined) this.#put(at.validity, validity);
      this.#put(at.data, bytesOf(plain));
      if (values.kind === 'dictionary') this.#put(at.indices, values.indices);
    }
    this.#exports.addRows(rows, records, ordered.length, row, room, sums);
    return new BigUint64Array(memory.buffer, sums, LANES);
  }

  #placesOf({ values, validity }: Column): { validity: number; data: number; indices: number; offsets: number } {
    const isDictionary = values.kind === 'dictionary';
    const plain = isDictionary ? values.dictionary : values;
    return {
      validity: validity === undefined ? 0 : this.#take(validity.byteLength),
      data: this.#take(bytesOf(plain).byteLength),
      indices: isDictionary ? this.#take(values.indices.byteLength) : 0,
      offsets: isDictionary && plain.kind === 'bytes' ? this.#take(plain.count * 4) : 0,
    };
  }

  /** Room of which sixteen bytes more can be read. */
  #take(bytes: number): number {
    const at = this.#end;
    this.#end = (at + bytes + 31) & ~15;
    return at;
  }

  #put(at: number, bytes: ArrayBufferView): void {
    const from = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    new Uint8Array(this.#exports.memory.buffer, at, from.length).set(from);
  }
}

function bytesOf(values: PlainValues): ArrayBufferView {
  return values.kind === 'bytes' ? values.data : values.values;
}

/** Bytes of the column's largest value, with the steps in which it is copied. */
function largest({ values }: Column): number {
  const plain = values.kind === 'dictionary' ? values.dictionary : values;
  if (plain.kind !== 'bytes') return 8;
  const { data, count } = plain;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let most = 0;
  for (let entry = 0, at = 0; entry < count; entry++) {
    const length = view.getUint32(at, true);
    most = Math.max(most, length);
    at += 4 + length;
  }
  return most + 16;
}

/**
 * Four bytes for each column's name: the first of its SHA-256. A later column of a table that has the same as one before gets the
 * first of a longer name, so that what comes later never changes what was there.
 */
function columnIds(names: readonly string[]): number[] {
  const taken = new Set<number>();
  return names.map((name) => {
    for (let longer = name; ; longer += '\0') {
      const id = hash('sha256', longer, 'buffer').readUInt32LE(0);
      if (taken.has(id)) continue;
      taken.add(id);
      return id;
    }
  });
}
