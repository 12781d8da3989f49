import type { ColumnSchema, ColumnType, TableSchema } from '@millrace/flatten';
import {
  declaredTables,
  defineModel,
  duckdb,
  ModelError,
  oeActivityLog,
  renderTransformation,
  renderTransformations,
  type Model,
} from '@millrace/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database } from './database.ts';

let database: Database;
beforeEach(async () => {
  database = await openDatabase();
});
afterEach(() => database.close());

const contextTables = declaredTables(oeActivityLog, 'process_context');
const build = (tables: readonly TableSchema[]): Promise<void> =>
  database.transform(renderTransformation(oeActivityLog, 'activity_log', { dialect: duckdb, tables }));

async function fillOne(): Promise<void> {
  await database.fill(oeActivityLog, 'process_context', [
    { context$processid: 'C1', context$executionTemplateID: 'P' },
  ]);
  await database.fill(oeActivityLog, 'process_context_event', [
    { process_context$context$processid: 'C1', _position: 0, id: 'A', eventType: 'x', readAt: '2026-01-01T00:00:00Z' },
  ]);
}

test('reads tables that an engine does not have as empty', async () => {
  await fillOne();
  await build(contextTables);
  expect(await database.query('SELECT event_id, digital_process_name, event_name FROM activity_log')).toEqual([
    { event_id: 'A', digital_process_name: null, event_name: 'x' },
  ]);
});

test('makes an empty table from nothing', async () => {
  await build([]);
  expect(await database.query('SELECT count(*) AS n FROM activity_log')).toEqual([{ n: 0 }]);
});

test('reads columns that an engine does not have as NULL', async () => {
  await fillOne();
  await database.run('ALTER TABLE process_context_event DROP "readAt"');
  await database.run('ALTER TABLE process_context_event DROP "_position"');
  const without = new Set(['readAt', '_position']);
  await build(
    contextTables.map((table) => ({ ...table, columns: table.columns.filter((column) => !without.has(column.name)) })),
  );
  expect(await database.query('SELECT event_id, read_at, sorting FROM activity_log')).toEqual([
    { event_id: 'A', read_at: null, sorting: null },
  ]);
});

test.each([
  ['2026-01-02T03:04:05.006Z', '2026-01-02T03:04:05.006Z'],
  ['2026-01-02T03:04:05.006+02:00', '2026-01-02T01:04:05.006Z'],
  ['2026-01-02T03:04:05', '2026-01-02T03:04:05.000Z'],
  ['2026-01-02', '2026-01-02T00:00:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['soon', null],
])('reads time %s of a column that was widened to text', async (text, want) => {
  await database.run(`SET TimeZone = 'America/New_York'`);
  await fillOne();
  await database.run(`ALTER TABLE process_context_event ALTER "readAt" TYPE VARCHAR`);
  await database.run(`UPDATE process_context_event SET "readAt" = '${text}'`);
  const widened = (column: ColumnSchema): ColumnSchema =>
    column.name === 'readAt' ? { ...column, type: 'STRING' } : column;
  await build(contextTables.map((table) => ({ ...table, columns: table.columns.map(widened) })));
  expect(await database.query('SELECT read_at FROM activity_log')).toEqual([{ read_at: want }]);
});

const types: readonly ColumnType[] = ['BOOLEAN', 'INTEGER', 'FLOAT', 'DATE', 'DATETIME', 'STRING', 'JSON'];
const hostile = ['a$b', 'acr/s2k/return.created', 'it"s', "it's", 'Analysis Id', 'select', '9', 'é 🧾', '--', ';'];

const odd: Model = defineModel({
  name: 'odd',
  description: '',
  tables: [
    {
      name: 'from "here"; --',
      description: '',
      source: { operation: 'list' },
      primaryKey: ['it"s'],
      columns: hostile.map((name) => ({ name, type: 'STRING', description: '' })),
    },
    {
      name: "to 'there'",
      description: '',
      primaryKey: ['it"s'],
      columns: hostile.map((name) => ({ name, type: 'STRING', description: '' })),
    },
  ],
  feeds: [{ table: 'from "here"; --' }],
  foreignKeys: [],
  activityTables: [],
  transformations: [
    {
      name: 'copy',
      description: '',
      inputs: [{ table: 'from "here"; --', columns: hostile }],
      output: "to 'there'",
      query: ({ dialect, input }) => {
        const here = input('from "here"; --');
        return `SELECT ${hostile.map((name) => `${here.column(name)} AS ${dialect.identifier(name)}`).join(', ')} FROM ${here.from}`;
      },
    },
  ],
});

test.each(['full', 'delta'] as const)('quotes every name, whatever it holds, in a %s build', async (mode) => {
  const row = Object.fromEntries(hostile.map((name) => [name, `value of ${name}`]));
  await database.fill(odd, 'from "here"; --', [row]);
  await database.transform(renderTransformation(odd, 'copy', { dialect: duckdb, mode }));
  expect(await database.query(`SELECT * FROM "to 'there'"`)).toEqual([row]);
});

test('touches only rows that differ in a delta', async () => {
  await fillOne();
  await database.transform(
    renderTransformation(oeActivityLog, 'activity_log', {
      dialect: duckdb,
      mode: 'delta',
      tables: contextTables,
    }),
  );
  const [, merge = ''] = renderTransformation(oeActivityLog, 'activity_log', {
    dialect: duckdb,
    mode: 'delta',
    tables: contextTables,
  }).statements;
  expect(await database.query(`${merge} RETURNING merge_action`)).toEqual([]);
});

test('gives every type of column a type of DuckDB', async () => {
  const columns = types.map((type) => ({ name: type, type }));
  await database.run(duckdb.createTable({ name: 'typed', columns, primaryKey: ['STRING'] }));
  const found = await database.query('SELECT column_type FROM (DESCRIBE typed)');
  expect(found.map((row) => row['column_type'])).toEqual([
    'BOOLEAN',
    'BIGINT',
    'DOUBLE',
    'DATE',
    'TIMESTAMP',
    'VARCHAR',
    'JSON',
  ]);
});

test('writes literals of text and time', async () => {
  const text = "it's \\n ; --";
  const time = '2026-01-02T03:04:05.006Z';
  expect(await database.query(`SELECT ${duckdb.text(text)} AS text, ${duckdb.timestamp(time)} AS time`)).toEqual([
    { text, time },
  ]);
});

test('refuses inputs and columns that a query uses undeclared', () => {
  const [copy] = odd.transformations;
  const broken = (query: Model['transformations'][number]['query']): Model =>
    defineModel({ ...odd, transformations: copy ? [{ ...copy, query }] : [] });
  const render = (model: Model) => () => renderTransformation(model, 'copy', { dialect: duckdb });
  expect(render(broken(({ input }) => input('x').from))).toThrow(
    "transformation 'copy' reads 'x' without declaring it as an input.",
  );
  expect(render(broken(({ input }) => input('from "here"; --').column('x')))).toThrow(ModelError);
});

test('names the transformations that there are when asked for another', () => {
  expect(() => renderTransformation(oeActivityLog, 'x', { dialect: duckdb })).toThrow(
    "no transformation 'x'. It has: activity_log.",
  );
  expect(renderTransformations(oeActivityLog, { dialect: duckdb }).map(({ name, tables }) => [name, tables])).toEqual([
    ['activity_log', ['activity_log']],
  ]);
});
