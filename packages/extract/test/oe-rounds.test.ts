/** Fifty rounds of changes in an Orchestration Engine, over HTTP: what delta loads and sweeps leave, against a full load. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDestination, listTables, readTable } from '@millrace/destinations';
import { clientCredentials } from '@millrace/http';
import { createOeClient } from '@millrace/oe-client';
import { evolveOeTenant, type FaultPlan, type OeSimulator, startOeSimulator } from '@millrace/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import { type DeltaFeed, type Destination, runExtraction } from '../src/index.ts';
import { seeded } from './fake-log.ts';
import { MemoryDestination } from './memory-destination.ts';
import { contextFeed } from './over-http.ts';

const hour = 3_600_000;
const rounds = 50;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()));
});

async function startEngine(seed: number, faults: FaultPlan): Promise<OeSimulator> {
  const engine = await startOeSimulator({ seed, sizes: { processContexts: 60 }, faults });
  cleanUps.push(() => engine.close());
  return engine;
}

/** Contexts 25 a page, as they come. */
function feedOf({ url, credentials }: OeSimulator, more: Partial<DeltaFeed>): DeltaFeed {
  const client = createOeClient({
    apiUrl: url,
    credentials: clientCredentials(credentials.clientId, credentials.clientSecret),
  });
  return {
    ...contextFeed(client),
    readPage: async ({ page, signal, updatedSince, filters }) => {
      const { bytes, headers, serverTime } = await client.processContexts.readPage({
        ...filters,
        ...(updatedSince === undefined ? {} : { updatedSince }),
        pageNumber: page,
        pageSize: 25,
        signal,
      });
      return { body: bytes, at: [], totalCount: Number(headers.get('x-total-count')), serverTime };
    },
    ...more,
  };
}

/** Lets the engine go on for an hour: runs go on, begin and vanish, and some are edited by hand. */
function goOn(engine: OeSimulator, seed: number, round: number): void {
  const random = seeded(seed * 1000 + round);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  engine.clock.advance(hour);
  const now = engine.clock.now().toISOString();
  const { data } = engine;
  evolveOeTenant(data, { now, seed: seed * 1000 + round, share: 0.3 });
  for (let edits = Math.floor(random() * 6); edits > 0; edits -= 1) {
    const run = pick(data.processContexts);
    if (run === undefined) break;
    const what = random();
    if (what < 0.2) data.processContexts.splice(data.processContexts.indexOf(run), 1);
    else {
      run.metadata.updatedAt = now;
      if (what < 0.35) run.status = pick(['running', 'finished', 'failed']) ?? 'running';
      else if (what < 0.5) run.events.splice(Math.floor(random() * run.events.length), 1);
      else if (what < 0.6) run.events.reverse();
      else run.context['edited.by-hand'] = editedPayload(random);
    }
  }
}

/** A payload with arrays of objects in arrays of objects, of any length. */
function editedPayload(random: () => number): { metadata: { occurredAt: string; type: string }; lines: unknown[] } {
  const some = (most: number): number[] => Array.from({ length: Math.floor(random() * (most + 1)) }, (_, at) => at);
  return {
    metadata: { occurredAt: '2026-06-01T12:00:00.000Z', type: 'event' },
    lines: some(4).map((line) => ({
      sku: `sku ${line}`,
      quantity: Math.floor(random() * 9),
      tags: some(2).map((tag) => `tag ${tag} ${Math.floor(random() * 9)}`),
      parts: some(3).map((part) => ({ name: `part ${part}`, weight: Math.floor(random() * 100) })),
    })),
  };
}

interface Table {
  readonly rootKey: readonly string[];
  readonly isRoot: boolean;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

type Tables = ReadonlyMap<string, Table>;

function inMemory(destination: MemoryDestination): Tables {
  return new Map(
    [...destination.contents.tables.values()].map((table) => [
      table.name,
      { rootKey: table.rootKey, isRoot: table.parent === undefined, rows: destination.table(table.name) },
    ]),
  );
}

/**
 * The rows of documents that the engine has, one text each, without what is NULL; tables without such rows left out. Cells as
 * text, since a column that a document which has gone widened stays wide, and a full load finds it narrow.
 */
function rowsOf(tables: Tables, alive: ReadonlySet<string>): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const [name, { rootKey, rows }] of [...tables].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kept = rows.filter((row) => alive.has(String(row[rootKey[0] ?? ''])));
    if (kept.length === 0) continue;
    result[name] = kept
      .map((row) =>
        JSON.stringify(
          Object.entries(row)
            .filter(([column, cell]) => cell !== null && column !== '_deleted_at')
            .map(([column, cell]) => [column, String(cell)])
            .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
        ),
      )
      .sort();
  }
  return result;
}

function keysOf(tables: Tables, marked: boolean): string[] {
  const root = [...tables.values()].find((table) => table.isRoot);
  return (root?.rows ?? [])
    .filter((row) => ((row['_deleted_at'] ?? null) !== null) === marked)
    .map((row) => String(row['context$processid']))
    .sort();
}

const plans: [string, number, FaultPlan][] = [
  ['updatedSince inclusive', 1, {}],
  ['updatedSince exclusive', 2, { bounds: { from: 'exclusive' } }],
  ['latest first', 3, { order: 'descending' }],
];
const moreSeeds = process.env['MILLRACE_FULL'] === undefined ? 0 : 8;
for (let seed = 4; seed < 4 + moreSeeds; seed += 1) {
  plans.push([
    `seed ${seed}`,
    seed,
    { bounds: { from: seed % 2 === 0 ? 'exclusive' : 'inclusive' }, order: 'shuffled' },
  ]);
}

describe(`${rounds} delta rounds`, () => {
  test.each(plans)(
    'equal a full load after each, and each sweep marks what is gone: %s',
    async (_name, seed, faults) => {
      const engine = await startEngine(seed, faults);
      const destination = new MemoryDestination();
      const marks = new Set<string>();
      for (let round = 0; round <= rounds; round += 1) {
        const where = `seed ${seed}, round ${round}`;
        if (round > 0) goOn(engine, seed, round);
        // Every seventh hour a sweep is due.
        const { feeds } = await runExtraction({ feeds: [feedOf(engine, { sweepMs: 7 * hour })], destination });
        expect(feeds[0]?.mode, where).toBe(round === 0 ? 'full' : 'delta');
        const whole = new MemoryDestination();
        await runExtraction({ feeds: [feedOf(engine, {})], destination: whole });
        const alive = new Set(engine.data.processContexts.map((run) => run.context.processid));
        const tables = inMemory(destination);
        expect(rowsOf(tables, alive), where).toEqual(rowsOf(inMemory(whole), alive));
        const marked = keysOf(tables, true);
        expect(
          marked.filter((key) => alive.has(key)),
          where,
        ).toEqual([]);
        if (feeds[0]?.sweep === undefined) continue;
        expect(feeds[0].sweep, where).toMatchObject({ restored: 0, missing: 0 });
        expect(keysOf(tables, false), where).toEqual([...alive].sort());
        for (const key of marked) marks.add(key);
      }
      expect(marks.size, `seed ${seed}`).toBeGreaterThan(10);
    },
  );

  test('a lower bound takes in what changed exactly then, whether the server does or not', async () => {
    for (const from of ['inclusive', 'exclusive'] as const) {
      const engine = await startEngine(5, { bounds: { from } });
      const times = engine.data.processContexts.map((run) => run.metadata.updatedAt).sort();
      const updatedSince = new Date(times[30] ?? 0);
      const destination = new MemoryDestination();
      for (let load = 0; load < 2; load += 1) {
        await runExtraction({ feeds: [feedOf(engine, { updatedSince })], destination });
        const wanted = engine.data.processContexts.filter(
          (run) => Date.parse(run.metadata.updatedAt) >= updatedSince.getTime(),
        );
        expect(keysOf(inMemory(destination), false), from).toEqual(wanted.map((run) => run.context.processid).sort());
      }
    }
  });
});

test.each(['duckdb:oe.duckdb', 'parquet:oe', 'csv:oe'])(
  'rounds with a sweep at the end leave the same in a real destination: %s',
  async (to) => {
    const seed = 21;
    const engine = await startEngine(seed, {});
    const folder = await mkdtemp(join(tmpdir(), 'sweep-'));
    cleanUps.push(() => rm(folder, { recursive: true }));
    const url = to.replace(':', `:${folder}/`);
    const memory = new MemoryDestination();
    const extract = async (target: Destination, sweepMs: number): Promise<void> => {
      await runExtraction({ feeds: [feedOf(engine, { sweepMs })], destination: target });
    };
    for (let round = 0; round < 6; round += 1) {
      if (round > 0) goOn(engine, seed, round);
      const destination = createDestination(url);
      try {
        const sweepMs = round >= 4 ? 0 : 100 * hour;
        await extract(destination, sweepMs);
        await extract(memory, sweepMs);
      } finally {
        await destination.close();
      }
    }
    const marked = keysOf(inMemory(memory), true);
    expect(marked.length).toBeGreaterThan(1);
    const found: string[] = [];
    for await (const row of readTable(url, 'process_context')) {
      if ((row['_deleted_at'] ?? null) !== null) found.push(String(row['context$processid']));
    }
    expect(found.sort()).toEqual(marked);
    for (const { table, rows: count } of await listTables(url)) {
      expect([table, count]).toEqual([table, memory.table(table).length]);
    }
  },
);
