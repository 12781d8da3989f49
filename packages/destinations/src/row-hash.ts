/** An order-free hash of a table's rows, the same whatever holds them. */
import { hash } from 'node:crypto';
import type { TableContent } from '@millrace/extract';
import type { ColumnSchema, TableBatch, TableSchema } from '@millrace/flatten';
import { columnFromCells } from './cells.ts';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { streamQuery } from './duckdb-result.ts';
import { type HashedColumn, hashKernel } from './hash-kernel.ts';

/*
 * A row is hashed as the cells that have a value, one after the other. A cell is three bytes that stand for the column, a byte that
 * says how many follow, and these: one of a BOOLEAN; the eight of a FLOAT; of an INTEGER, a DATE (days since 1970) or an instant
 * (milliseconds since 1970) the 64 bits as far as they are not leading zeros; a text's UTF-8 up to 32 bytes. A longer text has 255 and
 * then its BLAKE3. Numbers are little-endian, columns stand in the order of their three bytes as a number. So a column that is added
 * later changes no hash, and a text that many rows have in common is hashed once. The hash of a table is the sum of its rows' BLAKE3s,
 * taken as four numbers of 64 bits modulo 2^64.
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

  addBatch({ table, columns, rows }: TableBatch): this {
    const sums = hashKernel().sumRows(columns, hashOrder(table.columns), rows);
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

/** How columns are hashed: made once for a table. */
const orders = new WeakMap<readonly ColumnSchema[], readonly HashedColumn[]>();

function hashOrder(columns: readonly ColumnSchema[]): readonly HashedColumn[] {
  let order = orders.get(columns);
  if (order === undefined) {
    const ids = columnIds(columns.map(({ name }) => name));
    order = ids.map((id, index) => ({ index, id })).sort((a, b) => a.id - b.id);
    orders.set(columns, order);
  }
  return order;
}

/**
 * Three bytes for each column's name: the first of its SHA-256. A later column of a table that has the same as one before gets the
 * first of a longer name, so that what comes later never changes what was there.
 */
function columnIds(names: readonly string[]): number[] {
  const taken = new Set<number>();
  return names.map((name) => {
    for (let longer = name; ; longer += '\0') {
      const id = hash('sha256', longer, 'buffer').readUIntLE(0, 3);
      if (taken.has(id)) continue;
      taken.add(id);
      return id;
    }
  });
}
