import type { ColumnSchema, PathSpec, RootSpec, TableSchema } from '@millrace/flatten';
import { familyOf, tableOf } from './look-up.ts';
import { ModelError, type ColumnModel, type Model, type TableModel } from './model.ts';

/**
 * What `@millrace/flatten` needs to make the tables of one feed: names, keys and types as the model declares them. What is declared exists
 * from the first batch on, whether a document fills it or not.
 *
 * `stored` are the tables as an earlier run left them; those of other feeds are ignored.
 * Throws a `ModelError` when the model has no such feed.
 */
export function flattenSpec(model: Model, feed: string, stored: readonly TableSchema[] = []): RootSpec {
  const found = model.feeds.find((candidate) => candidate.table === feed);
  if (!found)
    throw new ModelError(model.name, `no feed '${feed}'. It has: ${model.feeds.map((item) => item.table).join(', ')}.`);
  const root = tableOf(model, feed);
  const tables = stored.filter((table) => table.root === root.name);
  const family = familyOf(model, feed);
  const primaryKey = root.primaryKey.flatMap((name) => {
    const path = root.columns.find((column) => column.name === name)?.path;
    return path ? [path] : [];
  });
  return {
    table: root.name,
    ...(primaryKey.length > 0 && { primaryKey }),
    paths: family.flatMap((table) => [...childSpec(table), ...columnSpecs(table)]),
    ...(found.identity && { identity: found.identity }),
    ...(tables.length > 0 && { tables }),
  };
}

/** The flatten specs of every feed, in the order of `model.feeds`. */
export function flattenSpecs(model: Model, stored: readonly TableSchema[] = []): readonly RootSpec[] {
  return model.feeds.map((feed) => flattenSpec(model, feed.table, stored));
}

/** The tables of one feed as they stand before any document was read. */
export function declaredTables(model: Model, feed: string): readonly TableSchema[] {
  const root = tableOf(model, feed);
  return familyOf(model, feed).map((table) => ({
    name: table.name,
    path: table.path ?? [],
    ...(table.map && { map: table.map }),
    ...(table.parent !== undefined && { parent: table.parent }),
    root: root.name,
    primaryKey: table.primaryKey,
    rootKey: rootKey(table, root),
    columns: table.columns.map(columnSchema),
  }));
}

function childSpec(table: TableModel): readonly PathSpec[] {
  if (table.parent === undefined || !table.path) return [];
  // The type of an array's path is that of its scalar elements.
  const value = table.columns.find((column) => column.path?.length === 0);
  return [
    {
      path: table.path,
      table: table.name,
      ...(table.linkStyle && { linkStyle: table.linkStyle }),
      ...(table.map && { map: 'table' }),
      ...(value && { type: value.type }),
    },
  ];
}

function columnSpecs(table: TableModel): readonly PathSpec[] {
  return table.columns.flatMap((column) =>
    column.path?.length ? [{ path: [...(table.path ?? []), ...column.path], type: column.type }] : [],
  );
}

function columnSchema(column: ColumnModel): ColumnSchema {
  const { name, type, path = [], references } = column;
  return { name, path, type, role: role(column), ...(references && { references }), maxChars: 0, maxBytes: 0 };
}

function role(column: ColumnModel): ColumnSchema['role'] {
  if (column.references) return 'link';
  if (column.path) return 'data';
  return column.name === '_position' ? 'position' : 'key';
}

function rootKey(table: TableModel, root: TableModel): readonly string[] {
  if (table === root) return root.primaryKey;
  return root.primaryKey.flatMap((key) => {
    const link = table.columns.find(({ references }) => references?.table === root.name && references.column === key);
    return link ? [link.name] : [];
  });
}
