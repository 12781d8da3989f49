import { describe, expect, test } from 'vitest';
import { type DeltaFeed, type ExtractionOptions, InvalidOptionError, runExtraction } from '../src/index.ts';
import { seeded } from './fake-log.ts';
import { FakeTable, type FakeTableOptions, makeDocument, makeDocuments } from './fake-table.ts';
import { MemoryDestination } from './memory-destination.ts';

const day = 86_400_000;

async function extract(
  table: FakeTable,
  destination: MemoryDestination,
  feed: Partial<DeltaFeed> = { sweepMs: day },
  more: Partial<ExtractionOptions> = {},
) {
  const feeds = [table.delta(feed)];
  const summary = await runExtraction({ feeds, destination, now: () => new Date(table.now), ...more });
  return summary.feeds[0];
}

/** IDs of the documents marked as deleted, with the time. */
function markedIn(destination: MemoryDestination): string[] {
  return destination
    .table('document')
    .flatMap((row) => (typeof row['_deleted_at'] === 'bigint' ? [`${row['id']} ${row['_deleted_at']}`] : []));
}

const styles: [string, Partial<FakeTableOptions>][] = [
  ['counted', {}],
  ['without a count', { style: 'none' }],
  ['by cursor', { style: 'cursor' }],
];

describe('a sweep', () => {
  test.each(styles)('marks what the source no longer has, and leaves its rows: %s', async (_name, options) => {
    const table = new FakeTable({ documents: makeDocuments(73), ...options });
    const destination = new MemoryDestination();
    await extract(table, destination);
    table.documents.delete('d0003');
    table.documents.delete('d0071');
    table.put('d0005', { events: 2 });
    table.now += day;
    expect(await extract(table, destination)).toMatchObject({
      documents: 1,
      sweep: { deleted: 2, restored: 0, missing: 0 },
    });
    const at = Math.floor(table.now / 1000) * 1000;
    expect(markedIn(destination)).toEqual([`d0003 ${at}`, `d0071 ${at}`]);
    expect(destination.table('document$events').filter((row) => row['document_id'] === 'd0003')).toHaveLength(3);
    expect(destination.contents.receipts.at(-1)).toMatchObject({
      documents: 0,
      served: 71,
      sweep: { deleted: 2, restored: 0, missing: 0 },
    });
  });

  test('comes when its time has come, and not before', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    table.documents.delete('d0003');
    table.now += day - 2000;
    expect((await extract(table, destination))?.sweep).toBeUndefined();
    table.now += 2000;
    expect((await extract(table, destination))?.sweep).toMatchObject({ deleted: 1 });
    expect((await extract(table, destination))?.sweep).toBeUndefined();
    expect((await extract(table, destination, { sweepMs: 0 }))?.sweep).toMatchObject({ deleted: 0 });
    table.now += 10 * day;
    expect((await extract(table, destination, {}))?.sweep).toBeUndefined();
  });

  test('begins with the first run that asks for sweeps, whatever earlier ones did', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    await extract(table, destination, {});
    table.documents.delete('d0003');
    table.now += day;
    expect(await extract(table, destination)).toMatchObject({ mode: 'delta', sweep: { deleted: 1 } });
    expect(markedIn(destination)).toHaveLength(1);
  });

  test('keeps the time at which a document was first found gone', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    table.documents.delete('d0003');
    table.now += day;
    await extract(table, destination);
    const marked = markedIn(destination);
    table.now += day;
    expect((await extract(table, destination))?.sweep).toMatchObject({ deleted: 0 });
    expect(markedIn(destination)).toEqual(marked);
  });

  test('takes the mark away from a document that is there again, changed or not', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    const gone = ['d0003', 'd0004'].map((id) => {
      const document = table.documents.get(id) ?? makeDocument(id, 0);
      table.documents.delete(id);
      return document;
    });
    table.now += day;
    await extract(table, destination);
    expect(markedIn(destination)).toHaveLength(2);
    for (const document of gone) table.documents.set(document.id, document);
    table.put('d0004', { status: 'back' });
    await extract(table, destination);
    expect(markedIn(destination).join()).toMatch(/^d0003 \d+$/);
    table.now += day;
    expect((await extract(table, destination))?.sweep).toMatchObject({ restored: 1 });
    expect(markedIn(destination)).toEqual([]);
  });

  test('finds a document that no load ever brought, and reads everything again', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    // Written by the source long after the time that it bears.
    table.documents.set('late', makeDocument('late', Date.parse('2026-05-01T00:05:00Z'), { events: 2 }));
    expect(await extract(table, destination)).toMatchObject({ documents: 0 });
    table.now += day;
    expect(await extract(table, destination)).toMatchObject({ sweep: { missing: 1 }, documents: 31 });
    expect(destination.table('document').map((row) => row['id'])).toContain('late');
    table.now += day;
    expect(await extract(table, destination)).toMatchObject({ sweep: { missing: 0 }, documents: 0 });
  });

  test('a document of the same name as the column keeps its own', async () => {
    const table = new FakeTable({ documents: makeDocuments(5).map((each) => ({ ...each, _deleted_at: 'never' })) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    table.documents.delete('d0003');
    table.now += day;
    await extract(table, destination);
    expect(markedIn(destination)).toHaveLength(1);
    const texts = destination
      .table('document')
      .map((row) => Object.values(row).filter((cell) => cell === 'never').length);
    expect(texts).toEqual([1, 1, 1, 1, 1]);
  });

  test('a full load holds what the source has, and nothing else', async () => {
    const table = new FakeTable({ documents: makeDocuments(30) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    table.documents.delete('d0003');
    table.now += day;
    await extract(table, destination);
    const full = await extract(table, destination, { sweepMs: day }, { full: true });
    expect(full).toMatchObject({ documents: 29 });
    expect(full?.sweep).toBeUndefined();
    expect(markedIn(destination)).toEqual([]);
  });

  test('never marks what is there, while documents come, go and change between the pages', async () => {
    const seeds = process.env['MILLRACE_FULL'] === undefined ? 40 : 500;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const random = seeded(seed);
      const table = new FakeTable({ documents: makeDocuments(90), pageSize: 9, order: 'id' });
      const destination = new MemoryDestination();
      await extract(table, destination);
      table.now += day;
      let left = 12;
      const gone = new Set<string>();
      table.afterPage = () => {
        table.now += 400;
        if (left === 0 || random() < 0.5) return;
        left -= 1;
        const id = `d${String(Math.floor(random() * 90)).padStart(4, '0')}`;
        const what = random();
        if (what < 0.4) {
          table.documents.delete(id);
          gone.add(id);
        } else if (what < 0.6) table.put(`new${left}`);
        else if (!gone.has(id)) table.put(id, { status: `changed ${left}` });
      };
      await extract(table, destination, {}, { concurrency: 1 + (seed % 3) });
      await extract(table, destination, { sweepMs: 0 }, { concurrency: 1 + (seed % 3) });
      const wrong = markedIn(destination).filter((mark) => table.documents.has(mark.split(' ')[0] ?? ''));
      expect(wrong, `seed ${seed}`).toEqual([]);
      left = 0;
      table.now += day;
      await extract(table, destination);
      const marked = markedIn(destination).map((mark) => mark.split(' ')[0]);
      const written = destination.table('document').map((row) => String(row['id']));
      expect(marked, `seed ${seed}`).toEqual(written.filter((id) => !table.documents.has(id)));
      expect(written, `seed ${seed}`).toEqual(expect.arrayContaining([...table.documents.keys()]));
    }
  });

  test('is refused where rows cannot be marked, and a wrong span at the door', async () => {
    const table = new FakeTable({ documents: makeDocuments(3) });
    const destination = new MemoryDestination();
    await extract(table, destination);
    const begin = destination.begin.bind(destination);
    destination.begin = async (options) => ({ ...(await begin(options)), sweep: undefined as never });
    table.now += day;
    await expect(extract(table, destination)).rejects.toThrow(/cannot mark rows/);
    await expect(extract(table, destination, { sweepMs: -1 })).rejects.toThrow(InvalidOptionError);
  });
});
