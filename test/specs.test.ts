import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { logsOperations } from '../packages/celonis-client/src/generated/logs-operations.ts';
import type {
  AuditEvent,
  AuditEventCode,
  LoginEventType,
  paths as LogsPaths,
} from '../packages/celonis-client/src/generated/logs.ts';
import { oeOperations } from '../packages/oe-client/src/generated/oe-operations.ts';
import type { paths as OePaths, ProcessContext, ProcessContextStatus } from '../packages/oe-client/src/generated/oe.ts';
import logsJson from '../packages/simulator/src/generated/celonis-logs.json' with { type: 'json' };
import oeJson from '../packages/simulator/src/generated/oe.json' with { type: 'json' };
import { isObject, type Json, operationsOf, parseDocument } from '../tools/codegen/src/document.ts';
import { checkFiles, root, writeFiles } from '../tools/codegen/src/files.ts';
import { marksOf } from '../tools/codegen/src/marks.ts';
import { specs } from '../tools/codegen/src/specs.ts';

const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  allErrors: true,
  keywords: ['openapi', 'info', 'servers', 'tags', 'security', 'paths', 'components'],
});
formats.default(ajv);
ajv.addSchema(oeJson, 'oe');
ajv.addSchema(logsJson, 'logs');

type Api = 'oe' | 'logs';

function validator(api: Api, schema: string): ValidateFunction {
  const validate = ajv.getSchema(`${api}#/components/schemas/${schema}`);
  if (validate === undefined) throw new Error(`${api} has no schema ${schema}.`);
  return validate;
}

function errorsOf(api: Api, schema: string, value: unknown): string[] {
  const validate = validator(api, schema);
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

async function readSpec(source: string): Promise<string> {
  return readFile(join(root, source), 'utf8');
}

/** The value with the one at `path` replaced. */
function changed(value: Json, path: readonly (string | number)[], replacement: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === key ? changed(item, rest, replacement) : item));
  if (!isObject(value)) throw new Error(`No ${String(key)} in a scalar.`);
  return { ...value, [key]: changed(value[key] ?? null, rest, replacement) };
}

/** The value without the property at `path`. */
function without(value: Json, path: readonly string[]): Json {
  const [key = '', ...rest] = path;
  if (!isObject(value)) throw new Error(`No ${key} in a scalar.`);
  if (rest.length > 0) return { ...value, [key]: without(value[key] ?? null, rest) };
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** Every place where OpenAPI has an operation, parameter, response, header or property, found without the generator's help. */
function* markable(value: Json, path: string, key = ''): Generator<[string, Json]> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (key === 'parameters' && isObject(item) && !('$ref' in item)) yield [`${path}/${index}`, item];
      yield* markable(item, `${path}/${index}`);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const [name, item] of Object.entries(value)) {
    const inner = `${path}/${name}`;
    const inList = ['properties', 'responses', 'headers', 'parameters', 'securitySchemes'].includes(key);
    if (isObject(item) && (('operationId' in item && key !== 'properties') || (inList && !onlyReference(key, item)))) {
      yield [inner, item];
    }
    yield* markable(item, inner, inList ? '' : name);
  }
}

function onlyReference(key: string, item: Json): boolean {
  return key !== 'properties' && isObject(item) && '$ref' in item;
}

const levels = ['documented', 'observed', 'inferred'];

describe('marks of evidence', () => {
  test.each(specs.map(({ source }) => source))(
    '%s marks every operation, parameter, response, header and property',
    async (source) => {
      const document = parseDocument(await readSpec(source), source);
      const places = [...markable(document, '#')];
      const unmarked = places.filter(
        ([, item]) =>
          !isObject(item) ||
          !levels.some((level) => level === item['x-evidence']) ||
          typeof item['x-source'] !== 'string',
      );
      expect(unmarked.map(([path]) => path)).toEqual([]);
      expect(places.length).toBeGreaterThan(100);
    },
  );

  test.each(specs.map(({ source }) => source))(
    'the generator finds the same places in %s and no fault',
    async (source) => {
      const document = parseDocument(await readSpec(source), source);
      const { marks, problems } = marksOf(document);
      const own = marks.filter(({ kind }) => kind !== 'permission' && kind !== 'values');
      expect(problems).toEqual([]);
      expect(own).toHaveLength([...markable(document, '#')].length);
    },
  );

  test.each([
    [
      'an operation without evidence',
      ['paths', '/oe/accounts', 'get', 'x-evidence'],
      'operation GET /oe/accounts: x-evidence',
    ],
    [
      'an operation without source',
      ['paths', '/oe/accounts', 'get', 'x-source'],
      'operation GET /oe/accounts: x-source',
    ],
    [
      'an inferred operation without a check',
      ['paths', '/oe/accounts', 'get', 'x-check'],
      'operation GET /oe/accounts: x-check',
    ],
    ['a parameter', ['components', 'parameters', 'PageSize', 'x-evidence'], 'pageSize: x-evidence'],
    ['a response', ['components', 'responses', 'NotFound', 'x-source'], 'response NotFound: x-source'],
    ['a header', ['components', 'headers', 'TotalCount', 'x-source'], 'header TotalCount: x-source'],
    [
      'a nested property',
      ['components', 'schemas', 'ProcessContext', 'properties', 'context', 'properties', '_draft', 'x-evidence'],
      'property ProcessContext context._draft: x-evidence',
    ],
    ['a permission', ['paths', '/oe/accounts', 'get', 'x-permission-source'], 'Orchestration Engine API: x-source'],
  ])('the generator refuses %s', async (_name, path, problem) => {
    const document = without(parseDocument(await readSpec('openapi/oe.yaml'), 'oe'), path);
    if (!isObject(document)) throw new Error('The document is no object.');
    expect(marksOf(document).problems.join('\n')).toContain(problem);
  });
});

describe('generated files', () => {
  test('a missing, a changed and a stale file are each named', async () => {
    const base = await mkdtemp(join(tmpdir(), 'codegen-'));
    try {
      const generated = 'packages/a/src/generated';
      const files = new Map([
        [`${generated}/missing.ts`, 'm'],
        [`${generated}/changed.ts`, 'new'],
        [`${generated}/same.ts`, 's'],
      ]);
      for (const [name, text] of [
        ['changed.ts', 'old'],
        ['same.ts', 's'],
        ['deep/stale.ts', 'x'],
      ] as const) {
        const path = join(base, generated, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text);
      }
      expect(await checkFiles(base, files)).toEqual([
        `${generated}/missing.ts is missing.`,
        `${generated}/changed.ts differs from what its specification gives.`,
        `${generated}/deep/stale.ts is no longer generated.`,
      ]);
      await writeFiles(base, files, () => {});
      expect(await checkFiles(base, files)).toEqual([]);
    } finally {
      await rm(base, { recursive: true });
    }
  });

  test('the operations tables name every operation with its method and path', async () => {
    const tables = { 'openapi/oe.yaml': oeOperations, 'openapi/celonis-logs.yaml': logsOperations };
    for (const [source, table] of Object.entries(tables)) {
      const operations = operationsOf(parseDocument(await readSpec(source), source));
      expect(Object.entries(table).map(([id, { method, path }]) => ({ id, method, path }))).toEqual(
        operations.map(({ id, method, path }) => ({ id, method, path })),
      );
    }
    expect(logsOperations.findAllAuditLogs).toMatchObject({
      method: 'GET',
      path: '/log/api/external/audit',
      scope: 'audit.log:read',
      permission: 'Use Audit Log API',
    });
  });

  test('the paths of the tables are keys of the generated paths', () => {
    expectTypeOf<(typeof oeOperations)[keyof typeof oeOperations]['path']>().toExtend<keyof OePaths>();
    expectTypeOf<(typeof logsOperations)[keyof typeof logsOperations]['path']>().toExtend<keyof LogsPaths>();
  });

  test('vendor enums are open in the types and still complete the known values', () => {
    expectTypeOf<'GROUP_CREATED'>().toExtend<AuditEventCode>();
    expectTypeOf<string>().toExtend<AuditEventCode>();
    expectTypeOf<AuditEventCode>().not.toEqualTypeOf<string>();
    expectTypeOf<Extract<LoginEventType, 'LOGIN_SSO'>>().toEqualTypeOf<'LOGIN_SSO'>();
    expectTypeOf<Extract<ProcessContextStatus, 'finished'>>().toEqualTypeOf<'finished'>();
    expectTypeOf<null>().toExtend<AuditEvent['ipAddress']>();
    expectTypeOf<undefined>().toExtend<AuditEvent['ipAddress']>();
    expectTypeOf<ProcessContext['context']['order.found']>().toEqualTypeOf<unknown>();
    // @ts-expect-error a code is a string
    const wrong: AuditEventCode = 1;
    expect(wrong).toBe(1);
  });
});

const auditPage = new URL('../../shared/data/celonis-audit-page.json', import.meta.url);
const oeExport = new URL('../../shared/data/oe-value-stream-export.json', import.meta.url);

describe.skipIf(!existsSync(auditPage))('a captured page of the audit log', () => {
  test('is an AuditPage', async () => {
    expect(errorsOf('logs', 'AuditPage', JSON.parse(await readFile(auditPage, 'utf8')))).toEqual([]);
  });

  test.each([
    ['a number as timestamp', ['content', 0, 'timestamp'], 1_740_495_130_903, '/content/0/timestamp must be string'],
    ['a number as port', ['content', 1, 'port'], 8888, '/content/1/port must be string,null'],
    ['a string as message', ['content', 2, 'message'], '{}', '/content/2/message must be object,null'],
    ['a string as count', ['totalCount'], '30', '/totalCount must be integer'],
    ['no list', ['content'], null, '/content must be array'],
  ])('is none with %s', async (_name, path, value, error) => {
    const page: Json = JSON.parse(await readFile(auditPage, 'utf8'));
    expect(errorsOf('logs', 'AuditPage', changed(page, path, value))).toContain(error);
  });
});

describe.skipIf(!existsSync(oeExport))('an exported digital process', () => {
  test('is a DigitalProcess', async () => {
    expect(errorsOf('oe', 'DigitalProcess', JSON.parse(await readFile(oeExport, 'utf8')))).toEqual([]);
  });

  test.each([
    ['an object as tenant', ['tenant'], { id: 'x' }, '/tenant must be string'],
    ['a string as version number', ['version', 'number'], '2', '/version/number must be integer,null'],
    ['an object as trigger', ['trigger'], {}, '/trigger must be array,null'],
    [
      'a time that is none',
      ['metadata', 'createdAt'],
      'yesterday',
      '/metadata/createdAt must match format "date-time"',
    ],
  ])('is none with %s', async (_name, path, value, error) => {
    const document: Json = JSON.parse(await readFile(oeExport, 'utf8'));
    expect(errorsOf('oe', 'DigitalProcess', changed(document, path, value))).toContain(error);
  });
});

describe('schemas', () => {
  test('an audit page with null fields is valid', () => {
    const page = {
      content: [
        {
          userId: '00000000-0000-4000-8000-000000000001 (a@example.com)',
          userRole: 'ADMIN',
          event: 'GROUP_CREATED',
          timestamp: '2026-01-02T03:04:05.678Z',
          message: { name: 'G1' },
          ipAddress: null,
          port: null,
          diffPayload: null,
        },
      ],
      pageNumber: 0,
      pageSize: 200,
      totalCount: 1,
    };
    expect(errorsOf('logs', 'AuditPage', page)).toEqual([]);
    expect(errorsOf('logs', 'AuditCursorPage', { content: page.content, nextPageToken: '' })).toEqual([]);
  });

  const run = {
    metadata: { tenant: 'T', createdAt: '2025-01-31T02:45:48.439Z', updatedAt: '2025-01-31T02:45:49.13Z' },
    context: { processid: 'V-T-R', 'order.found': {}, lookup: { metadata: { type: 'cloud-function' }, result: [1] } },
    status: 'finished',
    events: [{ id: 'E', eventType: 'order.found', occurredAt: '2025-01-31T02:45:48Z', readAt: null }],
  };

  test.each<[string, Api, string, unknown]>([
    ['an audit event without any property', 'logs', 'AuditEvent', {}],
    ['an audit event with a property that is not known', 'logs', 'AuditEvent', { sessionId: 1 }],
    ['a login page', 'logs', 'LoginPage', { content: [{ authenticationEventType: 'LOGIN', success: false }] }],
    ['an error in the generic form', 'logs', 'ErrorBody', { title: 'Access Denied.', status: 403 }],
    [
      'an error in the form of the Permissions API',
      'logs',
      'ErrorBody',
      { frontendErrorKey: 'x', errorInformation: [1] },
    ],
    ['an error in the form of OAuth', 'logs', 'ErrorBody', { error: 'invalid_client' }],
    ['a run with free keys in its context', 'oe', 'ProcessContext', run],
    ['a list as an array', 'oe', 'ProcessContextList', [run]],
    ['a list under items', 'oe', 'ProcessContextList', { items: [run] }],
    ['an empty list', 'oe', 'AccountList', []],
  ])('take %s', (_name, api, schema, value) => {
    expect(errorsOf(api, schema, value)).toEqual([]);
  });

  test.each<[string, Api, string, unknown]>([
    ['a page without content', 'logs', 'AuditPage', { totalCount: 0 }],
    ['a run without case ID', 'oe', 'ProcessContext', { ...run, context: {} }],
    ['a list of something else', 'oe', 'ProcessContextList', { content: [run] }],
    ['an account without ID', 'oe', 'AccountList', [{ name: 'x' }]],
    ['a token response without token', 'oe', 'TokenResponse', { token_type: 'Bearer' }],
  ])('refuse %s', (_name, api, schema, value) => {
    expect(errorsOf(api, schema, value)).not.toEqual([]);
  });

  test.each<[Api, string, string]>([
    ['logs', 'AuditEvent', 'event'],
    ['logs', 'AuditEvent', 'userRole'],
    ['logs', 'LoginEvent', 'authenticationEventType'],
    ['logs', 'Member', 'userRole'],
    ['logs', 'Member', 'status'],
    ['logs', 'AdoptionEvent', 'userType'],
    ['logs', 'AdoptionEvent', 'appName'],
    ['logs', 'ErrorBody', 'errorCode'],
    ['oe', 'DigitalProcessTrigger', 'trigger_type'],
    ['oe', 'DigitalProcessStep', 'stepType'],
  ])('%s %s takes an unknown %s, and no number', (api, schema, property) => {
    expect(errorsOf(api, schema, { [property]: 'ADDED_BY_THE_VENDOR' })).toEqual([]);
    expect(errorsOf(api, schema, { [property]: 1 })).not.toEqual([]);
  });

  test.each<[Api, string, unknown, boolean]>([
    ['logs', 'PageSize', 1, true],
    ['logs', 'PageSize', 200, true],
    ['logs', 'PageSize', 0, false],
    ['logs', 'PageSize', 201, false],
    ['logs', 'Limit', 500, true],
    ['logs', 'Limit', 0, false],
    ['logs', 'Limit', 501, false],
    ['logs', 'QueryTime', '2022-01-01T09:00:00', true],
    ['logs', 'QueryTime', '2025-02-25T14:52:10.903123Z', true],
    ['logs', 'QueryTime', '2022-01-01', false],
    ['logs', 'QueryTime', '2022-01-01T09:00:00+01:00', false],
    ['oe', 'QueryTime', '2026-01-02T03:04:05.678Z', true],
    ['oe', 'QueryTime', '2026-01-02', false],
  ])('%s %s of %j is valid: %j', (api, schema, value, want) => {
    expect(errorsOf(api, schema, value).length === 0).toBe(want);
  });

  test('a page has 200 events unless asked otherwise', () => {
    expect(logsJson.components.schemas.PageSize.default).toBe(200);
    expect(logsJson.components.schemas.Limit.default).toBe(200);
  });

  test('the catalogue of audit events is whole, without a code twice', () => {
    const codes = logsJson.components.schemas.AuditEventCode.anyOf.flatMap((part) => part.enum ?? []);
    expect(codes).toHaveLength(313);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).toEqual(expect.arrayContaining(['ADMIN USER INVITED', 'PERMISSIONS_UPDATE', 'STUDIO_NODE_UPDATED']));
  });
});
