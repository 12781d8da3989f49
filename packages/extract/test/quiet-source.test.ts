import { expect, test } from 'vitest';
import { runExtraction } from '../src/index.ts';
import { FakeLog, makeRecords } from './fake-log.ts';
import { MemoryDestination } from './memory-destination.ts';

const day = 86_400_000;

/** Gaps that the second run says, forty days after a first one that found `before` records. */
async function gapsOf(before: number, retentionMs?: number): Promise<unknown> {
  const log = new FakeLog({ records: makeRecords(before) });
  const destination = new MemoryDestination();
  const feeds = [log.feed(retentionMs === undefined ? {} : { retentionMs })];
  await runExtraction({ feeds, destination, now: () => log.serverTime });
  log.serverTime = new Date(log.serverTime.getTime() + 40 * day);
  log.records = [{ timestamp: '2026-07-10T00:00:00.000Z', event: 'NEW' }];
  return (await runExtraction({ feeds, destination, now: () => log.serverTime })).feeds[0]?.gaps;
}

test('a quiet time of a source that had no record before is no gap, unless a declared retention shows that something was deleted', async () => {
  const checkpoint = '2026-06-01T11:55:00.000Z';
  expect(await gapsOf(0)).toEqual([]);
  expect(await gapsOf(0, 30 * day)).toEqual([{ from: checkpoint, to: '2026-06-11T12:00:00.000Z' }]);
  expect(await gapsOf(0, 50 * day)).toEqual([]);
  expect(await gapsOf(5)).toEqual([{ from: checkpoint, to: '2026-07-10T00:00:00.000Z' }]);
});
