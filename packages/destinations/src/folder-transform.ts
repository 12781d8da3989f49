import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableBatch, TableSchema } from '@millrace/flatten';
import { columnFromCells } from './cells.ts';
import { openDuckDB, type DuckDBEngine, type DuckDBOptions } from './duckdb-engine.ts';
import { describeQuery, streamQuery } from './duckdb-result.ts';
import { quoteName, quoteText } from './duckdb-sql.ts';
import { DestinationSqlError, DestinationUnusableError, messageOf } from './errors.ts';
import { newDraft, type DraftTable, type FolderStore, type WrittenPart } from './folder-store.ts';
import { withSomePart } from './folder-transaction.ts';
import { createViews } from './folder-views.ts';
import { nameKey } from './schema-union.ts';

const PART_ROWS = 100_000;

interface Transformation {
  readonly name: string;
  readonly statements: readonly string[];
  readonly tables: readonly string[];
}

/** Runs statements in a DuckDB in memory, over the folder's tables, and writes the tables they make as files. Gives all tables as they are then. */
export async function runTransformation(
  store: FolderStore,
  tables: ReadonlyMap<string, DraftTable>,
  transformation: Transformation,
  options: DuckDBOptions,
): Promise<Map<string, DraftTable>> {
  for (const name of transformation.tables) refuseExtracted(store, tables.get(nameKey(name)));
  const spill = join(store.directory, '_tmp');
  await mkdir(spill, { recursive: true });
  const engine = await openDuckDB(':memory:', options);
  try {
    await engine.run(`SET temp_directory = ${quoteText(spill)}`);
    await createViews(engine, store, tables.values(), new Set(transformation.tables));
    for (const statement of transformation.statements)
      await runStatement(engine, store.url, transformation.name, statement);
    const result = new Map(tables);
    for (const name of transformation.tables) {
      const folder = tables.get(nameKey(name))?.folder;
      result.set(nameKey(name), await exportTable(engine, store, name, folder));
    }
    return result;
  } finally {
    engine.close();
    await rm(spill, { recursive: true, force: true });
  }
}

function refuseExtracted(store: FolderStore, table: DraftTable | undefined): void {
  if (table === undefined || table.derived) return;
  const { name } = table.schema;
  throw new DestinationUnusableError(
    store.url,
    'foreign',
    join(store.directory, table.folder),
    `A transformation cannot make the table ${name}: it is an extracted one. Give the result another name.`,
  );
}

async function runStatement(engine: DuckDBEngine, url: string, name: string, statement: string): Promise<void> {
  try {
    await engine.run(statement);
  } catch (error) {
    const message = `The transformation ${name} failed: ${messageOf(error)}. Nothing of it was kept.`;
    throw new DestinationSqlError(url, statement, message, { cause: error });
  }
}

async function exportTable(
  engine: DuckDBEngine,
  store: FolderStore,
  name: string,
  folder: string | undefined,
): Promise<DraftTable> {
  const query = `SELECT * FROM ${quoteName(name)}`;
  const columns = await describeQuery(engine, query);
  const schema: TableSchema = {
    name,
    path: [],
    root: name,
    primaryKey: [],
    rootKey: [],
    columns: columns.map((column) => ({ ...column, path: [], role: 'data', maxChars: 0, maxBytes: 0 })),
  };
  const draft = folder === undefined ? newDraft(schema, true) : { ...newDraft(schema, true), folder };
  const parts: WrittenPart[] = [];
  let batches: TableBatch[] = [];
  let rows = 0;
  const flush = async (): Promise<void> => {
    if (batches.length > 0) parts.push(await store.writePart(draft.folder, batches, false));
    batches = [];
    rows = 0;
  };
  for await (const chunk of streamQuery(engine, query, columns)) {
    batches.push({
      table: schema,
      rows: chunk.rows,
      columns: schema.columns.map((column, index) => columnFromCells(column, chunk.columns[index] ?? [])),
    });
    rows += chunk.rows;
    if (rows >= PART_ROWS) await flush();
  }
  await flush();
  return withSomePart(store, { ...draft, parts });
}
