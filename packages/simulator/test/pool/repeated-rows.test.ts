import type { JsonObject } from '@millrace/flatten';
import type { ExtractorNestedTable } from '@millrace/model';
import { expect, test } from 'vitest';
import { withoutRepeats } from '../../src/pool/repeated-rows.ts';

const lines: ExtractorNestedTable = {
  name: 'order$lines',
  path: ['lines'],
  columns: [
    { name: 'sku', type: 'STRING', primaryKey: true },
    { name: 'size', type: 'STRING', primaryKey: true },
    { name: 'order_id', type: 'STRING', primaryKey: true, foreignKey: true },
  ],
  nestedTables: [
    {
      name: 'order$lines$lots',
      path: ['stock', 'lots'],
      columns: [{ name: 'lot', type: 'INTEGER', primaryKey: true }],
      nestedTables: [],
    },
  ],
};

test.each<[string, JsonObject, JsonObject]>([
  ['rows with other keys stay', { lines: [{ sku: 'a' }, { sku: 'b' }] }, { lines: [{ sku: 'a' }, { sku: 'b' }] }],
  [
    'of rows with one key the first stays, an absent part of it being null',
    {
      lines: [
        { sku: 'a', n: 1 },
        { sku: 'a', size: null, n: 2 },
      ],
    },
    { lines: [{ sku: 'a', n: 1 }] },
  ],
  [
    'what is nested in any of them hangs on it, once',
    {
      lines: [
        { sku: 'a', stock: { lots: [{ lot: 1 }, { lot: 2 }] } },
        { sku: 'a', stock: { lots: [{ lot: 2 }, { lot: 3n }] } },
      ],
    },
    { lines: [{ sku: 'a', stock: { lots: [{ lot: 1 }, { lot: 2 }, { lot: 3n }] } }] },
  ],
  ['a list that is none is left alone', { lines: 'none' }, { lines: 'none' }],
])('%s', (_, given, want) => {
  expect(withoutRepeats(given, [lines])).toEqual(want);
});
