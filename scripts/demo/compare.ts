/** Compares the tables of a DuckDB file with rows computed otherwise, as multisets: no order, and duplicates count. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { canonicalText, type Row, type Tables } from './naive-tables.ts';

/** A table that differs. */
export interface Difference {
  readonly table: string;
  readonly says: string;
}

/** All rows of a query, each a map from column to text without its NULLs. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql);
  const names = reader.columnNames();
  return reader.getRowsJS().map((row) => {
    const present = new Map<string, string>();
    row.forEach((value, index) => {
      if (value !== null)
        present.set(names[index] ?? '', value instanceof Date ? dateText(value) : canonicalText(value));
    });
    return present;
  });
}

function dateText(date: Date): string {
  return date.toISOString();
}

/** Compares every table of `want` with the one of the same name, but for the columns that `leaveOut` names. */
export async function compareTables(
  connection: DuckDBConnection,
  want: Tables,
  leaveOut: (table: string, column: string) => boolean = () => false,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const [table, rows] of want) {
    const types = await rowsOf(
      connection,
      `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'main' AND table_name = ${text(table)}`,
    );
    if (types.length === 0) {
      differences.push({ table, says: 'is missing' });
      continue;
    }
    // A DATE is compared as its day, not as an instant.
    const columns = types.map((type) => {
      const name = `"${(type.get('column_name') ?? '').replaceAll('"', '""')}"`;
      return type.get('data_type') === 'DATE' ? `CAST(${name} AS VARCHAR) AS ${name}` : name;
    });
    const got = await rowsOf(connection, `SELECT ${columns.join(', ')} FROM "${table.replaceAll('"', '""')}"`);
    const says = compareRows(rows, got, (column) => leaveOut(table, column));
    if (says !== undefined) differences.push({ table, says });
  }
  return differences;
}

/** What differs, or undefined. */
export function compareRows(
  want: readonly Row[],
  got: readonly Row[],
  leaveOut: (column: string) => boolean,
): string | undefined {
  const balance = new Map<string, number>();
  const count = (row: Row, by: number): void => {
    const line = JSON.stringify([...row].filter(([column]) => !leaveOut(column)).sort(([a], [b]) => (a < b ? -1 : 1)));
    balance.set(line, (balance.get(line) ?? 0) + by);
  };
  for (const row of want) count(row, 1);
  for (const row of got) count(row, -1);
  const missing = [...balance].filter(([, left]) => left > 0);
  const extra = [...balance].filter(([, left]) => left < 0);
  if (missing.length === 0 && extra.length === 0) return undefined;
  return `${want.length} rows wanted, ${got.length} there; missing ${missing.length}, as ${missing[0]?.[0] ?? '-'}; not wanted ${extra.length}, as ${extra[0]?.[0] ?? '-'}`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
