import { readFileSync } from 'node:fs';
import { createFlattener, type JsonValue, type RootSpec } from '@millrace/flatten';
import { describe, expect, test } from 'vitest';
import { type Tables, tablesOf } from './helpers.ts';

interface Given {
  /** Documents as JSON text; each gets its index as key unless it has one. */
  readonly json: string;
  readonly spec?: Partial<RootSpec>;
}

/** Rows without key and link columns, tables without rows left out; then the types of the root's columns. */
type Want = readonly [tables: Record<string, readonly Record<string, JsonValue>[]>, types?: Record<string, string>];

type Case = readonly [name: string, given: Given, want: Want];

const manyKeys = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])));

/** Each name is a row of the table in the README. */
const cases: readonly Case[] = [
  ['`null`', { json: '[{"a":null},{"a":1}]' }, [{ t: [{ a: null }, { a: 1 }] }, { a: 'INTEGER' }]],
  ['absent', { json: '[{},{"a":1}]' }, [{ t: [{ a: null }, { a: 1 }] }]],
  ['`null` and nothing else', { json: '[{"a":null}]' }, [{ t: [{}] }]],
  ['`{}`', { json: '[{"a":{}},{"a":{"b":1}}]' }, [{ t: [{ a$b: null }, { a$b: 1 }] }]],
  ['`[]`', { json: '[{"a":[]},{"a":[1]}]' }, [{ t: [{}, {}], t$a: [{ _position: 0, value: 1 }] }]],
  ['`""`', { json: '[{"a":""}]' }, [{ t: [{ a: '' }] }, { a: 'STRING' }]],
  [
    'text that looks like a number, a boolean or `null`',
    { json: '[{"a":"1","b":"true","c":"null","d":"-1.5e3"}]' },
    [{ t: [{ a: '1', b: 'true', c: 'null', d: '-1.5e3' }] }, { a: 'STRING', b: 'STRING', c: 'STRING', d: 'STRING' }],
  ],
  ['`true`, `false`', { json: '[{"a":true},{"a":false}]' }, [{ t: [{ a: true }, { a: false }] }, { a: 'BOOLEAN' }]],
  [
    'whole number within ±(2^53 − 1), however written',
    { json: '[{"a":1},{"a":2.0},{"a":3e2},{"a":-9007199254740991}]' },
    [{ t: [{ a: 1 }, { a: 2 }, { a: 300 }, { a: -9_007_199_254_740_991 }] }, { a: 'INTEGER' }],
  ],
  [
    'whole number beyond 2^53, within 2^63',
    { json: '[{"a":9007199254740993},{"a":-9223372036854775808}]' },
    [{ t: [{ a: 9_007_199_254_740_993n }, { a: -(2n ** 63n) }] }, { a: 'INTEGER' }],
  ],
  [
    'whole number beyond 2^63',
    { json: '[{"a":9223372036854775808},{"a":1}]' },
    [{ t: [{ a: '9223372036854775808' }, { a: '1' }] }, { a: 'STRING' }],
  ],
  [
    'whole number beyond 2^53, FLOAT declared',
    { json: '[{"a":9007199254740993},{"a":1}]', spec: { paths: [{ path: ['a'], type: 'FLOAT' }] } },
    [{ t: [{ a: 9_007_199_254_740_992 }, { a: 1 }] }, { a: 'FLOAT' }],
  ],
  ['number with a fraction', { json: '[{"a":0.1},{"a":2}]' }, [{ t: [{ a: 0.1 }, { a: 2 }] }, { a: 'FLOAT' }]],
  [
    'whole number beyond 2^53 written with a fraction or exponent',
    { json: '[{"a":9007199254740993.0},{"a":1e300}]' },
    [{ t: [{ a: 9_007_199_254_740_992 }, { a: 1e300 }] }, { a: 'FLOAT' }],
  ],
  [
    'fraction where a whole number beyond 2^53 was',
    { json: '[{"a":9007199254740993},{"a":0.50}]' },
    [{ t: [{ a: '9007199254740993' }, { a: '0.5' }] }, { a: 'STRING' }],
  ],
  ['`-0`, `-0.0`', { json: '[{"a":-0},{"a":-0.0}]' }, [{ t: [{ a: 0 }, { a: 0 }] }, { a: 'INTEGER' }]],
  [
    '`1e400`: beyond a double',
    { json: '[{"a":1e400},{"a":-12.50E+399}]' },
    [{ t: [{ a: '1e+400' }, { a: '-1.25e+400' }] }, { a: 'STRING' }],
  ],
  ['`1e-400`: nearer to 0 than a double', { json: '[{"a":1e-400}]' }, [{ t: [{ a: 0 }] }, { a: 'INTEGER' }]],
  ['`"2025-02-25"`', { json: '[{"a":"2025-02-25"}]' }, [{ t: [{ a: '2025-02-25' }] }, { a: 'DATE' }]],
  [
    '`"2025-02-25T14:52:10Z"`, `….903Z`, `….9Z`, `…+00:00`',
    { json: '[{"a":"2025-02-25T14:52:10Z","b":"2025-02-25T14:52:10.903Z","c":"0001-01-01T00:00:00.9+00:00"}]' },
    [
      { t: [{ a: '2025-02-25T14:52:10.000Z', b: '2025-02-25T14:52:10.903Z', c: '0001-01-01T00:00:00.900Z' }] },
      { a: 'DATETIME', b: 'DATETIME', c: 'DATETIME' },
    ],
  ],
  [
    'other ISO 8601 date-times',
    {
      json: '[{"a":"2025-02-25T14:52:10+02:00","b":"20250225","c":"2025-02-25 14:52","d":"2025-02-25T14:52:10.903123Z"}]',
    },
    [
      {
        t: [{ a: '2025-02-25T14:52:10+02:00', b: '20250225', c: '2025-02-25 14:52', d: '2025-02-25T14:52:10.903123Z' }],
      },
      { a: 'STRING', b: 'STRING', c: 'STRING', d: 'STRING' },
    ],
  ],
  [
    'any ISO 8601 date or date-time, DATETIME declared',
    {
      json: '[{"a":"2025-01-31T02:45:49.13+02:00"},{"a":"20250131T0245"},{"a":"2025-01-31 02:45:49,1239"},{"a":"2025-01-31"},{"a":"0001-01-01T00:00:00Z"}]',
      spec: { paths: [{ path: ['a'], type: 'DATETIME' }] },
    },
    [
      {
        t: [
          { a: '2025-01-31T00:45:49.130Z' },
          { a: '2025-01-31T02:45:00.000Z' },
          { a: '2025-01-31T02:45:49.123Z' },
          { a: '2025-01-31T00:00:00.000Z' },
          { a: '0001-01-01T00:00:00.000Z' },
        ],
      },
      { a: 'DATETIME' },
    ],
  ],
  [
    'text that only looks like a date',
    {
      json: '[{"a":"2025-02-30","b":"2025-02-25T24:00:00Z","c":"2023-02-29","d":"0000-01-01","e":"2025-02-25T14:52:60Z"}]',
    },
    [
      {
        t: [
          { a: '2025-02-30', b: '2025-02-25T24:00:00Z', c: '2023-02-29', d: '0000-01-01', e: '2025-02-25T14:52:60Z' },
        ],
      },
      { a: 'STRING', b: 'STRING', c: 'STRING', d: 'STRING', e: 'STRING' },
    ],
  ],
  [
    'date with date-time',
    {
      json: '[{"a":"2025-02-25","b":"2025-02-25"},{"a":"2025-02-25T14:52:10Z","b":"2025-02-26T00:00:00Z"}]',
    },
    [
      {
        t: [
          { a: '2025-02-25T00:00:00.000Z', b: '2025-02-25' },
          { a: '2025-02-25T14:52:10.000Z', b: '2025-02-26T00:00:00Z' },
        ],
      },
      { a: 'DATETIME', b: 'STRING' },
    ],
  ],
  [
    'date-times whose spellings disagree',
    { json: '[{"a":"2025-02-25T14:52:10.900Z"},{"a":"2025-02-25T14:52:10.9Z"}]' },
    [{ t: [{ a: '2025-02-25T14:52:10.900Z' }, { a: '2025-02-25T14:52:10.9Z' }] }, { a: 'STRING' }],
  ],
  [
    'date or date-time with any other scalar',
    { json: '[{"a":"2025-02-25T14:52:10.9Z","b":"2025-02-25"},{"a":"x","b":7}]' },
    [
      {
        t: [
          { a: '2025-02-25T14:52:10.9Z', b: '2025-02-25' },
          { a: 'x', b: '7' },
        ],
      },
      { a: 'STRING', b: 'STRING' },
    ],
  ],
  [
    'boolean or number with any other scalar',
    { json: '[{"a":true,"b":1.50},{"a":1e2,"b":"1.50"}]' },
    [
      {
        t: [
          { a: 'true', b: '1.5' },
          { a: '100', b: '1.50' },
        ],
      },
      { a: 'STRING', b: 'STRING' },
    ],
  ],
  [
    'value that does not fit a declared type',
    {
      json: '[{"a":0.5,"b":"x"}]',
      spec: {
        paths: [
          { path: ['a'], type: 'INTEGER' },
          { path: ['b'], type: 'BOOLEAN' },
        ],
      },
    },
    [{ t: [{ a: 0.5, b: 'x' }] }, { a: 'FLOAT', b: 'STRING' }],
  ],
  ['lone surrogate', { json: '[{"a":"\\ud800x"}]' }, [{ t: [{ a: '\ufffdx' }] }, { a: 'STRING' }]],
  [
    'control character in a text',
    { json: '[{"a":"\\u0000\\u001f\\n"}]' },
    [{ t: [{ a: '\0\u001f\n' }] }, { a: 'STRING' }],
  ],
  ['byte order mark', { json: '\ufeff[{"a":1}]' }, [{ t: [{ a: 1 }] }]],
  ['the same key twice in an object', { json: '[{"a":1,"a":2}]' }, [{ t: [{ a: 2 }] }]],
  ['nested object', { json: '[{"a":{"b":{"C":1}}}]' }, [{ t: [{ a$b$C: 1 }] }]],
  [
    'array of objects',
    { json: '[{"a":{"b":[{"c":1},{"c":2}]}}]' },
    [
      {
        t: [{}],
        t$a$b: [
          { _position: 0, c: 1 },
          { _position: 1, c: 2 },
        ],
      },
    ],
  ],
  [
    '`null`, `{}` or `[]` as an element',
    { json: '[{"a":[{"b":1},null,{}],"c":[null],"d":[[]]}]' },
    [
      {
        t: [{}],
        t$a: [
          { _position: 0, b: 1 },
          { _position: 1, b: null },
          { _position: 2, b: null },
        ],
        t$c: [{ _position: 0 }],
        t$d: [{ _position: 0 }],
      },
    ],
  ],
  [
    'array of scalars, `null` among them',
    { json: '[{"a":["x",null,1]}]' },
    [
      {
        t: [{}],
        t$a: [
          { _position: 0, value: 'x' },
          { _position: 1, value: null },
          { _position: 2, value: '1' },
        ],
      },
    ],
  ],
  [
    'array of arrays',
    { json: '[{"a":[[1,2],[],[3]]}]' },
    [
      {
        t: [{}],
        t$a: [{ _position: 0 }, { _position: 1 }, { _position: 2 }],
        't$a$[]': [
          { _position: 0, value: 1 },
          { _position: 1, value: 2 },
          { _position: 0, value: 3 },
        ],
      },
    ],
  ],
  [
    'mixed array',
    { json: '[{"a":[1,{"c":0,"b":[]}]}]' },
    [{ t: [{ 'a~json': '[1,{"b":[],"c":0}]' }] }, { 'a~json': 'JSON' }],
  ],
  [
    'object or array deeper than `maxDepth`',
    { json: '[{"a":{"b":{"c":1},"d":[{"e":1}],"f":[1]}}]', spec: { maxDepth: 1 } },
    [{ t: [{ 'a$b~json': '{"c":1}', 'a$d~json': '[{"e":1}]', 'a$f~json': '[1]' }] }],
  ],
  [
    'nesting of 1,000 levels',
    { json: `[{"a":${'['.repeat(1000)}${']'.repeat(1000)}}]`, spec: { maxDepth: 0 } },
    [{ t: [{ 'a~json': '['.repeat(1000) + ']'.repeat(1000) }] }],
  ],
  [
    'scalar where object was',
    { json: '[{"a":{"b":1}},{"a":"x"}]' },
    [
      {
        t: [
          { a: null, a$b: 1 },
          { a: 'x', a$b: null },
        ],
      },
      { a: 'STRING', a$b: 'INTEGER' },
    ],
  ],
  [
    'object where scalar was',
    { json: '[{"a":1},{"a":{"b":true}}]' },
    [
      {
        t: [
          { a: 1, a$b: null },
          { a: null, a$b: true },
        ],
      },
      { a: 'INTEGER', a$b: 'BOOLEAN' },
    ],
  ],
  [
    'scalar where array was',
    { json: '[{"a":[1]},{"a":2}]' },
    [{ t: [{ a: null }, { a: 2 }], t$a: [{ _position: 0, value: 1 }] }],
  ],
  [
    'array where scalar was',
    { json: '[{"a":2},{"a":["x"]}]' },
    [{ t: [{ a: 2 }, { a: null }], t$a: [{ _position: 0, value: 'x' }] }, { a: 'INTEGER' }],
  ],
  [
    'object where array was',
    { json: '[{"a":[{"b":1}]},{"a":{"b":2}}]' },
    [{ t: [{ a$b: null }, { a$b: 2 }], t$a: [{ _position: 0, b: 1 }] }],
  ],
  [
    'array where object was',
    { json: '[{"a":{"b":1}},{"a":[{"b":2}]}]' },
    [{ t: [{ a$b: 1 }, { a$b: null }], t$a: [{ _position: 0, b: 2 }] }],
  ],
  [
    'object, map `table`',
    { json: '[{"m":{"k":1,"j":{"x":2}}}]', spec: { paths: [{ path: ['m'], map: 'table' }] } },
    [
      {
        t: [{}],
        t$m: [
          { key: 'k', value: 1, value$x: null },
          { key: 'j', value: null, value$x: 2 },
        ],
      },
    ],
  ],
  [
    'object, map `json`',
    { json: '[{"m":{"k":1,"j":[]}},{"m":"x"}]', spec: { paths: [{ path: ['m'], map: 'json' }] } },
    [{ t: [{ m: '{"j":[],"k":1}' }, { m: '"x"' }] }, { m: 'JSON' }],
  ],
  ['omitted', { json: '[{"a":{"b":1},"c":2}]', spec: { paths: [{ path: ['a'], omit: true }] } }, [{ t: [{ c: 2 }] }]],
  [
    'key with `$` or `~`',
    { json: '[{"a$b":1,"a":{"b":2},"~":3,"$oid":4}]' },
    [{ t: [{ 'a~$b': 1, a$b: 2, '~~': 3, '~$oid': 4 }] }],
  ],
  ['empty key', { json: '[{"":1,"a":{"":2}}]' }, [{ t: [{ '~0': 1, 'a$~0': 2 }] }]],
  [
    'key with dots, slashes, spaces, emoji, quotes, control characters',
    { json: '[{"order.found":1,"a/b":2," ":3,"🚀":4,"\\"":5,"\\u0000\\n":6}]' },
    [{ t: [{ 'order.found': 1, 'a/b': 2, ' ': 3, '🚀': 4, '"': 5, '\0\n': 6 }] }],
  ],
  [
    'reserved word, `__proto__`',
    { json: '[{"select":1,"constructor":2,"__proto__":{"x":3}}]' },
    [{ t: [{ select: 1, constructor: 2, __proto__$x: 3 }] }],
  ],
  [
    'keys that differ in letter case only',
    { json: '[{"ab":1,"AB":2,"Ab":3}]' },
    [{ t: [{ AB: 2, 'Ab~x218e37cf': 3, 'ab~x84a02f26': 1 }] }],
  ],
  [
    'lone surrogate in a key',
    { json: '[{"\\ud800":1,"\\ufffd":2}]' },
    [{ t: [{ '\ud800': 1, '\ufffd~x9a73a972': 2 }] }],
  ],
  [
    'key with the name of a link or position column',
    { json: '[{"a":[{"_position":7,"t__key":8}]}]' },
    [{ t: [{}], t$a: [{ _position: 0, '_position~x663ef5e6': 7, 't__key~xd8eb9366': 8 }] }],
  ],
  [
    'key `value` beside the scalars of one array',
    { json: '[{"a":[1]},{"a":[{"value":"x"}]}]' },
    [
      {
        t: [{}, {}],
        t$a: [
          { _position: 0, value: 1, 'value~x9418b416': null },
          { _position: 0, value: null, 'value~x9418b416': 'x' },
        ],
      },
    ],
  ],
  [
    'arrays of one path below an object here and below elements there',
    { json: '[{"a":{"b":[1]}},{"a":[{"b":["x"]}]}]' },
    [
      {
        t: [{}, {}],
        t$a: [{ _position: 0 }],
        t$a$b: [{ _position: 0, value: 1 }],
        't$a$b~x499efd29': [{ _position: 0, value: 'x' }],
      },
    ],
  ],
  [
    '10,000 distinct keys under one path',
    { json: `[{"m":${manyKeys}}]`, spec: { paths: [{ path: ['m'], map: 'table' }] } },
    [{ t: [{}], t$m: Array.from({ length: 10_000 }, (_, i) => ({ key: `k${i}`, value: i })) }],
  ],
];

function shown({ json, spec }: Given): { readonly tables: Tables; readonly types: Record<string, string> } {
  const flattener = createFlattener({ table: 't', ...spec });
  flattener.push(new TextEncoder().encode(json));
  const batch = flattener.take();
  const tables: Tables = {};
  for (const { table } of batch.tables) {
    const hidden = new Set(
      table.columns.filter(({ role }) => role === 'key' || role === 'link').map(({ name }) => name),
    );
    const rows = tablesOf(batch)[table.name] ?? [];
    if (rows.length === 0) continue;
    tables[table.name] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => !hidden.has(name))),
    );
  }
  const root = batch.tables[0]?.table.columns.filter(({ role }) => role !== 'key') ?? [];
  return { tables, types: Object.fromEntries(root.map(({ name, type }) => [name, type])) };
}

describe('what becomes of each value', () => {
  test.each(cases)('%s', (_, given, [tables, types]) => {
    const result = shown(given);
    expect(result.tables).toEqual(tables);
    expect(result.types).toMatchObject(types ?? {});
  });

  test('each row of the table in the README is tested here, in the same order', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, table = ''] = readme.split('## What becomes of each value');
    const rows = table.slice(0, table.indexOf('\n\n', table.indexOf('| ---')));
    const names = [...rows.matchAll(/^\| (.+?) +\| /gm)].map((match) => match[1]);
    expect(names.slice(2)).toEqual(cases.map(([name]) => name));
  });

  test('ten thousand keys under one path are ten thousand columns', () => {
    const { tables } = shown({ json: `[{"m":${manyKeys}},{"m":${manyKeys}}]` });
    expect(Object.keys(tables['t']?.[1] ?? {})).toHaveLength(10_000);
    expect(tables['t']?.[1]?.['m$k9999']).toBe(9999);
  });

  test('a hundred thousand levels are one JSON value', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const { tables } = shown({ json: `[{"a":${deep}}]`, spec: { paths: [{ path: ['a'], type: 'JSON' }] } });
    expect(tables['t']?.[0]?.['a']).toBe(deep);
  });
});
