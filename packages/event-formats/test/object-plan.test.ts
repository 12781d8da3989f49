import { childTable, column, oeActivityLog, oeEventLog, celonisAuditLog, rootTable, type Model } from '@millrace/model';
import { expect, test } from 'vitest';
import { planObjects } from '../src/object-plan.ts';

function plan(model: Model): ReturnType<typeof planObjects> {
  const [activity] = model.activityTables;
  if (!activity) throw new Error(`${model.name} has no activity table`);
  return planObjects(model, activity);
}

const summary = (model: Model): unknown =>
  plan(model).objects.map(({ name, key, references }) => [name, key, references.map(({ type }) => type).join()]);

test('finds the run, its value stream and its account behind an event', () => {
  expect(plan(oeActivityLog)).toMatchObject({
    references: [{ column: 'case_id', type: 'process_context' }],
    caseType: 'process_context',
    eventKey: 'event_key',
  });
  expect(summary(oeActivityLog)).toEqual([
    ['process_context', 'context$processid', 'digital_process'],
    ['digital_process', 'id', 'account'],
    ['account', 'id', ''],
    ['digital_process$steps$scenarios', 'scenario_id', ''],
    ['digital_process$UseCases', 'id', ''],
  ]);
});

test('finds the same under the older names', () => {
  expect(summary(oeEventLog)).toEqual([
    ['execution_context', 'context$processid', 'execution_templates'],
    ['execution_templates', 'id', 'account'],
    ['account', 'id', ''],
    ['execution_templates$steps$scenarios', 'scenario_id', ''],
    ['execution_templates$UseCases', 'id', ''],
  ]);
});

test('takes the table that a transformation makes of the cases, and not the record that an event is', () => {
  expect(summary(celonisAuditLog)).toEqual([
    ['audit_session', 'session_id', 'members'],
    ['members', 'userId', ''],
  ]);
});

test('takes the case itself for an object where it has no table', () => {
  const foreignKeys = celonisAuditLog.foreignKeys.filter(({ dimension }) => dimension.table !== 'audit_session');
  expect(summary({ ...celonisAuditLog, foreignKeys })).toEqual([['session', 'session_id', '']]);
});

const root = rootTable({
  name: 'process_context',
  description: '',
  source: { operation: 'list' },
  primaryKey: ['context$processid'],
  columns: [column('context$processid', 'STRING', '')],
});

test.each([
  ['id', ['sku', 'id', 'productId'], 'id'],
  ['the only column that is named as an ID', ['sku', 'quoteId'], 'quoteId'],
  ['the only one with an underscore', ['scenario_id', 'valid', 'paid'], 'scenario_id'],
  ['none of two, which may name other things', ['productId', 'customerId'], undefined],
  ['none inside a nested object', ['supplier$id'], undefined],
  ['none where a word only ends so', ['paid', 'grid', 'VALID'], undefined],
])('takes %s as the ID of a child object', (_, names, want) => {
  const child = childTable(root, {
    at: 'context$order$lines',
    description: '',
    columns: names.map((name) => column(name, 'STRING', '')),
  });
  const model = { ...oeActivityLog, tables: [...oeActivityLog.tables, child] };
  expect(plan(model).objects.find(({ name }) => name === child.name)?.key).toBe(want);
});

test('says where a child object belongs', () => {
  const child = childTable(root, { at: 'context$order$lines', description: '', columns: [column('id', 'STRING', '')] });
  const model = { ...oeActivityLog, tables: [...oeActivityLog.tables, child] };
  expect(plan(model).objects.find(({ name }) => name === child.name)?.parent).toEqual({
    type: 'process_context',
    column: 'process_context_context$processid',
    path: 'context$order$lines',
    eventKey: 'order',
    order: ['process_context_context$processid', '_position'],
  });
});
