import {
  type Batch,
  type CellValue,
  createFlattener,
  type JsonValue,
  type RootSpec,
  rows,
  type TableSchema,
} from '@millrace/flatten';
import { mergeSchemas, widenValue } from '@millrace/flatten/schemas';

export type Tables = Record<string, Record<string, CellValue>[]>;

/** Rows by table of a batch. */
export function tablesOf(batch: Batch): Tables {
  return Object.fromEntries(batch.tables.map((table) => [table.table.name, rows(table).map((row) => ({ ...row }))]));
}

/** Rows by table of documents, flattened in one batch. */
export function flattenAll(documents: readonly JsonValue[] | string, spec: RootSpec): Tables {
  const flattener = createFlattener(spec);
  flattener.push(documents);
  return tablesOf(flattener.take());
}

/** A destination in memory: keeps rows by table, widens what it holds as schemas widen, replaces documents by key. */
export class MemoryDestination {
  tables: TableSchema[] = [];
  private readonly held = new Map<string, Record<string, CellValue>[]>();

  write(batch: Batch): void {
    for (const { table } of batch.tables) this.widen(table);
    this.tables = mergeSchemas(
      this.tables,
      batch.tables.map(({ table }) => table),
    );
    const root = batch.tables.find(({ table }) => table.parent === undefined);
    if (root !== undefined) this.remove(root.table, new Set(rows(root).map((row) => keyOf(row, root.table.rootKey))));
    for (const table of batch.tables) {
      this.held.set(table.table.name, [...(this.held.get(table.table.name) ?? []), ...rows(table)]);
    }
  }

  /** Rows in the order of their keys, with every column of the table. */
  sorted(): Tables {
    const result: Tables = {};
    for (const table of this.tables) {
      const all = (this.held.get(table.name) ?? []).map((row) =>
        Object.fromEntries(table.columns.map(({ name }) => [name, row[name] ?? null])),
      );
      result[table.name] = all.sort((a, b) => compare(keyOf(a, table.primaryKey), keyOf(b, table.primaryKey)));
    }
    return result;
  }

  /** The schema without the order of columns. */
  schema(): unknown {
    return this.tables
      .map((table) => ({ ...table, columns: table.columns.toSorted((a, b) => compare(a.name, b.name)) }))
      .sort((a, b) => compare(a.name, b.name));
  }

  private widen(table: TableSchema): void {
    const before = this.tables.find(({ name }) => name === table.name);
    for (const from of before?.columns ?? []) {
      const to = table.columns.find(({ name }) => name === from.name);
      if (to === undefined || to.type === from.type) continue;
      for (const row of this.held.get(table.name) ?? []) row[from.name] = widenValue(from, to, row[from.name] ?? null);
    }
  }

  private remove(root: TableSchema, keys: ReadonlySet<string>): void {
    for (const table of this.tables) {
      if (table.root !== root.name) continue;
      const kept = (this.held.get(table.name) ?? []).filter((row) => !keys.has(keyOf(row, table.rootKey)));
      this.held.set(table.name, kept);
    }
  }
}

export function keyOf(row: Readonly<Record<string, CellValue>>, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => String(row[name])));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A document as it comes back: what a table cannot tell apart in its shortest form. */
export function shortest(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((element) => dropEmpty(element as JsonValue) ?? null);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  return dropEmpty(value) ?? {};
}

function dropEmpty(value: JsonValue): JsonValue | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : shortestArray(value);
  if (typeof value !== 'object') return value === 0 ? 0 : value;
  const entries: [string, JsonValue][] = [];
  for (const [key, member] of Object.entries(value)) {
    const kept = dropEmpty(member);
    if (kept !== undefined) entries.push([key, kept]);
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function kindOf(value: JsonValue): number {
  if (value === null) return 0;
  return typeof value !== 'object' ? 1 : Array.isArray(value) ? 2 : 4;
}

/** A mixed array is one JSON value and comes back as it was, but for `-0`. */
function shortestArray(array: readonly JsonValue[]): JsonValue {
  const kinds = new Set(array.map(kindOf).filter((kind) => kind !== 0));
  return kinds.size > 1 ? withoutNegativeZero(array) : array.map((element) => dropEmpty(element) ?? null);
}

function withoutNegativeZero(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((element) => withoutNegativeZero(element as JsonValue));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutNegativeZero(member)]));
  }
  return value === 0 ? 0 : value;
}

/** What a function throws. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
