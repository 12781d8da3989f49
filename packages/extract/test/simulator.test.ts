import { appKey, clientCredentials, createCelonisLogs } from '@millrace/celonis-client/logs';
import { createOeClient } from '@millrace/oe-client';
import {
  type CelonisSimulator,
  type FaultPlan,
  type OeSimulator,
  startCelonisSimulator,
  startOeSimulator,
} from '@millrace/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import { type Feed, runExtraction } from '../src/index.ts';
import { MemoryDestination } from './memory-destination.ts';
import { contextFeed, logFeed, membersFeed } from './over-http.ts';

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

async function team(faults: FaultPlan = {}): Promise<CelonisSimulator> {
  const simulator = await startCelonisSimulator({
    sizes: { auditEvents: 1800, loginEvents: 700, members: 450, adoptionEvents: 300 },
    faults,
  });
  started.push(simulator);
  return simulator;
}

function teamFeeds({ url, credentials }: CelonisSimulator, audit: 'v1' | 'v2' = 'v1'): Feed[] {
  const client = createCelonisLogs({ team: url, credentials: appKey(credentials.appKey), audit });
  return [
    logFeed('audit', 'audit_log', client.audit, { maxPages: 4 }),
    logFeed('logins', 'login_history', client.logins, { boundsStepMs: 1000 }),
    logFeed('adoption', 'studio_adoption', client.adoption),
    membersFeed(client.members),
  ];
}

/** Timestamp and code of each settled event, as the simulator has them. */
function truth(events: readonly { readonly timestamp: string; readonly event: string }[], until: string): string[] {
  return events
    .filter(({ timestamp }) => timestamp < until)
    .map(({ timestamp, event }) => `${Date.parse(timestamp)} ${event}`)
    .sort();
}

function auditOf(destination: MemoryDestination): string[] {
  return destination
    .table('audit_log')
    .map((row) => `${row['timestamp']} ${row['event']}`)
    .sort();
}

const settled = '2026-06-01T11:55:00.000Z';

describe('a Celonis team', () => {
  const plans: [string, FaultPlan, 'v1' | 'v2'][] = [
    ['friendly', {}, 'v1'],
    ['friendly, v2', {}, 'v2'],
    ['newest first, shuffled within the page', { order: { across: 'descending', within: 'shuffled' } }, 'v1'],
    ['from exclusive, to inclusive', { bounds: { from: 'exclusive', to: 'inclusive' } }, 'v1'],
    ['204 where there is nothing', { emptyRange: 204 }, 'v1'],
    ['cursor with empty pages and an empty end', { cursor: { end: 'empty-page', emptyPages: 3 } }, 'v2'],
    ['cursor that ends in empty text', { cursor: { end: 'empty-string' } }, 'v2'],
    [
      'torn answers and 503s',
      {
        failures: [
          { kind: 'torn', every: 9 },
          { kind: 'status', status: 503, every: 11 },
        ],
      },
      'v1',
    ],
  ];
  test.each(plans)('is read whole, and a second run adds nothing: %s', async (_name, faults, version) => {
    const simulator = await team(faults);
    const destination = new MemoryDestination();
    const run = () => runExtraction({ feeds: teamFeeds(simulator, version), destination });
    await run();
    expect(auditOf(destination)).toEqual(truth(simulator.data.auditEvents, settled));
    expect(destination.table('members')).toHaveLength(450);
    const logins = simulator.data.loginEvents.filter(({ timestamp }) => timestamp < settled).length;
    expect(destination.table('login_history')).toHaveLength(logins);
    for (const receipt of destination.contents.receipts) {
      expect(receipt.counted ?? receipt.served).toBe(receipt.served);
    }
    const rows = auditOf(destination);
    const { feeds } = await run();
    expect(feeds.map(({ documents, late }) => [documents, late])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(auditOf(destination)).toEqual(rows);
  });

  test('keeps equal records of one time apart, as often as the source has them', async () => {
    const simulator = await team({ equalTimestamps: 600_000, duplicates: 20 });
    const destination = new MemoryDestination();
    const run = () => runExtraction({ feeds: teamFeeds(simulator).slice(0, 1), destination });
    await run();
    const client = createCelonisLogs({ team: simulator.url, credentials: appKey(simulator.credentials.appKey) });
    const all: { timestamp: string; event: string }[] = [];
    for await (const { timestamp = '', event = '' } of client.audit.events({ to: settled }))
      all.push({ timestamp, event });
    expect(all.length).toBeGreaterThan(simulator.data.auditEvents.length);
    expect(auditOf(destination)).toEqual(truth(all, settled));
    expect((await run()).feeds[0]).toMatchObject({ documents: 0, late: 0 });
  });

  test('refuses counts that are wrong for good', async () => {
    for (const totalCount of [1, -1, 'page'] as const) {
      const simulator = await team({ totalCount });
      const feeds = teamFeeds(simulator).slice(0, 1);
      await expect(runExtraction({ feeds, destination: new MemoryDestination() })).rejects.toThrow(
        /could not be shown/,
      );
    }
  });

  test('brings late records in with the next run', async () => {
    const simulator = await team({ late: [{ rows: 7, age: 20 * 3_600_000, at: '2026-06-01T13:00:00.000Z' }] });
    const destination = new MemoryDestination();
    const run = () => runExtraction({ feeds: teamFeeds(simulator).slice(0, 1), destination });
    await run();
    simulator.clock.advance(2 * 3_600_000);
    const { feeds } = await run();
    expect(feeds[0]?.late).toBe(7);
    expect(auditOf(destination)).toEqual(truth(simulator.data.auditEvents, '2026-06-01T13:55:00.000Z'));
  });

  test('is read whole while records arrive and age out between pages', async () => {
    const simulator = await team({
      arriving: { every: 2, rows: 3, total: 12 },
      ageing: { every: 3, rows: 2, total: 12 },
    });
    const destination = new MemoryDestination();
    const run = () =>
      runExtraction({
        feeds: teamFeeds(simulator).slice(0, 1),
        destination,
        from: new Date('2026-03-01T00:00:00Z'),
        rereadMs: 200 * 86_400_000,
      });
    await run();
    // By now all have arrived; what came into windows that were committed is late.
    await run();
    const rows = new Map<string, number>();
    for (const row of auditOf(destination)) rows.set(row, (rows.get(row) ?? 0) + 1);
    const lost = truth(simulator.data.auditEvents, settled).filter((event) => {
      const left = rows.get(event) ?? 0;
      rows.set(event, left - 1);
      return left <= 0;
    });
    expect(lost).toEqual([]);
  });
});

describe('an Orchestration Engine', () => {
  async function engine(faults: FaultPlan = {}): Promise<OeSimulator> {
    const simulator = await startOeSimulator({ sizes: { processContexts: 700 }, faults });
    started.push(simulator);
    return simulator;
  }

  function contexts({ url, credentials }: OeSimulator): Feed[] {
    const client = createOeClient({
      apiUrl: url,
      credentials: clientCredentials(credentials.clientId, credentials.clientSecret),
    });
    return [contextFeed(client)];
  }

  const plans: [string, FaultPlan][] = [
    ['friendly', {}],
    ['items in an envelope', { envelope: 'items' }],
    ['contexts that change while they are read', { updating: { every: 1, rows: 3, total: 12 } }],
    ['no count', { totalCount: 'absent' }],
  ];
  test.each(plans)('gives every process context with its events, and then what changed: %s', async (_name, faults) => {
    const simulator = await engine(faults);
    const destination = new MemoryDestination();
    const run = () => runExtraction({ feeds: contexts(simulator), destination });
    await run();
    simulator.clock.advance(3_600_000);
    const { feeds } = await run();
    expect(feeds[0]?.mode).toBe('delta');
    const want = simulator.data.processContexts
      .map(({ context, metadata }) => `${context.processid} ${Date.parse(metadata.updatedAt)}`)
      .sort();
    expect(
      destination
        .table('process_context')
        .map((row) => `${row['context$processid']} ${row['metadata$updatedAt']}`)
        .sort(),
    ).toEqual(want);
    const events = simulator.data.processContexts.flatMap((each) => each.events ?? []).length;
    expect(destination.table('process_context_event')).toHaveLength(events);
  });
});
