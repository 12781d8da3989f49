/** Documents held to contracts: pages that fit are the kernel's, whatever else is looked at document by document. */
import {
  type Contract,
  type ContractMode,
  createFlattener,
  FlattenError,
  type RootSpec,
  type TableSchema,
} from '@millrace/flatten';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageText } from './json-text.ts';
import { countingPages, outcome } from './outcome.ts';

const numRuns = process.env['MILLRACE_FULL'] === undefined ? 60 : 2000;
const encoder = new TextEncoder();
const spec: RootSpec = { table: 't', primaryKey: [['id']] };

/** The tables that an earlier run without contracts left. */
function tablesAfter(given: RootSpec, pages: readonly Uint8Array[], at: readonly string[]): readonly TableSchema[] {
  const paths = (given.paths ?? []).map(({ contract: _contract, ...path }) => path);
  const flattener = createFlattener({ ...given, paths }, { engine: 'typescript' });
  for (const page of pages) {
    try {
      flattener.push(page, { at });
    } catch (error) {
      if (!(error instanceof FlattenError)) throw error;
    }
  }
  flattener.take();
  return flattener.schema;
}

const bounds: readonly (readonly [string, ContractMode | Contract])[] = [
  ['nothing may change', 'freeze'],
  ['what would change is put aside', 'quarantine'],
  ['new columns are put aside', { columns: 'quarantine' }],
  ['types are frozen', { types: 'freeze' }],
  ['new tables are put aside, longer texts too', { tables: 'quarantine', lengths: 'quarantine' }],
];

describe.each(bounds)('where %s', (_, contract) => {
  test.each<[string, RootSpec]>([
    ['a declared key', spec],
    ['content keys', { table: 't' }],
    [
      'paths of their own',
      {
        ...spec,
        paths: [
          { path: ['a'], contract: 'evolve' },
          { path: ['b'], type: 'DATETIME' },
          { path: ['list'], contract: 'quarantine' },
        ],
      },
    ],
  ])('both engines give the same of documents with %s', (_name, given) => {
    fc.assert(
      fc.property(
        fc.array(pageText, { minLength: 1, maxLength: 3 }),
        fc.array(fc.oneof(pageText, fc.nat(2)), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        (before, after, pagesPerBatch) => {
          const known = before.map((text) => encoder.encode(text));
          // Pages of the earlier run fit.
          const pages = after.map((each) =>
            typeof each === 'number' ? (known[each % known.length] ?? new Uint8Array()) : encoder.encode(each),
          );
          const run = {
            spec: { ...given, contract, tables: tablesAfter(given, known, ['content']) },
            pages,
            at: ['content'],
            pagesPerBatch,
          };
          expect(outcome('wasm', run)).toEqual(outcome('typescript', run));
        },
      ),
      { numRuns },
    );
  });
});

const first = '[{"id":1,"a":"x","list":[{"b":1}]}]';
const bound = (contract: ContractMode | Contract): RootSpec => ({
  ...spec,
  contract,
  tables: tablesAfter(spec, [encoder.encode(first)], []),
});

test('pages that bring nothing new are taken by the kernel', () => {
  const pages = [first, '[{"id":2,"a":null,"unknown":null,"list":[]},{"id":3,"a":"a longer text"}]', first].map(
    (text) => encoder.encode(text),
  );
  const { taken, refused } = countingPages(() => outcome('wasm', { spec: bound('freeze'), pages, pagesPerBatch: 1 }));
  expect({ taken, refused }).toEqual({ taken: 3, refused: 0 });
});

test.each([
  ['a column', '[{"id":2,"new":1}]'],
  ['a table', '[{"id":2,"more":[1]}]'],
  ['a type', '[{"id":2,"list":[{"b":"text"}]}]'],
])('a page that brings %s is not, and the next is again', (_, text) => {
  const pages = [text, first, first].map((each) => encoder.encode(each));
  const { taken, refused } = countingPages(() =>
    outcome('wasm', { spec: bound('quarantine'), pages, pagesPerBatch: 1 }),
  );
  expect({ taken, refused }).toEqual({ taken: 2, refused: 1 });
});

test('a document that was put aside and then fits is put aside no more', () => {
  const pages = ['[{"id":1,"new":1}]', first].map((each) => encoder.encode(each));
  const run = { spec: bound('quarantine'), pages, pagesPerBatch: 2 };
  const { result } = countingPages(() => outcome('wasm', run));
  expect(result.batches[0]?.tables.find(({ table }) => table.rejects === true)?.rows ?? 0).toBe(0);
  expect(result).toEqual(outcome('typescript', run));
});

test('where texts may be too long every document is looked at', () => {
  const pages = [first].map((each) => encoder.encode(each));
  const { taken, refused } = countingPages(() => outcome('wasm', { spec: bound({ lengths: 'freeze' }), pages }));
  expect({ taken, refused }).toEqual({ taken: 0, refused: 0 });
});
