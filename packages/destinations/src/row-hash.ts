/** An order-free hash of a table's rows, the same from columns in memory and from SQL. */
import { hash } from 'node:crypto';
import type { TableContent } from '@millrace/extract';
import type { ColumnSchema, TableBatch } from '@millrace/flatten';
import type { Cell } from './canonical-text.ts';
import { columnCells } from './cells.ts';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { quoteName, quoteText, TEXT_FUNCTIONS } from './duckdb-sql.ts';

/*
 * A row is hashed as the text `"name":bytes:value` of each column that has a value, columns by name; so a column that is added
 * later changes no hash. The hash of a table is the sum of its rows' SHA-256, taken as four numbers of 64 bits modulo 2^64.
 */
const LANES = 4;
const MASK = (1n << 64n) - 1n;
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

  addBatch(batch: TableBatch): this {
    const columns = sorted(batch.columns.map(({ schema }) => schema)).map(({ index, name, type }) => {
      const column = batch.columns[index];
      return { start: `${JSON.stringify(name)}:`, type, cells: column === undefined ? [] : columnCells(column) };
    });
    for (let row = 0; row < batch.rows; row++) {
      let text = '';
      for (const { start, type, cells } of columns) {
        const cell = cells[row] ?? null;
        if (cell === null) continue;
        const value = cellText(type, cell);
        text += `${start}${Buffer.byteLength(value)}:${value}`;
      }
      const digest = hash('sha256', text, 'buffer');
      for (let lane = 0; lane < LANES; lane++)
        this.#lanes[lane] = (this.#lanes[lane] ?? 0n) + digest.readBigUInt64BE(lane * 8);
    }
    this.#rows += batch.rows;
    return this;
  }

  content(): TableContent {
    return { rows: this.#rows, hash: [...this.#lanes].map((lane) => lane.toString(16).padStart(16, '0')).join('') };
  }
}

function sorted(columns: readonly ColumnSchema[]): { readonly index: number; name: string; type: string }[] {
  return columns
    .map(({ name, type }, index) => ({ index, name, type }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function cellText(type: string, cell: Exclude<Cell, null>): string {
  return type === 'FLOAT' && Object.is(cell, -0) ? '0' : String(cell);
}

/** The hash of what a relation holds that has the given columns, in the types in which they are stored. */
export async function hashRows(
  engine: DuckDBEngine,
  relation: string,
  columns: readonly ColumnSchema[],
): Promise<RowHash> {
  const parts = sorted(columns).map(({ name, type }) => {
    const column = quoteName(name);
    const value = sqlText(type, column);
    const start = quoteText(`${JSON.stringify(name)}:`);
    return `CASE WHEN ${column} IS NULL THEN '' ELSE concat(${start}, strlen(${value}), ':', ${value}) END`;
  });
  const lanes = NONE.map(
    (_, lane) =>
      `CAST(sum(CAST('0x' || substr(h, ${lane * 16 + 1}, 16) AS UBIGINT)) % 18446744073709551616 AS UBIGINT)`,
  );
  const [row] = await engine.rows(
    `SELECT count(*), ${lanes.join(', ')} FROM (SELECT sha256(concat(${parts.join(', ')})) AS h FROM ${relation})`,
  );
  const [count, ...sums] = row ?? [];
  return new RowHash(
    Number(count ?? 0),
    sums.map((sum) => (typeof sum === 'bigint' ? sum & MASK : 0n)),
  );
}

function sqlText(type: string, column: string): string {
  switch (type) {
    case 'FLOAT':
      return `${TEXT_FUNCTIONS.FLOAT}(${column} + 0.0)`;
    case 'DATE':
      return `CAST(${column} - DATE '1970-01-01' AS VARCHAR)`;
    case 'DATETIME':
      return `CAST(epoch_ms(${column}) AS VARCHAR)`;
    default:
      return `CAST(${column} AS VARCHAR)`;
  }
}
