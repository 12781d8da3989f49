import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '@millrace/cli-kit';
import { createDestination, listTables, readTable } from '@millrace/destinations';
import {
  emptyLedger,
  type ExtractionSummary,
  type LedgerHead,
  runExtraction,
  sealReceipt,
  type SnapshotFeed,
} from '@millrace/extract';
import { createFlattener, type JsonObject, type RootSpec } from '@millrace/flatten';
import { ContractError, contracts } from '@millrace/flatten/contracts';
import { afterEach, expect, test } from 'vitest';
import { thrownBy } from './helpers.ts';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function place(scheme: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'contract-'));
  folders.push(folder);
  return `${scheme}:${join(folder, 'out')}${scheme === 'duckdb' ? '.duckdb' : ''}`;
}

/** Reads documents whole and replaces the tables with them. */
async function load(
  url: string,
  documents: readonly JsonObject[],
  contract: RootSpec['contract'],
): Promise<ExtractionSummary> {
  const feed: SnapshotFeed = {
    kind: 'snapshot',
    name: 'orders',
    root: { table: 'order', primaryKey: [['id']], ...(contract === undefined ? {} : { contract }) },
    paging: { kind: 'cursor' },
    readPage: async () => ({ documents }),
  };
  const destination = createDestination(url);
  try {
    return await runExtraction({ feeds: [feed], destination });
  } finally {
    await destination.close();
  }
}

const good: readonly JsonObject[] = [
  { id: 1, total: 5, lines: [{ sku: 'a' }] },
  { id: 2, total: 6, lines: [{ sku: 'b' }] },
];
const odd: JsonObject = { id: 3, total: 'seven', lines: [{ sku: 'c' }] };

async function rowsOf(url: string, table: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of readTable(url, table)) rows.push(row);
  return rows;
}

test.each(['duckdb', 'parquet', 'ndjson'])(
  'a %s destination takes rejected documents as one more table, and loses them when they fit',
  async (scheme) => {
    const url = await place(scheme);
    await load(url, good, undefined);
    await load(url, [...good, odd], 'quarantine');
    const tables = await listTables(url);
    expect(Object.fromEntries(tables.map(({ table, rows }) => [table, rows]))).toEqual({
      order$lines: 2,
      order: 2,
      order__rejected: 1,
    });
    expect(JSON.stringify(await rowsOf(url, 'order__rejected'))).toContain(
      'total would widen total of order from INTEGER to STRING',
    );
    await load(url, [...good, { ...odd, total: 7 }], 'quarantine');
    expect((await listTables(url)).find(({ table }) => table === 'order__rejected')?.rows).toBe(0);
    expect(await rowsOf(url, 'order')).toHaveLength(3);
  },
);

/** Upserts each list of documents in a transaction of its own. */
async function upsert(url: string, lists: readonly (readonly JsonObject[])[]): Promise<void> {
  const destination = createDestination(url);
  let head: LedgerHead = emptyLedger;
  for (const documents of lists) {
    const { tables } = await destination.open();
    const flattener = createFlattener(
      { table: 'order', primaryKey: [['id']], tables, contract: 'quarantine' },
      { contracts },
    );
    flattener.push(documents);
    const transaction = await destination.begin({ feed: 'orders', mode: 'upsert', root: 'order' });
    await transaction.write(flattener.take());
    const receipt = sealReceipt(
      {
        feed: 'orders',
        run: 'run',
        documents: documents.length,
        served: documents.length,
        proof: 'cursor',
        contentHash: '0'.repeat(64),
        pages: 1,
        attempts: 1,
        serverTime: '2026-01-01T00:00:00.000Z',
        rows: {},
      },
      head,
    );
    head = receipt;
    await transaction.commit({ state: {}, receipt });
  }
  await destination.close();
}

test('an upsert keeps what was stored of a rejected document, until a version of it fits again', async () => {
  const url = await place('duckdb');
  await load(url, good, undefined);
  await upsert(url, [[{ id: 2, total: 'x' }]]);
  expect(await rowsOf(url, 'order')).toContainEqual({ id: 2, total: 6 });
  expect(await rowsOf(url, 'order$lines')).toHaveLength(2);
  expect(await rowsOf(url, 'order__rejected')).toHaveLength(1);
  await upsert(url, [[{ id: 2, total: 7 }]]);
  expect(await rowsOf(url, 'order')).toContainEqual({ id: 2, total: 7 });
  expect(await rowsOf(url, 'order$lines')).toHaveLength(1);
  expect(await rowsOf(url, 'order__rejected')).toEqual([]);
});

test.each(['duckdb', 'parquet', 'ndjson'])(
  'an upsert into %s keeps one rejection of a document, the last, and none once it fits',
  async (scheme) => {
    const url = await place(scheme);
    const reasons = async (): Promise<unknown[]> =>
      (await rowsOf(url, 'order__rejected')).map((row) => {
        const { order_id, document } = row as { readonly order_id: number; readonly document: string };
        return [order_id, (JSON.parse(document) as JsonObject)['total']];
      });
    await load(url, good, undefined);
    await upsert(url, [[{ id: 3, total: 'x' }], [{ id: 4, total: 'y' }]]);
    await upsert(url, [[{ id: 3, total: 'z' }]]);
    expect((await reasons()).toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
      [3, 'z'],
      [4, 'y'],
    ]);
    await upsert(url, [[{ id: 3, total: 7 }]]);
    expect(await reasons()).toEqual([[4, 'y']]);
    expect(await rowsOf(url, 'order')).toContainEqual({ id: 3, total: 7 });
  },
);

test('a frozen contract ends the run with nothing written, and with the exit code of a broken contract', async () => {
  const url = await place('duckdb');
  await load(url, good, undefined);
  const failed = await load(url, [...good, odd], 'freeze').catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(ContractError);
  expect(failed).toMatchObject({ table: 'order', column: 'total', document: 2, path: [2, 'total'] });
  expect(exitCodeOf(failed)).toBe(7);
  expect(await rowsOf(url, 'order')).toHaveLength(2);
  expect((await listTables(url)).map(({ table }) => table)).toEqual(['order', 'order$lines']);
});

test('what is thrown can be told by name, from whatever copy of the package', () => {
  const error = thrownBy(() => {
    throw Object.assign(new Error('x'), { name: 'ContractError' });
  });
  expect(exitCodeOf(error)).toBe(7);
});
