import {
  type Batch,
  createFlattener,
  type Flattener,
  type JsonObject,
  type Page,
  type RootSpec,
  type SchemaChange,
  SpecError,
  type TableSchema,
} from '@millrace/flatten';
import { ContractError, contracts } from '@millrace/flatten/contracts';
import { unflatten } from '@millrace/flatten/unflatten';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { body } from './arbitraries.ts';
import { MemoryDestination, tablesOf, thrownBy } from './helpers.ts';

const spec: RootSpec = { table: 't', primaryKey: [['id']] };

/** The tables that documents leave. */
function tablesAfter(json: string, given: RootSpec = spec): readonly TableSchema[] {
  const flattener = createFlattener(given, { contracts });
  flattener.push(json);
  flattener.take();
  return flattener.schema;
}

const known = tablesAfter('[{"id":1,"n":1,"s":"abc","o":{"d":"2025-02-25"},"a":[{"x":true,"l":[1]}],"j":[1,{}]}]');

function started(contract: RootSpec['contract'], more: Partial<RootSpec> = {}): Flattener {
  return createFlattener(
    { ...spec, tables: known, ...(contract === undefined ? {} : { contract }), ...more },
    { contracts },
  );
}

function batchOf(flattener: Flattener, json: string): Batch {
  flattener.push(json);
  return flattener.take();
}

/** What a frozen contract says to a page; `undefined` when the page is taken. */
function refusal(flattener: Flattener, page: Page): ContractError | undefined {
  try {
    flattener.push(page);
    return undefined;
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
}

/** What each kind of change looks like: a document, where in it, and the change. */
const breaks: readonly (readonly [name: string, json: string, path: readonly (string | number)[], SchemaChange])[] = [
  ['a new column', '{"id":2,"new":1}', ['new'], { kind: 'column added', table: 't', column: 'new', type: 'INTEGER' }],
  [
    'a new column in a nested object',
    '{"id":2,"o":{"e":"x"}}',
    ['o', 'e'],
    { kind: 'column added', table: 't', column: 'o$e', type: 'STRING' },
  ],
  [
    'a new column in a child table',
    '{"id":2,"a":[{"x":true},{"y":0.5}]}',
    ['a', 1, 'y'],
    { kind: 'column added', table: 't$a', column: 'y', type: 'FLOAT' },
  ],
  ['a new table', '{"id":2,"b":[{"z":[1]}]}', ['b'], { kind: 'table added', table: 't$b' }],
  [
    'a new table in a child table',
    '{"id":2,"a":[{"m":["x"]}]}',
    ['a', 0, 'm'],
    { kind: 'table added', table: 't$a$m' },
  ],
  [
    'a new table of an array in an array',
    '{"id":2,"a":[{"l":[[1]]}]}',
    ['a', 0, 'l', 0],
    { kind: 'table added', table: 't$a$l$[]' },
  ],
  [
    'a wider type',
    '{"id":2,"n":0.5}',
    ['n'],
    { kind: 'type widened', table: 't', column: 'n', from: 'INTEGER', to: 'FLOAT' },
  ],
  [
    'a wider type in an array of scalars',
    '{"id":2,"a":[{"l":[1,"x"]}]}',
    ['a', 0, 'l', 1],
    { kind: 'type widened', table: 't$a$l', column: 'value', from: 'INTEGER', to: 'STRING' },
  ],
  [
    'a scalar where an object was',
    '{"id":2,"o":7}',
    ['o'],
    { kind: 'column added', table: 't', column: 'o', type: 'INTEGER' },
  ],
  [
    'a mixed array where rows were',
    '{"id":2,"a":[{"x":true},1]}',
    ['a'],
    { kind: 'column added', table: 't', column: 'a~json', type: 'JSON' },
  ],
];

describe('freeze', () => {
  test.each(breaks)('refuses %s, naming it', (_, json, path, change) => {
    const flattener = started('freeze');
    const error = thrownBy(() => flattener.push(`{"content":[{"id":1},${json}]}`, { at: ['content'] }));
    expect(error).toBeInstanceOf(ContractError);
    expect(error).toMatchObject({ name: 'ContractError', page: 1, document: 1, path: ['content', 1, ...path], change });
    expect(error).toHaveProperty('table', change.table);
    expect(error).toHaveProperty('column', change.kind === 'table added' ? undefined : change.column);
    expect(flattener.take()).toEqual({ tables: [], changes: [], documents: 0 });
  });

  test('takes what fits', () => {
    const batch = batchOf(
      started('freeze'),
      '[{"id":2,"n":7,"s":"a longer text","o":{},"a":[null,{"l":[2]}],"j":[0,[]]}]',
    );
    expect(batch.documents).toBe(1);
    expect(batch.changes.map(({ kind }) => kind)).toEqual(['length grown']);
  });

  test('refuses a longer text only when lengths are frozen, and only beyond what earlier runs had', () => {
    const flattener = started({ lengths: 'freeze' });
    flattener.push('[{"id":2,"s":"xyz","new":"any length"}]');
    expect(thrownBy(() => flattener.push('[{"id":2,"s":"äöü"}]'))).toMatchObject({
      change: { kind: 'length grown', column: 's', fromChars: 3, toChars: 3, fromBytes: 3, toBytes: 6 },
    });
    expect(() => flattener.push('[{"id":2,"j":[1,{"k":1}]}]')).toThrow(
      'longer than j~json of t has been: 11 characters',
    );
  });

  test('holds for what is declared when nothing is stored', () => {
    const flattener = createFlattener(
      {
        ...spec,
        contract: 'freeze',
        paths: [
          { path: ['n'], type: 'FLOAT' },
          { path: ['a'], table: 'a' },
          { path: ['a', 's'], type: 'STRING' },
          { path: ['any'], column: 'any' },
        ],
      },
      { contracts },
    );
    flattener.push('[{"id":"x","n":1,"a":[{"s":5}],"any":true}]');
    expect(() => flattener.push('[{"id":1,"n":"x"}]')).toThrow('would widen n of t from FLOAT to STRING');
    expect(() => flattener.push('[{"id":1,"a":[{"z":1}]}]')).toThrow('would add the column z (INTEGER) to a');
  });

  test.each<readonly [string, string, string | undefined]>([
    ['evolves where the path says so', '[{"id":2,"o":{"new":[1]}}]', undefined],
    ['stays where a path below says so', '[{"id":2,"o":{"shut":1}}]', 'add the column o$shut'],
    ['stays elsewhere', '[{"id":2,"new":1}]', 'add the column new'],
    ['evolves by kind', '[{"id":2,"a":[{"x":1}]}]', undefined],
    ['stays by kind', '[{"id":2,"a":[{"y":1}]}]', 'add the column y (INTEGER) to t$a'],
  ])('%s', (_, json, message) => {
    const flattener = started('freeze', {
      paths: [
        { path: ['o'], contract: 'evolve' },
        { path: ['o', 'shut'], contract: 'freeze' },
        { path: ['a'], contract: { types: 'evolve' } },
      ],
    });
    expect(refusal(flattener, json)?.message ?? '').toContain(message ?? '');
    expect(refusal(flattener, json) === undefined).toBe(message === undefined);
  });
});

const quarantined = (contract: RootSpec['contract'] = 'quarantine', more: Partial<RootSpec> = {}): Flattener => {
  const flattener = started(contract, more);
  flattener.take();
  return flattener;
};

describe('quarantine', () => {
  test('puts a document aside whole, with reason, path and text', () => {
    const batch = batchOf(quarantined(), '[{"id":2,"a":[{"x":true},{"x":"no"}],"n":5},{"id":3,"a":[{"x":false}]}]');
    expect(batch.documents).toBe(1);
    const { t, t$a, t__rejected } = tablesOf(batch);
    expect(t).toMatchObject([{ id: 3 }]);
    expect(t$a).toMatchObject([{ t_id: 3, x: false }]);
    expect(t__rejected).toEqual([
      {
        t_id: 2,
        reason: 'a[1].x would widen x of t$a from BOOLEAN to STRING',
        change: 'type widened',
        table_name: 't$a',
        column_name: 'x',
        path: 'a[1].x',
        document: '{"a":[{"x":true},{"x":"no"}],"id":2,"n":5}',
      },
    ]);
    expect(batch.changes.filter(({ table }) => table !== 't__rejected')).toEqual([]);
  });

  test('is a table of the family, there before anything is put aside', () => {
    const [, table] = started('quarantine').take().tables;
    expect(table).toBeUndefined();
    const flattener = started('quarantine');
    const first = flattener.take();
    expect(first.changes).toEqual([{ kind: 'table added', table: 't__rejected' }]);
    expect(first.tables[0]?.table).toMatchObject({
      name: 't__rejected',
      rejects: true,
      parent: 't',
      root: 't',
      primaryKey: ['t_id'],
      rootKey: ['t_id'],
    });
    expect(flattener.schema.at(-1)).toEqual(first.tables[0]?.table);
    expect(flattener.take()).toEqual({ tables: [], changes: [], documents: 0 });
  });

  test('numbers documents without a key like those that are taken', () => {
    const flattener = createFlattener(
      {
        table: 't',
        contract: 'quarantine',
        paths: [{ path: ['a'], type: 'INTEGER' }],
      },
      { contracts },
    );
    const { t, t__rejected } = tablesOf(batchOf(flattener, '[{"a":"x"},{"a":1},{"a":"x"}]'));
    expect(t).toHaveLength(1);
    const keys = t__rejected?.map((row) => String(row['t__key'])) ?? [];
    expect(keys.map((key) => key.slice(-2))).toEqual(['-0', '-1']);
    expect(keys[0]?.slice(0, -2)).toBe(keys[1]?.slice(0, -2));
  });

  test('gives the root its key also when nothing is taken', () => {
    const flattener = createFlattener(
      { ...spec, contract: 'quarantine', paths: [{ path: ['n'], type: 'INTEGER' }] },
      { contracts },
    );
    const batch = batchOf(flattener, '[{"id":"a","n":"x"},{"id":"bcd","n":"y"}]');
    expect(batch.documents).toBe(0);
    expect(batch.tables.map(({ table, rows }) => [table.name, rows])).toEqual([
      ['t', 0],
      ['t__rejected', 2],
    ]);
    for (const { table } of batch.tables) expect(table.columns[0]).toMatchObject({ type: 'STRING', maxChars: 3 });
  });

  test('lets a later document of the same key take the place of a rejected one', () => {
    const flattener = quarantined();
    flattener.push('[{"id":2,"n":"x"},{"id":3,"n":"x"},{"id":4,"n":4}]');
    flattener.push('[{"id":2,"n":2},{"id":3,"n":"y"},{"id":4,"n":"z"}]');
    const { t, t__rejected } = tablesOf(flattener.take());
    expect(t?.map(({ id }) => id)).toEqual([4, 2]);
    expect(t__rejected?.map(({ t_id, document }) => [t_id, document])).toEqual([
      [3, '{"id":3,"n":"y"}'],
      [4, '{"id":4,"n":"z"}'],
    ]);
  });

  test('fails like a frozen contract when the root key itself does not fit', () => {
    expect(() => quarantined().push('[{"id":"x","new":1}]')).toThrow(ContractError);
  });

  test('gives way to what is frozen in the same document', () => {
    const flattener = quarantined('quarantine', { paths: [{ path: ['n'], contract: 'freeze' }] });
    expect(() => flattener.push('[{"id":2,"a":7,"n":"x"}]')).toThrow('would widen n of t');
  });

  test('counts rejected documents as pending, and not among the documents of a batch', () => {
    const flattener = quarantined();
    flattener.push('[{"id":2,"new":1},{"id":3}]');
    expect(flattener.pendingDocuments).toBe(2);
    const batch = flattener.take();
    expect(batch.documents).toBe(1);
    expect(flattener.pendingDocuments).toBe(0);
    expect(unflatten([batch])).toEqual([{ id: 3 }]);
  });

  test('goes on from the tables of an earlier run, also once the contract is gone', () => {
    const flattener = quarantined();
    flattener.push('[{"id":2,"new":1}]');
    flattener.take();
    const again = createFlattener({ ...spec, tables: flattener.schema, contract: 'quarantine' }, { contracts });
    expect(again.take()).toEqual({ tables: [], changes: [], documents: 0 });
    const evolved = createFlattener({ ...spec, tables: flattener.schema }, { contracts });
    expect(evolved.schema.at(-1)).toEqual(flattener.schema.at(-1));
    expect(() => createFlattener({ ...spec, tables: flattener.schema, rejected: 'other' }, { contracts })).toThrow(
      'was t__rejected in an earlier run',
    );
  });

  test('has the name that is asked for, and refuses one that is taken', () => {
    const batch = batchOf(quarantined('quarantine', { rejected: 'bad' }), '[{"id":2,"new":1}]');
    expect(batch.tables.at(-1)?.table.name).toBe('bad');
    expect(() => started('quarantine', { rejected: 'T$A' })).toThrow(SpecError);
  });
});

test.each([
  ['an unknown mode', 'strict', "`contract` is 'evolve', 'freeze' or 'quarantine'"],
  ['an unknown kind of change', { rows: 'freeze' }, 'Unknown option `rows` in a contract'],
  ['an unknown mode of a kind', { types: 'no' }, "`contract` is 'evolve', 'freeze' or 'quarantine'"],
])('a contract is refused with %s', (_, contract, message) => {
  const wrong = { contract } as Partial<RootSpec>;
  expect(() => createFlattener({ ...spec, ...wrong }, { contracts })).toThrow(SpecError);
  expect(() => createFlattener({ ...spec, paths: [{ path: ['a'], ...wrong }] }, { contracts })).toThrow(message);
});

describe('properties', () => {
  // A run has three documents on average.
  const numRuns = process.env['MILLRACE_FULL'] === undefined ? 200 : 3500;
  const specs: readonly RootSpec[] = [
    spec,
    { table: 't' },
    { ...spec, maxDepth: 2 },
    {
      ...spec,
      paths: [
        { path: ['a'], map: 'table' },
        { path: ['b'], map: 'json' },
        { path: ['c'], table: 'other', type: 'FLOAT' },
        { path: ['id2'], column: 'A', type: 'DATETIME' },
        { path: ['value'], omit: true },
      ],
    },
  ];

  test('a document is refused exactly when it would change the schema', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...specs),
        fc.array(body, { minLength: 1, maxLength: 3 }),
        body,
        (given, before, document) => {
          const first = createFlattener(given, { contracts });
          first.push(before.map((each, id): JsonObject => ({ ...each, id })));
          first.take();
          const next = { ...given, tables: first.schema };
          const page = [{ ...document, id: 9 }];
          const evolving = createFlattener(next, { contracts });
          evolving.take();
          evolving.push(page);
          const kinds = new Set(evolving.take().changes.map(({ kind }) => kind));
          kinds.delete('length grown');
          const frozen = createFlattener({ ...next, contract: 'freeze' }, { contracts });
          expect(refusal(frozen, page) !== undefined).toBe(kinds.size > 0);
        },
      ),
      { numRuns },
    );
  });

  test('what is put aside depends neither on order nor on pages and batches', () => {
    const contract = 'quarantine' as const;
    const outcome = (documents: readonly JsonObject[], tables: readonly TableSchema[], size: number): unknown => {
      const destination = new MemoryDestination();
      const flattener = createFlattener({ ...spec, tables, contract }, { contracts });
      for (let at = 0; at < documents.length; at += size) {
        flattener.push(documents.slice(at, at + size));
        destination.write(flattener.take());
      }
      return destination.sorted();
    };
    fc.assert(
      fc.property(
        body,
        fc.array(body, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 3 }),
        (base, list, size) => {
          const tables = tablesAfter(JSON.stringify([{ ...JSON.parse(JSON.stringify(withoutBigints(base))), id: 0 }]));
          const documents = list.map((each, index): JsonObject => ({ ...each, id: index }));
          expect(outcome(documents.toReversed(), tables, size)).toEqual(outcome(documents, tables, documents.length));
        },
      ),
      { numRuns },
    );
  });
});

function withoutBigints(document: JsonObject): unknown {
  return JSON.parse(
    JSON.stringify(document, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  );
}
