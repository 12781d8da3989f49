import * as fc from 'fast-check';
import { createFlattener, rows, type JsonObject, type JsonValue } from '@millrace/flatten';
import { describe, expect, test } from 'vitest';
import {
  documentShaper,
  duckdb,
  oeActivityLog,
  oeEventLog,
  renameTables,
  renderTransformation,
  ShapeError,
  shapeModel,
  type DocumentRules,
  type Shape,
} from '../src/index.ts';

const kept = [{ table: 'process_context', column: 'metadata$updatedAt' }];
const hidden = (text: string): string => `<${text}>`;

const context: JsonObject = {
  metadata: { tenant: 'T1', createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' },
  context: {
    processid: 'P1',
    executionTemplateID: 'D1',
    instanceid: 'I1',
    'order.created': {
      customer: { email: 'a@b.c', age: 7 },
      lines: [
        { sku: 'X', price: 1 },
        { sku: 'Y', price: 2 },
      ],
    },
    'order.paid': { customer: { email: 'a@b.c' }, note: null },
  },
  status: 'finished',
  events: [
    {
      id: 'E1',
      eventType: 'order.created',
      occurredAt: '2026-01-01T00:00:00.000Z',
      readAt: '2026-01-01T00:00:01.000Z',
    },
  ],
};

/** Tables of the context above, each as the names of its columns. */
function tablesOf(shape: Shape): Record<string, readonly string[]> {
  const shaped = shapeModel(oeActivityLog, shape, kept);
  const feed = shaped.model.feeds.at(-1)?.table ?? '';
  const shaper = shaped.documents(feed, hidden);
  const flattener = createFlattener(shaped.spec(feed));
  flattener.push([shaper?.shape(context) ?? context]);
  return Object.fromEntries(
    flattener.take().tables.map(({ table }) => [table.name, table.columns.map(({ name }) => name)]),
  );
}

const everything = tablesOf({});

describe('leaving out and choosing', () => {
  test('a column and a child table that are left out are in no table', () => {
    const got = tablesOf({
      omit: ['process_context$context$order.created$lines', 'process_context.context$instanceid'],
    });
    const { 'process_context$context$order.created$lines': _, ...want } = everything;
    expect(got).toEqual({
      ...want,
      process_context: everything['process_context']?.filter((name) => name !== 'context$instanceid'),
    });
  });

  test('a star stands for any event', () => {
    const got = tablesOf({ omit: ['process_context$context$*$customer'] });
    expect(got['process_context']?.filter((name) => name.includes('customer'))).toEqual([]);
    expect(got['process_context$context$order.created$lines']).toBeDefined();
  });

  test('what is chosen stays, with keys and what the activity log needs; other tables stay whole', () => {
    const got = tablesOf({ only: ['process_context$status', 'process_context$context$order.created$lines$sku'] });
    expect(got).toEqual({
      process_context: ['context$processid', 'context$executionTemplateID', 'metadata$updatedAt', 'status'],
      process_context_event: everything['process_context_event'],
      'process_context$context$order.created$lines': ['process_context_context$processid', '_position', 'sku'],
    });
  });

  test('an array of scalars and its own column can be left out of the definitions', () => {
    const { model } = shapeModel(oeActivityLog, { omit: ['digital_process$trigger'] }, kept);
    expect(model.tables.map(({ name }) => name).filter((name) => name.startsWith('digital_process'))).toEqual([
      'digital_process',
      'digital_process$steps',
      'digital_process$steps$scenarios',
      'digital_process$UseCases',
    ]);
    expect(model.foreignKeys.every(({ fact }) => !fact.table.includes('trigger'))).toBe(true);
  });
});

describe('maps and names', () => {
  test('an object can be rows of a table, or one column', () => {
    expect(
      tablesOf({ maps: { 'process_context$context$order.created$customer': 'json' } })['process_context'],
    ).toContain('context$order.created$customer');
    expect(tablesOf({ maps: { 'process_context$context$order.created$customer': 'table' } })).toHaveProperty(
      ['process_context$context$order.created$customer'],
      ['process_context_context$processid', 'key', 'value'],
    );
  });

  test('a child table that the documents bring can have another name', () => {
    expect(tablesOf({ rename: { 'process_context$context$order.created$lines': 'order_lines' } })).toHaveProperty(
      'order_lines',
    );
  });

  test('child tables, link columns, relations and transformations follow a renamed table', () => {
    const names = {
      process_context: 'run',
      process_context_event: 'run_event',
      digital_process: 'stream',
      activity_log: 'log',
    };
    const { model } = shapeModel(oeActivityLog, { rename: names }, kept);
    const event = model.tables.find(({ name }) => name === 'run_event');
    expect(event?.primaryKey).toEqual(['run$context$processid', '_position']);
    expect(model.tables.map(({ name }) => name)).toContain('stream$trigger$scenario_ids');
    expect(model.foreignKeys[0]).toMatchObject({
      dimension: { table: 'run' },
      fact: { table: 'log', columns: ['case_id'] },
    });
    const plain = renderTransformation(oeActivityLog, 'activity_log', { dialect: duckdb }).statements.join(';');
    const want = plain
      .replaceAll('process_context_event', 'run_event')
      .replaceAll('process_context', 'run')
      .replaceAll('"digital_process"', '"stream"')
      .replaceAll('"activity_log"', '"log"');
    expect(renderTransformation(model, 'activity_log', { dialect: duckdb }).statements.join(';')).toBe(want);
  });

  test('the older names of one model are the newer ones of the other', () => {
    const newer = renameTables(oeEventLog, {
      execution_templates: 'digital_process',
      execution_context: 'process_context',
    });
    const of = (names: readonly { readonly name: string }[]): string[] => names.map(({ name }) => name);
    const trigger = newer.tables.find(({ name }) => name === 'digital_process$trigger');
    expect(trigger?.columns[0]?.name).toBe('digital_process_id');
    expect(of(newer.tables).filter((name) => name.startsWith('execution'))).toEqual([]);
  });
});

describe('pseudonyms', () => {
  const shape: Shape = {
    pseudonymize: ['digital_process$id', 'process_context$context$processid', 'process_context$context$*$customer'],
  };

  test('stand in place of every value at and below the name, in arrays as well, and NULL stays NULL', () => {
    const shaper = shapeModel(oeActivityLog, shape, kept).documents('process_context', hidden);
    expect(shaper?.shape(context)['context']).toEqual({
      processid: '<P1>',
      executionTemplateID: '<D1>',
      instanceid: 'I1',
      'order.created': {
        customer: { email: '<a@b.c>', age: '<7>' },
        lines: [
          { sku: 'X', price: 1 },
          { sku: 'Y', price: 2 },
        ],
      },
      'order.paid': { customer: { email: '<a@b.c>' }, note: null },
    });
    expect(shaper?.unmatched).toEqual([]);
    expect(context['status']).toBe('finished');
  });

  test('stand in link columns as well, since these repeat the key', () => {
    const shaped = shapeModel(oeActivityLog, shape, kept);
    const flattener = createFlattener(shaped.spec('process_context'));
    flattener.push([shaped.documents('process_context', hidden)?.shape(context) ?? {}]);
    const event = flattener.take().tables.find(({ table }) => table.name === 'process_context_event');
    expect(event === undefined ? [] : [...rows(event)].map((row) => row['process_context$context$processid'])).toEqual([
      '<P1>',
    ]);
  });

  test('stand on both sides of a foreign key', () => {
    const { model } = shapeModel(oeActivityLog, { pseudonymize: ['account$id'] }, kept);
    const column = (table: string, name: string) =>
      model.tables.find((each) => each.name === table)?.columns.find((each) => each.name === name);
    expect(column('account', 'id')?.description).toMatch(/^Pseudonym/);
    expect(column('digital_process', 'tenant')?.description).toMatch(/^Pseudonym/);
  });

  test('make the column text', () => {
    const { model } = shapeModel(oeActivityLog, { pseudonymize: ['account$integromatTeam'] }, kept);
    const types = model.tables[0]?.columns
      .filter(({ name }) => name.startsWith('integromatTeam'))
      .map(({ type }) => type);
    expect(types).toEqual(['STRING', 'STRING', 'STRING']);
  });
});

test('a rule that no document met is told', () => {
  const shaper = documentShaper({ pseudonymize: [['a', 'emial']], omit: [['b']] }, hidden);
  shaper.shape({ a: { email: 'x' }, b: 1 });
  expect([shaper.documents, shaper.unmatched]).toEqual([1, [['a', 'emial']]]);
});

/** Every scalar of a value, in order. */
function scalarsOf(value: JsonValue): readonly (string | number | bigint | boolean | null)[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(scalarsOf);
  if (typeof value === 'object' && value !== null) return Object.values(value as JsonObject).flatMap(scalarsOf);
  return [value];
}

const anyDocument = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;

test('a document without rules stays as it is, and one with all values replaced has the same shape', () => {
  fc.assert(
    fc.property(anyDocument, (document) => {
      expect(documentShaper({}, hidden).shape(document)).toEqual(document);
      const replaced = documentShaper({ pseudonymize: [[]] }, hidden).shape(document);
      const want = scalarsOf(document).map((value) => (value === null ? null : hidden(String(value))));
      expect(scalarsOf(replaced)).toEqual(want);
      expect(Object.keys(replaced)).toEqual(Object.keys(document));
    }),
  );
});

test.for<readonly [string, DocumentRules, JsonObject, JsonObject]>([
  ['nothing', {}, { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
  ['an array in an array', { pseudonymize: [['a']] }, { a: [[1], ['x', null]] }, { a: [['<1>'], ['<x>', null]] }],
  ['what is chosen below what is left out', { omit: [['a']], only: [['a', 'b']] }, { a: { b: 1 } }, {}],
  ['a scalar on the way to what is chosen', { only: [['a', 'b']] }, { a: 1, c: 2 }, {}],
  ['arrays on the way to what is chosen', { only: [['a', 'b']] }, { a: [{ b: 1, c: 2 }, 3] }, { a: [{ b: 1 }] }],
  ['a bigint', { pseudonymize: [['a']] }, { a: 12345678901234567890n }, { a: '<12345678901234567890>' }],
])('documents: %s', ([, rules, given, want]) => {
  expect(documentShaper(rules, hidden).shape(given)).toEqual(want);
});

test.for<readonly [string, Shape, RegExp]>([
  ['an unknown table', { omit: ['proces_context$status'] }, /no table begins so.*process_context/],
  ['the primary key', { omit: ['process_context$context$processid'] }, /cannot be left out: it is in the primary key/],
  [
    'the time of the delta load',
    { omit: ['process_context$metadata'] },
    /metadata\$updatedAt cannot be left out: a delta load goes by it/,
  ],
  [
    'a column of the activity log',
    { omit: ['event_type$name'] },
    /event_type.name cannot be left out: activity_log is made of it/,
  ],
  ['a link column', { omit: ['digital_process$trigger.digital_process_id'] }, /follows the primary key/],
  ['a table that is made', { omit: ['activity_log$event_name'] }, /made by a transformation/],
  ['a time as a pseudonym', { pseudonymize: ['process_context_event$readAt'] }, /is a time and cannot be a pseudonym/],
  ['a table to rename that is none', { rename: { runs: 'run' } }, /no table begins so/],
])('%s is refused', ([, shape, message]) => {
  const attempt = (): unknown => shapeModel(oeActivityLog, shape, kept);
  expect(attempt).toThrow(ShapeError);
  expect(attempt).toThrow(message);
});
