import { expect, test } from 'vitest';
import { type Destination, runExtraction } from '../src/index.ts';
import { FakeLog, makeRecords } from './fake-log.ts';
import { MemoryDestination } from './memory-destination.ts';

/** Windows in the order of time that were read beyond their first page: where in the log of requests each page is. */
function windowsOf(log: FakeLog): { page: number; index: number }[][] {
  const windows = new Map<string, { page: number; index: number }[]>();
  for (const [index, { from, to, page }] of log.requests.entries()) {
    const key = `${from} ${to}`;
    windows.set(key, [...(windows.get(key) ?? []), { page, index }]);
  }
  return [...windows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, requests]) => requests)
    .filter((requests) => requests.some(({ page }) => page > 0));
}

function run(log: FakeLog, destination: Destination) {
  return runExtraction({ feeds: [log.feed({ maxPages: 8 })], destination, concurrency: 2, now: () => log.serverTime });
}

test('the page that proves a window goes ahead of the pages of later windows', async () => {
  const log = new FakeLog({ records: makeRecords(600) });
  await run(log, new MemoryDestination());
  const windows = windowsOf(log);
  expect(windows.length).toBeGreaterThan(3);
  for (const [position, requests] of windows.entries()) {
    const proof = requests.findLast(({ page }) => page === 0)?.index;
    const lastOfNext = windows[position + 1]?.findLast(({ page }) => page > 0)?.index;
    expect(proof).toBeLessThan(lastOfNext ?? Infinity);
  }
});

test('further windows are begun while one is written', async () => {
  const log = new FakeLog({ records: makeRecords(600) });
  const third = Promise.withResolvers<void>();
  log.afterPage = () => {
    if (windowsOf(log).length >= 3) third.resolve();
  };
  const memory = new MemoryDestination();
  const slow: Destination = {
    url: memory.url,
    open: () => memory.open(),
    begin: async (options) => {
      const transaction = await memory.begin(options);
      return {
        write: async (batch) => {
          if (batch.tables.some(({ rows }) => rows > 0)) await third.promise;
          await transaction.write(batch);
        },
        commit: (end) => transaction.commit(end),
        rollback: () => transaction.rollback(),
      };
    },
    receipts: (...given) => memory.receipts(...given),
    close: () => memory.close(),
  };
  const { feeds } = await run(log, slow);
  expect(feeds[0]?.documents).toBe(600);
});
