import { resolve } from 'node:path';
import type { CellValue } from '@millrace/flatten';
import { formatCell } from './canonical-text.ts';
import { folderFormat } from './create-destination.ts';
import { openDuckDB, type DuckDBEngine } from './duckdb-engine.ts';
import { describeQuery, streamQuery, type ResultColumn } from './duckdb-result.ts';
import { quoteName } from './duckdb-sql.ts';
import { DestinationSqlError, DestinationUnusableError, messageOf } from './errors.ts';
import { readManifest } from './folder-manifest.ts';
import { FolderStore, toDraft } from './folder-store.ts';
import { createViews } from './folder-views.ts';
import { parseReadableUrl } from './options.ts';

/** What a query gave: values as `columnValues` of `@millrace/flatten` gives them. */
export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly CellValue[])[];
}

/** A table and its size. */
export interface TableSummary {
  readonly table: string;
  readonly rows: number;
  readonly columns: readonly ResultColumn[];
}

async function withReader<Result>(url: string, use: (engine: DuckDBEngine) => Promise<Result>): Promise<Result> {
  const engine = await openReader(url);
  try {
    return await use(engine);
  } finally {
    engine.close();
  }
}

async function openReader(url: string): Promise<DuckDBEngine> {
  const { scheme, target } = parseReadableUrl(url);
  if (scheme === 'duckdb') return openFile(url, resolve(target));
  const directory = resolve(target);
  const manifest = await readManifest(url, `${directory}/manifest.json`);
  if (manifest === undefined) throw missing(url, directory, undefined);
  const engine = await openDuckDB(':memory:');
  try {
    await createViews(engine, new FolderStore(url, directory, folderFormat(scheme)), manifest.tables.map(toDraft));
    return engine;
  } catch (error) {
    engine.close();
    throw error;
  }
}

async function openFile(url: string, path: string): Promise<DuckDBEngine> {
  try {
    return await openDuckDB(path, { readOnly: true });
  } catch (error) {
    throw missing(url, path, error);
  }
}

function missing(url: string, path: string, cause: unknown): DestinationUnusableError {
  const why = cause === undefined ? 'nothing was extracted there' : messageOf(cause);
  return new DestinationUnusableError(url, 'damaged', path, `${path} cannot be read: ${why}.`, { cause });
}

async function* readRows(
  engine: DuckDBEngine,
  query: string,
  columns: readonly ResultColumn[],
): AsyncGenerator<CellValue[]> {
  for await (const chunk of streamQuery(engine, query, columns)) {
    for (let row = 0; row < chunk.rows; row++) {
      yield columns.map(({ type }, index) => {
        const cell = chunk.columns[index]?.[row] ?? null;
        if (cell === null) return null;
        if (type === 'DATE' || type === 'DATETIME') return formatCell(type, cell);
        return type === 'INTEGER' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
      });
    }
  }
}

/**
 * Reads a table of a destination that no one has open, row by row.
 * @throws {DestinationUnusableError} when there is no such destination
 * @throws {DestinationSqlError} when there is no such table
 */
export async function* readTable(url: string, table: string): AsyncGenerator<Record<string, CellValue>> {
  const engine = await openReader(url);
  try {
    const query = `SELECT * FROM ${quoteName(table)}`;
    const columns = await describe(engine, url, query);
    for await (const row of readRows(engine, query, columns)) {
      yield Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null]));
    }
  } finally {
    engine.close();
  }
}

async function describe(engine: DuckDBEngine, url: string, query: string): Promise<ResultColumn[]> {
  try {
    return await describeQuery(engine, query);
  } catch (error) {
    throw new DestinationSqlError(url, query, `The query failed: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Runs a SELECT, in DuckDB's dialect, over the tables of a destination that no one has open. The result is held in memory.
 * @throws {DestinationSqlError} when the query fails
 */
export async function queryDestination(url: string, query: string): Promise<QueryResult> {
  return withReader(url, async (engine) => {
    const columns = await describe(engine, url, query);
    const rows: CellValue[][] = [];
    for await (const row of readRows(engine, query, columns)) rows.push(row);
    return { columns, rows };
  });
}

/** The tables of a destination that no one has open, those that transformations made included, by name. */
export async function listTables(url: string): Promise<TableSummary[]> {
  return withReader(url, async (engine) => {
    const names = await engine.rows(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name",
    );
    const summaries: TableSummary[] = [];
    for (const [name] of names) {
      const from = quoteName(String(name));
      const [count] = await engine.rows(`SELECT count(*) FROM ${from}`);
      const columns = await describeQuery(engine, `SELECT * FROM ${from}`);
      summaries.push({ table: String(name), rows: Number(count?.[0] ?? 0), columns });
    }
    return summaries;
  });
}
