import type { RootSpec } from '@millrace/flatten';
import { memberIdentity } from '@millrace/flatten/identity';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brokenPage, pageText } from './json-text.ts';
import { outcome } from './outcome.ts';

const full = process.env['MILLRACE_FULL'] !== undefined;
// A run has 5.5 documents on average on its good pages, and one page that is none: more than ten thousand documents, and broken ones.
const numRuns = { documents: full ? 2000 : 100, broken: full ? 3500 : 100 };
const encoder = new TextEncoder();

const specs: readonly (readonly [string, RootSpec])[] = [
  ['a declared key alone', { table: 't', primaryKey: [['id']] }],
  ['a key of two columns', { table: 't', primaryKey: [['id'], ['a']] }],
  ['content keys', { table: 't' }],
  [
    'content keys of an identity by rules',
    { table: 't', identity: memberIdentity({ nullIsAbsent: true, members: { a: (a) => [a, 'é'], id: () => null } }) },
  ],
  ['content keys of another identity', { table: 't', identity: ({ a = null, list = null }) => [a, list] }],
  ['two levels', { table: 't', primaryKey: [['id']], maxDepth: 2 }],
  ['no levels', { table: 't', primaryKey: [['id']], maxDepth: 0 }],
  [
    'declared types',
    {
      table: 't',
      primaryKey: [['id']],
      paths: [
        { path: ['a'], type: 'DATETIME' },
        { path: ['b'], type: 'FLOAT' },
        { path: ['c'], type: 'INTEGER', column: 'C2' },
        { path: ['d'], type: 'STRING' },
        { path: ['list'], type: 'DATETIME' },
        { path: ['list', 'a'], type: 'DATE' },
        { path: ['a', 'b'], type: 'BOOLEAN' },
      ],
    },
  ],
  [
    'maps, JSON and omissions',
    {
      table: 't',
      primaryKey: [['id']],
      paths: [
        { path: ['a'], map: 'table' },
        { path: ['b'], map: 'json' },
        { path: ['c'], type: 'JSON' },
        { path: ['d'], omit: true },
        { path: ['list'], table: 'other', linkStyle: 'dollar', primaryKey: [['a']] },
      ],
    },
  ],
];

describe.each(specs)('with %s both engines give the same', (_, spec) => {
  test('for pages of documents', () => {
    fc.assert(
      fc.property(
        fc.array(pageText, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 3 }),
        (texts, pagesPerBatch) => {
          const run = { spec, pages: texts.map((text) => encoder.encode(text)), at: ['content'], pagesPerBatch };
          expect(outcome('wasm', run)).toEqual(outcome('typescript', run));
        },
      ),
      { numRuns: numRuns.documents },
    );
  });

  test('for pages that are no JSON', () => {
    fc.assert(
      fc.property(pageText, brokenPage, pageText, (before, broken, after) => {
        const run = {
          spec,
          pages: [encoder.encode(before), broken, encoder.encode(after)],
          at: ['content'],
          pagesPerBatch: 3,
        };
        expect(outcome('wasm', run)).toEqual(outcome('typescript', run));
      }),
      { numRuns: numRuns.broken },
    );
  });
});
