import { defineModel, ModelError, oeActivityLog, type Model, type TableModel } from '@millrace/model';
import { describe, expect, expectTypeOf, test } from 'vitest';

const table = (name: string, more: Partial<TableModel> = {}): TableModel => ({
  name,
  description: '',
  source: { operation: 'list' },
  primaryKey: ['id'],
  columns: [
    { name: 'id', type: 'STRING', description: '' },
    { name: 'at', type: 'DATETIME', description: '' },
  ],
  ...more,
});

const transformation = { name: 't', description: '', inputs: [], output: 'log', query: () => 'SELECT 1' };
const log: TableModel = { name: 'log', description: '', primaryKey: ['id'], columns: table('log').columns };

const model = (more: Partial<Model>): Model => ({
  name: 'test',
  description: '',
  tables: [table('a')],
  feeds: [{ table: 'a' }],
  foreignKeys: [],
  activityTables: [],
  transformations: [],
  ...more,
});

const key = (dimension: readonly string[], fact: readonly string[], to = 'b') => ({
  dimension: { table: 'a', columns: dimension },
  fact: { table: to, columns: fact },
  kind: 'optional' as const,
});
const two = { tables: [table('a'), table('b')], feeds: [{ table: 'a' }, { table: 'b' }] };
const once = { tables: [table('a'), log], transformations: [transformation] };

describe('refuses', () => {
  test.each<[string, Partial<Model>, string]>([
    ['a table twice', { tables: [table('a'), table('a')] }, "table 'a' is declared twice."],
    [
      'names that differ in case',
      { tables: [table('a'), table('A')] },
      "table 'A' and 'a' differ only in letter case.",
    ],
    ['an empty name', { tables: [table('')] }, 'a table has an empty name.'],
    ['no primary key', { tables: [table('a', { primaryKey: [] })] }, "table 'a' has no primary key."],
    [
      'a primary key that is no column',
      { tables: [table('a', { primaryKey: ['ID'] })] },
      "primary key names column 'ID', which table 'a' does not have.",
    ],
    [
      'a column twice',
      { tables: [table('a', { columns: [...table('a').columns, ...table('a').columns] })] },
      "column of table 'a' 'id' is declared twice.",
    ],
    [
      'a child before its parent',
      { tables: [table('c', { parent: 'a', path: ['x'] }), table('a')] },
      "table 'c' has parent 'a', which must be a table that stands before it.",
    ],
    ['a feed without table', { feeds: [{ table: 'z' }] }, "feed names table 'z', which the model does not have."],
    ['a source without feed', { feeds: [] }, "table 'a' has a source but no feed; add { table: 'a' } to feeds."],
    [
      'a table that nothing fills',
      { tables: [table('a'), log] },
      "nothing fills table 'log'; give it a source, a parent or a transformation.",
    ],
    [
      'a foreign key to no table',
      { foreignKeys: [key(['id'], ['id'], 'z')] },
      "foreign key a(id) -> z(id) names table 'z', which the model does not have.",
    ],
    [
      'a foreign key on no column',
      { ...two, foreignKeys: [key(['id'], ['a_id'])] },
      "foreign key a(id) -> b(a_id) names column 'a_id', which table 'b' does not have.",
    ],
    [
      'a foreign key of unequal length',
      { ...two, foreignKeys: [key(['id'], ['id', 'at'])] },
      'foreign key a(id) -> b(id, at) has 1 columns on one side and 2 on the other.',
    ],
    [
      'a foreign key of unequal types',
      { ...two, foreignKeys: [key(['id'], ['at'])] },
      "foreign key a(id) -> b(at) joins STRING 'id' with DATETIME 'at'; the types must be equal.",
    ],
    [
      'a foreign key twice',
      { ...two, foreignKeys: [key(['id'], ['id']), key(['id'], ['id'])] },
      "foreign key 'a(id) -> b(id)' is declared twice.",
    ],
    [
      'an activity table whose timestamp is text',
      { activityTables: [{ table: 'a', caseId: 'id', activity: 'id', timestamp: 'id' }] },
      "timestamp 'id' of activity table 'a' is STRING; it must be DATETIME or DATE.",
    ],
    [
      'an activity table without its case ID',
      { activityTables: [{ table: 'a', caseId: 'case', activity: 'id', timestamp: 'at' }] },
      "case ID of activity table 'a' names column 'case', which table 'a' does not have.",
    ],
    [
      'a transformation that reads an unknown column',
      { ...once, transformations: [{ ...transformation, inputs: [{ table: 'a', columns: ['x'] }] }] },
      "transformation 't' names column 'x', which table 'a' does not have.",
    ],
    [
      'a transformation that reads its own result',
      { ...once, transformations: [{ ...transformation, inputs: [{ table: 'log', columns: ['id'] }] }] },
      "transformation 't' reads 'log' before it is made; order the transformations.",
    ],
    [
      'a transformation that writes what is extracted',
      { ...once, transformations: [{ ...transformation, output: 'a' }] },
      "transformation 't' writes 'a', which is extracted; name a table of its own.",
    ],
    [
      'two transformations with one output',
      { ...once, transformations: [transformation, { ...transformation, name: 'u' }] },
      "transformation output 'log' is declared twice.",
    ],
  ])('%s', (_name, given, want) => {
    expect(() => defineModel(model(given))).toThrow(new ModelError('test', want));
  });
});

test('freezes the whole value', () => {
  const made = defineModel(model({}));
  expect(Object.isFrozen(made.tables[0]?.columns[0])).toBe(true);
});

test('is read-only and closed in its types', () => {
  expectTypeOf(oeActivityLog.tables).toEqualTypeOf<readonly TableModel[]>();
  // @ts-expect-error a relation is mandatory, recommended or optional
  const kind: Model['foreignKeys'][number]['kind'] = 'required';
  // @ts-expect-error NUMBER is no column type
  const column: TableModel['columns'][number] = { name: 'n', type: 'NUMBER', description: '' };
  expect([kind, column.name]).toEqual(['required', 'n']);
});
