import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { parseDestinationUrl } from '@millrace/destinations';
import type { TableSchema } from '@millrace/flatten';
import { duckdb } from '@millrace/model';
import { EventFormatOptionError } from './errors.ts';

/** One row of a query: text, numbers and booleans. */
export type Row = readonly DuckDBValue[];

/**
 * The tables of a destination, and room for tables of our own beside them. Nothing is written to the destination, and no other
 * process can write to a database file while it is open.
 */
export interface LogDatabase {
  /** The extracted tables, as they were last written. */
  readonly schemas: readonly TableSchema[];
  /** Columns of a table with their DuckDB types; undefined when there is no such table. */
  columns(table: string): Promise<ReadonlyMap<string, string> | undefined>;
  /** The table's name in a `FROM` clause. */
  from(table: string): string;
  run(sql: string): Promise<void>;
  /** Streams the rows of a query. Several may be read side by side. */
  rows(sql: string): AsyncGenerator<Row>;
  close(): void;
}

const { identifier, text } = duckdb;

/**
 * Opens what `oe-extract` or `celonis-audit` wrote, `duckdb:FILE` or `parquet:DIR`, and keeps its own tables in `folder`.
 * Throws an `EventFormatOptionError` when there is nothing there that can be read.
 */
export async function openLogDatabase(url: string, folder: string): Promise<LogDatabase> {
  const { scheme, target } = parseDestinationUrl(url);
  if (scheme !== 'duckdb' && scheme !== 'parquet')
    throw new EventFormatOptionError(`${url} cannot be queried here: give duckdb:FILE or parquet:DIR.`);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  // What does not fit into memory goes to this file, and to temporary ones beside it.
  const instance = await DuckDBInstance.create(join(folder, 'log.duckdb'), {
    memory_limit: '256MB',
    threads: '2',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'false',
  });
  try {
    const connection = await instance.connect();
    const schemas =
      scheme === 'duckdb'
        ? await attach(connection, url, resolve(target))
        : await view(connection, url, resolve(target));
    return new OpenLogDatabase(instance, connection, schemas, scheme === 'duckdb' ? 'source.main' : 'source');
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

async function attach(connection: DuckDBConnection, url: string, file: string): Promise<readonly TableSchema[]> {
  try {
    await connection.run(`ATTACH ${text(file)} AS source (READ_ONLY)`);
    const reader = await connection.runAndReadAll('SELECT "schema" FROM source.millrace.tables ORDER BY position');
    return reader.getRows().map(([schema]) => JSON.parse(String(schema)) as TableSchema);
  } catch (error) {
    throw unreadable(url, file, error);
  }
}

async function view(connection: DuckDBConnection, url: string, directory: string): Promise<readonly TableSchema[]> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as FolderManifest;
    await connection.run('CREATE SCHEMA source');
    for (const { schema, folder, parts } of manifest.tables) {
      const files = parts.map(({ file }) => text(join(directory, folder, file)));
      await connection.run(
        `CREATE VIEW source.${identifier(schema.name)} AS FROM read_parquet([${files.join(', ')}], union_by_name = true)`,
      );
    }
    return manifest.tables.filter(({ derived }) => !derived).map(({ schema }) => schema);
  } catch (error) {
    throw unreadable(url, directory, error);
  }
}

/** What is read of the `manifest.json` of a `parquet:` destination. */
interface FolderManifest {
  readonly tables: readonly {
    readonly schema: TableSchema;
    readonly folder: string;
    readonly derived: boolean;
    readonly parts: readonly { readonly file: string }[];
  }[];
}

function unreadable(url: string, path: string, cause: unknown): EventFormatOptionError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new EventFormatOptionError(
    `${url} cannot be read: ${why}. Give what a run wrote, and convert it when no run is under way (${path}).`,
    { cause },
  );
}

class OpenLogDatabase implements LogDatabase {
  readonly schemas: readonly TableSchema[];
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #schema: string;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection, schemas: readonly TableSchema[], schema: string) {
    this.#instance = instance;
    this.#connection = connection;
    this.schemas = schemas;
    this.#schema = schema;
  }

  from(table: string): string {
    return `${this.#schema}.${identifier(table)}`;
  }

  async columns(table: string): Promise<ReadonlyMap<string, string> | undefined> {
    const [catalog, schema] = this.#schema === 'source' ? ['log', 'source'] : ['source', 'main'];
    const reader = await this.#connection.runAndReadAll(
      `SELECT column_name, data_type FROM duckdb_columns()
       WHERE database_name = ${text(catalog)} AND schema_name = ${text(schema)} AND table_name = ${text(table)} ORDER BY column_index`,
    );
    const rows = reader.getRows();
    return rows.length === 0 ? undefined : new Map(rows.map(([name, type]) => [String(name), String(type)]));
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  async *rows(sql: string): AsyncGenerator<Row> {
    // A connection has one result at a time.
    const connection = await this.#instance.connect();
    try {
      const result = await connection.stream(sql);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield* chunk.getRows();
      }
    } finally {
      connection.closeSync();
    }
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}
