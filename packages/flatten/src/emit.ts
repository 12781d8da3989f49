/** Takes what a plan holds as a batch. */
import type { Batch, Column, PlainValues, TableBatch } from './batch.ts';
import { encodeColumn, integers } from './encode.ts';
import { isReady, knownTables, nameTables, orderedColumns } from './naming.ts';
import type { Names } from './names.ts';
import type { LinkColumn, PlanColumn, TablePlan, ValueColumn } from './plan.ts';
import { tableChanges } from './schema-changes.ts';
import type { ColumnSchema, SchemaChange, TableSchema } from './schema.ts';
import type { Scalar } from './types.ts';

/** What is taken out of one table: its rows without those replaced. */
interface Taken {
  readonly rows: number;
  /** New number of each row, -1 for one that is left out; absent while all stay. */
  readonly renumbered: Int32Array | undefined;
  readonly parentRows: Uint32Array;
  /** Encoded key columns, which child tables link to. */
  readonly keys: Map<PlanColumn, Column>;
}

/** Everything since the last batch, and the plan ready for the next. */
export function takeBatch(root: TablePlan, names: Names, documents: number): Batch {
  const tables: TableBatch[] = [];
  const changes: SchemaChange[] = [];
  const taken = new Map<TablePlan, Taken>();
  for (const table of nameTables(root, names)) {
    if (!isReady(table)) continue;
    const columns = orderedColumns(table);
    const before = table.schema;
    const schema = describeTable(table, columns);
    table.schema = schema;
    // Without rows of its own a table may still have moved: its links follow the parent's key.
    const moved = schema !== before;
    if (moved) changes.push(...tableChanges(before, schema));
    if (moved || table.rows > 0) tables.push(encodeTable(table, schema, columns, taken));
  }
  for (const table of taken.keys()) resetTable(table);
  return { tables, changes, documents };
}

/** The tables as the last batch left them. */
export function emittedTables(root: TablePlan): TableSchema[] {
  return knownTables(root).flatMap((table) => table.schema ?? []);
}

/** As the last batch had it where nothing is new: whoever knows that one need not look at it again. */
function describeTable(table: TablePlan, columns: readonly PlanColumn[]): TableSchema {
  const schemas = columns.map((column) => {
    column.schema = describeColumn(table, column);
    return column.schema;
  });
  const last = table.schema;
  // No column goes: there are at least as many as before.
  if (last !== undefined && schemas.every((schema, index) => schema === last.columns[index])) return last;
  const name = table.name ?? '';
  const primaryKey = table.keys.map((column) => column.name ?? '');
  const parent = table.parent?.schema;
  return {
    name,
    path: table.path,
    ...(table.isMap ? { map: true } : {}),
    ...(parent === undefined ? {} : { parent: parent.name }),
    root: parent === undefined ? name : parent.root,
    primaryKey,
    rootKey: parent === undefined ? primaryKey : primaryKey.slice(0, parent.rootKey.length),
    columns: schemas,
  };
}

function describeColumn(table: TablePlan, column: PlanColumn): ColumnSchema {
  const name = column.name ?? '';
  if (column.kind === 'link') return describeLink(table, column, name);
  if (column.kind === 'position') {
    const last = table.pending?.lastPosition ?? table.positions.reduce((most, position) => Math.max(most, position), 0);
    const chars = Math.max(String(last).length, column.schema?.maxChars ?? 0);
    if (chars === column.schema?.maxChars) return column.schema;
    return { name, path: [], type: 'INTEGER', role: 'position', maxChars: chars, maxBytes: chars };
  }
  const { state, maxChars, maxBytes } = column.builder;
  const last = column.schema;
  const isVariant = column.slot === 'scalar' && !table.keys.includes(column) && column.node?.isVariant === true;
  const role = column.slot === 'key' ? 'key' : last?.role === 'variant' || isVariant ? 'variant' : 'data';
  if (last?.role === role && hasForm(last, { type: 'STRING', ...state, maxChars, maxBytes })) return last;
  return { name, path: column.path, role, type: 'STRING', ...state, maxChars, maxBytes };
}

function describeLink(table: TablePlan, column: LinkColumn, name: string): ColumnSchema {
  const of = described(column.of.schema);
  const last = column.schema;
  if (last?.role === 'link' && hasForm(last, of)) return last;
  const parent = table.parent?.name ?? '';
  const { path: _path, role: _role, name: _name, references, ...rest } = of;
  return {
    ...rest,
    name,
    path: [],
    role: 'link',
    references: references ?? { table: parent, column: of.name },
  };
}

type Form = Pick<ColumnSchema, 'type' | 'wide' | 'spellings' | 'maxChars' | 'maxBytes'>;

/** Whether a column's values are known to be like that. */
function hasForm(column: ColumnSchema, { type, wide, spellings, maxChars, maxBytes }: Form): boolean {
  return (
    column.type === type &&
    column.wide === wide &&
    column.spellings === spellings &&
    column.maxChars === maxChars &&
    column.maxBytes === maxBytes
  );
}

/** Of what a table is made of: parents come before their children. */
function described<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('A table came before its parent');
  return value;
}

function encodeTable(
  table: TablePlan,
  schema: TableSchema,
  columns: readonly PlanColumn[],
  taken: Map<TablePlan, Taken>,
): TableBatch {
  const own = takeRows(table, table.parent === undefined ? undefined : taken.get(table.parent));
  taken.set(table, own);
  const encoded = columns.map((column, index) => {
    const result = encode(table, column, described(schema.columns[index]), own, taken);
    if (index < table.keys.length) own.keys.set(column, result);
    return result;
  });
  return { table: schema, rows: own.rows, columns: encoded };
}

function takeRows(table: TablePlan, parent: Taken | undefined): Taken {
  const keys = new Map<PlanColumn, Column>();
  const gone = (row: number): boolean =>
    parent === undefined
      ? table.replaced?.has(row) === true
      : parent.renumbered !== undefined && parent.renumbered[table.parentRows[row] ?? 0] === -1;
  if (table.replaced === undefined && parent?.renumbered === undefined) {
    const parentRows = table.pending?.parentRows ?? Uint32Array.from(table.parentRows);
    return { rows: table.rows, renumbered: undefined, parentRows, keys };
  }
  const renumbered = new Int32Array(table.rows);
  const parentRows: number[] = [];
  let rows = 0;
  for (let row = 0; row < table.rows; row++) {
    if (gone(row)) renumbered[row] = -1;
    else {
      renumbered[row] = rows++;
      const parentRow = table.parentRows[row] ?? 0;
      parentRows.push(parent?.renumbered?.[parentRow] ?? parentRow);
    }
  }
  return { rows, renumbered, parentRows: Uint32Array.from(parentRows), keys };
}

function encode(
  table: TablePlan,
  column: PlanColumn,
  schema: ColumnSchema,
  own: Taken,
  taken: Map<TablePlan, Taken>,
): Column {
  if (column.kind === 'value') return encodeValueColumn(column, schema, own);
  if (column.kind === 'position') {
    const { renumbered } = own;
    const { pending } = table;
    if (pending !== undefined)
      return { schema, rows: own.rows, nullCount: 0, values: { kind: 'int64', values: pending.positions } };
    const positions =
      renumbered === undefined ? table.positions : table.positions.filter((_, row) => renumbered[row] !== -1);
    return { schema, rows: own.rows, nullCount: 0, values: { kind: 'int64', values: integers(positions) } };
  }
  const parent = table.parent === undefined ? undefined : taken.get(table.parent);
  const source = parent?.keys.get(column.of);
  return encodeLink(schema, own, source);
}

/** A link is never copied: the parent's values are its dictionary, the parent's row numbers its indices. */
function encodeLink(schema: ColumnSchema, own: Taken, source: Column | undefined): Column {
  if (source === undefined && own.rows === 0) return encodeColumn(schema, 0, [], undefined);
  const { values } = described(source);
  const dictionary: PlainValues = values.kind === 'dictionary' ? values.dictionary : values;
  const inner = values.kind === 'dictionary' ? values.indices : undefined;
  const indices = inner === undefined ? own.parentRows : throughDictionary(inner, own.parentRows);
  return { schema, rows: own.rows, nullCount: 0, values: { kind: 'dictionary', indices, dictionary } };
}

function throughDictionary(inner: Uint32Array, rows: Uint32Array): Uint32Array {
  const indices = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) indices[i] = inner[rows[i] ?? 0] ?? 0;
  return indices;
}

function encodeValueColumn(column: ValueColumn, schema: ColumnSchema, own: Taken): Column {
  const { builder } = column;
  const { pending, values, rows } = builder;
  if (pending !== undefined) return pending.encode(schema, own.rows);
  const { renumbered } = own;
  if (renumbered === undefined) return encodeColumn(schema, own.rows, values, rows, builder);
  const kept: Scalar[] = [];
  const keptRows: number[] = [];
  for (const [index, value] of values.entries()) {
    const row = renumbered[rows?.[index] ?? index] ?? -1;
    if (row === -1) continue;
    kept.push(value);
    keptRows.push(row);
  }
  return encodeColumn(schema, own.rows, kept, keptRows, builder);
}

function resetTable(table: TablePlan): void {
  table.rows = 0;
  table.parentRows = [];
  table.positions = [];
  table.pending = undefined;
  table.replaced = undefined;
  for (const column of [...table.keys, ...table.values]) if (column.kind === 'value') column.builder.reset();
}
