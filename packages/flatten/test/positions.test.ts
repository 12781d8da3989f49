/** What becomes of a value does not depend on where in a document it stands. */
import { columnValues, createFlattener, type JsonValue, type RootSpec } from '@millrace/flatten';
import { unflatten } from '@millrace/flatten/unflatten';
import { describe, expect, test } from 'vitest';

/** A scalar as JSON text, the type of its column and its cell. */
const scalars: readonly (readonly [json: string, type: string, cell: JsonValue])[] = [
  ['""', 'STRING', ''],
  ['"x"', 'STRING', 'x'],
  ['"1"', 'STRING', '1'],
  ['true', 'BOOLEAN', true],
  ['false', 'BOOLEAN', false],
  ['0', 'INTEGER', 0n],
  ['-0', 'INTEGER', 0n],
  ['2.0', 'INTEGER', 2n],
  ['9007199254740991', 'INTEGER', 9_007_199_254_740_991n],
  ['9007199254740993', 'INTEGER', 9_007_199_254_740_993n],
  ['-9223372036854775808', 'INTEGER', -(2n ** 63n)],
  ['9223372036854775808', 'STRING', '9223372036854775808'],
  ['0.1', 'FLOAT', 0.1],
  ['1e300', 'FLOAT', 1e300],
  ['1e400', 'STRING', '1e+400'],
  ['"2025-02-25"', 'DATE', '2025-02-25'],
  ['"2024-02-29"', 'DATE', '2024-02-29'],
  ['"2025-02-29"', 'STRING', '2025-02-29'],
  ['"2025-02-25T14:52:10Z"', 'DATETIME', '2025-02-25T14:52:10.000Z'],
  ['"2025-02-25T14:52:10.903Z"', 'DATETIME', '2025-02-25T14:52:10.903Z'],
  ['"2025-02-25T14:52:10+00:00"', 'DATETIME', '2025-02-25T14:52:10.000Z'],
  ['"2025-02-25T14:52:10+02:00"', 'STRING', '2025-02-25T14:52:10+02:00'],
  ['"2025-02-25T14:52:10"', 'STRING', '2025-02-25T14:52:10'],
  ['"2025-02-25T14:52Z"', 'STRING', '2025-02-25T14:52Z'],
  ['"2025-02-25 14:52:10Z"', 'STRING', '2025-02-25 14:52:10Z'],
  ['"2025-02-25t14:52:10z"', 'STRING', '2025-02-25t14:52:10z'],
  ['"2025-W09-2"', 'STRING', '2025-W09-2'],
  ['"2025-056"', 'STRING', '2025-056'],
  ['"2025-02"', 'STRING', '2025-02'],
  ['"+002025-02-25"', 'STRING', '+002025-02-25'],
  ['"\\ud800"', 'STRING', '\ufffd'],
  ['"\\u0000"', 'STRING', '\0'],
];

interface Position {
  readonly name: string;
  readonly document: (json: string) => string;
  readonly table: string;
  readonly column: string;
  readonly spec?: Partial<RootSpec>;
}

const positions: readonly Position[] = [
  { name: 'a member of the document', document: (json) => `{"a":${json}}`, table: 't', column: 'a' },
  { name: 'a member of an object', document: (json) => `{"o":{"p":{"a":${json}}}}`, table: 't', column: 'o$p$a' },
  { name: 'a member of an element', document: (json) => `{"l":[{"a":${json}}]}`, table: 't$l', column: 'a' },
  { name: 'an element', document: (json) => `{"l":[${json}]}`, table: 't$l', column: 'value' },
  { name: 'an element of an element', document: (json) => `{"l":[[${json}]]}`, table: 't$l$[]', column: 'value' },
  {
    name: 'an array in an element',
    document: (json) => `{"l":[{"m":[${json}]}]}`,
    table: 't$l$m',
    column: 'value',
  },
  {
    name: 'a value of a map',
    document: (json) => `{"m":{"k":${json}}}`,
    table: 't$m',
    column: 'value',
    spec: { paths: [{ path: ['m'], map: 'table' }] },
  },
];

describe.each(positions)('$name', ({ document, table, column, spec }) => {
  const batchOf = (json: string, engine?: 'typescript') => {
    const options = engine === undefined ? {} : { engine };
    const flattener = createFlattener({ table: 't', primaryKey: [['id']], ...spec }, options);
    flattener.push(`[${document(json).replace('{', '{"id":1,')}]`);
    return flattener.take();
  };
  const cellOf = (json: string, engine?: 'typescript') => {
    const found = batchOf(json, engine).tables.find((each) => each.table.name === table);
    const values = found?.columns.find(({ schema }) => schema.name === column);
    if (values === undefined) return undefined;
    const [cell = null] = columnValues(values);
    return [values.schema.type, typeof cell === 'number' && values.schema.type === 'INTEGER' ? BigInt(cell) : cell];
  };

  test.each(scalars)('%s is %s', (json, type, cell) => {
    expect(cellOf(json)).toEqual([type, cell]);
    expect(cellOf(json, 'typescript')).toEqual([type, cell]);
  });

  test('null makes no column, and empty containers no value', () => {
    for (const json of ['null', '{}', '[]']) {
      expect([json, cellOf(json)]).toEqual([json, undefined]);
      const [back] = unflatten([batchOf(json)]);
      expect(JSON.stringify(back)).not.toContain(column === 'value' ? '"value"' : '"a"');
    }
  });
});
