import type { ColumnSchema, TableSchema } from '@millrace/flatten';
import { childForeignKey } from './child-foreign-key.ts';
import { defineModel } from './define-model.ts';
import type { ColumnModel, ForeignKeyModel, Model, TableModel } from './model.ts';

/**
 * The model with the columns and child tables that the documents brought beyond those it declares: payloads of events, post-action feedback.
 * Each such child table gets a recommended relation from the table that it belongs to. Types are those of the given tables.
 * Tables of other feeds are ignored.
 */
export function extendModel(model: Model, tables: readonly TableSchema[]): Model {
  const roots = new Set(model.feeds.map((feed) => feed.table));
  // The table of rejected rows hangs below no array; it is for those who repair, not for the model.
  const found = tables.filter((table) => roots.has(table.root) && table.rejects === undefined);
  const names = new Set(model.tables.map((table) => table.name));
  const added = parentsFirst(found.filter((table) => !names.has(table.name)));
  const all = [
    ...model.tables.map((table) =>
      withColumns(
        table,
        found.find((candidate) => candidate.name === table.name),
      ),
    ),
    ...added.map(newTable),
  ];
  const foreignKeys: ForeignKeyModel[] = [...model.foreignKeys];
  for (const child of added) {
    const parent = all.find((table) => table.name === child.parent);
    if (parent) foreignKeys.push(childForeignKey(parent, child, 'recommended'));
  }
  return defineModel({ ...model, tables: all, foreignKeys });
}

function withColumns(table: TableModel, found: TableSchema | undefined): TableModel {
  if (!found) return table;
  const types = new Map(found.columns.map((column) => [column.name, column.type]));
  const declared = table.columns.map((column) => ({ ...column, type: types.get(column.name) ?? column.type }));
  const names = new Set(table.columns.map((column) => column.name));
  return { ...table, columns: [...declared, ...found.columns.filter(({ name }) => !names.has(name)).map(newColumn)] };
}

function newTable(table: TableSchema): TableModel {
  const { name, primaryKey, parent, path, map } = table;
  const columns = table.columns.map(newColumn);
  const description = `Elements of \`${path.join('.')}\`.`;
  return {
    name,
    description,
    columns,
    primaryKey,
    open: true,
    ...(map && { map }),
    ...(parent !== undefined && { parent, path }),
  };
}

function newColumn({ name, type, role, path, references }: ColumnSchema): ColumnModel {
  if (references) return { name, type, description: `Link to ${references.table}.`, references };
  if (role === 'position') return { name, type, description: 'Place in the array that the row comes from, from 0.' };
  return { name, type, description: '', path };
}

function parentsFirst(tables: readonly TableSchema[]): readonly TableSchema[] {
  return tables.toSorted((left, right) => left.path.length - right.path.length);
}
