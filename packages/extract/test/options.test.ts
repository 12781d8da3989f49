import { expect, test } from 'vitest';
import { type ExtractionOptions, InvalidOptionError, runExtraction, UnreadableStateError } from '../src/index.ts';
import { FakeLog, makeRecords } from './fake-log.ts';
import { FakeTable } from './fake-table.ts';
import { MemoryDestination } from './memory-destination.ts';

const log = new FakeLog({ records: makeRecords(3) }).feed();
const table = new FakeTable({ documents: [] }).delta();

const wrong: [string, Partial<ExtractionOptions>, RegExp][] = [
  [
    'until before from',
    { from: new Date('2026-02-01'), until: new Date('2026-01-01') },
    /until .* must be later than from/,
  ],
  ['a from that is no date', { from: new Date('tomorrow') }, /from is not a valid date/],
  ['no concurrency', { concurrency: 0 }, /concurrency is 0; it must be a whole number from 1 to 64/],
  ['a negative delay', { settleMs: -1 }, /settleMs is -1; it must be a whole number of at least 0/],
  ['half a millisecond', { rereadMs: 0.5 }, /rereadMs is 0.5/],
  ['an empty run ID', { runId: '' }, /runId must not be empty/],
  ['two feeds of one name', { feeds: [log, log] }, /Two feeds are named "log"/],
  ['two feeds of one table', { feeds: [log, { ...log, name: 'other' }] }, /Two feeds write the table "log"/],
  ['a log without a timestamp', { feeds: [{ ...log, timestamp: [] }] }, /timestamp must be a path/],
  ['a delta without a key', { feeds: [{ ...table, root: { table: 'document' } }] }, /primaryKey is required/],
  ['no overlap', { feeds: [{ ...table, overlapMs: 0 }] }, /overlapMs is 0/],
];

test.each(wrong)('refuses %s before anything is opened', async (_name, options, message) => {
  const destination = new MemoryDestination();
  destination.open = () => Promise.reject(new Error('opened'));
  const run = runExtraction({ feeds: [log], destination, ...options });
  await expect(run).rejects.toThrow(InvalidOptionError);
  await expect(run).rejects.toThrow(message);
});

test.each([
  ['another version', { version: 9 }],
  ['another kind of feed', { kind: 'delta' }],
  ['a list that is none', { complete: 7 }],
  ['a time that is none', { from: 'yesterday' }],
])('refuses the state of %s', async (_name, change) => {
  const destination = new MemoryDestination();
  await runExtraction({ feeds: [log], destination });
  Object.assign(destination.contents.feeds['log'] ?? {}, change);
  await expect(runExtraction({ feeds: [log], destination })).rejects.toThrow(UnreadableStateError);
});
