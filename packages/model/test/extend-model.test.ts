import type { ColumnSchema, TableSchema } from '@millrace/flatten';
import { declaredTables, extendModel, flattenSpec, oeActivityLog, tableOf } from '@millrace/model';
import { expect, test } from 'vitest';

const column = (name: string, more: Partial<ColumnSchema> = {}): ColumnSchema => ({
  name,
  path: [name],
  type: 'STRING',
  role: 'data',
  maxChars: 1,
  maxBytes: 1,
  ...more,
});
const link = (name: string, table: string, key: string): ColumnSchema =>
  column(name, {
    role: 'link',
    path: [],
    references: { table, column: key },
    type: key === '_position' ? 'INTEGER' : 'STRING',
  });
const position = column('_position', { role: 'position', path: [], type: 'INTEGER' });

const itemKey = link('process_context_context$processid', 'process_context', 'context$processid');
const items: TableSchema = {
  name: 'process_context$context$order.found$items',
  path: ['context', 'order.found', 'items'],
  parent: 'process_context',
  root: 'process_context',
  primaryKey: [itemKey.name, '_position'],
  rootKey: [itemKey.name],
  columns: [itemKey, position, column('sku')],
};
const tags: TableSchema = {
  ...items,
  name: `${items.name}$tags`,
  path: [...items.path, 'tags'],
  parent: items.name,
  primaryKey: [itemKey.name, `${items.name}__position`, '_position'],
  columns: [itemKey, link(`${items.name}__position`, items.name, '_position'), position, column('value', { path: [] })],
};
const contexts = declaredTables(oeActivityLog, 'process_context').map((table) =>
  table.parent === undefined
    ? {
        ...table,
        columns: [
          ...table.columns.map((known) => (known.name === 'status' ? { ...known, type: 'JSON' as const } : known)),
          column('context$order.found$total', { type: 'FLOAT', path: ['context', 'order.found', 'total'] }),
        ],
      }
    : table,
);
const extended = extendModel(oeActivityLog, [...contexts, tags, items]);

test('adds the columns that documents brought, and takes their types', () => {
  const { columns } = tableOf(extended, 'process_context');
  expect(columns.find(({ name }) => name === 'context$order.found$total')?.type).toBe('FLOAT');
  expect(columns.find(({ name }) => name === 'status')).toMatchObject({ type: 'JSON' });
  expect(columns).toHaveLength(tableOf(oeActivityLog, 'process_context').columns.length + 1);
});

test('adds child tables with a recommended relation from the table that they belong to', () => {
  expect(extended.foreignKeys.slice(oeActivityLog.foreignKeys.length)).toEqual([
    {
      dimension: { table: 'process_context', columns: ['context$processid'] },
      fact: { table: items.name, columns: [itemKey.name] },
      kind: 'recommended',
    },
    {
      dimension: { table: items.name, columns: items.primaryKey },
      fact: { table: tags.name, columns: [itemKey.name, `${items.name}__position`] },
      kind: 'recommended',
    },
  ]);
});

test('ignores tables of other feeds, and adds nothing twice', () => {
  expect(extendModel(extended, [{ ...items, name: 'x', root: 'x' }, items, tags])).toEqual(extended);
});

test('gives a flatten spec for what it added', () => {
  const { paths } = flattenSpec(extended, 'process_context');
  expect(paths).toContainEqual({ path: items.path, table: items.name });
  expect(paths).toContainEqual({ path: tags.path, table: tags.name, type: 'STRING' });
  expect(paths).toContainEqual({ path: [...items.path, 'sku'], type: 'STRING' });
});
