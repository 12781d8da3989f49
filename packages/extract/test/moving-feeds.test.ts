/** What `complete.test.ts` shows of the audit log: for every other feed, while its source moves between pages. */
import { appKey, createCelonisLogs } from '@millrace/celonis-client/logs';
import { clientCredentials } from '@millrace/http';
import { createOeClient } from '@millrace/oe-client';
import { type CelonisSimulator, startCelonisSimulator, startOeSimulator } from '@millrace/simulator';
import { expect, onTestFinished, test } from 'vitest';
import { type Feed, runExtraction } from '../src/index.ts';
import { seeded } from './fake-log.ts';
import { MemoryDestination } from './memory-destination.ts';
import { contextFeed, logFeed, membersFeed } from './over-http.ts';

const seeds = process.env['MILLRACE_FULL'] === undefined ? 3 : 200;
const hour = 3_600_000;
const orders = ['ascending', 'descending', 'shuffled'] as const;

/** A small team; `sizes` has its records in one feed. */
async function team(seed: number): Promise<CelonisSimulator> {
  const sizes = { auditEvents: 120, loginEvents: 120, members: 60, adoptionEvents: 120, days: 3 };
  const simulator = await startCelonisSimulator({ seed, sizes });
  onTestFinished(() => simulator.close());
  return simulator;
}

interface Log {
  readonly name: string;
  readonly table: string;
  readonly audit?: 'v2';
  readonly client: 'audit' | 'logins' | 'adoption';
  readonly records: (simulator: CelonisSimulator) => readonly { readonly timestamp: string }[];
}

const logs: readonly Log[] = [
  { name: 'audit v2', table: 'audit_log', audit: 'v2', client: 'audit', records: ({ data }) => data.auditEvents },
  { name: 'login history', table: 'login_history', client: 'logins', records: ({ data }) => data.loginEvents },
  { name: 'adoption', table: 'studio_adoption', client: 'adoption', records: ({ data }) => data.adoptionEvents },
];

test.each(logs)(
  'moving pages: all that stays is there, once, with counts that agree: $name',
  async ({ name, table, audit, client, records }) => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const simulator = await team(seed);
      const times = () => records(simulator).map(({ timestamp }) => Date.parse(timestamp));
      const ever = new Map<number, number>();
      const note = (): undefined => {
        for (const [time, all] of Map.groupBy(times(), (each) => each))
          ever.set(time, Math.max(ever.get(time) ?? 0, all.length));
      };
      simulator.faults = {
        seed,
        order: orders[seed % 3] ?? 'ascending',
        arriving: { every: 1 + (seed % 3), rows: 1 + (seed % 2), total: 10 },
        ageing: { every: 2 + (seed % 2), rows: 1, total: 6 },
        hooks: { before: note, after: note },
      };
      const credentials = appKey(simulator.credentials.appKey);
      const { [client]: list } = createCelonisLogs({ team: simulator.url, credentials, audit: audit ?? 'v1' });
      const readPage: typeof list.readPage = (request) => list.readPage({ ...request, pageSize: 10 + (seed % 5) });
      const feed = logFeed(name, table, { ...list, readPage }, { maxPages: 30 });
      const destination = new MemoryDestination();
      const from = new Date('2026-05-27T00:00:00Z');
      for (const run of [1, 2, 3]) {
        // Who comes into a window after it was committed is late, and there after the next reading in full.
        if (run === 3) simulator.faults = {};
        await runExtraction({ feeds: [feed], destination, rereadMs: 10 * 24 * hour, from });
        simulator.clock.advance(6 * hour + 1000);
      }
      const rows = Map.groupBy(destination.table(table), (row) => Number(row['timestamp']));
      const settled = simulator.clock.milliseconds() - 6 * hour - 1000 - 300_000;
      const old = times().filter((time) => time < settled);
      for (const [time, all] of Map.groupBy(old, (each) => each))
        expect(rows.get(time)?.length ?? 0, `seed ${seed}: ${time} is lost`).toBeGreaterThanOrEqual(all.length);
      for (const [time, all] of rows)
        expect(all.length, `seed ${seed}: ${time} is there twice`).toBeLessThanOrEqual(ever.get(time) ?? 0);
      for (const { served, counted = served } of destination.contents.receipts)
        expect(served, `seed ${seed}`).toBe(counted);
      await simulator.close();
    }
  },
  3_600_000,
);

test('moving pages: a list of members that changes while it is read is whole all the same', async () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = seeded(seed);
    const simulator = await team(seed);
    const { members } = simulator.data;
    const [model] = members;
    let changes = 4;
    const change = (): undefined => {
      if (changes === 0 || random() < 0.5 || model === undefined) return undefined;
      changes -= 1;
      if (random() < 0.5) members.splice(Math.floor(random() * members.length), 1);
      else members.splice(Math.floor(random() * members.length), 0, { ...model, userId: `new ${seed} ${changes}` });
      return undefined;
    };
    simulator.faults = { seed, order: orders[seed % 3] ?? 'ascending', hooks: { after: change } };
    const { members: list } = createCelonisLogs({
      team: simulator.url,
      credentials: appKey(simulator.credentials.appKey),
    });
    const paged = { ...list, readPage: (request: object) => list.readPage({ ...request, pageSize: 7 }) };
    const destination = new MemoryDestination();
    const ids = () => members.map(({ userId }) => userId).sort();
    // A reading that is believed had a list that stood still: what it has is the list of its last request.
    await runExtraction({ feeds: [membersFeed(paged)], destination });
    changes = 0;
    await runExtraction({ feeds: [membersFeed(paged)], destination });
    expect(
      destination
        .table('members')
        .map((row) => String(row['userId']))
        .sort(),
      `seed ${seed}`,
    ).toEqual(ids());
    for (const { served, counted = served } of destination.contents.receipts)
      expect(served, `seed ${seed}`).toBe(counted);
    await simulator.close();
  }
}, 3_600_000);

test('moving pages: process contexts that come and change while they are read are all there once it is quiet', async () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const engine = await startOeSimulator({ seed, sizes: { processContexts: 60 } });
    onTestFinished(() => engine.close());
    engine.faults = {
      seed,
      order: orders[seed % 3] ?? 'ascending',
      arriving: { every: 2, rows: 1, total: 6, where: 'now' },
      updating: { every: 2 + (seed % 2), rows: 2, total: 8 },
    };
    const client = createOeClient({
      apiUrl: engine.url,
      credentials: clientCredentials(engine.credentials.clientId, engine.credentials.clientSecret),
    });
    const { processContexts } = client;
    const readPage: typeof processContexts.readPage = (request) =>
      processContexts.readPage({ ...request, pageSize: 9 + (seed % 4) });
    const feed: Feed = contextFeed({ ...client, processContexts: { ...processContexts, readPage } });
    const destination = new MemoryDestination();
    for (const run of [1, 2, 3]) {
      if (run === 3) engine.faults = {};
      await runExtraction({ feeds: [feed], destination });
      engine.clock.advance(hour);
    }
    const found = destination
      .table('process_context')
      .map((row) => `${row['context$processid']} ${row['metadata$updatedAt']}`);
    const want = engine.data.processContexts.map(
      ({ context, metadata }) => `${context.processid} ${Date.parse(metadata.updatedAt)}`,
    );
    expect(found.sort(), `seed ${seed}`).toEqual(want.sort());
    await engine.close();
  }
}, 3_600_000);
