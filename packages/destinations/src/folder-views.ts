import type { DuckDBEngine } from './duckdb-engine.ts';
import { quoteName, sqlType } from './duckdb-sql.ts';
import type { DraftTable, FolderStore } from './folder-store.ts';

/** A query over all parts of a table, with all its columns. */
export function tableQuery(store: FolderStore, table: DraftTable): string {
  const byLayout = Map.groupBy(table.parts, (part) => part.schema);
  const selects = [...byLayout].map(([schema, parts]) => {
    const present = new Set(schema.columns.map(({ name }) => name));
    const list = table.schema.columns.map(({ name, type }) =>
      present.has(name) ? quoteName(name) : `CAST(NULL AS ${sqlType(type)}) AS ${quoteName(name)}`,
    );
    const files = parts.map(({ file, bytes }) => ({ path: store.path(table.folder, file), bytes }));
    return `SELECT ${list.join(', ')} FROM (${store.format.scan(files, schema.columns)})`;
  });
  return selects.join(' UNION ALL ');
}

/** Makes each table of a folder visible to SQL under its name. Tables in `asTables` can be changed by statements, the others are views. */
export async function createViews(
  engine: DuckDBEngine,
  store: FolderStore,
  tables: Iterable<DraftTable>,
  asTables: ReadonlySet<string> = new Set(),
): Promise<void> {
  for (const table of tables) {
    const { name } = table.schema;
    const kind = asTables.has(name) ? 'TABLE' : 'VIEW';
    await engine.run(`CREATE ${kind} ${quoteName(name)} AS ${tableQuery(store, table)}`);
  }
}
