/**
 * Short ways to write down extracted tables. Names of link and key columns come from the rules of flattening, so that a model cannot spell
 * them differently.
 */
import type { ColumnType, LinkStyle } from '@millrace/flatten';
import type { ColumnModel, SourceModel, TableModel } from './model.ts';

/** A value of the documents. The name is the path joined with `$`. */
export function column(
  name: string,
  type: ColumnType,
  description: string,
  more: Pick<ColumnModel, 'sensitive' | 'maxLength'> = {},
): ColumnModel {
  return { name, type, description, path: name.split('$'), ...more };
}

/** The one column of a child table that an array of scalars becomes. */
export function valueColumn(type: ColumnType, description: string): ColumnModel {
  return { name: 'value', type, description, path: [] };
}

/** A table of documents as they come from the source. Without a primary key it gets `_key`. */
export function rootTable(table: {
  readonly name: string;
  readonly description: string;
  readonly source: SourceModel;
  readonly primaryKey?: readonly string[];
  readonly columns: readonly ColumnModel[];
  /** Default: true. */
  readonly open?: boolean;
}): TableModel {
  const primaryKey = table.primaryKey ?? ['_key'];
  const columns = table.primaryKey ? table.columns : [keyColumn, ...table.columns];
  return { open: true, ...table, primaryKey, columns };
}

/**
 * The table of an array in another table's documents: link columns first, then `_position`, then the columns given.
 * `at` is the path of the array within the parent's documents, joined with `$`.
 */
export function childTable(
  parent: TableModel,
  child: {
    readonly at: string;
    readonly name?: string;
    readonly linkStyle?: LinkStyle;
    readonly description: string;
    readonly columns: readonly ColumnModel[];
    /** Default: true. */
    readonly open?: boolean;
  },
): TableModel {
  const { at, name = `${parent.name}$${at}`, columns, linkStyle, ...rest } = child;
  const links = parent.primaryKey.map((key) => linkColumn(parent, key, linkStyle ?? 'underscore'));
  return {
    open: true,
    ...rest,
    name,
    columns: [...links, positionColumn, ...columns],
    primaryKey: [...links.map((link) => link.name), positionColumn.name],
    parent: parent.name,
    path: [...(parent.path ?? []), ...at.split('$')],
    ...(linkStyle && { linkStyle }),
  };
}

const keyColumn: ColumnModel = {
  name: '_key',
  type: 'STRING',
  description: 'Hash of the record and its number among equal records; the source gives no ID.',
};

const positionColumn: ColumnModel = {
  name: '_position',
  type: 'INTEGER',
  description: 'Place in the array that the row comes from, from 0.',
};

// A grandchild keeps an inherited link column under the name that it has.
function linkColumn(parent: TableModel, key: string, style: LinkStyle): ColumnModel {
  const column = parent.columns.find((candidate) => candidate.name === key);
  const type = column?.type ?? 'STRING';
  const sensitive = column?.sensitive ? { sensitive: true } : {};
  if (column?.references) return { ...column, description: `Link to ${column.references.table}.`, ...sensitive };
  const name = `${parent.name}${style === 'dollar' ? '$' : '_'}${key}`;
  return {
    name,
    type,
    description: `Link to ${parent.name}.`,
    references: { table: parent.name, column: key },
    ...sensitive,
  };
}
