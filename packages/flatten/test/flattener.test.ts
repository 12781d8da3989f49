import { existsSync, readFileSync } from 'node:fs';
import {
  type Batch,
  columnValues,
  createFlattener,
  DocumentError,
  flatten,
  type Flattener,
  FlattenError,
  JsonSyntaxError,
  type JsonValue,
  type RootSpec,
  rows,
  SpecError,
} from '@millrace/flatten';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { flattenAll, tablesOf, thrownBy } from './helpers.ts';

function columnsOf(batch: Batch, table: string): string[] {
  const found = batch.tables.find((each) => each.table.name === table);
  return found?.table.columns.map(({ name, type, role }) => `${name} ${type} ${role}`) ?? [];
}

const start = (spec: Partial<RootSpec> = {}): Flattener => createFlattener({ table: 't', ...spec });

describe('push', () => {
  test('finds the documents where `at` says', () => {
    const flattener = start({ primaryKey: [['id']] });
    expect(flattener.push('{"data":{"items":[{"id":1},{"id":2}]},"total":2}', { at: ['data', 'items'] })).toBe(2);
    expect(flattener.pendingDocuments).toBe(2);
    expect(tablesOf(flattener.take())).toEqual({ t: [{ id: 1 }, { id: 2 }] });
  });

  test('takes one object as one document, and null as none', () => {
    const flattener = start({ primaryKey: [['id']] });
    expect(flattener.push({ id: 1 })).toBe(1);
    expect(flattener.push('null')).toBe(0);
    expect(flattener.push('{"items":null}', { at: ['items'] })).toBe(0);
  });

  test('says which keys there are when `at` leads nowhere', () => {
    expect(() => start().push('{"content":[],"totalCount":0}', { at: ['items'] })).toThrow(
      /no items.*keys content, totalCount.*page 1/,
    );
  });

  test('keeps nothing of a page that fails, and goes on with the next', () => {
    const flattener = start({ primaryKey: [['id']] });
    flattener.push('[{"id":1}]');
    expect(() => flattener.push('[{"id":2,"new":[{"x":1}]},{"noid":3}]')).toThrow(DocumentError);
    expect(() => flattener.push('[{"id":2},')).toThrow(JsonSyntaxError);
    flattener.push('[{"id":4}]');
    const batch = flattener.take();
    expect(tablesOf(batch)).toEqual({ t: [{ id: 1 }, { id: 4 }] });
    expect(batch.documents).toBe(2);
  });

  test('does not count the occurrences of a page that fails', () => {
    const flattener = start();
    expect(() => flattener.push('[{"a":1},5]')).toThrow('a number');
    flattener.push('[{"a":1}]');
    expect(rows(flattener.take().tables[0] ?? fail())[0]?.['_key']).toMatch(/^[0-9a-f]{64}-0$/);
  });

  test('names page, document and path of a document that is none', () => {
    const flattener = start();
    flattener.push('[]');
    const error = thrownBy(() => flattener.push('{"content":[{},"x"]}', { at: ['content'] }));
    expect(error).toMatchObject({ page: 2, document: 1, path: ['content', 1] });
    expect(error).toHaveProperty('message', expect.stringContaining('[page 2, document 1, at content[1]]'));
  });

  test.each([
    ['undefined', { a: undefined }],
    ['NaN', { a: [Number.NaN] }],
    ['a Date', { a: new Date(0) }],
    ['a function', { a: (): void => {} }],
  ])('refuses parsed values that JSON cannot say: %s', (_, document) => {
    expect(() => start().push([document as unknown as JsonValue])).toThrow(/Not a JSON value.*\[0\]\.a/);
  });

  test('refuses a value that contains itself', () => {
    const self: Record<string, unknown> = {};
    self['self'] = self;
    expect(() => start().push([self as JsonValue])).toThrow('containing itself');
  });
});

const fail = (): never => {
  throw new Error('missing');
};

describe('keys', () => {
  test('keeps two identical documents as two rows, numbered', () => {
    const { t = [] } = flattenAll('[{"a":1,"b":2},{"b":2.0,"a":1},{"a":2}]', { table: 't' });
    const keys = t.map((row) => String(row['_key']));
    expect(keys[0]?.slice(0, -2)).toBe(keys[1]?.slice(0, -2));
    expect(keys.map((key) => key.slice(-2))).toEqual(['-0', '-1', '-0']);
  });

  test('is the SHA-256 of the canonical JSON', () => {
    const { t = [] } = flattenAll('[{"b":[1,null],"a":"x"}]', { table: 't' });
    // printf '%s' '{"a":"x","b":[1,null]}' | sha256sum
    expect(t[0]?.['_key']).toBe('a8d71f64d3dc772b9eb4e657b383397a3aadf01d32947e3bc05925eaf48e41bf-0');
  });

  test('hashes what `identity` makes of a document', () => {
    const identity: RootSpec['identity'] = ({ a = null }) => ({ a });
    const { t = [] } = flattenAll('[{"a":1,"shown":"x"},{"a":1,"shown":"y"}]', { table: 't', identity });
    expect(t.map((row) => String(row['_key']).slice(-2))).toEqual(['-0', '-1']);
  });

  test('links children by every key column of the parent, grandchildren by its whole key', () => {
    const spec: RootSpec = { table: 't', primaryKey: [['tenant'], ['context', 'id']] };
    const tables = flattenAll('[{"tenant":"x","context":{"id":1},"a":[{"b":[{"c":true}]}]}]', spec);
    expect(tables['t$a']).toEqual([{ t_tenant: 'x', t_context$id: 1, _position: 0 }]);
    expect(tables['t$a$b']).toEqual([{ t_tenant: 'x', t_context$id: 1, t$a__position: 0, _position: 0, c: true }]);
  });

  test('names links with a dollar and tables as declared', () => {
    const spec: RootSpec = {
      table: 'process_context',
      primaryKey: [['context', 'processid']],
      paths: [{ path: ['events'], table: 'process_context_event', linkStyle: 'dollar', primaryKey: [['id']] }],
    };
    const flattener = createFlattener(spec);
    flattener.push('{"context":{"processid":"P"},"events":[{"id":"E","tags":["x"]}]}');
    const batch = flattener.take();
    expect(tablesOf(batch)).toEqual({
      process_context: [{ context$processid: 'P' }],
      process_context_event: [{ process_context$context$processid: 'P', id: 'E' }],
      process_context_event$tags: [
        { process_context$context$processid: 'P', process_context_event_id: 'E', _position: 0, value: 'x' },
      ],
    });
    expect(batch.tables[2]?.table).toMatchObject({
      parent: 'process_context_event',
      root: 'process_context',
      path: ['events', 'tags'],
      primaryKey: ['process_context$context$processid', 'process_context_event_id', '_position'],
      rootKey: ['process_context$context$processid'],
    });
    expect(batch.tables[2]?.table.columns[0]?.references).toEqual({
      table: 'process_context',
      column: 'context$processid',
    });
  });

  test('refuses an element without its declared key, and two with the same', () => {
    const spec: RootSpec = { table: 't', paths: [{ path: ['a'], primaryKey: [['id']] }] };
    expect(() => flattenAll('[{"a":[{"id":1},{"x":2}]}]', spec)).toThrow(/No value at \["id"\].*\[0\]\.a\[1\]/);
    expect(() => flattenAll('[{"a":[{"id":1},{"id":1.0}]}]', spec)).toThrow('Two elements of one array have the key 1');
    expect(flattenAll('[{"a":[{"id":1}]},{"a":[{"id":1}]}]', spec)['t$a']).toHaveLength(2);
  });

  test('of documents with one key in a batch only the last stays, with its children', () => {
    const spec: RootSpec = { table: 't', primaryKey: [['id']] };
    const flattener = createFlattener(spec);
    flattener.push('[{"id":1,"v":"old","a":[{"b":[1]},{"b":[2]}]},{"id":2,"a":[{"b":[3]}]}]');
    flattener.push('[{"id":1,"v":"new","a":[{"b":[4]}]}]');
    const batch = flattener.take();
    expect(batch.documents).toBe(2);
    const tables = tablesOf(batch);
    expect(tables['t']).toEqual([
      { id: 2, v: null },
      { id: 1, v: 'new' },
    ]);
    expect(tables['t$a$b']).toEqual([
      { t_id: 2, t$a__position: 0, _position: 0, value: 3 },
      { t_id: 1, t$a__position: 0, _position: 0, value: 4 },
    ]);
  });

  test('brings link columns along when the key widens', () => {
    const flattener = start({ primaryKey: [['id']] });
    flattener.push('[{"id":1,"a":[true]}]');
    flattener.take();
    flattener.push('[{"id":"x"}]');
    const batch = flattener.take();
    expect(batch.changes).toContainEqual({
      kind: 'type widened',
      table: 't$a',
      column: 't_id',
      from: 'INTEGER',
      to: 'STRING',
    });
    expect(batch.tables.map(({ table, rows: count }) => [table.name, count])).toEqual([
      ['t', 1],
      ['t$a', 0],
    ]);
  });
});

describe('schema', () => {
  test('reports what each batch changed', () => {
    const flattener = start({ primaryKey: [['id']] });
    flattener.push('[{"id":1,"s":"ab"}]');
    expect(flattener.take().changes).toEqual([{ kind: 'table added', table: 't' }]);
    flattener.push('[{"id":2,"s":"äbc","n":1,"a":[1]}]');
    expect(flattener.take().changes).toEqual([
      { kind: 'column added', table: 't', column: 'n', type: 'INTEGER' },
      { kind: 'length grown', table: 't', column: 's', fromChars: 2, toChars: 3, fromBytes: 2, toBytes: 4 },
      { kind: 'table added', table: 't$a' },
    ]);
    flattener.push('[{"id":3,"n":0.5,"a":["x"]}]');
    expect(flattener.take().changes).toEqual([
      { kind: 'type widened', table: 't', column: 'n', from: 'INTEGER', to: 'FLOAT' },
      { kind: 'type widened', table: 't$a', column: 'value', from: 'INTEGER', to: 'STRING' },
    ]);
    expect(flattener.take()).toEqual({ tables: [], changes: [], documents: 0 });
  });

  test('has declared tables and columns before any document', () => {
    const flattener = start({
      paths: [
        { path: ['z'], type: 'STRING' },
        { path: ['b', 'at'], type: 'DATETIME', column: 'at' },
        { path: ['events'], table: 't_event' },
        { path: ['events', 'n'], type: 'INTEGER' },
      ],
    });
    const batch = flattener.take();
    expect(columnsOf(batch, 't')).toEqual(['_key STRING key', 'z STRING data', 'at DATETIME data']);
    expect(columnsOf(batch, 't_event')).toEqual(['t__key STRING link', '_position INTEGER position', 'n INTEGER data']);
    expect(batch.changes).toHaveLength(2);
  });

  test('waits with a table until its key has a type', () => {
    const flattener = start({ primaryKey: [['id']], paths: [{ path: ['x'], table: 'x' }] });
    expect(flattener.take().tables).toEqual([]);
    flattener.push('[{"id":1}]');
    expect(flattener.take().tables.map(({ table }) => table.name)).toEqual(['t', 'x']);
  });

  test('is the same when it comes back from JSON', () => {
    const flattener = start({ primaryKey: [['id']] });
    flattener.push('[{"id":1,"a":[{"b":[[1]]}],"m":[1,{}],"d":"2025-01-01T00:00:00Z","w":9007199254740993}]');
    flattener.take();
    const again = start({ primaryKey: [['id']], tables: JSON.parse(JSON.stringify(flattener.schema)) });
    expect(again.schema).toEqual(flattener.schema);
    expect(again.take()).toEqual({ tables: [], changes: [], documents: 0 });
    again.push('[{"id":2,"d":"x","w":0.5,"m":["x",[]]}]');
    const batch = again.take();
    expect(batch.changes.map(({ kind }) => kind)).toEqual(['type widened', 'length grown', 'type widened']);
    expect(tablesOf(batch)['t']).toEqual([{ id: 2, d: 'x', 'm~json': '["x",[]]', w: '0.5' }]);
  });

  test('of a table is the same value while nothing is new', () => {
    const flattener = start({ primaryKey: [['id']] });
    const tables = ['[{"id":10,"list":["aa"]}]', '[{"id":11,"list":["bb"]}]', '[{"id":12,"list":["ccc"]}]'].map(
      (page) => {
        flattener.push(page);
        return flattener.take().tables.map(({ table }) => table);
      },
    );
    expect(tables[1]?.[0]).toBe(tables[0]?.[0]);
    expect(tables[1]?.[1]).toBe(tables[0]?.[1]);
    expect(tables[2]?.[0]).toBe(tables[0]?.[0]);
    expect(tables[2]?.[1]?.columns.at(-1)?.maxChars).toBe(3);
    expect(tables[0]?.[1]?.columns.at(-1)?.maxChars).toBe(2);
  });

  test('is independent of the tables of other families', () => {
    const other = start({ primaryKey: [['id']] });
    other.push('[{"id":1}]');
    other.take();
    expect(createFlattener({ table: 'u', tables: other.schema }).schema).toEqual([]);
  });
});

describe('specification', () => {
  const wrong: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['no table', { table: '' }, "needs the root table's name"],
    ['an unknown option', { key: 'id' }, 'Unknown option `key`'],
    ['an unknown option of a path', { paths: [{ path: ['a'], tabel: 'x' }] }, 'Unknown option `tabel`'],
    ['an empty path', { paths: [{ path: [] }] }, 'path of one key or more'],
    ['a path as text', { paths: [{ path: 'a.b' }] }, 'path of one key or more'],
    ['a path twice', { paths: [{ path: ['a'] }, { path: ['a'] }] }, 'declared twice'],
    ['an unknown type', { paths: [{ path: ['a'], type: 'TEXT' }] }, '`type` is one of BOOLEAN, INTEGER'],
    ['an unknown map', { paths: [{ path: ['a'], map: 'rows' }] }, "`map` is 'columns', 'table' or 'json'"],
    ['an unknown link style', { paths: [{ path: ['a'], linkStyle: '$' }] }, "'underscore' or 'dollar'"],
    ['omit with more', { paths: [{ path: ['a'], omit: true, type: 'STRING' }] }, 'no other options'],
    ['an empty key', { primaryKey: [] }, 'a list of one path or more'],
    ['a key of names', { primaryKey: ['id'] }, 'a list of one path or more'],
    ['a key that is omitted', { primaryKey: [['a', 'b']], paths: [{ path: ['a'], omit: true }] }, 'has no column'],
    ['a key with identity', { primaryKey: [['a']], identity: (): null => null }, 'give one of the two'],
    ['a fractional depth', { maxDepth: 1.5 }, '`maxDepth` is a whole number from 0 to 500'],
    [
      'one table name twice',
      {
        paths: [
          { path: ['a'], table: 'X' },
          { path: ['b'], table: 'x' },
        ],
      },
      'The table name x of ["b"] is taken',
    ],
    [
      'one column name twice',
      {
        paths: [
          { path: ['a'], column: 'X' },
          { path: ['b'], column: 'x' },
        ],
      },
      'The column name x of ["b"] in t is taken',
    ],
  ];

  test.each(wrong)('is refused with %s', (_, spec, message) => {
    expect(() => createFlattener({ table: 't', ...spec })).toThrow(SpecError);
    expect(() => createFlattener({ table: 't', ...spec })).toThrow(message);
  });

  test('is refused with another key than the earlier run had', () => {
    const flattener = start({ primaryKey: [['id']] });
    flattener.push('[{"id":1}]');
    flattener.take();
    expect(() => start({ primaryKey: [['key']], tables: flattener.schema })).toThrow(
      'The table t was made with the primary key id, but the specification asks for ["key"]',
    );
  });

  test('is typed', () => {
    // @ts-expect-error a table name is needed
    expect(() => createFlattener({})).toThrow(SpecError);
    // @ts-expect-error a key is a list of paths, not of names
    const spec: RootSpec = { table: 't', primaryKey: ['id'] };
    expect(() => createFlattener(spec)).toThrow(FlattenError);
    expectTypeOf(start().take()).toEqualTypeOf<Batch>();
  });
});

describe('flatten', () => {
  async function* pages(): AsyncGenerator<string> {
    for (let i = 0; i < 5; i++) yield `{"items":[{"id":${2 * i}},{"id":${2 * i + 1}}]}`;
  }

  test('gives batches of whole pages', async () => {
    const sizes: number[] = [];
    const spec: RootSpec = { table: 't', primaryKey: [['id']] };
    for await (const batch of flatten(pages(), spec, { at: ['items'], batchDocuments: 3 })) sizes.push(batch.documents);
    expect(sizes).toEqual([4, 4, 2]);
  });

  test('gives one batch with the declared tables when there is nothing', async () => {
    const batches: Batch[] = [];
    for await (const batch of flatten([], { table: 't' })) batches.push(batch);
    expect(batches.map(({ tables }) => tables.map(({ table }) => table.name))).toEqual([['t']]);
  });
});

describe('batches', () => {
  test('hold few distinct texts as a dictionary, many as they are', () => {
    const flattener = start({ primaryKey: [['id']] });
    flattener.push(Array.from({ length: 3000 }, (_, id) => ({ id, few: `v${id % 3}`, many: `é${id}` })));
    const columns = flattener.take().tables[0]?.columns ?? [];
    expect(columns.map(({ schema, values }) => [schema.name, values.kind])).toEqual([
      ['id', 'int64'],
      ['few', 'dictionary'],
      ['many', 'bytes'],
    ]);
    expect(columnValues(columns[1] ?? fail()).slice(0, 4)).toEqual(['v0', 'v1', 'v2', 'v0']);
    expect(columnValues(columns[2] ?? fail())[2999]).toBe('é2999');
  });

  test('hold a link as the row numbers of the parent, never as copies', () => {
    const flattener = start({ primaryKey: [['id']] });
    flattener.push('[{"id":"A","a":[1,2]},{"id":"B","a":[3]}]');
    const link = flattener.take().tables[1]?.columns[0] ?? fail();
    expect(link.values).toMatchObject({ kind: 'dictionary', indices: Uint32Array.of(0, 0, 1) });
  });
});

const data = new URL('../../../../shared/data/', import.meta.url);

describe.skipIf(!existsSync(data))('real documents', () => {
  test('one audit event is one row, whatever it lacks', () => {
    const flattener = createFlattener({ table: 'audit_log' });
    flattener.push(readFileSync(new URL('celonis-audit-page.json', data)), { at: ['content'] });
    const batch = flattener.take();
    expect(batch.documents).toBe(11);
    expect(columnsOf(batch, 'audit_log')).toContain('timestamp DATETIME data');
    expect(columnsOf(batch, 'audit_log')).toContain('message$nodeId STRING data');
  });

  interface Extracted {
    readonly name: string;
    readonly path?: readonly string[];
    readonly type: string;
    readonly primaryKey?: boolean;
    readonly foreignKey?: boolean;
  }
  interface Endpoint {
    readonly response: {
      readonly tableName: string;
      readonly columns: readonly Extracted[];
      readonly nestedTables: readonly {
        readonly name: string;
        readonly path: readonly string[];
        readonly columns: readonly Extracted[];
      }[];
    };
  }

  const samples: Readonly<Record<string, JsonValue>> = {
    INTEGER: 7,
    STRING: 'text',
    FLOAT: 1.5,
    BOOLEAN: true,
    DATE: '2022-01-15',
    DATETIME: '2022-01-15T10:11:12Z',
  };

  function document(columns: readonly Extracted[]): Record<string, JsonValue> {
    const result: Record<string, JsonValue> = {};
    for (const { name, path = [name], type, foreignKey } of columns) {
      if (foreignKey === true) continue;
      let at = result;
      for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, JsonValue>;
      at[path.at(-1) ?? name] = samples[type] ?? null;
    }
    return result;
  }

  test('the tables are those that the Extractor Builder declares for such documents', () => {
    const { endpoints } = JSON.parse(readFileSync(new URL('celonis-extractor-export.json', data), 'utf8')) as {
      endpoints: readonly Endpoint[];
    };
    expect(endpoints).toHaveLength(2);
    for (const { response } of endpoints) {
      const { tableName, columns, nestedTables } = response;
      const keysOf = (list: readonly Extracted[]): string[][] =>
        list
          .filter((column) => column.primaryKey === true && column.foreignKey !== true)
          .map((c) => c.path?.slice() ?? [c.name]);
      const flattener = createFlattener({
        table: tableName,
        primaryKey: keysOf(columns),
        paths: nestedTables.map((nested) => ({ path: nested.path, primaryKey: keysOf(nested.columns) })),
      });
      const page = document(columns);
      for (const nested of nestedTables) page[nested.path[0] ?? ''] = [document(nested.columns)];
      flattener.push([page]);
      const batch = flattener.take();
      for (const { name, columns: declared } of [{ name: tableName, columns }, ...nestedTables]) {
        const table = batch.tables.find((each) => each.table.name === name)?.table ?? fail();
        const own = declared.filter((column) => !(column.foreignKey === true && column.primaryKey === false));
        const shape = ({ name: column, path, type }: Extracted): unknown => [column, path ?? [column], type];
        const ours = table.columns.map((column) =>
          shape({ ...column, path: column.role === 'link' ? [column.name] : column.path }),
        );
        expect(new Set(ours)).toEqual(new Set(own.map(shape)));
        expect(table.primaryKey.toSorted()).toEqual(
          declared
            .filter((column) => column.primaryKey === true)
            .map((column) => column.name)
            .sort(),
        );
      }
    }
  });
});
