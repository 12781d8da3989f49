/** Columns without a value in some rows: the kernel keeps no bits for them until a value comes after a gap. */
import { createFlattener, type RootSpec } from '@millrace/flatten';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countingPages, outcome } from './outcome.ts';

const encoder = new TextEncoder();
const spec: RootSpec = { table: 't', primaryKey: [['id']] };
const full = process.env['MILLRACE_FULL'] !== undefined;

/** A column's rows: stretches with and without values, of a few rows or of more than a block of bits has. */
const stretches = fc.array(fc.tuple(fc.boolean(), fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ max: 200 }))), {
  maxLength: 6,
});

interface PageShape {
  readonly rows: number;
  readonly torn: boolean;
}

const pages = fc.array(fc.record<PageShape>({ rows: fc.integer({ min: 1, max: 150 }), torn: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
});

function presence(column: readonly (readonly [boolean, number])[]): boolean[] {
  return column.flatMap(([has, rows]) => Array.from({ length: Math.max(rows, 0) }, () => has));
}

test('rows without values are those that the TypeScript path finds, whatever page fails in between', () => {
  fc.assert(
    fc.property(
      fc.tuple(stretches, stretches, stretches),
      pages,
      fc.integer({ min: 1, max: 4 }),
      (columns, shapes, pagesPerBatch) => {
        const [texts, numbers, late] = columns.map(presence);
        let next = 0;
        const given = shapes.map(({ rows, torn }) => {
          const documents = Array.from({ length: rows }, (_, i) => {
            const id = next + i;
            return {
              id,
              ...(texts?.[id] === true ? { text: `text ${id}` } : {}),
              ...(numbers?.[id] === true ? { deep: { number: id } } : {}),
              // Widens the column: its values are brought over with their rows.
              ...(late?.[id] === true ? { late: id > 100 ? 'never' : id } : {}),
            };
          });
          const json = JSON.stringify(documents);
          if (!torn) next += rows;
          return encoder.encode(torn ? json.slice(0, -2) : json);
        });
        const run = { spec, pages: given, pagesPerBatch };
        expect(outcome('wasm', run)).toEqual(outcome('typescript', run));
      },
    ),
    { numRuns: full ? 5000 : 150 },
  );
});

test('what is pending goes to the TypeScript path with its gaps', () => {
  const rows = Array.from({ length: 200 }, (_, id) => ({
    id,
    ...(id % 70 < 60 ? { a: id } : {}),
    ...(id < 100 ? { b: 'x' } : {}),
  }));
  const refused = '[{"id":1000,"a":1e400}]';
  const given = [JSON.stringify(rows), refused, JSON.stringify([{ id: 1001, b: 'y' }])].map((text) =>
    encoder.encode(text),
  );
  const run = { spec, pages: given, pagesPerBatch: 3 };
  const { result, taken } = countingPages(() => outcome('wasm', run));
  expect(taken).toBe(1);
  expect(result).toEqual(outcome('typescript', run));
});

test('a text column whose dictionary did not pay for a batch is written in full from then on', () => {
  const page = (from: number, to: number, text: (id: number) => string): Uint8Array =>
    encoder.encode(
      JSON.stringify(Array.from({ length: to - from }, (_, i) => ({ id: from + i, text: text(from + i) }))),
    );
  const kinds = (values: number): readonly (string | undefined)[] =>
    (['wasm', 'typescript'] as const).map((engine) => {
      const flattener = createFlattener(spec, { engine });
      flattener.push(page(0, values, (id) => `text ${id}`));
      flattener.take();
      flattener.push(page(1000, 1300, () => 'always the same'));
      return flattener.take().tables[0]?.columns.find(({ schema }) => schema.name === 'text')?.values.kind;
    });
  expect(kinds(256)).toEqual(['bytes', 'bytes']);
  expect(kinds(255)).toEqual(['dictionary', 'dictionary']);
});
