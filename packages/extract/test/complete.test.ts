/** Nothing is lost: over HTTP, against a team that moves, repeats, shuffles and fails. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { appKey, clientCredentials, type CelonisLogs, createCelonisLogs } from '@millrace/celonis-client/logs';
import {
  type AuditEvent,
  type CelonisSimulator,
  type CelonisSimulatorOptions,
  generateCelonisTeam,
  startCelonisSimulator,
} from '@millrace/simulator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ExtractionOptions, type ProgressEvent, runExtraction, type WindowedFeed } from '../src/index.ts';
import { MemoryDestination } from './memory-destination.ts';
import { logFeed } from './over-http.ts';

const full = process.env['MILLRACE_FULL'] !== undefined;
const hour = 3_600_000;
const day = 24 * hour;

async function team(options: CelonisSimulatorOptions = {}): Promise<CelonisSimulator> {
  const simulator = await startCelonisSimulator({
    sizes: { auditEvents: 150, loginEvents: 150, members: 3, adoptionEvents: 0, days: 3 },
    ...options,
  });
  onTestFinished(() => simulator.close());
  return simulator;
}

function clientOf({ url, credentials }: CelonisSimulator): CelonisLogs {
  return createCelonisLogs({ team: url, credentials: appKey(credentials.appKey) });
}

/** The audit log, in pages of so many records. */
function auditOf(client: CelonisLogs, pageSize: number, more: Partial<WindowedFeed> = {}): WindowedFeed {
  const { audit } = client;
  const list = { ...audit, readPage: (request: object) => audit.readPage({ ...request, pageSize }) };
  return logFeed('audit', 'audit_log', list, more);
}

function extract(feed: WindowedFeed, destination: MemoryDestination, more: Partial<ExtractionOptions> = {}) {
  return runExtraction({ feeds: [feed], destination, runId: 'run', rereadMs: 10 * day, ...more });
}

const asText = ({ timestamp, event, userId }: Pick<AuditEvent, 'timestamp' | 'event' | 'userId'>): string =>
  `${Date.parse(timestamp)} ${event} ${userId}`;

function rowsOf(destination: MemoryDestination): string[] {
  return destination
    .table('audit_log')
    .map((row) => `${row['timestamp']} ${row['event']} ${row['userId']}`)
    .sort();
}

function settled(simulator: CelonisSimulator): string[] {
  const until = simulator.clock.milliseconds() - 300_000;
  return simulator.truth
    .audit()
    .filter(({ timestamp }) => Date.parse(timestamp) < until)
    .map(asText)
    .sort();
}

/** What of a list is not in another, each as often as it is there. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const one of other) left.set(one, (left.get(one) ?? 0) + 1);
  return list.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}

const orders = ['ascending', 'descending', 'shuffled'] as const;

test('moving pages: rows come in and age out between pages, and all that stays is there, with counts that agree', async () => {
  for (let seed = 1; seed <= (full ? 1000 : 30); seed += 1) {
    const ever = new Set<AuditEvent>();
    const simulator = await startCelonisSimulator({
      seed,
      sizes: { auditEvents: 120, loginEvents: 0, members: 1, adoptionEvents: 0, days: 3 },
    });
    const note = (): undefined => {
      for (const event of simulator.data.auditEvents) ever.add(event);
    };
    simulator.faults = {
      seed,
      order: orders[seed % 3] ?? 'ascending',
      arriving: { every: 1 + (seed % 3), rows: 1 + (seed % 2), total: 10 },
      ageing: { every: 2 + (seed % 2), rows: 1, total: 6 },
      hooks: { before: note, after: note },
    };
    const destination = new MemoryDestination();
    const feed = auditOf(clientOf(simulator), 7 + (seed % 5), { maxPages: 30 });
    const from = new Date('2026-05-27T00:00:00Z');
    await extract(feed, destination, { from });
    // Who comes into a window that was committed is late, and found by the next reading in full: one that comes while another one
    // goes leaves the count as it was.
    for (const _ of [1, 2]) {
      simulator.clock.advance(6 * hour + 1000);
      await extract(feed, destination, { from });
    }
    const rows = rowsOf(destination);
    expect(without(settled(simulator), rows), `seed ${seed}: lost`).toEqual([]);
    expect(without(rows, [...ever].map(asText)), `seed ${seed}: twice, or never there`).toEqual([]);
    for (const { served, counted } of destination.contents.receipts) expect(served, `seed ${seed}`).toBe(counted);
    await simulator.close();
  }
}, 3_600_000);

describe('equal timestamps', () => {
  const timestamp = '2026-05-20T10:00:00.123Z';

  /** 5,000 records of one millisecond, 100 byte-identical pairs among them. */
  async function crowd(order: (typeof orders)[number]): Promise<CelonisSimulator> {
    const data = generateCelonisTeam({ auditEvents: 1, loginEvents: 0, members: 1, adoptionEvents: 0 });
    const [model] = data.auditEvents;
    if (model === undefined) throw new Error('no model');
    const auditEvents = Array.from({ length: 5000 }, (_, index) => {
      const number = index < 200 ? index >> 1 : index;
      return { ...model, timestamp, userId: `user ${number} (${number}@example.com)` };
    });
    return team({ data: { ...data, auditEvents }, faults: { order } });
  }

  test.for(orders)('5,000 records of one millisecond over 25 pages are all there once: %s', async (order) => {
    const simulator = await crowd(order);
    const destination = new MemoryDestination();
    await extract(auditOf(clientOf(simulator), 200), destination);
    const rows = rowsOf(destination);
    expect(rows).toHaveLength(5000);
    expect(rows).toEqual(settled(simulator));
    await extract(auditOf(clientOf(simulator), 200), destination);
    expect(rowsOf(destination)).toHaveLength(5000);
  });

  test('for contrast: a loop that goes on after the last timestamp of the first page loses most of them', async () => {
    const simulator = await crowd('ascending');
    const { audit } = clientOf(simulator);
    const kept: AuditEvent[] = [];
    let from = new Date('2026-05-20T00:00:00Z');
    for (;;) {
      const { bytes } = await audit.readPage({
        from,
        to: new Date('2026-06-01T00:00:00Z'),
        pageNumber: 0,
        pageSize: 200,
      });
      const { content } = JSON.parse(new TextDecoder().decode(bytes)) as { content: AuditEvent[] };
      const page = content.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
      kept.push(...page);
      const last = page.at(-1);
      if (last === undefined) break;
      from = new Date(Date.parse(last.timestamp) + 1);
    }
    expect(kept).toHaveLength(200);
  });

  test('for contrast: the same loop keeps one page where the source answers newest first', async () => {
    const simulator = await team({ faults: { order: 'descending' } });
    const { audit } = clientOf(simulator);
    const kept: AuditEvent[] = [];
    let from = new Date('2026-05-01T00:00:00Z');
    for (let last: AuditEvent | undefined; ; from = new Date(Date.parse(last.timestamp) + 1)) {
      const { bytes } = await audit.readPage({
        from,
        to: new Date('2026-06-02T00:00:00Z'),
        pageNumber: 0,
        pageSize: 50,
      });
      const { content } = JSON.parse(new TextDecoder().decode(bytes)) as { content: AuditEvent[] };
      kept.push(...content);
      last = content.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)).at(-1);
      if (last === undefined) break;
    }
    expect([kept.length, simulator.data.auditEvents.length]).toEqual([50, 150]);
  });
});

test.for([
  ['the same ledger', {}],
  ['the same windows and content, with equal records', { equalTimestamps: 60_000, duplicates: 9 }],
] as const)('order: ascending, descending and shuffled pages give the same rows and %s', async ([, more]) => {
  const results = [];
  for (const order of [...orders, { across: 'descending', within: 'shuffled' } as const]) {
    const simulator = await team({
      sizes: { auditEvents: 900, loginEvents: 0, members: 1, adoptionEvents: 0, days: 3 },
      faults: { order, ...more },
    });
    // Told apart, but for the duplicates that the plan asks for.
    for (const [index, event] of simulator.data.auditEvents.entries()) event.port = String(index);
    simulator.touch();
    const destination = new MemoryDestination();
    const feed = auditOf(clientOf(simulator), 50, { maxPages: 4 });
    await extract(feed, destination, { from: new Date('2026-05-29T00:00:00Z') });
    results.push({
      rows: rowsOf(destination),
      // Whether equal records are on two pages, and take a second reading, depends on the order.
      ledger: destination.contents.receipts.map((receipt) => {
        if (!('duplicates' in more)) return receipt;
        const { from, to, documents, contentHash, rows, state } = receipt;
        return { from, to, documents, contentHash, rows, state };
      }),
    });
  }
  for (const result of results) expect(result).toEqual(results[0]);
  expect(results[0]?.rows.length).toBeGreaterThan(880);
});

test('deep windows: a crowd within one second, with 429s, is read whole, each page at most twice', async () => {
  const count = full ? 100_000 : 10_000;
  const start = Date.parse('2026-05-20T10:00:00Z');
  const data = generateCelonisTeam({ auditEvents: 1, loginEvents: 0, members: 1, adoptionEvents: 0 });
  const [model] = data.auditEvents;
  if (model === undefined) throw new Error('no model');
  const auditEvents = Array.from({ length: count }, (_, index) => ({
    ...model,
    timestamp: new Date(start + Math.floor((index * 1000) / count)).toISOString(),
    userId: `user ${index} (${index}@example.com)`,
  }));
  const failures = [{ kind: 'rate-limit', seconds: 0, every: 50 }] as const;
  const simulator = await team({ data: { ...data, auditEvents }, faults: { failures } });
  const destination = new MemoryDestination();
  await extract(auditOf(clientOf(simulator), 200), destination);
  expect(destination.table('audit_log')).toHaveLength(count);
  const served = simulator.requests.filter(({ status }) => status === 200);
  const times = Map.groupBy(served, ({ query }) => JSON.stringify(query));
  expect(Math.max(...[...times.values()].map((requests) => requests.length))).toBeLessThanOrEqual(2);
  expect(simulator.requests.some(({ status }) => status === 429)).toBe(true);
}, 3_600_000);

describe('a first run over two years', () => {
  const sizes = { auditEvents: 4000, loginEvents: 0, members: 1, adoptionEvents: 0, days: 730 };

  test('interrupted ten times, it ends with what one run has', async () => {
    const simulator = await team({ sizes });
    const one = new MemoryDestination();
    await extract(auditOf(clientOf(simulator), 10, { maxPages: 3 }), one);
    const destination = new MemoryDestination();
    let interrupted = 0;
    for (let allowed = 30; interrupted < 10; allowed += 1) {
      const controller = new AbortController();
      let requests = 0;
      simulator.faults = {
        hooks: {
          before: () => {
            requests += 1;
            if (requests === allowed) controller.abort(new Error('interrupted'));
            return undefined;
          },
        },
      };
      const run = extract(auditOf(clientOf(simulator), 10, { maxPages: 3 }), destination, {
        signal: controller.signal,
        rereadMs: 0,
      });
      await expect(run, `with ${allowed} requests`).rejects.toThrow('interrupted');
      interrupted += 1;
    }
    simulator.faults = {};
    await extract(auditOf(clientOf(simulator), 10, { maxPages: 3 }), destination);
    expect(rowsOf(destination)).toEqual(rowsOf(one));
    expect(rowsOf(destination)).toEqual(settled(simulator));
  });

  test('with from moved back later, only what is missing is read', async () => {
    const simulator = await team({ sizes });
    const destination = new MemoryDestination();
    const feed = auditOf(clientOf(simulator), 100);
    await extract(feed, destination, { from: new Date('2026-01-01T00:00:00Z'), rereadMs: 0 });
    const before = simulator.requests.length;
    await extract(feed, destination, { from: new Date('2025-06-01T00:00:00Z'), rereadMs: 0 });
    const asked = simulator.requests.slice(before + 1).map(({ query }) => query['to'] ?? '');
    expect(asked.filter((to) => to > '2026-01-01T00:00:00.000Z')).toEqual([]);
    const from = Date.parse('2025-06-01T00:00:00Z');
    expect(rowsOf(destination)).toEqual(settled(simulator).filter((row) => Number(row.split(' ')[0]) >= from));
  });
});

describe('clocks', () => {
  test.for([2, -2])('this machine %i h off: the same output, and a warning', async (hours) => {
    const simulator = await team();
    const right = new MemoryDestination();
    await extract(auditOf(clientOf(simulator), 20), right, { now: () => simulator.clock.now() });
    const destination = new MemoryDestination();
    const events: ProgressEvent[] = [];
    await extract(auditOf(clientOf(simulator), 20), destination, {
      now: () => new Date(simulator.clock.milliseconds() + hours * hour),
      onProgress: (event) => events.push(event),
    });
    expect(destination.contents.receipts).toEqual(right.contents.receipts);
    expect(rowsOf(destination)).toEqual(settled(simulator));
    expect(events).toContainEqual({ kind: 'clock skew', feed: 'audit', skewMs: -hours * hour });
  });

  test('a token that expires after 899 s in the middle of the pages is renewed, and nothing is missing', async () => {
    let requests = 0;
    const simulator = await team({
      sizes: { auditEvents: 1500, loginEvents: 0, members: 1, adoptionEvents: 0, days: 3 },
      faults: {
        hooks: {
          before: ({ operationId }) => {
            requests += operationId === 'createToken' ? 0 : 1;
            if (requests % 9 === 0) simulator.clock.advance(900_000);
            return undefined;
          },
        },
      },
    });
    const { clientId, clientSecret } = simulator.credentials;
    const client = createCelonisLogs({ team: simulator.url, credentials: clientCredentials(clientId, clientSecret) });
    const destination = new MemoryDestination();
    await extract(auditOf(client, 50), destination);
    expect(simulator.requests.filter(({ status }) => status === 401).length).toBeGreaterThan(0);
    simulator.faults = {};
    await extract(auditOf(client, 50), destination);
    expect(rowsOf(destination)).toEqual(settled(simulator));
  });
});

describe('a run with nothing new', () => {
  test('takes three requests at most, whatever the size of the span that is read again', async () => {
    const sizes = { auditEvents: 3000, loginEvents: 0, members: 1, adoptionEvents: 0, days: 2 };
    const simulator = await team({ sizes });
    const destination = new MemoryDestination();
    const feed = auditOf(clientOf(simulator), 200);
    const run = () => extract(feed, destination, { rereadMs: day });
    simulator.clock.advance(hour);
    await run();
    await run();
    for (const minutes of [0, 30]) {
      simulator.clock.advance(minutes * 60_000);
      const before = simulator.requests.length;
      const { feeds } = await run();
      expect(feeds[0]).toMatchObject({ documents: 0, late: 0 });
      expect([minutes, simulator.requests.length - before <= 3]).toEqual([minutes, true]);
    }
  });

  test('reads the span in full again where its count moved, or after six hours', async () => {
    const sizes = { auditEvents: 3000, loginEvents: 0, members: 1, adoptionEvents: 0, days: 2 };
    const simulator = await team({ sizes });
    const destination = new MemoryDestination();
    const feed = auditOf(clientOf(simulator), 200);
    const run = () => extract(feed, destination, { rereadMs: day });
    await run();
    await run();
    const { auditEvents } = simulator.data;
    const [model] = auditEvents;
    const at = auditEvents.length - 100;
    if (model !== undefined) auditEvents.splice(at, 0, { ...model, timestamp: auditEvents[at]?.timestamp ?? '' });
    simulator.touch();
    expect((await run()).feeds[0]?.late).toBe(1);
    // One comes and one goes: the count stays, and only a reading in full shows it.
    auditEvents.splice(auditEvents.length - 50, 1);
    if (model !== undefined) auditEvents.splice(at, 0, { ...model, timestamp: auditEvents[at]?.timestamp ?? '' });
    simulator.touch();
    await run();
    simulator.clock.advance(6 * hour + 1000);
    await run();
    expect(without(settled(simulator), rowsOf(destination))).toEqual([]);
  });
});

describe('a spool', () => {
  const sizes = { auditEvents: 3000, loginEvents: 0, members: 1, adoptionEvents: 0, days: 3 };

  test('after a run that was cut off in the middle of a window, the next reads only the pages that are missing', async () => {
    const spool = join(await mkdtemp(join(tmpdir(), 'millrace-spool-')), 'audit.spool');
    onTestFinished(() => rm(dirname(spool), { recursive: true, force: true }));
    const simulator = await team({ sizes });
    const destination = new MemoryDestination();
    // All in one window of 60 pages; none is committed before the last is read.
    const options = { from: new Date('2026-05-28T00:00:00Z'), spool, concurrency: 2 };
    const feed = (): WindowedFeed => auditOf(clientOf(simulator), 50, { maxPages: 100 });
    for (const failing of [20, 20]) {
      simulator.faults = { failures: [{ kind: 'status', status: 400, requests: [failing] }] };
      await expect(extract(feed(), destination, options), `request ${failing}`).rejects.toThrow('400');
    }
    expect((await readdir(spool, { recursive: true })).length).toBeGreaterThan(30);
    simulator.faults = {};
    await extract(feed(), destination, options);
    expect(rowsOf(destination)).toEqual(settled(simulator));
    const served = simulator.requests.filter(({ status }) => status === 200);
    const times = Map.groupBy(served, ({ query }) => JSON.stringify(query)).values();
    expect(Math.max(...times.map((requests) => requests.length))).toBeLessThanOrEqual(3);
    // 60 pages once, and for each run the clock and what proves the reading.
    expect(served.length).toBeLessThan(60 + 15);
    await expect(readdir(spool)).rejects.toThrow('ENOENT');
  });

  test('a page that is not whole is read anew, and no page holds a credential', async () => {
    const spool = join(await mkdtemp(join(tmpdir(), 'millrace-spool-')), 'audit.spool');
    onTestFinished(() => rm(dirname(spool), { recursive: true, force: true }));
    const simulator = await team({ sizes });
    const destination = new MemoryDestination();
    const options = { from: new Date('2026-05-28T00:00:00Z'), spool, concurrency: 2 };
    const feed = (): WindowedFeed => auditOf(clientOf(simulator), 50, { maxPages: 100 });
    simulator.faults = { failures: [{ kind: 'status', status: 400, requests: [40] }] };
    await expect(extract(feed(), destination, options)).rejects.toThrow('400');
    const files = (await readdir(spool, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    for (const [index, entry] of files.entries()) {
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path);
      expect(gunzipSync(bytes).toString()).not.toContain(simulator.credentials.appKey);
      if (index % 3 === 0) await writeFile(path, bytes.subarray(0, bytes.length - 9));
    }
    simulator.faults = {};
    await extract(feed(), destination, options);
    expect(rowsOf(destination)).toEqual(settled(simulator));
  });
});
