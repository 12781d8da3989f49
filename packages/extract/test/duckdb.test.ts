import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDestination } from '@millrace/destinations';
import { afterEach, expect, test } from 'vitest';
import { emptyLedger, type Receipt, receiptHash, runExtraction } from '../src/index.ts';
import { FakeLog, makeRecords } from './fake-log.ts';
import { FakeTable, makeDocuments } from './fake-table.ts';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

test('state and receipts come back from a DuckDB file, and a second process goes on after the first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'extract-'));
  folders.push(folder);
  const log = new FakeLog({ records: makeRecords(200) });
  const table = new FakeTable({ documents: makeDocuments(40) });
  const run = async () => {
    const destination = createDestination(`duckdb:${join(folder, 'log.duckdb')}`);
    try {
      const { feeds } = await runExtraction({
        feeds: [log.feed({ maxPages: 5 }), table.delta()],
        destination,
        now: () => log.serverTime,
      });
      const receipts: Receipt[] = [];
      for await (const receipt of destination.receipts()) receipts.push(receipt);
      return { documents: feeds.map((feed) => feed.documents), receipts };
    } finally {
      await destination.close();
    }
  };
  expect((await run()).documents).toEqual([200, 40]);
  log.serverTime = new Date('2026-06-01T13:00:00Z');
  log.records.push({ timestamp: '2026-06-01T12:30:00.000Z', event: 'NEW' });
  table.put('d0003', { events: 3 });
  const { documents, receipts } = await run();
  expect(documents).toEqual([1, 1]);
  let head = emptyLedger;
  for (const receipt of receipts) {
    expect(receipt).toMatchObject({ sequence: head.sequence + 1, previous: head.hash, hash: receiptHash(receipt) });
    head = { sequence: receipt.sequence, hash: receipt.hash };
  }
  expect(receipts.length).toBeGreaterThan(3);
});
