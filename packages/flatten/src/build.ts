/** Batches from rows: for the tests of destinations, and for tables that come from elsewhere. */
import type { Batch, TableBatch } from './batch.ts';
import { encodeColumn } from './encode.ts';
import type { CellValue, Row } from './read.ts';
import type { ColumnRole, ColumnSchema, ColumnType, SchemaChange, TableSchema } from './schema.ts';
import { canonicalText, coerce, type Scalar } from './types.ts';
import { utf8Length } from './utf8.ts';

/**
 * A root table from column names and types: a short form for tests.
 * @param primaryKey names of columns; those of `columns` otherwise free to be anything
 */
export function rootTable(
  name: string,
  columns: Readonly<Record<string, ColumnType>>,
  primaryKey: readonly string[],
): TableSchema {
  return {
    name,
    path: [],
    root: name,
    primaryKey,
    rootKey: primaryKey,
    columns: Object.entries(columns).map(([column, type]) => columnSchema(column, type, 'data')),
  };
}

/** A child table by position: a short form for tests. Its link columns have the names that `createFlattener` gives. */
export function childTable(
  parent: TableSchema,
  name: string,
  columns: Readonly<Record<string, ColumnType>>,
): TableSchema {
  const links = parent.primaryKey.map((key): ColumnSchema => {
    const of = parent.columns.find((column) => column.name === key);
    if (of === undefined) throw new TypeError(`${parent.name} has no column ${key}`);
    const references = of.references ?? { table: parent.name, column: key };
    return { ...of, name: of.role === 'link' ? key : `${parent.name}_${key}`, path: [], role: 'link', references };
  });
  const names = links.map((link) => link.name);
  return {
    name,
    path: [name],
    parent: parent.name,
    root: parent.root,
    primaryKey: [...names, '_position'],
    rootKey: names.slice(0, parent.rootKey.length),
    columns: [
      ...links,
      columnSchema('_position', 'INTEGER', 'position'),
      ...Object.entries(columns).map(([column, type]) => columnSchema(column, type, 'data')),
    ],
  };
}

function columnSchema(name: string, type: ColumnType, role: ColumnRole): ColumnSchema {
  return { name, path: role === 'data' ? [name] : [], type, role, maxChars: 0, maxBytes: 0 };
}

/**
 * Rows of a table as a batch's columns. Values are as `columnValues` gives them, any ISO 8601 form for a DATETIME; a column that a row does
 * not name is NULL. Lengths in the schema grow to what the rows need.
 * @throws TypeError when a value does not fit its column's type, or a row names a column that is not there
 */
export function tableFromRows(table: TableSchema, given: readonly Row[]): TableBatch {
  const known = new Set(table.columns.map((column) => column.name));
  for (const row of given) {
    const stranger = Object.keys(row).find((name) => !known.has(name));
    if (stranger !== undefined) throw new TypeError(`${table.name} has no column ${stranger}`);
  }
  const columns = table.columns.map((schema) => {
    const values: Scalar[] = [];
    const rowOf: number[] = [];
    let { maxChars, maxBytes } = schema;
    for (const [index, row] of given.entries()) {
      const value = Object.hasOwn(row, schema.name) ? (row[schema.name] ?? null) : null;
      if (value === null) continue;
      const fitted = fit(schema, value);
      const text = canonicalText(fitted);
      maxChars = Math.max(maxChars, text.length);
      maxBytes = Math.max(maxBytes, utf8Length(text));
      values.push(fitted);
      rowOf.push(index);
    }
    return encodeColumn({ ...schema, maxChars, maxBytes }, given.length, values, rowOf);
  });
  return { table: { ...table, columns: columns.map((column) => column.schema) }, rows: given.length, columns };
}

function fit(schema: ColumnSchema, value: Exclude<CellValue, null>): Scalar {
  const coerced = coerce(schema.type, value);
  if (!FITS[schema.type](coerced)) {
    throw new TypeError(`${String(value)} is no ${schema.type}, which the column ${schema.name} holds`);
  }
  return coerced;
}

const FITS: Readonly<Record<ColumnType, (value: Scalar) => boolean>> = {
  BOOLEAN: (value) => typeof value === 'boolean',
  INTEGER: (value) => Number.isSafeInteger(value) || (typeof value === 'bigint' && BigInt.asIntN(64, value) === value),
  FLOAT: (value) => typeof value === 'number' && Number.isFinite(value),
  DATE: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
  DATETIME: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/.test(value),
  STRING: (value) => typeof value === 'string',
  JSON: (value) => typeof value === 'string',
};

/** A batch from rows, parents before children. `documents` defaults to the rows of the root table. */
export function batchFromRows(
  tables: readonly { readonly table: TableSchema; readonly rows: readonly Row[] }[],
  options: { readonly changes?: readonly SchemaChange[]; readonly documents?: number } = {},
): Batch {
  const built = tables.map(({ table, rows }) => tableFromRows(table, rows));
  const roots = built.filter(({ table }) => table.parent === undefined);
  const documents = options.documents ?? roots.reduce((sum, { rows }) => sum + rows, 0);
  return { tables: built, changes: options.changes ?? [], documents };
}
