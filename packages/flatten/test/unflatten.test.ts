import { existsSync, readFileSync } from 'node:fs';
import { createFlattener, type JsonValue, parseJson, type RootSpec } from '@millrace/flatten';
import { unflatten } from '@millrace/flatten/unflatten';
import { describe, expect, test } from 'vitest';
import { shortest } from './helpers.ts';

function back(json: string, spec: Partial<RootSpec> = {}): JsonValue {
  const flattener = createFlattener({ table: 't', ...spec });
  flattener.push(json);
  return unflatten([flattener.take()]);
}

const same: readonly (readonly [name: string, json: string, spec: Partial<RootSpec>])[] = [
  ['scalars of every type', '[{"a":true,"b":1,"c":9007199254740993,"d":0.5,"e":"x","f":""}]', {}],
  [
    'date-times in their own spelling',
    '[{"a":"2025-01-31T02:45:49.13Z","b":"2025-01-31","c":"0001-01-01T00:00:00+00:00"}]',
    {},
  ],
  ['nested objects and arrays', '[{"a":{"b":[{"c":[1,2],"d":{"e":"x"}},{"c":[3]}]}}]', {}],
  ['arrays of arrays', '[{"a":[[1],[2,3],[4]],"b":[[[5]]]}]', {}],
  ['mixed arrays', '[{"a":[1,{"b":[]},[null]]}]', {}],
  ['scalar here, object there, array elsewhere', '[{"a":1},{"a":{"b":2}},{"a":[3]},{"a":[{"c":4}]},{"a":[[5]]}]', {}],
  ['hostile keys', '[{"":1,"$":2,"a$b":3,"~":4,"[]":[5],"~[]":[{"":[6]}],"__proto__":{"x":7},"A":8,"a":9}]', {}],
  ['maps', '[{"m":{"k":1,"":{"x":[2]},"j":["y"]}}]', { paths: [{ path: ['m'], map: 'table' }] }],
  [
    'declared child keys',
    '[{"a":[{"id":2},{"id":1}]}]',
    { paths: [{ path: ['a'], primaryKey: [['id']], table: 'x' }] },
  ],
];

describe('unflatten', () => {
  test.each(same)('gives back %s', (_, json, spec) => {
    expect(back(json, spec)).toEqual(shortest(parseJson(json)));
  });

  test('gives back JSON columns whole, empty things included', () => {
    const json = '[{"m":{"k":[],"j":null,"e":{}}}]';
    expect(back(json, { paths: [{ path: ['m'], map: 'json' }] })).toEqual(JSON.parse(json));
  });

  test('leaves out members without a value, and makes such elements null', () => {
    expect(back('[{"a":null,"b":{},"c":[],"d":{"e":{"f":null}},"g":[{},null,{"h":[]}],"i":1}]')).toEqual([
      { g: [null, null, null], i: 1 },
    ]);
  });

  test('gives the text of a value whose column became a STRING', () => {
    expect(back('[{"a":1.50},{"a":"x"},{"a":true}]')).toEqual([{ a: '1.5' }, { a: 'x' }, { a: 'true' }]);
  });

  test('of a document in several batches gives the last', () => {
    const flattener = createFlattener({ table: 't', primaryKey: [['id']] });
    flattener.push('[{"id":1,"a":[1,2]},{"id":2}]');
    const first = flattener.take();
    flattener.push('[{"id":1,"a":[3]}]');
    expect(unflatten([first, flattener.take()])).toEqual([{ id: 2 }, { id: 1, a: [3] }]);
  });

  const data = new URL('../../../../shared/data/oe-value-stream-export.json', import.meta.url);

  test.skipIf(!existsSync(data))('gives back a value stream exported from OE', () => {
    const text = readFileSync(data, 'utf8');
    expect(back(text, { primaryKey: [['id']] })).toEqual([shortest(parseJson(text))]);
  });
});
