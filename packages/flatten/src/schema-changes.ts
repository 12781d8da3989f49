/** Schemas as values: what changed between two, and the one that holds both. */
import type { ColumnSchema, SchemaChange, TableSchema } from './schema.ts';
import { joinTypes } from './types.ts';

/** What changed from a table to its later self; the whole table when there was none before. */
export function tableChanges(before: TableSchema | undefined, after: TableSchema): SchemaChange[] {
  const table = after.name;
  if (before === undefined) return [{ kind: 'table added', table }];
  const known = new Map(before.columns.map((column) => [column.name, column]));
  const changes: SchemaChange[] = [];
  for (const now of after.columns) {
    const column = now.name;
    const was = known.get(column);
    if (was === undefined) changes.push({ kind: 'column added', table, column, type: now.type });
    else changes.push(...columnChanges(table, was, now));
  }
  return changes;
}

function columnChanges(table: string, was: ColumnSchema, now: ColumnSchema): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const column = now.name;
  if (was.type !== now.type) changes.push({ kind: 'type widened', table, column, from: was.type, to: now.type });
  const hadText = was.type === 'STRING' || was.type === 'JSON';
  if (hadText && (now.maxChars > was.maxChars || now.maxBytes > was.maxBytes)) {
    changes.push({
      kind: 'length grown',
      table,
      column,
      fromChars: was.maxChars,
      toChars: now.maxChars,
      fromBytes: was.maxBytes,
      toBytes: now.maxBytes,
    });
  }
  return changes;
}

/** What changed from one schema to a later one. */
export function schemaChanges(before: readonly TableSchema[], after: readonly TableSchema[]): SchemaChange[] {
  const known = new Map(before.map((table) => [table.name, table]));
  return after.flatMap((table) => tableChanges(known.get(table.name), table));
}

/**
 * The least schema that holds the rows of both: every table and column of either, types joined, lengths the greater. Tables and
 * columns of the first come first.
 * @throws TypeError when a table has another key in one than in the other
 */
export function mergeSchemas(a: readonly TableSchema[], b: readonly TableSchema[]): TableSchema[] {
  const others = new Map(b.map((table) => [table.name, table]));
  const merged = a.map((table) => {
    const other = others.get(table.name);
    others.delete(table.name);
    return other === undefined ? table : mergeTable(table, other);
  });
  return [...merged, ...others.values()];
}

function mergeTable(a: TableSchema, b: TableSchema): TableSchema {
  if (a === b) return a;
  if (a.primaryKey.join('\n') !== b.primaryKey.join('\n')) {
    throw new TypeError(
      `The table ${a.name} has the primary key ${a.primaryKey.join(', ')} in one schema and ` +
        `${b.primaryKey.join(', ')} in the other; they are not the same table`,
    );
  }
  const others = new Map(b.columns.map((column) => [column.name, column]));
  const columns = a.columns.map((column) => {
    const other = others.get(column.name);
    others.delete(column.name);
    return other === undefined ? column : mergeColumn(column, other);
  });
  const isSame = others.size === 0 && columns.every((column, index) => column === a.columns[index]);
  return isSame ? a : { ...a, columns: [...columns, ...others.values()] };
}

function mergeColumn(a: ColumnSchema, b: ColumnSchema): ColumnSchema {
  const isSame = a.type === b.type && a.wide === b.wide && a.spellings === b.spellings;
  const isLess = a.maxChars >= b.maxChars && a.maxBytes >= b.maxBytes && (b.role !== 'variant' || a.role === 'variant');
  if (isSame && isLess) return a;
  const { wide: _wide, spellings: _spellings, ...rest } = a;
  return {
    ...rest,
    ...joinTypes(a, b),
    role: b.role === 'variant' ? 'variant' : a.role,
    maxChars: Math.max(a.maxChars, b.maxChars),
    maxBytes: Math.max(a.maxBytes, b.maxBytes),
  };
}
