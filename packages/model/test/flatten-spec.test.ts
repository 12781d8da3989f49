import { readFileSync } from 'node:fs';
import {
  celonisAuditLog,
  declaredTables,
  familyOf,
  flattenSpec,
  flattenSpecs,
  oeActivityLog,
  oeEventLog,
} from '@millrace/model';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

test('names events, their link column and their keys as the vendor’s SQL does', () => {
  const spec = flattenSpec(oeActivityLog, 'process_context');
  expect(spec.primaryKey).toEqual([['context', 'processid']]);
  expect(spec.paths).toContainEqual({ path: ['events'], table: 'process_context_event', linkStyle: 'dollar' });
  expect(spec.paths).toContainEqual({ path: ['events', 'readAt'], type: 'DATETIME' });
  expect(declaredTables(oeActivityLog, 'process_context')[1]).toMatchObject({
    name: 'process_context_event',
    path: ['events'],
    parent: 'process_context',
    root: 'process_context',
    primaryKey: ['process_context$context$processid', '_position'],
    rootKey: ['process_context$context$processid'],
  });
});

test('lets a grandchild carry its parent’s whole key', () => {
  const scenarios = declaredTables(oeEventLog, 'execution_templates').find(({ name }) => name.endsWith('$scenarios'));
  expect(scenarios).toMatchObject({
    name: 'execution_templates$steps$scenarios',
    path: ['steps', 'scenarios'],
    parent: 'execution_templates$steps',
    primaryKey: ['execution_templates_id', 'execution_templates$steps__position', '_position'],
    rootKey: ['execution_templates_id'],
  });
  expect(scenarios?.columns.map(({ name, role }) => [name, role])).toEqual([
    ['execution_templates_id', 'link'],
    ['execution_templates$steps__position', 'link'],
    ['_position', 'position'],
    ['scenario_id', 'data'],
    ['url', 'data'],
    ['method', 'data'],
  ]);
});

test('gives the elements of an array of scalars their type', () => {
  expect(flattenSpec(oeActivityLog, 'digital_process').paths).toContainEqual({
    path: ['trigger', 'scenario_ids'],
    table: 'digital_process$trigger$scenario_ids',
    type: 'STRING',
  });
});

test('gives records without an ID a content key, and audit events their identity', () => {
  const spec = flattenSpec(celonisAuditLog, 'audit_log');
  expect(spec.primaryKey).toBeUndefined();
  const [table] = declaredTables(celonisAuditLog, 'audit_log');
  expect(table).toMatchObject({ primaryKey: ['_key'], rootKey: ['_key'] });
  expect(table?.columns[0]).toMatchObject({ name: '_key', role: 'key', type: 'STRING' });
  expect(spec.identity?.({ userId: 'u', port: null })).toEqual({ userId: 'u' });
  expect(flattenSpec(celonisAuditLog, 'login_history').identity).toBeUndefined();
});

test('passes on what an earlier run stored of the same feed', () => {
  const stored = declaredTables(oeActivityLog, 'event_type');
  const others = declaredTables(oeActivityLog, 'account');
  expect(flattenSpec(oeActivityLog, 'event_type', [...others, ...stored]).tables).toEqual(stored);
  expect(flattenSpec(oeActivityLog, 'event_type', others).tables).toBeUndefined();
});

test('has a spec for each feed', () => {
  expect(flattenSpecs(oeActivityLog).map(({ table }) => table)).toEqual([
    'account',
    'digital_process',
    'event_type',
    'process_context',
  ]);
  expect(() => flattenSpec(oeActivityLog, 'activity_log')).toThrow(
    "no feed 'activity_log'. It has: account, digital_process, event_type, process_context.",
  );
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

describe('declares every field that the specs know', () => {
  test.each([
    ['oe.yaml', 'Account', oeActivityLog, 'account'],
    ['oe.yaml', 'DigitalProcess', oeActivityLog, 'digital_process'],
    ['oe.yaml', 'DigitalProcess', oeEventLog, 'execution_templates'],
    ['oe.yaml', 'EventType', oeActivityLog, 'event_type'],
    ['oe.yaml', 'ProcessContext', oeActivityLog, 'process_context'],
    ['celonis-logs.yaml', 'LoginEvent', celonisAuditLog, 'login_history'],
    ['celonis-logs.yaml', 'Member', celonisAuditLog, 'members'],
    ['celonis-logs.yaml', 'AdoptionEvent', celonisAuditLog, 'studio_adoption'],
  ] as const)('%s %s', (file, name, model, feed) => {
    const text = readFileSync(new URL(`../../../openapi/${file}`, import.meta.url), 'utf8');
    const document: { readonly components: { readonly schemas: Readonly<Record<string, Schema>> } } = parse(text);
    const { schemas } = document.components;
    const resolve = (schema: Schema): Schema => schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
    const declared = familyOf(model, feed).flatMap((table) =>
      table.columns.flatMap((column) =>
        column.path ? [`${[...(table.path ?? []), ...column.path].join('.')} ${column.type}`] : [],
      ),
    );
    expect(declared).toEqual(expect.arrayContaining([...leaves({ $ref: name }, '', resolve)]));
  });
});

function leaves(schema: Schema, path: string, resolve: (schema: Schema) => Schema): readonly string[] {
  const { properties, items, type = 'string', format } = resolve(schema);
  if (items) return leaves(items, path, resolve);
  if (properties) {
    return Object.entries(properties).flatMap(([key, value]) =>
      leaves(value, path === '' ? key : `${path}.${key}`, resolve),
    );
  }
  const [plain] = [type].flat().filter((candidate) => candidate !== 'null');
  if (plain === 'object') return [];
  return [`${path} ${format === 'date-time' ? 'DATETIME' : (plain ?? 'string').toUpperCase()}`];
}
