import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type DeltaFeed, type Feed, runExtraction, type SnapshotFeed } from '@millrace/extract';
import type { JsonObject } from '@millrace/flatten';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDestination, verifyDestination } from '../src/index.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-verify-'));
});
afterEach(() => rm(folder, { recursive: true }));

function feedOf(kind: 'snapshot' | 'delta', documents: readonly JsonObject[]): Feed {
  const common = { name: 'order', root: { table: 'order', primaryKey: [['id']] } } as const;
  const readPage = async ({ page }: { readonly page: number }) => ({
    documents: page === 0 ? documents : [],
    totalCount: documents.length,
    serverTime: new Date('2026-01-01T00:00:00Z'),
  });
  const feed = { ...common, paging: { kind: 'numbered', first: 0 }, readPage } as const;
  return kind === 'snapshot'
    ? ({ ...feed, kind } satisfies SnapshotFeed)
    : ({ ...feed, kind, updatedAt: ['at'] } satisfies DeltaFeed);
}

const at = '2025-12-01T00:00:00.000Z';
const lines = (...skus: string[]): JsonObject[] => skus.map((sku) => ({ sku }));

test('a row that was changed stays found, also after its table was widened', async () => {
  const path = join(folder, 'out');
  const url = `duckdb:${path}`;
  const run = async (documents: readonly JsonObject[]): Promise<readonly string[]> => {
    const destination = createDestination(url);
    await runExtraction({ feeds: [feedOf('delta', documents)], destination });
    await destination.close();
    return (await verifyDestination(url)).findings.map(({ name }) => name);
  };
  expect(
    await run([
      { id: 'a', at, n: 1 },
      { id: 'b', at, n: 2 },
    ]),
  ).toEqual([]);
  const database = await DuckDBInstance.create(path);
  const connection = await database.connect();
  await connection.run(`UPDATE "order" SET n = 7 WHERE id = 'a'`);
  connection.closeSync();
  database.closeSync();
  expect(await run([{ id: 'c', at, n: 0.5 }])).toEqual(['order']);
  expect(await run([{ id: 'd', at, n: 'many', note: 'x' }])).toEqual(['order']);
});

describe.for(['duckdb', 'parquet', 'csv', 'ndjson'])('%s', (scheme) => {
  const steps: [string, 'snapshot' | 'delta', JsonObject[]][] = [
    ['the first rows', 'delta', [{ id: 'a', at, n: 1, x: -0, d: '2025-01-01', lines: lines('p', 'q') }]],
    [
      'a document that replaces one, and a new one',
      'delta',
      [
        { id: 'a', at, n: 2, lines: lines('r') },
        { id: 'b', at, n: 3 },
      ],
    ],
    ['a new column', 'delta', [{ id: 'c', at, n: 4, note: 'new "text"\n€😀' }]],
    ['a column that widens from INTEGER to FLOAT', 'delta', [{ id: 'd', at, n: 0.1, x: 1e21 }]],
    ['columns that widen to STRING', 'delta', [{ id: 'd', at, n: 'many', d: 'never', lines: [{ sku: 7 }] }]],
    ['a replacement of everything', 'snapshot', [{ id: 'e', at, n: 5, lines: lines('s', 's') }]],
  ];

  test('the receipts cover what is stored after each kind of change', async () => {
    const url = `${scheme}:${join(folder, 'out')}`;
    for (const [name, kind, documents] of steps) {
      const destination = createDestination(url);
      // Another kind of load has a state of its own: a feed keeps to one.
      const feed = feedOf(kind, documents);
      await runExtraction({ feeds: [kind === 'snapshot' ? { ...feed, name: 'all' } : feed], destination });
      await destination.close();
      const { findings, tables } = await verifyDestination(url);
      expect([name, findings]).toEqual([name, []]);
      expect(tables.find(({ table }) => table === 'order')?.rows).toBeGreaterThan(0);
    }
  });

  test('the same rows have the same hash in every destination', async () => {
    const url = `${scheme}:${join(folder, 'out')}`;
    const destination = createDestination(url);
    const documents = [
      {
        id: 'a',
        at,
        n: 1.5,
        flag: true,
        big: 9_007_199_254_740_993n,
        day: '2025-02-28',
        text: 'ä,"\n',
        lines: lines('p'),
      },
    ];
    await runExtraction({ feeds: [feedOf('delta', documents)], destination });
    await destination.close();
    const { tables } = await verifyDestination(url);
    expect(tables.map(({ table, rows, hash }) => [table, rows, hash.slice(0, 16)])).toMatchInlineSnapshot(`
      [
        [
          "order",
          1,
          "5ae6ca879ae05ab8",
        ],
        [
          "order$lines",
          1,
          "7d176f9b6b57aa7d",
        ],
      ]
    `);
  });
});
