/** What DuckDB says of a database file, for others to be compared with. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

/** A value of a row: instants as milliseconds since 1970. */
export type Cell = string | number | boolean | null;

/** Opens a database for reading and closes it after use. */
export async function withDatabase<Result>(
  file: string,
  use: (rows: (sql: string) => Promise<readonly (readonly Cell[])[]>) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return await use((sql) => rowsOf(connection, sql));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<readonly (readonly Cell[])[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowsJS().map((row) => row.map(plain));
}

function plain(value: unknown): Cell {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' || value === null)
    return value;
  throw new TypeError(`A value of type ${typeof value} cannot be compared.`);
}

/** A quoted name. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A quoted text. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
