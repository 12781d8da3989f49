import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch, CellValue } from '@millrace/flatten';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDestination, readTable, type DestinationOptions, type PushReport } from '../src/index.ts';
import { isPushDestination } from '../src/celonis.ts';
import { jobsOf, poolOf, poolOptions, queryPool, startPool, type PoolTeam } from './pool-bench.ts';
import { batch, childTable, column, receipt, rootTable, tableBatch } from './tables.ts';

const doc = rootTable('doc', [column('id', 'STRING'), column('n', 'INTEGER')]);
const items = childTable('doc$items', doc, [column('v', 'STRING')]);

const step = process.env['MILLRACE_FULL'] === undefined ? 7 : 1;

type Row = readonly [id: string, n: bigint, items: readonly string[]];

function documents(...rows: readonly Row[]): Batch {
  return batch(
    tableBatch(
      doc,
      rows.map(([id, n]) => [id, n]),
    ),
    tableBatch(
      items,
      rows.flatMap(([id, , texts]) => texts.map((text, at) => [id, BigInt(at), text] as const)),
    ),
  );
}

async function emptyState(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-pool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'state');
}

/** Commits documents, and pushes unless told not to. */
async function write(
  place: PoolTeam,
  options: DestinationOptions,
  documentsToWrite: Batch,
  { push = true, signal }: { readonly push?: boolean; readonly signal?: AbortSignal } = {},
): Promise<PushReport | undefined> {
  const { destination } = await openDestination(`celonis:${place.poolId}`, options);
  try {
    const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
    await transaction.write(documentsToWrite);
    await transaction.commit({ state: {}, receipt: receipt(1) });
    if (!push || !isPushDestination(destination)) return undefined;
    return await destination.push({ signal });
  } finally {
    await destination.close();
  }
}

/** Rows of both tables in the pool, and in the state folder. */
async function contents(place: PoolTeam, state: string): Promise<{ pool: unknown; store: unknown }> {
  const pool: CellValue[][][] = [];
  const store: CellValue[][][] = [];
  for (const table of ['doc', 'doc$items']) {
    pool.push((await queryPool(place, `SELECT * FROM "${table}" ORDER BY ALL`)).rows.map((row) => [...row]));
    const rows: CellValue[][] = [];
    for await (const row of readTable(`duckdb:${state}/store.duckdb`, table)) rows.push(Object.values(row));
    store.push(rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
  }
  return { pool, store };
}

const before = documents(['a', 1n, ['x', 'y', 'z']], ['b', 2n, ['x']]);
/** A document with fewer children, one with none, a new one, and a text that outgrows its column, which loads one table anew. */
const changes: readonly (readonly [name: string, during: Batch])[] = [
  ['a delta', documents(['a', 5n, ['x']], ['b', 2n, []], ['c', 3n, ['new']])],
  ['a table loaded anew', documents(['a', 5n, ['x'.repeat(200)]], ['c', 3n, ['new']])],
];
const after = documents(['c', 4n, []], ['d', 1n, ['last']]);

describe.each(changes)('a push of %s that is ended', (_name, during) => {
  test.each(['before', 'after'] as const)(
    '%s any of its requests is made good by the next, whatever has changed since',
    async (moment) => {
      const { team } = await startPool();
      let at = moment === 'before' ? 1 : 3;
      for (let isOver = false; !isOver; at += step) {
        const place = await poolOf(team, `pool ${at}`);
        const state = await emptyState();
        const options = poolOptions(place, state);
        await write(place, options, before);
        const controller = new AbortController();
        const reason = new Error('ended');
        let requests = 0;
        // Opening the pool takes two requests; they are not the push's.
        const count = (): undefined => {
          requests += 1;
          if (requests === at + 2) controller.abort(reason);
          return undefined;
        };
        team.faults = { hooks: moment === 'before' ? { before: count } : { after: count } };
        const ended = await write(place, options, during, { signal: controller.signal }).then(
          () => undefined,
          (error: unknown) => error,
        );
        team.faults = {};
        isOver = ended === undefined && requests < at + 2;
        await write(place, options, after);
        const { pool, store } = await contents(place, state);
        expect(pool, `ended ${moment} request ${at}`).toEqual(store);
        expect(await jobsOf(place)).toEqual([]);
      }
      expect(at).toBeGreaterThan(15);
    },
    600_000,
  );
});
