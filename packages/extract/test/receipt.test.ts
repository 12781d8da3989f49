import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ContentHash, valueHash } from '../src/content-hash.ts';
import { emptyLedger, receiptHash, runExtraction } from '../src/index.ts';
import { FakeLog, makeRecords } from './fake-log.ts';
import { MemoryDestination } from './memory-destination.ts';

test('every receipt carries the hash of the one before, over feeds and runs', async () => {
  const destination = new MemoryDestination();
  const log = new FakeLog({ records: makeRecords(300) });
  const other = new FakeLog({ records: makeRecords(100, { seed: 2 }) });
  const feeds = [log.feed({ maxPages: 3 }), other.feed({ name: 'other', root: { table: 'other' } })];
  await runExtraction({ feeds, destination });
  log.serverTime = other.serverTime = new Date('2026-06-02T12:00:00Z');
  const { ledger } = await runExtraction({ feeds, destination });
  let head = emptyLedger;
  for await (const receipt of destination.receipts()) {
    expect(receipt).toMatchObject({ sequence: head.sequence + 1, previous: head.hash, hash: receiptHash(receipt) });
    head = { sequence: receipt.sequence, hash: receipt.hash };
  }
  expect(head.sequence).toBeGreaterThan(4);
  expect(ledger).toEqual(head);
});

test('a changed receipt does not have its hash', async () => {
  const destination = new MemoryDestination();
  await runExtraction({ feeds: [new FakeLog({ records: makeRecords(5) }).feed()], destination });
  const receipt = destination.contents.receipts.at(-1);
  expect(receipt && receiptHash({ ...receipt, documents: receipt.documents + 1 })).not.toBe(receipt?.hash);
});

test('the content hash knows neither order nor grouping, and two equal documents do not cancel out', () => {
  const documents = fc.array(
    fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as string),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(documents, fc.nat(), (values, at) => {
      const hashes = values.map(valueHash);
      const cut = at % hashes.length;
      const joined = new ContentHash();
      joined.addSum(sumOf(hashes.slice(cut)));
      joined.addSum(sumOf(hashes.slice(0, cut)));
      expect(joined.toString()).toBe(sumOf(hashes));
      expect(sumOf(hashes.toReversed())).toBe(sumOf(hashes));
      expect(sumOf([...hashes, ...hashes.slice(0, 1), ...hashes.slice(0, 1)])).not.toBe(sumOf(hashes));
    }),
  );
});

test('the content hash is exact for more documents than a double could add up', () => {
  const largest = Buffer.alloc(32, 0xff);
  const count = 2 ** 21 + 3;
  const content = new ContentHash();
  for (let added = 0; added < count; added += 1) content.add(largest);
  const sum = (BigInt(count) * (2n ** 256n - 1n)) % 2n ** 256n;
  expect(content.toString()).toBe(sum.toString(16).padStart(64, '0'));
});

function sumOf(hashes: readonly Buffer[]): string {
  const content = new ContentHash();
  for (const hash of hashes) content.add(hash);
  return content.toString();
}
