import { describe, expect, test } from 'vitest';
import {
  type ExtractionOptions,
  IncompleteReadError,
  type ProgressEvent,
  type Receipt,
  runExtraction,
  UnexpectedDocumentError,
} from '../src/index.ts';
import { asText, FakeLog, type FakeLogOptions, makeRecords, seeded } from './fake-log.ts';
import { MemoryDestination } from './memory-destination.ts';

const hour = 3_600_000;
const day = 24 * hour;

function extract(log: FakeLog, destination: MemoryDestination, more: Partial<ExtractionOptions> = {}) {
  return runExtraction({
    feeds: [log.feed({ maxPages: 5 })],
    destination,
    now: () => log.serverTime,
    runId: 'run',
    ...more,
  });
}

function covered(receipts: readonly Receipt[]): (string | undefined)[] {
  return receipts.flatMap(({ from, to }) => [from, to]);
}

function isPart(part: readonly string[], whole: readonly string[]): boolean {
  const all = new Set(whole);
  return part.every((one) => all.has(one));
}

describe('a first run', () => {
  const shapes: [string, Partial<FakeLogOptions>][] = [
    ['oldest first', { order: 'ascending' }],
    ['newest first', { order: 'descending' }],
    ['shuffled within the page', { order: 'shuffled' }],
    ['exclusive at the start', { fromInclusive: false }],
    ['inclusive at the end', { toInclusive: true }],
    ['exclusive at the start, inclusive at the end', { fromInclusive: false, toInclusive: true }],
    ['204 where there is nothing', { empty: '204' }],
    ['no count', { style: 'none' }],
    ['no count, newest first', { style: 'none', order: 'descending' }],
    ['cursor', { style: 'cursor' }],
    ['cursor, newest first', { style: 'cursor', order: 'descending' }],
  ];
  test.each(shapes)('brings every record once: %s', async (_name, shape) => {
    const log = new FakeLog({ records: makeRecords(400), ...shape });
    const destination = new MemoryDestination();
    const { feeds } = await extract(log, destination);
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
    expect(feeds[0]).toMatchObject({ mode: 'full', documents: 400, late: 0, completeTo: '2026-06-01T11:55:00.000Z' });
    const { receipts } = destination.contents;
    expect(receipts.reduce((sum, receipt) => sum + receipt.documents, 0)).toBe(400);
    const bounds = covered(receipts);
    expect(bounds).toEqual(bounds.toSorted((a = '', b = '') => (a < b ? -1 : 1)));
  });

  test('gives the same content hashes whatever the order', async () => {
    const hashes = await Promise.all(
      (['ascending', 'descending', 'shuffled'] as const).map(async (order) => {
        const destination = new MemoryDestination();
        await extract(new FakeLog({ records: makeRecords(300), order }), destination, {
          from: new Date('2026-05-01T00:00:00Z'),
        });
        return destination.contents.receipts.map((receipt) => receipt.contentHash);
      }),
    );
    expect(hashes[1]).toEqual(hashes[0]);
    expect(hashes[2]).toEqual(hashes[0]);
  });

  test('asks little where there is little', async () => {
    const log = new FakeLog({ records: makeRecords(8) });
    await extract(log, new MemoryDestination());
    expect(log.requests.length).toBeLessThanOrEqual(4);
  });

  test('never asks beyond the settled time of the server, whatever this clock says', async () => {
    const log = new FakeLog({ records: makeRecords(200), serverTime: new Date('2026-06-01T12:00:00Z') });
    const events: ProgressEvent[] = [];
    await extract(log, new MemoryDestination(), {
      now: () => new Date('2026-06-01T14:00:00Z'),
      onProgress: (event) => events.push(event),
    });
    expect(log.requests.every(({ to }) => to <= '2026-06-01T11:55:00.000Z')).toBe(true);
    expect(events).toContainEqual({ kind: 'clock skew', feed: 'log', skewMs: -2 * hour });
  });

  test('asks whole seconds of a server whose bounds have no fraction', async () => {
    const log = new FakeLog({ records: makeRecords(300) });
    const destination = new MemoryDestination();
    await extract(log, destination, { feeds: [log.feed({ boundsStepMs: 1000, maxPages: 2 })] });
    expect(log.requests.every(({ from, to }) => from.endsWith('.000Z') && to.endsWith('.000Z'))).toBe(true);
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
  });
});

describe('equal timestamps', () => {
  test('keeps 500 records of one millisecond over 50 pages, identical pairs among them', async () => {
    const timestamp = '2026-05-20T10:00:00.123Z';
    const records = Array.from({ length: 500 }, (_, index) => ({
      timestamp,
      event: `E${index < 20 ? index >> 1 : index}`,
    }));
    for (const order of ['ascending', 'descending', 'shuffled'] as const) {
      const log = new FakeLog({ records: [...makeRecords(50), ...records], order, toInclusive: true });
      const destination = new MemoryDestination();
      await extract(log, destination);
      expect(asText(destination.table('log'))).toEqual(asText(log.records));
    }
  });

  test('reads pages that have equal records again, and no others', async () => {
    const timestamp = '2026-05-20T10:00:00.123Z';
    const events = Array.from({ length: 60 }, (_, index) => `E${10 + (index === 30 ? 29 : index)}`);
    const log = new FakeLog({ records: events.map((event) => ({ timestamp, event })), pageSize: 10 });
    const destination = new MemoryDestination();
    await extract(log, destination);
    expect(destination.table('log')).toHaveLength(60);
    const receipt = destination.contents.receipts.find(({ documents }) => documents === 60);
    // The six pages, and again the first, the third and the fourth.
    expect(receipt).toMatchObject({ proof: 'counted', attempts: 1, pages: 9 });
  });
});

describe('a source that moves', () => {
  const seeds = process.env['MILLRACE_FULL'] === undefined ? 60 : 1000;

  test.each(['ascending', 'descending', 'shuffled'] as const)(
    `ends with what the source has, for ${seeds} seeds of records coming in and ageing out between pages: %s`,
    async (order) => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const random = seeded(seed);
        const log = new FakeLog({ records: makeRecords(150, { seed, days: 3 }), order, pageSize: 7 });
        const agedOut: typeof log.records = [];
        const atFirst = new Set(log.records);
        let left = 12;
        log.afterPage = () => {
          if (left === 0 || random() < 0.6) return;
          left -= 1;
          if (random() < 0.6)
            log.records.push({
              ...makeRecords(1, { seed: seed * 1000 + left, days: 3 })[0],
              event: `NEW_${left}`,
            } as (typeof log.records)[0]);
          if (random() < 0.5) {
            log.records.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
            agedOut.push(...log.records.splice(0, 1));
          }
        };
        const destination = new MemoryDestination();
        const feeds = [log.feed({ maxPages: 30 })];
        await extract(log, destination, { feeds, rereadMs: 5 * day });
        left = 0;
        const throughout = log.records.filter((record) => atFirst.has(record));
        expect(
          isPart(asText(throughout), asText(destination.table('log'))),
          `seed ${seed}: lost in the first run`,
        ).toBe(true);
        await extract(log, destination, { feeds, rereadMs: 5 * day });
        const got = asText(destination.table('log'));
        const allowed = new Set(asText([...log.records, ...agedOut]));
        expect(isPart(asText(log.records), got), `seed ${seed}: something is missing`).toBe(true);
        expect(got.every((one) => allowed.has(one)) && new Set(got).size === got.length, `seed ${seed}: too much`).toBe(
          true,
        );
        for (const { counted, served } of destination.contents.receipts) expect(served, `seed ${seed}`).toBe(counted);
      }
    },
  );

  test('gives up with the facts where the count is wrong for good, and writes nothing of that window', async () => {
    const log = new FakeLog({ records: makeRecords(60) });
    log.answer = (page) => ({ ...page, totalCount: (page.totalCount ?? 0) + 1 });
    const destination = new MemoryDestination();
    const error: unknown = await extract(log, destination).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IncompleteReadError);
    expect((error as IncompleteReadError).facts).toMatchObject({ feed: 'log', attempts: 12 });
    expect(destination.table('log')).toEqual([]);
  });

  test('gets round a source that gives one page for every page number, by windows of one page', async () => {
    const log = new FakeLog({ records: makeRecords(60) });
    log.answer = (page, request) => (request.page === 0 ? page : log.readPage({ ...request, page: 0 }));
    const destination = new MemoryDestination();
    await extract(log, destination);
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
    expect(destination.contents.receipts.every(({ pages }) => pages === 1)).toBe(true);
  });

  test('refuses such a source where a millisecond has more than a page', async () => {
    const timestamp = '2026-05-20T10:00:00.123Z';
    const log = new FakeLog({ records: Array.from({ length: 30 }, (_, index) => ({ timestamp, event: `E${index}` })) });
    log.answer = (page, request) => (request.page === 0 ? page : log.readPage({ ...request, page: 0 }));
    const reading = extract(log, new MemoryDestination(), { from: new Date('2026-05-20T10:00:00.120Z') });
    await expect(reading).rejects.toThrow(/repeats an earlier page/);
  });

  test('is not taken in by a count of the documents on the page', async () => {
    const log = new FakeLog({ records: makeRecords(300) });
    log.answer = (page) => ({ ...page, totalCount: page.documents.length });
    const error: unknown = await extract(log, new MemoryDestination()).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/counts the documents of one page, not of all/);
  });

  test('refuses a source that ignores the bounds', async () => {
    const log = new FakeLog({ records: makeRecords(30) });
    const all = { documents: log.records.slice(0, 3), totalCount: 3, serverTime: log.serverTime };
    log.answer = (_page, request) => (request.page === 0 ? all : { ...all, documents: [] });
    await expect(extract(log, new MemoryDestination(), { from: new Date('2026-06-01T10:00:00Z') })).rejects.toThrow(
      /seems to ignore the bounds/,
    );
  });

  test('refuses a record without a time', async () => {
    const log = new FakeLog({ records: makeRecords(3) });
    log.answer = (page) => ({ ...page, documents: page.documents.map(() => ({ event: 'E' })) });
    await expect(extract(log, new MemoryDestination())).rejects.toThrow(UnexpectedDocumentError);
  });
});

describe('a further run', () => {
  test('adds nothing where nothing is new, with few requests', async () => {
    const log = new FakeLog({ records: makeRecords(400, { days: 90 }) });
    const destination = new MemoryDestination();
    await extract(log, destination);
    const receipts = destination.contents.receipts.length;
    const before = log.requests.length;
    const { feeds } = await extract(log, destination);
    expect(feeds[0]).toMatchObject({ mode: 'delta', documents: 0, windows: 0, late: 0 });
    expect(log.requests.length - before).toBeLessThanOrEqual(3);
    expect(destination.contents.receipts).toHaveLength(receipts);
  });

  test('reads what is new, and writes nothing else', async () => {
    const log = new FakeLog({ records: makeRecords(400) });
    const destination = new MemoryDestination();
    await extract(log, destination);
    log.serverTime = new Date('2026-06-01T13:00:00Z');
    log.records.push({ timestamp: '2026-06-01T12:30:00.000Z', event: 'NEW' });
    destination.writtenRows = 0;
    const { feeds } = await extract(log, destination);
    expect(feeds[0]).toMatchObject({ documents: 1, windows: 1, late: 0, completeTo: '2026-06-01T12:55:00.000Z' });
    expect(destination.writtenRows).toBe(1);
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
  });

  test('finds and counts late records, also an equal twin, once', async () => {
    const log = new FakeLog({
      records: [...makeRecords(300), { timestamp: '2026-06-01T10:00:00.000Z', event: 'TWIN' }],
    });
    const destination = new MemoryDestination();
    await extract(log, destination);
    log.serverTime = new Date('2026-06-01T13:00:00Z');
    log.records.push(
      { timestamp: '2026-06-01T10:00:00.000Z', event: 'TWIN' },
      { timestamp: '2026-05-31T14:00:00.000Z', event: 'LATE' },
    );
    const { feeds } = await extract(log, destination);
    expect(feeds[0]?.late).toBe(2);
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
    const again = await extract(log, destination);
    expect(again.feeds[0]).toMatchObject({ late: 0, documents: 0 });
  });

  test('counts late records of a window that became too deep', async () => {
    const log = new FakeLog({ records: makeRecords(40, { days: 1 }) });
    const destination = new MemoryDestination();
    await extract(log, destination);
    log.records.push(
      ...makeRecords(200, { days: 0.5, seed: 9 }).map((record) => ({ ...record, event: `LATE_${record.event}` })),
    );
    const { feeds } = await extract(log, destination);
    expect(feeds[0]?.late).toBe(200);
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
  });

  test('says what the source no longer gives, and keeps it', async () => {
    const log = new FakeLog({ records: makeRecords(100, { days: 0.9 }) });
    const destination = new MemoryDestination();
    await extract(log, destination);
    log.records.splice(0, 3);
    const { feeds } = await extract(log, destination);
    expect(feeds[0]).toMatchObject({ missing: 3, late: 0 });
    expect(destination.table('log')).toHaveLength(100);
  });

  test('fills only what is missing where from is moved back', async () => {
    const log = new FakeLog({ records: makeRecords(400) });
    const destination = new MemoryDestination();
    await extract(log, destination, { from: new Date('2026-05-25T00:00:00Z') });
    expect(asText(destination.table('log'))).toEqual(
      asText(log.records.filter(({ timestamp }) => timestamp >= '2026-05-25')),
    );
    log.requests.length = 0;
    await extract(log, destination, { from: new Date('2026-05-10T00:00:00Z'), rereadMs: 0 });
    expect(log.requests.slice(1).every(({ to }) => to <= '2026-05-25T00:00:00.000Z')).toBe(true);
    expect(asText(destination.table('log'))).toEqual(
      asText(log.records.filter(({ timestamp }) => timestamp >= '2026-05-10')),
    );
  });

  describe('after the source deleted its oldest records', () => {
    const checkpoint = '2026-06-01T11:55:00.000Z';

    function later(log: FakeLog, keptFrom: string): void {
      log.serverTime = new Date('2026-07-11T12:00:00Z');
      const arrived = makeRecords(200, { seed: 3, days: 45 }).map(({ timestamp, ...record }) => ({
        ...record,
        timestamp: new Date(Date.parse(timestamp) + 39 * day).toISOString(),
      }));
      log.records = [...log.records, ...arrived].filter(({ timestamp }) => timestamp >= keptFrom);
    }

    test.each([
      ['unknown', {}],
      ['declared', { retentionMs: 30 * day }],
    ])('says from where to where nothing shows that all was read, once: retention %s', async (_name, more) => {
      const log = new FakeLog({ records: makeRecords(50) });
      const destination = new MemoryDestination();
      const feeds = [log.feed({ maxPages: 3, ...more })];
      await extract(log, destination, { feeds });
      later(log, '2026-06-11T12:00:00.000Z');
      const first = asText(log.records)[0]?.split(' ')[0] ?? '';
      const { feeds: summaries } = await extract(log, destination, { feeds });
      const to = 'retentionMs' in more ? '2026-06-11T12:00:00.000Z' : first;
      expect(summaries[0]?.gaps).toEqual([{ from: checkpoint, to }]);
      const { receipts, feeds: states } = destination.contents;
      const gaps = receipts.flatMap((receipt) => receipt.gaps ?? []);
      expect([gaps[0]?.from, gaps.at(-1)?.to]).toEqual([checkpoint, to]);
      expect(states['log']?.['gaps']).toEqual([{ from: checkpoint, to, acknowledged: false }]);
      expect((await extract(log, destination, { feeds })).feeds[0]?.gaps).toEqual([]);
    });

    test('grows the gap while nothing is there at all', async () => {
      const log = new FakeLog({ records: makeRecords(50) });
      const destination = new MemoryDestination();
      await extract(log, destination);
      log.records = [];
      for (const serverTime of ['2026-07-11T12:00:00Z', '2026-07-12T12:00:00Z']) {
        log.serverTime = new Date(serverTime);
        await extract(log, destination);
      }
      const gaps = [{ from: checkpoint, to: '2026-07-12T11:55:00.000Z', acknowledged: false }];
      expect(destination.contents.feeds['log']?.['gaps']).toEqual(gaps);
    });

    test.each([
      ['it reaches back before what was read last', (log: FakeLog) => later(log, '2026-05-20T00:00:00.000Z')],
      [
        'only the newest record was deleted',
        (log: FakeLog) => {
          const newest = asText(log.records).at(-1);
          log.records = log.records.filter((record) => asText([record])[0] !== newest);
          later(log, '2026-05-20T00:00:00.000Z');
        },
      ],
    ])('says nothing where nothing is lost: %s', async (_name, change) => {
      const log = new FakeLog({ records: makeRecords(50) });
      const destination = new MemoryDestination();
      await extract(log, destination);
      change(log);
      expect((await extract(log, destination)).feeds[0]?.gaps).toEqual([]);
    });
  });
});

describe('a run that ends early', () => {
  test('leaves what it committed, and the next goes on after it', async () => {
    const log = new FakeLog({ records: makeRecords(400) });
    const destination = new MemoryDestination();
    let requests = 0;
    log.answer = (page) => {
      requests += 1;
      if (requests === 40) throw new Error('the connection was torn');
      return page;
    };
    await expect(extract(log, destination)).rejects.toThrow('the connection was torn');
    const committed = destination.table('log').length;
    expect(committed).toBeGreaterThan(0);
    expect(committed).toBeLessThan(400);
    const readTo = destination.contents.receipts.at(-1)?.to ?? '';
    log.requests.length = 0;
    await extract(log, destination);
    // The first only asks for the clock.
    expect(log.requests.slice(1).every(({ from }) => from >= new Date(Date.parse(readTo) - 1).toISOString())).toBe(
      true,
    );
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
  });

  test('ends at once when it is aborted, also while a reader hangs', async () => {
    const log = new FakeLog({ records: makeRecords(100) });
    const controller = new AbortController();
    log.answer = (page) => {
      controller.abort(new Error('enough'));
      return new Promise<typeof page>(() => undefined);
    };
    await expect(extract(log, new MemoryDestination(), { signal: controller.signal })).rejects.toThrow('enough');
  });

  test('writes nothing of a window whose commit fails', async () => {
    const log = new FakeLog({ records: makeRecords(200) });
    const destination = new MemoryDestination();
    let commits = 0;
    destination.beforeCommit = () => {
      commits += 1;
      if (commits === 3) throw new Error('the disk is full');
    };
    await expect(extract(log, destination)).rejects.toThrow('the disk is full');
    expect(destination.contents.receipts).toHaveLength(2);
    await extract(log, destination);
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
  });
});

describe('what is known to be new', () => {
  test('is added without a look at what is there, what is read again is not', async () => {
    const log = new FakeLog({ records: makeRecords(50) });
    const destination = new MemoryDestination();
    await extract(log, destination);
    expect(new Set(destination.transactions.map(({ mode }) => mode))).toEqual(new Set(['append']));
    log.records.push({ timestamp: '2026-06-01T11:00:00.000Z', event: 'late' });
    await extract(log, destination);
    expect(destination.transactions.at(-1)?.mode).toBe('upsert');
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
  });

  test('is nothing where another feed wrote the same table', async () => {
    const log = new FakeLog({ records: makeRecords(50) });
    const destination = new MemoryDestination();
    await extract(log, destination, { feeds: [log.feed({ name: 'v1' })] });
    await extract(log, destination, { feeds: [log.feed({ name: 'v2' })] });
    expect(asText(destination.table('log'))).toEqual(asText(log.records));
  });
});
