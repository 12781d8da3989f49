import type { Batch, ColumnRole, ColumnSchema, ColumnType, TableBatch, TableSchema } from '@millrace/flatten';
import type { Receipt } from '@millrace/extract';
import type { Cell } from '../src/canonical-text.ts';
import { columnFromCells } from '../src/cells.ts';

/** A column by name and type. */
export function column(name: string, type: ColumnType, role: ColumnRole = 'data'): ColumnSchema {
  return { name, path: [name], type, role, maxChars: 0, maxBytes: 0 };
}

/** A root table with the key `id`. */
export function rootTable(
  name: string,
  columns: readonly ColumnSchema[],
  key: readonly string[] = ['id'],
): TableSchema {
  return { name, path: [], root: name, primaryKey: key, rootKey: key, columns };
}

/** A child table linked by `<parent>_id` and `_position`. */
export function childTable(name: string, parent: TableSchema, columns: readonly ColumnSchema[]): TableSchema {
  const link = `${parent.name}_id`;
  return {
    name,
    path: [name],
    parent: parent.name,
    root: parent.root,
    primaryKey: [link, '_position'],
    rootKey: [link],
    columns: [
      { ...column(link, 'STRING', 'link'), references: { table: parent.name, column: 'id' } },
      column('_position', 'INTEGER', 'position'),
      ...columns,
    ],
  };
}

/** A batch of one table from rows of cells. */
export function tableBatch(table: TableSchema, rows: readonly (readonly Cell[])[]): TableBatch {
  return {
    table,
    rows: rows.length,
    columns: table.columns.map((schema, index) =>
      columnFromCells(
        schema,
        rows.map((row) => row[index] ?? null),
      ),
    ),
  };
}

/** A batch of tables, the root first. */
export function batch(...tables: readonly TableBatch[]): Batch {
  return { tables, changes: [], documents: tables[0]?.rows ?? 0 };
}

/** A receipt that can be told from others by its number. */
export function receipt(number: number, feed = 'feed'): Receipt {
  return {
    sequence: number,
    previous: '0'.repeat(64),
    hash: '0'.repeat(64),
    feed,
    run: `run-${number}`,
    from: '2025-01-01T00:00:00.000Z',
    to: '2025-01-02T00:00:00.000Z',
    documents: number,
    served: number,
    counted: number,
    proof: 'counted',
    contentHash: '0'.repeat(64),
    pages: 1,
    attempts: 1,
    serverTime: '2025-01-03T00:00:00.000Z',
    rows: { t: number },
  };
}
