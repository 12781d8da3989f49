import { describe, expect, test } from 'vitest';
import { type DeltaFeed, type ExtractionOptions, IncompleteReadError, runExtraction } from '../src/index.ts';
import { FakeTable, type FakeTableOptions, makeDocuments } from './fake-table.ts';
import { seeded } from './fake-log.ts';
import { MemoryDestination } from './memory-destination.ts';

async function extract(
  table: FakeTable,
  destination: MemoryDestination,
  feed: Partial<DeltaFeed> = {},
  more: Partial<ExtractionOptions> = {},
) {
  const { feeds } = await runExtraction({
    feeds: [table.delta(feed)],
    destination,
    now: () => new Date(table.now),
    ...more,
  });
  return feeds[0];
}

function documentsOf(destination: MemoryDestination): string[] {
  const events = destination.table('document$events');
  return destination
    .table('document')
    .map(
      (row) => `${row['id']} ${row['status']} ${events.filter((event) => event['document_id'] === row['id']).length}`,
    )
    .sort();
}

const shapes: [string, Partial<FakeTableOptions>][] = [
  ['oldest change first', { order: 'oldest change first' }],
  ['latest change first', { order: 'latest change first' }],
  ['by ID', { order: 'id' }],
  ['updatedSince exclusive', { sinceInclusive: false }],
  ['no count', { style: 'none' }],
  ['cursor', { style: 'cursor' }],
];

describe('a delta load', () => {
  test.each(shapes)('takes all at first and then what changed, with its children: %s', async (_name, shape) => {
    const table = new FakeTable({ documents: makeDocuments(73), ...shape });
    const destination = new MemoryDestination();
    expect(await extract(table, destination)).toMatchObject({ mode: 'full', documents: 73 });
    expect(documentsOf(destination)).toEqual(table.asText());
    table.put('d0003', { events: 1, status: 'finished' });
    table.put('d0007', { events: 6 });
    table.put('new', { events: 2 });
    expect(await extract(table, destination)).toMatchObject({ mode: 'delta', documents: 3, windows: 1 });
    expect(documentsOf(destination)).toEqual(table.asText());
    expect(destination.transactions.map(({ mode }) => mode)).toEqual(['replace', 'upsert']);
  });

  test('asks from the latest change less the overlap, and writes nothing where nothing changed', async () => {
    const table = new FakeTable({ documents: makeDocuments(50) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    table.requests.length = 0;
    destination.writtenRows = 0;
    expect(await extract(table, destination)).toMatchObject({ documents: 0, windows: 0, pages: 2 });
    expect(table.requests[0]).toEqual({ page: 1, updatedSince: '2026-05-01T00:44:00.000Z', filters: {} });
    expect(destination.writtenRows).toBe(0);
    expect(destination.contents.receipts).toHaveLength(1);
  });

  test('a change within the overlap is found, also where the server takes the bound as exclusive', async () => {
    for (const sinceInclusive of [true, false]) {
      const table = new FakeTable({ documents: makeDocuments(20), sinceInclusive });
      const destination = new MemoryDestination();
      table.now = Date.parse('2026-05-01T00:19:00.000Z');
      await extract(table, destination);
      // Committed by the source after the load, with a time just before the mark.
      table.now = Date.parse('2026-05-01T00:18:59.000Z');
      table.put('d0001', { status: 'finished' });
      expect(await extract(table, destination)).toMatchObject({ documents: 1 });
      expect(documentsOf(destination)).toEqual(table.asText());
    }
  });

  test('passes filters through, and reads everything again where they change', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    table.put('d0001', { status: 'finished' });
    const destination = new MemoryDestination();
    await extract(table, destination);
    const filters = { status: 'finished' };
    expect(await extract(table, destination, { filters })).toMatchObject({ mode: 'full', documents: 1 });
    expect(documentsOf(destination)).toEqual(['d0001 finished 1']);
    expect(table.requests.at(-1)?.filters).toEqual(filters);
    expect(await extract(table, destination, { filters })).toMatchObject({ mode: 'delta' });
  });

  test('never asks for what changed before updatedSince', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    const updatedSince = new Date('2026-05-01T00:20:00Z');
    await extract(table, destination, { updatedSince });
    expect(documentsOf(destination)).toHaveLength(10);
    await extract(table, destination, { updatedSince, overlapMs: 86_400_000 });
    expect(documentsOf(destination)).toHaveLength(10);
    const least = new Date(updatedSince.getTime() - 1).toISOString();
    expect(table.requests.every((request) => (request.updatedSince ?? '') >= least)).toBe(true);
  });

  test('full replaces what is there', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    table.documents.delete('d0004');
    expect(await extract(table, destination, {}, { full: true })).toMatchObject({ mode: 'full', documents: 29 });
    expect(documentsOf(destination)).toEqual(table.asText());
  });
});

describe('documents that change while they are read', () => {
  const seeds = process.env['MILLRACE_FULL'] === undefined ? 40 : 500;

  test.each(['oldest change first', 'latest change first', 'id'] as const)(
    `ends with every document as it is, for ${seeds} seeds: %s`,
    async (order) => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const random = seeded(seed);
        const table = new FakeTable({ documents: makeDocuments(120), order, pageSize: 9 });
        let left = 15;
        table.afterPage = () => {
          table.now += 400;
          if (left === 0 || random() < 0.4) return;
          left -= 1;
          const id = random() < 0.3 ? `new${left}` : `d${String(Math.floor(random() * 120)).padStart(4, '0')}`;
          table.put(id, { status: `changed ${left}`, events: Math.floor(random() * 4) });
        };
        const destination = new MemoryDestination();
        await extract(table, destination, {}, { concurrency: 1 + (seed % 4) });
        left = 0;
        // What changed after the load's last pass is the next run's.
        await extract(table, destination);
        expect(documentsOf(destination), `seed ${seed}`).toEqual(table.asText());
      }
    },
  );

  test('leaves what is there where the count stays wrong', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    const feed = table.delta();
    const broken: DeltaFeed = {
      ...feed,
      readPage: async (request) => ({ ...(await feed.readPage(request)), totalCount: 31 }),
    };
    await expect(
      runExtraction({ feeds: [broken], destination, full: true, now: () => new Date(table.now) }),
    ).rejects.toThrow(IncompleteReadError);
    expect(documentsOf(destination)).toEqual(table.asText());
  });
});

describe('a snapshot', () => {
  test('replaces what is there, and writes nothing where nothing changed', async () => {
    const table = new FakeTable({ documents: makeDocuments(45), order: 'id' });
    const destination = new MemoryDestination();
    const run = () => runExtraction({ feeds: [table.snapshot()], destination, now: () => new Date(table.now) });
    expect((await run()).feeds[0]).toMatchObject({ documents: 45, windows: 1 });
    expect((await run()).feeds[0]).toMatchObject({ documents: 0, windows: 0 });
    table.documents.delete('d0002');
    table.put('d0005', { events: 5 });
    expect((await run()).feeds[0]).toMatchObject({ documents: 44, windows: 1 });
    expect(documentsOf(destination)).toEqual(table.asText());
    expect(destination.contents.receipts.map(({ proof, counted }) => [proof, counted])).toEqual([
      ['counted', 45],
      ['counted', 44],
    ]);
  });

  test('an empty one empties the tables', async () => {
    const table = new FakeTable({ documents: makeDocuments(5) });
    const destination = new MemoryDestination();
    const run = () => runExtraction({ feeds: [table.snapshot()], destination, now: () => new Date(table.now) });
    await run();
    table.documents.clear();
    await run();
    expect(documentsOf(destination)).toEqual([]);
  });

  test('reads again where rows move between pages', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = seeded(seed);
      const table = new FakeTable({ documents: makeDocuments(60), pageSize: 7 });
      let left = 5;
      table.afterPage = () => {
        if (left === 0 || random() < 0.5) return;
        left -= 1;
        table.put(`d${String(Math.floor(random() * 60)).padStart(4, '0')}`, { status: `changed ${left}` });
      };
      const destination = new MemoryDestination();
      await runExtraction({ feeds: [table.snapshot()], destination, now: () => new Date(table.now) });
      expect(destination.table('document'), `seed ${seed}`).toHaveLength(60);
    }
  });
});
