/** The tables of the pools, in DuckDB: one schema for each connection, and one for each pool's own. */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { stringAt } from './json.ts';
import { quoted, text } from './sql-text.ts';

/** A column as it is stored. */
export interface StoredColumn {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
  /** Declared length of a string in octets; absent where none was declared. */
  readonly octets?: number;
}

/** A table or view as it is stored. */
export interface StoredTable {
  readonly schema: string;
  readonly name: string;
  readonly view: boolean;
  readonly columns: readonly StoredColumn[];
}

/** A value of a result row. */
export type Cell = string | number | bigint | boolean | null;

/** The store behind the pools. DuckDB is loaded when the first table is needed. */
export class Warehouse {
  readonly #path: string;
  #opening: Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #schemas = new Set<string>();
  /** Declared lengths of strings in octets, by schema, table and column in lower case. */
  readonly #octets = new Map<string, number>();

  /** `path`: a DuckDB file, or `:memory:`. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Whether anything was stored yet. */
  get opened(): boolean {
    return this.#opening !== undefined;
  }

  /** Runs statements in a schema, one after another; others wait. */
  async run(schema: string, ...statements: readonly string[]): Promise<void> {
    await this.alone(schema, async (connection) => {
      for (const statement of statements) await connection.run(statement);
    });
  }

  /** Rows of a query, as objects. */
  async rows(schema: string, query: string): Promise<Record<string, Cell>[]> {
    return this.alone(schema, async (connection) => {
      const reader = await connection.runAndReadAll(query);
      const names = reader.columnNames();
      return reader.getRowsJS().map((row) => Object.fromEntries(names.map((name, at) => [name, cell(row[at])])));
    });
  }

  /** Work with the connection to itself, names resolved in the schema. */
  async alone<T>(schema: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const before = this.#queue;
    const turn = (async () => {
      await before.catch(() => undefined);
      const { connection } = await this.#open();
      if (!this.#schemas.has(schema)) {
        await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
        this.#schemas.add(schema);
      }
      await connection.run(`SET schema = ${text(schema)}`);
      return work(connection);
    })();
    this.#queue = turn;
    return turn;
  }

  /** Tables and views of the schemas, with their columns; with a name only those, without regard to case. */
  async tables(schemas: readonly string[], name?: string): Promise<StoredTable[]> {
    if (!this.opened || schemas.length === 0) return [];
    const list = schemas.map(text).join(', ');
    const rows = await this.rows(
      schemas[0] ?? '',
      // The views of information_schema say the same, slower.
      `SELECT c.schema_name AS s, c.table_name AS t, c.column_name AS c, c.data_type AS d, v.view_name IS NOT NULL AS v
       FROM duckdb_columns() c
       LEFT JOIN duckdb_views() v ON v.schema_name = c.schema_name AND v.view_name = c.table_name
         AND v.database_name = c.database_name
       WHERE c.schema_name IN (${list})${name === undefined ? '' : ` AND lower(c.table_name) = ${text(name.toLowerCase())}`}
       ORDER BY c.schema_name, c.table_name, c.column_index`,
    );
    const found = new Map<string, { table: StoredTable; columns: StoredColumn[] }>();
    for (const row of rows) {
      const [schema, name, column] = [stringAt(row, 's'), stringAt(row, 't'), stringAt(row, 'c')];
      const key = `${schema}/${name}`;
      const entry = found.get(key) ?? { table: { schema, name, view: row['v'] === true, columns: [] }, columns: [] };
      const octets = this.#octets.get(lengthKey(schema, name, column));
      entry.columns.push({ name: column, type: stringAt(row, 'd'), ...(octets === undefined ? {} : { octets }) });
      found.set(key, entry);
    }
    return [...found.values()].map(({ table, columns }) => ({ ...table, columns }));
  }

  /** A table or view, its name without regard to case. */
  async table(schema: string, name: string): Promise<StoredTable | undefined> {
    return (await this.tables([schema], name))[0];
  }

  /** Remembers the declared length of a string column. */
  declareLength(schema: string, table: string, column: string, octets: number | undefined): void {
    const key = lengthKey(schema, table, column);
    if (octets === undefined) this.#octets.delete(key);
    else this.#octets.set(key, octets);
  }

  /** Drops schemas with everything in them. */
  async drop(schemas: readonly string[]): Promise<void> {
    if (!this.opened) return;
    await this.alone('main', async (connection) => {
      for (const schema of schemas) {
        await connection.run(`DROP SCHEMA IF EXISTS ${quoted(schema)} CASCADE`);
        this.#schemas.delete(schema);
      }
    });
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) return;
    await this.#queue.catch(() => undefined);
    const { instance, connection } = await opening;
    connection.closeSync();
    instance.closeSync();
  }

  #open(): Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> {
    this.#opening ??= (async () => {
      const duckdb = await import('@duckdb/node-api');
      const instance = await duckdb.DuckDBInstance.create(this.#path, { threads: '2' });
      const connection = await instance.connect();
      await connection.run("SET TimeZone = 'UTC'");
      return { instance, connection };
    })();
    return this.#opening;
  }
}

function lengthKey(...parts: readonly string[]): string {
  return JSON.stringify(parts.map((part) => part.toLowerCase()));
}

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      return JSON.stringify(value);
  }
}
