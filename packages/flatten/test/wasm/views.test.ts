/** Columns as views of the kernel's memory. */
import { type Batch, createFlattener, type Flattener } from '@millrace/flatten';
import { expect, test } from 'vitest';
import { copied } from './copied.ts';

const encoder = new TextEncoder();
const start = (): Flattener => createFlattener({ table: 't', primaryKey: [['id']] }, { engine: 'wasm' });

function page(from: number, to: number, more: (id: number) => object): Uint8Array {
  return encoder.encode(
    JSON.stringify(Array.from({ length: to - from }, (_, i) => ({ id: from + i, ...more(from + i) }))),
  );
}

/** Buffers that the columns are in. */
function buffers({ tables }: Batch): Set<ArrayBufferLike> {
  const found = new Set<ArrayBufferLike>();
  for (const { validity, values } of tables.flatMap(({ columns }) => columns)) {
    if (validity !== undefined) found.add(validity.buffer);
    if (values.kind === 'dictionary') found.add(values.indices.buffer);
    const plain = values.kind === 'dictionary' ? values.dictionary : values;
    found.add(plain.kind === 'bytes' ? plain.data.buffer : plain.values.buffer);
  }
  return found;
}

test('views are of one memory, and say the same as copies', () => {
  const given = page(0, 500, (id) => ({
    text: `text ${id}`,
    few: `${id % 3}`,
    list: [id, { a: id % 2 === 0 }],
    ...(id % 7 === 0 ? { at: '2025-02-25' } : {}),
  }));
  const [copies, views] = [false, true].map((areViews) => {
    const flattener = start();
    flattener.push(given);
    return flattener.take({ views: areViews });
  });
  expect(copies && views).toBeDefined();
  if (copies === undefined || views === undefined) return;
  expect(buffers(views).size).toBe(1);
  expect(buffers(copies).size).toBeGreaterThan(1);
  expect(copied(views)).toEqual(copies);
});

test('what is written out while it is taken costs no view its memory', () => {
  // Dictionaries of some megabytes that do not pay, in columns that come after others.
  const given = page(0, 200, (id) =>
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`text${i}`, `${i} ${id} ${'x'.repeat(600)}`])),
  );
  const flattener = start();
  flattener.push(given);
  const views = flattener.take({ views: true });
  const plain = start();
  plain.push(given);
  expect(copied(views)).toEqual(plain.take());
});

test('a column is widened after views of it were taken', () => {
  const pages = [page(0, 300, (id) => ({ a: id, b: 'x' })), page(300, 600, (id) => ({ a: `text ${id}`, b: true }))];
  const batches = [true, false].map((views) => {
    const flattener = start();
    return pages.flatMap((each, index) => {
      flattener.push(each);
      // Pending when it is widened.
      flattener.push(
        page(1000 * (index + 1), 1000 * (index + 1) + 50, (id) => (index === 0 ? { a: id } : { a: null })),
      );
      return [copied(flattener.take({ views }))];
    });
  });
  expect(batches[0]).toEqual(batches[1]);
});

test('anything but a boolean is refused, and nothing is taken', () => {
  const flattener = start();
  flattener.push(page(0, 3, () => ({})));
  // @ts-expect-error -- a string
  expect(() => flattener.take({ views: 'yes' })).toThrow('`views` is a boolean');
  expect(flattener.take().documents).toBe(3);
});

test('a batch that was not asked for as views is not touched again', () => {
  const flattener = start();
  flattener.push(page(0, 300, (id) => ({ text: `text ${id}`, few: `${id % 3}` })));
  const taken = flattener.take();
  const before = copied(taken);
  flattener.push(page(0, 3000, (id) => ({ text: `other ${id}`, few: 'y' })));
  flattener.take({ views: true });
  expect(taken).toEqual(before);
});
