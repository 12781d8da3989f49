import { describe, expect, test } from 'vitest';
import {
  type DeltaFeed,
  type Feed,
  type Page,
  type ParsedPage,
  runExtraction,
  type SnapshotFeed,
  UnexpectedDocumentError,
  type WindowedFeed,
} from '../src/index.ts';
import { FakeLog, makeRecords } from './fake-log.ts';
import { FakeTable, makeDocuments } from './fake-table.ts';
import { MemoryDestination } from './memory-destination.ts';

const encoder = new TextEncoder();

/** The page as a server sends it. */
function asBytes({ documents, totalCount, next, serverTime }: ParsedPage): Page {
  const body = encoder.encode(JSON.stringify({ totalCount, content: documents, next }, null, 1));
  // Whoever looks at it afterwards finds nothing.
  const release = (): void => void body.buffer.transfer(0);
  return { body, at: ['content'], countAt: ['totalCount'], nextAt: ['next'], serverTime, release };
}

/** The feed, its pages as bytes, which are also put into `bodies`. */
function bytesOf(feed: Feed, bodies: Uint8Array[] = []): Feed {
  const toBytes = (given: Page): Page => {
    const page = given.body === undefined ? asBytes(given) : given;
    if (page.body !== undefined) bodies.push(page.body);
    return page;
  };
  if (feed.kind === 'windowed') {
    const windowed: WindowedFeed = { ...feed, readPage: (request) => feed.readPage(request).then(toBytes) };
    return windowed;
  }
  if (feed.kind === 'delta') {
    const delta: DeltaFeed = { ...feed, readPage: (request) => feed.readPage(request).then(toBytes) };
    return delta;
  }
  const snapshot: SnapshotFeed = { ...feed, readPage: (request) => feed.readPage(request).then(toBytes) };
  return snapshot;
}

const now = new Date('2026-06-01T12:00:00Z');

async function tablesOf(feed: Feed): Promise<{ rows: unknown; facts: unknown }> {
  const destination = new MemoryDestination();
  await runExtraction({ feeds: [feed], destination, now: () => now });
  const names = [...destination.contents.tables.keys()].sort();
  return {
    rows: names.map((name) => [name, destination.table(name)]),
    facts: destination.contents.receipts.map(({ documents, served, counted, proof, pages }) => ({
      documents,
      served,
      counted,
      proof,
      pages,
    })),
  };
}

describe('pages as bytes', () => {
  const log = (style: 'counted' | 'none' | 'cursor') => new FakeLog({ records: makeRecords(300), style }).feed();
  const table = (style: 'counted' | 'none' | 'cursor') => new FakeTable({ documents: makeDocuments(73), style });
  const feeds: [string, () => Feed][] = [
    ['a log', () => log('counted')],
    ['a log without a count', () => log('none')],
    ['a log by cursor', () => log('cursor')],
    [
      'a log with an identity',
      () => ({ ...log('counted'), root: { table: 'log', identity: ({ event = '' }) => event } }),
    ],
    ['a delta load', () => table('counted').delta()],
    ['a delta load by cursor', () => table('cursor').delta()],
    ['a snapshot', () => table('none').snapshot()],
  ];
  test.each(feeds)('give the same tables and the same proof as parsed ones: %s', async (_name, feed) => {
    expect(await tablesOf(bytesOf(feed()))).toEqual(await tablesOf(feed()));
  });

  test.each([
    ['a log', () => new FakeLog({ records: makeRecords(300) }).feed()],
    ['a delta load', () => new FakeTable({ documents: makeDocuments(73) }).delta()],
  ])('give their memory back once their documents are written: %s', async (_name, feed) => {
    const bodies: Uint8Array[] = [];
    await tablesOf(bytesOf(feed(), bodies));
    const kept = bodies.filter((body) => body.length > 0).length;
    // First pages that only ask how much there is are left to the garbage collector.
    expect(bodies.length).toBeGreaterThan(8);
    expect(kept).toBeLessThanOrEqual(4);
  });

  test('a second load finds nothing new, and then what changed', async () => {
    const source = new FakeTable({ documents: makeDocuments(50) });
    const destination = new MemoryDestination();
    const run = async () => {
      const { feeds: summaries } = await runExtraction({
        feeds: [bytesOf(source.delta())],
        destination,
        now: () => new Date(source.now),
      });
      return summaries[0];
    };
    expect(await run()).toMatchObject({ documents: 50 });
    expect(await run()).toMatchObject({ documents: 0, windows: 0 });
    source.put('d0007', { events: 3 });
    expect(await run()).toMatchObject({ documents: 1 });
    expect(destination.table('document$events').filter((row) => row['document_id'] === 'd0007')).toHaveLength(3);
  });

  test('an integer beyond 2^53 arrives as it is, and is a key as it is', async () => {
    const body = encoder.encode(
      '{"content":[{"id":9007199254740993,"n":1},{"id":9007199254740992,"n":2}],"totalCount":2}',
    );
    const feed: Feed = {
      kind: 'snapshot',
      name: 'table',
      root: { table: 'document', primaryKey: [['id']] },
      paging: { kind: 'numbered', first: 0 },
      readPage: ({ page }) =>
        Promise.resolve(
          page === 0 ? { body, at: ['content'], countAt: ['totalCount'] } : { body: new Uint8Array(0), at: [] },
        ),
    };
    const destination = new MemoryDestination();
    await runExtraction({ feeds: [feed], destination });
    expect(destination.table('document').map((row) => row['id'])).toEqual([9007199254740992n, 9007199254740993n]);
  });

  test('a body that is no page is refused in the words of the feed, or the engine', async () => {
    const body = encoder.encode('{"items":[]}');
    const feed = (refuse?: (why: string) => Error): Feed => ({
      kind: 'snapshot',
      name: 'table',
      root: { table: 'document' },
      paging: { kind: 'cursor' },
      readPage: () => Promise.resolve({ body, at: ['content'], ...(refuse === undefined ? {} : { refuse }) }),
    });
    const run = (one: Feed) => runExtraction({ feeds: [one], destination: new MemoryDestination() });
    await expect(run(feed())).rejects.toThrow(UnexpectedDocumentError);
    await expect(run(feed((why) => new RangeError(`from ${why}`)))).rejects.toThrow(/from there is no list/);
  });
});
