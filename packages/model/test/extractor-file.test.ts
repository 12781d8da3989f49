import { existsSync, readFileSync } from 'node:fs';
import { createFlattener, rows, type JsonObject, type RootSpec } from '@millrace/flatten';
import { describe, expect, test } from 'vitest';
import {
  ExtractorFileError,
  extractorPaths,
  extractorResponse,
  extractorSpec,
  formatExtractorFile,
  oeActivityLog,
  oeEventLog,
  parseExtractorFile,
  type ExtractorEndpoint,
} from '../src/index.ts';

/** An export of the Extractor Builder, MIT (kaztakata/celonis-hacks). Not part of this repository. */
const exported = new URL('../../../../shared/data/celonis-extractor-export.json', import.meta.url);

describe.skipIf(!existsSync(exported))('a real export', () => {
  const text = existsSync(exported) ? readFileSync(exported, 'utf8') : '';

  test('is written again without a difference', () => {
    expect(formatExtractorFile(parseExtractorFile(text))).toBe(text);
  });

  test('turns answers into its tables, with its names, types, keys and link columns', () => {
    const [issues, journals] = parseExtractorFile(text).endpoints;
    const issue = {
      id: 7,
      subject: 'Late',
      spent_hours: 1.5,
      is_private: false,
      start_date: '2022-01-31',
      project: { id: 3, name: 'P' },
    };
    expect(tables(issues, [issue])).toEqual({
      issues: [
        expect.objectContaining({
          id: 7,
          subject: 'Late',
          spent_hours: 1.5,
          is_private: false,
          start_date: '2022-01-31',
          project$id: 3,
          author$name: null,
        }),
      ],
    });
    const changes = [
      { property: 'attr', name: 'status_id', old_value: '1', new_value: '2' },
      { property: 'attr', name: 'done_ratio', old_value: '0', new_value: '10' },
    ];
    const journal = {
      id: 41,
      notes: '',
      created_on: '2022-02-05T10:11:12Z',
      user: { id: 5, name: 'U' },
      issues$id: '7',
      details: changes,
    };
    expect(tables(journals, [journal])).toEqual({
      journals: [
        expect.objectContaining({ id: 41, created_on: '2022-02-05T10:11:12.000Z', user$name: 'U', issues$id: '7' }),
      ],
      journals$details: changes.map((change) => ({ ...change, journals_id: 41 })),
    });
    expect(spec(journals)).toMatchObject({ primaryKey: [['id']] });
  });
});

function spec(endpoint: ExtractorEndpoint | undefined): RootSpec {
  if (endpoint === undefined) throw new Error('The file has no such endpoint.');
  return extractorSpec(endpoint);
}

function tables(endpoint: ExtractorEndpoint | undefined, documents: readonly JsonObject[]): unknown {
  const flattener = createFlattener(spec(endpoint));
  flattener.push(documents);
  return Object.fromEntries(flattener.take().tables.map((batch) => [batch.table.name, [...rows(batch)]]));
}

/** An endpoint around the response of a model. */
function endpointOf(table: string, model = oeActivityLog): ExtractorEndpoint {
  return {
    id: `id of ${table}`,
    dependsOn: '',
    name: table,
    url: `{Connection.API_URL}/${table}`,
    requestParameters: [],
    headers: {},
    pagination: {},
    response: extractorResponse(model, table),
    errorHandlingRules: [],
    useForConnectionTest: true,
  };
}

describe('a response made of a model', () => {
  test('ticks the primary key, without which child tables cannot be linked', () => {
    const { response } = endpointOf('process_context');
    expect(response.columns.filter(({ primaryKey }) => primaryKey)).toEqual([
      { name: 'context$processid', path: ['context', 'processid'], type: 'STRING', primaryKey: true },
    ]);
    expect(response.columns.find(({ name }) => name === 'metadata$updatedAt')).toEqual({
      name: 'metadata$updatedAt',
      path: ['metadata', 'updatedAt'],
      type: 'DATETIME',
      dateFormat: "yyyy-MM-dd'T'HH:mm:ss.SSSZZ",
    });
    expect(response.columns.find(({ name }) => name === 'status')).toEqual({ name: 'status', type: 'STRING' });
  });

  test('has nested tables with link columns last, as the guides name them', () => {
    const [event] = endpointOf('process_context').response.nestedTables;
    expect(event).toMatchObject({ name: 'process_context_event', path: ['events'] });
    expect(
      event?.columns.map(({ name, primaryKey = false, foreignKey = false }) => [name, primaryKey, foreignKey]),
    ).toEqual([
      ['id', true, false],
      ['eventType', false, false],
      ['occurredAt', false, false],
      ['readAt', false, false],
      ['process_context$context$processid', true, true],
    ]);
    const older = endpointOf('execution_templates', oeEventLog).response.nestedTables;
    const trigger = older.find(({ name }) => name === 'execution_templates$trigger');
    expect(trigger?.columns.at(-1)).toEqual({
      name: 'execution_templates_id',
      type: 'STRING',
      primaryKey: true,
      foreignKey: true,
    });
    expect(trigger?.nestedTables?.[0]).toMatchObject({
      name: 'execution_templates$trigger$scenario_ids',
      path: ['scenario_ids'],
      primitiveArray: true,
    });
  });

  test.for(['account', 'digital_process', 'event_type', 'process_context'])(
    'gives %s the tables that the model has, read with places as keys',
    (table) => {
      const read = createFlattener(extractorSpec(endpointOf(table), { childKeys: 'position' }));
      const want = oeActivityLog.tables.filter(
        ({ name }) => name === table || name.startsWith(`${table}$`) || name.startsWith(`${table}_`),
      );
      const byName = (
        list: readonly {
          name: string;
          primaryKey: readonly string[];
          columns: readonly { name: string; type: string }[];
        }[],
      ): unknown =>
        Object.fromEntries(
          list.map(({ name, primaryKey, columns }) => [
            name,
            [primaryKey, columns.map((column) => `${column.name} ${column.type}`).toSorted()],
          ]),
        );
      expect(byName(read.take().tables.map((batch) => batch.table))).toEqual(byName(want));
    },
  );

  test('tells which fields are read', () => {
    expect(extractorPaths(endpointOf('digital_process')).map((path) => path.join('.'))).toEqual(
      expect.arrayContaining([
        'metadata.createdByUser.user_name',
        'trigger.event_type',
        'trigger.scenario_ids',
        'steps.scenarios.url',
      ]),
    );
  });
});

const empty = { supportedAuthenticationConfigurations: [], connectionParameters: [], endpoints: [] };

test.for<readonly [string, string, RegExp]>([
  ['no JSON', '{', /^The file: it is not JSON/],
  ['a list', '[]', /an object is expected/],
  [
    'no endpoints',
    '{"supportedAuthenticationConfigurations":[],"connectionParameters":[]}',
    /^endpoints: a list is expected/,
  ],
  [
    'an endpoint without a response',
    JSON.stringify({ ...empty, endpoints: [{ ...endpointOf('account'), response: undefined }] }),
    /^endpoints\[0\]\.response: an object is expected/,
  ],
  [
    'a dependency on nothing',
    JSON.stringify({ ...empty, endpoints: [{ ...endpointOf('account'), dependsOn: 'x' }] }),
    /^endpoints\[0\]\.dependsOn: there is no endpoint with the ID x/,
  ],
])('%s is refused with its place', ([, text, message]) => {
  const attempt = (): unknown => parseExtractorFile(text);
  expect(attempt).toThrow(ExtractorFileError);
  expect(attempt).toThrow(message);
});
