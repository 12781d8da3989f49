import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { duckdb, tableOf, type Model, type RenderedTransformation } from '@millrace/model';

/** `null`, absent: NULL. */
export type Row = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A DuckDB in memory, for tests of rendered SQL. */
export interface Database {
  run(statement: string): Promise<void>;
  /** Rows with timestamps as ISO 8601 and integers as numbers. */
  query(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** Makes the table as the model declares it, holding exactly these rows. */
  fill(model: Model, table: string, rows: readonly Row[]): Promise<void>;
  transform(transformation: RenderedTransformation): Promise<void>;
  close(): void;
}

export async function openDatabase(): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const run = async (statement: string): Promise<void> => {
    await connection.run(statement);
  };
  return {
    run,
    query: (statement) => query(connection, statement),
    fill: async (model, name, rows) => {
      const table = tableOf(model, name);
      const names = new Set(table.columns.map((column) => column.name));
      await run(`DROP TABLE IF EXISTS ${duckdb.identifier(name)}`);
      await run(duckdb.createTable(table));
      for (const row of rows) {
        const stranger = Object.keys(row).find((key) => !names.has(key));
        if (stranger !== undefined) throw new Error(`table ${name} has no column ${stranger}`);
      }
      const values = rows.map((row) => `(${table.columns.map((column) => literal(row[column.name])).join(', ')})`);
      if (values.length > 0) await run(`INSERT INTO ${duckdb.identifier(name)} VALUES ${values.join(', ')}`);
    },
    transform: async ({ statements }) => {
      for (const statement of statements) await run(statement);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function query(connection: DuckDBConnection, statement: string): Promise<readonly Record<string, unknown>[]> {
  const reader = await connection.runAndReadAll(statement);
  return reader.getRowObjectsJS().map((row) => Object.fromEntries(Object.entries(row).map(plain)));
}

function plain([name, value]: readonly [string, unknown]): readonly [string, unknown] {
  if (value instanceof Date) return [name, value.toISOString()];
  return [name, typeof value === 'bigint' ? Number(value) : value];
}

function literal(value: Row[string]): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? duckdb.text(value) : String(value);
}
