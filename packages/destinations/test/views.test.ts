/** Batches whose columns are views of memory that the next batch overwrites. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFlattener } from '@millrace/flatten';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDestination, readTable } from '../src/index.ts';
import { receipt } from './tables.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-views-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The same number of documents each time, so that each batch is where the one before was. */
function page(from: number, size: number, text: string): string {
  return JSON.stringify(
    Array.from({ length: size }, (_, i) => ({ id: from + i, text: `${text} ${from + i}`, few: text, list: [i, -i] })),
  );
}

/** Some rows wait in memory until there are enough of them, and large batches do not. */
const sizes = [
  ['small', 50],
  ['large', 20_000],
] as const;

test.each(['duckdb', 'parquet', 'csv'].flatMap((scheme) => sizes.map(([name, size]) => [scheme, name, size] as const)))(
  '%s keeps what it was given in %s batches',
  async (scheme, _, size) => {
    const { destination } = await openDestination(`${scheme}:${join(folder, 'out')}`, {});
    expect(destination.readsAtOnce).toBe(true);
    const flattener = createFlattener({ table: 'doc', primaryKey: [['id']] }, { engine: 'wasm' });
    const transaction = await destination.begin({ feed: 'feed', mode: 'append', root: 'doc' });
    const texts = ['first', 'other', 'third'];
    for (const [index, text] of texts.entries()) {
      flattener.push(page(index * size, size, text));
      await transaction.write(flattener.take({ views: true }));
    }
    await transaction.commit({ state: {}, receipt: receipt(1) });
    await destination.close();
    const rows = readTable(`${scheme}:${join(folder, 'out')}`, 'doc');
    const found = new Map<unknown, unknown>();
    for await (const row of rows) found.set(row['id'], `${row['text']}, ${row['few']}`);
    expect(found.size).toBe(size * texts.length);
    for (const [index, text] of texts.entries()) {
      expect(found.get(index * size)).toBe(`${text} ${index * size}, ${text}`);
      expect(found.get((index + 1) * size - 1)).toBe(`${text} ${(index + 1) * size - 1}, ${text}`);
    }
  },
);
