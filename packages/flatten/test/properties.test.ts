import {
  type Batch,
  canonicalJson,
  columnValues,
  createFlattener,
  type JsonObject,
  type JsonValue,
  type RootSpec,
  rows,
} from '@millrace/flatten';
import { joinTypes, type TypeState } from '@millrace/flatten/schemas';
import { unflatten } from '@millrace/flatten/unflatten';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { body } from './arbitraries.ts';
import { keyOf, MemoryDestination, shortest } from './helpers.ts';

// A run has 3.4 documents on average: more than ten thousand of them.
const numRuns = process.env['MILLRACE_FULL'] === undefined ? 100 : 3200;
const singleRuns = process.env['MILLRACE_FULL'] === undefined ? 100 : 10_000;

const bodies = fc.array(body, { minLength: 1, maxLength: 6 });
/** Documents with a key each, never the same. */
const keyed = bodies.map((list) => list.map((document, index): JsonObject => ({ ...document, id: index })));

const specs: readonly (readonly [string, RootSpec])[] = [
  ['declared key', { table: 't', primaryKey: [['id']] }],
  ['content key', { table: 't' }],
  ['shallow', { table: 't', primaryKey: [['id']], maxDepth: 2 }],
  [
    'maps',
    {
      table: 't',
      primaryKey: [['id']],
      paths: [
        { path: ['a'], map: 'table' },
        { path: ['b'], map: 'json' },
        { path: ['c'], table: 'other', linkStyle: 'dollar' },
        { path: ['id2'], column: 'A', type: 'DATETIME' },
      ],
    },
  ],
];

/** Pushes documents in pages and takes batches of so many pages. */
function batches(documents: readonly JsonObject[], spec: RootSpec, pageSize: number, pagesPerBatch: number): Batch[] {
  const flattener = createFlattener(spec);
  const result: Batch[] = [];
  for (let at = 0, page = 1; at < documents.length; at += pageSize, page++) {
    flattener.push(documents.slice(at, at + pageSize));
    if (page % pagesPerBatch === 0) result.push(flattener.take());
  }
  result.push(flattener.take());
  return result;
}

function stored(list: readonly Batch[]): MemoryDestination {
  const destination = new MemoryDestination();
  for (const batch of list) destination.write(batch);
  return destination;
}

/** Whether names met: then which of them keeps the plain one depends on the batch in which it comes. */
function namesMet(...destinations: readonly MemoryDestination[]): boolean {
  return /~x[0-9a-f]{8}/.test(JSON.stringify(destinations.map(({ tables }) => tables)));
}

function reversedFields(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((element) => reversedFields(element as JsonValue));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversedFields(member)]),
  );
}

describe.each(specs)('with %s', (_, spec) => {
  test('gives the same tables whatever the page and batch size', () => {
    fc.assert(
      fc.property(keyed, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (documents, size, pages) => {
        const whole = stored(batches(documents, spec, documents.length, 1));
        const parts = stored(batches(documents, spec, size, pages));
        fc.pre(!namesMet(parts, whole));
        expect(parts.sorted()).toEqual(whole.sorted());
        expect(parts.schema()).toEqual(whole.schema());
      }),
      { numRuns },
    );
  });

  test('gives the same tables whatever the order of documents and fields', () => {
    fc.assert(
      fc.property(keyed, fc.integer({ min: 1, max: 3 }), (documents, size) => {
        const there = stored(batches(documents, spec, size, 1));
        const back = stored(batches(documents.toReversed().map(reversedFields) as JsonObject[], spec, size, 1));
        fc.pre(!namesMet(back, there));
        expect(back.sorted()).toEqual(there.sorted());
        expect(back.schema()).toEqual(there.schema());
      }),
      { numRuns },
    );
  });

  test('gives the same batches for text, bytes and parsed values, and on every run', () => {
    fc.assert(
      fc.property(keyed, (documents) => {
        const page = canonicalJson(documents);
        const outcome = (given: Parameters<ReturnType<typeof createFlattener>['push']>[0]): Batch => {
          const flattener = createFlattener(spec);
          flattener.push(given);
          return flattener.take();
        };
        const fromText = outcome(page);
        expect(outcome(new TextEncoder().encode(page))).toEqual(fromText);
        expect(outcome(page)).toEqual(fromText);
      }),
      { numRuns },
    );
  });

  test('goes on from the schema of an earlier run as if there had been one run', () => {
    fc.assert(
      fc.property(keyed, fc.nat({ max: 6 }), (documents, cut) => {
        const destination = stored(batches(documents.slice(0, cut), spec, 2, 1));
        const again = { ...spec, tables: JSON.parse(JSON.stringify(destination.tables)) };
        // Occurrence numbers start again with each flattener: a key of the content needs documents that differ, as these do.
        for (const batch of batches(documents.slice(cut), again, 2, 1)) destination.write(batch);
        const once = stored(batches(documents, spec, documents.length, 1));
        fc.pre(!namesMet(destination, once));
        expect(destination.sorted()).toEqual(once.sorted());
        expect(destination.schema()).toEqual(once.schema());
      }),
      { numRuns },
    );
  });

  test('has columns as long as their table, children with a parent, and keys that are unique', () => {
    fc.assert(
      fc.property(keyed, (documents) => {
        for (const batch of batches(documents, spec, documents.length, 1)) {
          const known = new Map(batch.tables.map((table) => [table.table.name, rows(table)]));
          for (const { table, rows: count, columns } of batch.tables) {
            expect(columns.map((column) => column.schema)).toEqual(table.columns);
            for (const column of columns) expect(columnValues(column)).toHaveLength(count);
            const own = known.get(table.name) ?? [];
            expect(new Set(own.map((row) => keyOf(row, table.primaryKey))).size).toBe(count);
            expect(new Set(table.columns.map(({ name }) => name.toLowerCase())).size).toBe(table.columns.length);
            const parent = batch.tables.find((other) => other.table.name === table.parent)?.table;
            if (parent === undefined) continue;
            const links = table.columns.filter(({ role }) => role === 'link').map(({ name }) => name);
            const parents = new Set(known.get(parent.name)?.map((row) => keyOf(row, parent.primaryKey)));
            for (const row of own) expect(parents).toContain(keyOf(row, links));
          }
        }
      }),
      { numRuns },
    );
  });
});

/** Scalars as text, since another document may have made their column a STRING. */
function asTexts(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((element) => asTexts(element as JsonValue));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asTexts(member)]));
  }
  return value === null ? null : typeof value === 'string' ? value : String(value === 0 ? 0 : value);
}

describe('round trip', () => {
  test('restores documents up to the documented equivalences', () => {
    fc.assert(
      fc.property(keyed, (documents) => {
        const back = unflatten(batches(documents, { table: 't', primaryKey: [['id']] }, 2, 1));
        expect(asTexts(back)).toEqual(asTexts(documents.map(shortest)));
      }),
      { numRuns },
    );
  });

  test('restores a document alone to the very types of its scalars, arrays of mixed scalars apart', () => {
    fc.assert(
      fc.property(body, (document) => {
        const [back] = unflatten(batches([document], { table: 't' }, 1, 1));
        expect(asTexts(back ?? null)).toEqual(asTexts(shortest(document)));
        const wholeScalars = Object.entries(document).filter(([, value]) => typeof value !== 'object');
        for (const [name, value] of wholeScalars) {
          const beyond = typeof value === 'bigint' && BigInt.asIntN(64, value) !== value;
          expect(back?.[name]).toEqual(beyond ? String(value) : value === 0 ? 0 : value);
        }
      }),
      { numRuns: singleRuns },
    );
  });
});

describe('types', () => {
  const state = fc.oneof(
    fc.constantFrom<TypeState[]>(
      { type: 'BOOLEAN' },
      { type: 'INTEGER' },
      { type: 'INTEGER', wide: true },
      { type: 'FLOAT' },
      { type: 'DATE' },
      { type: 'DATETIME' },
      { type: 'STRING' },
      { type: 'JSON' },
    ),
    fc.integer({ min: 1, max: 4095 }).map((spellings): TypeState => ({ type: 'DATETIME', spellings })),
  );
  const normal = ({ type, wide, spellings }: TypeState): unknown => ({
    type,
    wide: wide === true,
    spellings: type === 'DATETIME' ? (spellings ?? 1) : 0,
  });

  test('join is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(normal(joinTypes(a, b))).toEqual(normal(joinTypes(b, a)));
        expect(normal(joinTypes(joinTypes(a, b), c))).toEqual(normal(joinTypes(a, joinTypes(b, c))));
        expect(normal(joinTypes(a, a))).toEqual(normal(a));
      }),
      { numRuns: singleRuns },
    );
  });
});
