import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Destination, Receipt, TransactionOptions } from '@millrace/extract';
import type { Batch, CellValue, ColumnType, TableSchema } from '@millrace/flatten';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cell } from '../src/canonical-text.ts';
import {
  DestinationUsageError,
  listTables,
  openDestination,
  queryDestination,
  readTable,
  type DestinationOptions,
  type DestinationScheme,
  type OpenedDestination,
  type QueryResult,
  type TableSummary,
} from '../src/index.ts';
import { batch, childTable, column, receipt, rootTable, tableBatch } from './tables.ts';

/** Every value of a type that deserves care, as a cell and as it must be read again. */
const VALUES: Readonly<Record<Exclude<ColumnType, 'JSON'>, readonly (readonly [Cell, CellValue])[]>> = {
  BOOLEAN: [
    [true, true],
    [false, false],
  ],
  INTEGER: [
    [0n, 0],
    [-(2n ** 63n), -(2n ** 63n)],
    [2n ** 63n - 1n, 2n ** 63n - 1n],
    [9007199254740993n, 9007199254740993n],
  ],
  FLOAT: [
    [0.1, 0.1],
    [1e20, 1e20],
    [5e-324, 5e-324],
    [-1.7976931348623157e308, -1.7976931348623157e308],
    [7, 7],
  ],
  DATE: [
    [0, '1970-01-01'],
    [-719162, '0001-01-01'],
    [2932896, '9999-12-31'],
  ],
  DATETIME: [
    [0n, '1970-01-01T00:00:00.000Z'],
    [-62135596800000n, '0001-01-01T00:00:00.000Z'],
    [253402300799999n, '9999-12-31T23:59:59.999Z'],
    [1740489130903n, '2025-02-25T13:12:10.903Z'],
  ],
  STRING: [
    ['', ''],
    ['a "quoted", text\r\nover lines', 'a "quoted", text\r\nover lines'],
    ['null', 'null'],
    ['  spaces  ', '  spaces  '],
    ['\\backslash\\"', '\\backslash\\"'],
    ['\u{FEFF}mark 😀 ü \u2028', '\u{FEFF}mark 😀 ü \u2028'],
    ['2025-02-25', '2025-02-25'],
    ['NaN', 'NaN'],
    ['\t\u0001\u007f', '\t\u0001\u007f'],
  ],
};

const JSON_TEXTS = ['[1,"a",{"b":null}]', '{"x":9007199254740993}', '"text"', '5', 'true', '[]'];

/** Names as documents have them, told apart by more than letter case as flatten does. */
const HOSTILE_NAMES = [
  'quo"te',
  "apo'strophe",
  'a$b',
  'a.b',
  'a/b',
  'back\\slash',
  '😀',
  'select',
  'Order',
  'order_2',
  'with space',
  'line\nbreak',
  'co,mma',
  '{brace}',
  '*?[x]',
  '%41',
  '_under',
  '..',
  'con',
  'é',
];

const TEXT_OF: Readonly<Record<Exclude<ColumnType, 'JSON' | 'STRING'>, readonly [Cell, string]>> = {
  BOOLEAN: [true, 'true'],
  INTEGER: [9007199254740993n, '9007199254740993'],
  FLOAT: [1e21, '1e+21'],
  DATE: [-719162, '0001-01-01'],
  DATETIME: [1740489130900n, '2025-02-25T13:12:10.900Z'],
};

/** A destination that a test can close, open again and read. */
export class Workbench {
  readonly url: string;
  readonly options: DestinationOptions;
  #destination: Destination | undefined;

  constructor(url: string, options: DestinationOptions = {}) {
    this.url = url;
    this.options = options;
  }

  async open(): Promise<Destination> {
    if (this.#destination !== undefined) return this.#destination;
    const { destination } = await openDestination(this.url, this.options);
    this.#destination = destination;
    return destination;
  }

  async close(): Promise<void> {
    await this.#destination?.close();
    this.#destination = undefined;
  }

  /** Writes batches in one transaction and commits. */
  async write(options: Partial<TransactionOptions>, ...batches: readonly Batch[]): Promise<void> {
    const destination = await this.open();
    const root = batches[0]?.tables[0]?.table.root ?? 'doc';
    const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root, ...options });
    for (const each of batches) await transaction.write(each);
    await transaction.commit({ state: { commits: 1 }, receipt: receipt(1) });
  }

  /** Opens it anew, past what is open here. */
  async openAgain(): Promise<OpenedDestination> {
    return openDestination(this.url, this.options);
  }

  /** The rows of a table in order of all their columns, read after closing. */
  async rows(table: string): Promise<CellValue[][]> {
    await this.close();
    const rows = await this.readRows(table);
    return rows.sort((a, b) => (sortText(a) < sortText(b) ? -1 : 1));
  }

  /** The result of a query, read after closing. */
  async query(sql: string): Promise<QueryResult> {
    await this.close();
    return this.readQuery(sql);
  }

  /** The tables, read after closing. */
  async tables(): Promise<readonly TableSummary[]> {
    await this.close();
    return this.readTables();
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.query(`SELECT count(*) FROM "${table}"`);
    return Number(rows[0]?.[0]);
  }

  protected async readRows(table: string): Promise<CellValue[][]> {
    const rows: CellValue[][] = [];
    for await (const row of readTable(this.url, table)) rows.push(Object.values(row));
    return rows;
  }

  protected async readQuery(sql: string): Promise<QueryResult> {
    return queryDestination(this.url, sql);
  }

  protected async readTables(): Promise<readonly TableSummary[]> {
    return listTables(this.url);
  }
}

/** How a destination is set up for the suite. */
export interface Setup {
  /** A bench in an empty folder; default: `<scheme>:out` in it. */
  readonly bench?: (folder: string) => Promise<Workbench>;
  /** Whether it runs transformations. Default true. */
  readonly transforms?: boolean;
}

function sortText(row: readonly CellValue[]): string {
  return JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

async function collect(receipts: AsyncIterable<Receipt>): Promise<Receipt[]> {
  const all: Receipt[] = [];
  for await (const each of receipts) all.push(each);
  return all;
}

const doc = rootTable('doc', [column('id', 'STRING'), column('n', 'INTEGER')]);
const items = childTable('doc$items', doc, [column('v', 'STRING')]);

function documents(
  rows: readonly (readonly [string, bigint])[],
  children: readonly (readonly [string, bigint, string])[] = [],
): Batch {
  return batch(tableBatch(doc, rows), tableBatch(items, children));
}

/** What every destination that keeps tables must do. `target` is a name in an empty folder. */
export function describeDestination(
  scheme: DestinationScheme,
  { bench: prepare, transforms = true }: Setup = {},
): void {
  describe(`a ${scheme} destination`, () => {
    let folder = '';
    let bench: Workbench;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'millrace-destination-'));
      bench = (await prepare?.(folder)) ?? new Workbench(`${scheme}:${join(folder, 'out')}`);
    });

    afterEach(async () => {
      await bench.close();
      await rm(folder, { recursive: true, force: true });
    });

    test('is empty when opened for the first time', async () => {
      const { destination, state } = await bench.openAgain();
      expect(state).toEqual({ tables: [], feeds: {} });
      expect(await collect(destination.receipts())).toEqual([]);
      await destination.close();
    });

    test('inserts the rows of several batches and of child tables', async () => {
      await bench.write({}, documents([['a', 1n]], [['a', 0n, 'x']]), documents([['b', 2n]], [['b', 0n, 'y']]));
      expect(await bench.rows('doc')).toEqual([
        ['a', 1],
        ['b', 2],
      ]);
      expect(await bench.rows('doc$items')).toEqual([
        ['a', 0, 'x'],
        ['b', 0, 'y'],
      ]);
    });

    test('replaces a document with the same key, its child rows as one, and leaves the others', async () => {
      const before = documents(
        [
          ['a', 1n],
          ['b', 2n],
        ],
        [
          ['a', 0n, 'x'],
          ['a', 1n, 'y'],
          ['b', 0n, 'z'],
        ],
      );
      await bench.write({}, before);
      await bench.close();
      await bench.write({}, documents([['a', 5n]], [['a', 0n, 'new']]));
      expect(await bench.rows('doc')).toEqual([
        ['a', 5],
        ['b', 2],
      ]);
      expect(await bench.rows('doc$items')).toEqual([
        ['a', 0, 'new'],
        ['b', 0, 'z'],
      ]);
    });

    test('removes all child rows of a document that has none any more', async () => {
      await bench.write({}, documents([['a', 1n]], [['a', 0n, 'x']]));
      await bench.write({}, batch(tableBatch(doc, [['a', 1n]])));
      expect(await bench.rows('doc$items')).toEqual([]);
    });

    test('keeps the last of a document that comes in two batches of one transaction', async () => {
      const first = documents([['a', 1n]], [['a', 0n, 'x']]);
      await bench.write({}, first, documents([['b', 2n]]), documents([['a', 3n]], [['a', 0n, 'y']]));
      expect(await bench.rows('doc')).toEqual([
        ['a', 3],
        ['b', 2],
      ]);
      expect(await bench.rows('doc$items')).toEqual([['a', 0, 'y']]);
    });

    test('upserts by all columns of a key, NULL with NULL', async () => {
      const table = rootTable(
        'pair',
        [column('a', 'STRING'), column('b', 'INTEGER'), column('v', 'STRING')],
        ['a', 'b'],
      );
      const rows = (text: string): Batch => batch(tableBatch(table, [['x', null, text]]));
      await bench.write({}, batch(tableBatch(table, [['x', 1n, 'kept']])), rows('old'));
      await bench.write({}, rows('new'));
      expect(await bench.rows('pair')).toEqual([
        ['x', 1, 'kept'],
        ['x', null, 'new'],
      ]);
    });

    test('append adds documents, of which the last of equal ones stays', async () => {
      await bench.write({}, documents([['a', 1n]], [['a', 0n, 'x']]));
      const append = documents([['b', 2n]], [['b', 0n, 'y']]);
      await bench.write({ mode: 'append' }, append, documents([['b', 3n]], [['b', 0n, 'z']]));
      expect(await bench.rows('doc')).toEqual([
        ['a', 1],
        ['b', 3],
      ]);
      expect(await bench.rows('doc$items')).toEqual([
        ['a', 0, 'x'],
        ['b', 0, 'z'],
      ]);
    });

    test('replace leaves exactly the new documents, in the whole family and in no other', async () => {
      const other = rootTable('other', [column('id', 'STRING')]);
      await bench.write({}, documents([['a', 1n]], [['a', 0n, 'x']]));
      await bench.write({ root: 'other' }, batch(tableBatch(other, [['o']])));
      await bench.write({ mode: 'replace', root: 'doc' }, batch(tableBatch(doc, [['b', 2n]])));
      expect(await bench.rows('doc')).toEqual([['b', 2]]);
      expect(await bench.rows('doc$items')).toEqual([]);
      expect(await bench.rows('other')).toEqual([['o']]);
    });

    test('replace with no document empties the tables and keeps their columns', async () => {
      await bench.write({}, documents([['a', 1n]]));
      await bench.write({ mode: 'replace', root: 'doc' });
      const result = await bench.query('SELECT * FROM doc');
      expect(result.columns.map(({ name }) => name)).toEqual(['id', 'n']);
      expect(result.rows).toEqual([]);
    });

    test('takes an empty batch and makes its tables', async () => {
      await bench.write({}, documents([]));
      expect(await bench.rows('doc')).toEqual([]);
      await bench.write({}, documents([['a', 1n]]));
      expect(await bench.rows('doc')).toEqual([['a', 1]]);
    });

    test('commits a receipt and a state without any rows', async () => {
      const destination = await bench.open();
      const transaction = await destination.begin({ feed: 'idle', mode: 'upsert', root: 'doc' });
      await transaction.commit({ state: { until: 'now' }, receipt: receipt(7) });
      expect(await collect(destination.receipts())).toEqual([receipt(7)]);
      expect(await destination.open()).toEqual({ tables: [], feeds: { idle: { until: 'now' } } });
    });

    test.each(Object.entries(VALUES))('keeps every %s and NULL', async (type, values) => {
      const table = rootTable('t', [column('id', 'INTEGER'), column('v', type as ColumnType)]);
      const cells: readonly Cell[] = [null, ...values.map(([cell]) => cell)];
      await bench.write(
        {},
        batch(
          tableBatch(
            table,
            cells.map((cell, index) => [BigInt(index + 10), cell]),
          ),
        ),
      );
      const want = [null, ...values.map(([, read]) => read)];
      expect((await bench.rows('t')).map(([, value]) => value)).toEqual(want);
    });

    test('keeps JSON columns as text', async () => {
      const table = rootTable('t', [column('id', 'INTEGER'), column('v', 'JSON')]);
      await bench.write(
        {},
        batch(
          tableBatch(
            table,
            [...JSON_TEXTS, null].map((text, index) => [BigInt(index), text]),
          ),
        ),
      );
      expect((await bench.rows('t')).map(([, value]) => value)).toEqual([...JSON_TEXTS, null]);
    });

    test.each(Object.entries(TEXT_OF))(
      'widens %s to STRING, in stored rows and within a transaction',
      async (type, [cell, text]) => {
        const narrow = rootTable('t', [column('id', 'STRING'), column('v', type as ColumnType)]);
        const wide = rootTable('t', [column('id', 'STRING'), column('v', 'STRING')]);
        await bench.write(
          {},
          batch(
            tableBatch(narrow, [
              ['a', cell],
              ['b', null],
            ]),
          ),
        );
        await bench.write({}, batch(tableBatch(narrow, [['c', cell]])), batch(tableBatch(wide, [['d', 'text']])));
        await bench.write({}, batch(tableBatch(narrow, [['e', cell]])));
        const want = [
          ['a', text],
          ['b', null],
          ['c', text],
          ['d', 'text'],
          ['e', text],
        ];
        expect(await bench.rows('t')).toEqual(want);
      },
    );

    test.each([
      ['INTEGER', 'FLOAT', 3n, 0.5, [3, 0.5]],
      ['DATE', 'DATETIME', 1, 5n, ['1970-01-02T00:00:00.000Z', '1970-01-01T00:00:00.005Z']],
      ['JSON', 'STRING', '[1]', 'x', ['[1]', 'x']],
    ] as const)('widens %s to %s', async (from, to, first, second, want) => {
      const state = from === 'DATE' ? { spellings: 0b01_01_01_01_01_01 } : {};
      const schema = (type: ColumnType): TableSchema =>
        rootTable('t', [
          column('id', 'STRING'),
          { ...column('v', type), ...(type === 'DATETIME' ? { spellings: 0b11 } : state) },
        ]);
      await bench.write({}, batch(tableBatch(schema(from), [['a', first]])));
      await bench.write({}, batch(tableBatch(schema(to), [['b', second]])));
      expect((await bench.rows('t')).map(([, value]) => value)).toEqual(want);
    });

    test('gives a DATETIME that becomes a STRING its own spelling back', async () => {
      // From dates.ts of flatten: a fraction without trailing zeros, and the offset +00:00.
      const spellings = 0b01_00_00_00_00_00;
      const before = rootTable('t', [column('id', 'STRING'), { ...column('v', 'DATETIME'), spellings }]);
      const after = rootTable('t', [column('id', 'STRING'), column('v', 'STRING')]);
      await bench.write({}, batch(tableBatch(before, [['a', 1740489130900n]])));
      await bench.close();
      await bench.write({}, batch(tableBatch(before, [['b', 1740489130900n]])), batch(tableBatch(after, [['c', 'x']])));
      expect(await bench.rows('t')).toEqual([
        ['a', '2025-02-25T13:12:10.9+00:00'],
        ['b', '2025-02-25T13:12:10.9+00:00'],
        ['c', 'x'],
      ]);
    });

    test('replaces a document whose key column has been widened', async () => {
      const narrow = rootTable('t', [column('id', 'INTEGER'), column('v', 'STRING')]);
      const wide = rootTable('t', [column('id', 'STRING'), column('v', 'STRING')]);
      await bench.write(
        {},
        batch(
          tableBatch(narrow, [
            [5n, 'old'],
            [6n, 'kept'],
          ]),
        ),
      );
      await bench.write(
        {},
        batch(tableBatch(narrow, [[7n, 'old']])),
        batch(
          tableBatch(wide, [
            ['5', 'new'],
            ['7', 'new'],
          ]),
        ),
      );
      expect(await bench.rows('t')).toEqual([
        ['5', 'new'],
        ['6', 'kept'],
        ['7', 'new'],
      ]);
    });

    test('adds a column and a table, older rows have NULL', async () => {
      const more = rootTable('doc', [...doc.columns, column('extra', 'DATE')]);
      const child = childTable('doc$more', more, [column('v', 'BOOLEAN')]);
      await bench.write({}, documents([['a', 1n]]));
      await bench.write(
        {},
        documents([['b', 2n]]),
        batch(tableBatch(more, [['c', 3n, 0]]), tableBatch(child, [['c', 0n, true]])),
      );
      await bench.write({}, documents([['d', 4n]]));
      expect(await bench.rows('doc')).toEqual([
        ['a', 1, null],
        ['b', 2, null],
        ['c', 3, '1970-01-01'],
        ['d', 4, null],
      ]);
      expect(await bench.rows('doc$more')).toEqual([['c', 0, true]]);
    });

    test('remembers tables, states and receipts in order after it was closed', async () => {
      await bench.open();
      for (const number of [1, 2, 3]) {
        const destination = await bench.open();
        const transaction = await destination.begin({ feed: `feed ${number % 2}`, mode: 'upsert', root: 'doc' });
        await transaction.write(documents([[`d${number}`, BigInt(number)]]));
        const state = { number, big: 9007199254740993n, list: [null, 'x'] };
        await transaction.commit({ state, receipt: receipt(number) });
        await bench.close();
      }
      const { destination, state } = await bench.openAgain();
      expect(state.feeds).toEqual({
        'feed 0': { number: 2, big: 9007199254740993n, list: [null, 'x'] },
        'feed 1': { number: 3, big: 9007199254740993n, list: [null, 'x'] },
      });
      expect(state.tables).toEqual([doc, items]);
      expect(await collect(destination.receipts())).toEqual([receipt(1), receipt(2), receipt(3)]);
      await destination.close();
    });

    test('shows nothing of a transaction that is rolled back, and goes on', async () => {
      await bench.write({}, documents([['a', 1n]], [['a', 0n, 'x']]));
      const destination = await bench.open();
      const wide = rootTable('doc', [column('id', 'STRING'), column('n', 'STRING'), column('more', 'STRING')]);
      const transaction = await destination.begin({ feed: 'feed', mode: 'replace', root: 'doc' });
      await transaction.write(batch(tableBatch(wide, [['a', 'x', 'y']])));
      await transaction.rollback();
      await transaction.rollback();
      await bench.write({}, documents([['b', 2n]]));
      expect(await bench.rows('doc')).toEqual([
        ['a', 1],
        ['b', 2],
      ]);
      expect(await bench.rows('doc$items')).toEqual([['a', 0, 'x']]);
    });

    test('shows nothing of a transaction that was never committed once it is opened again', async () => {
      await bench.write({}, documents([['a', 1n]]));
      const destination = await bench.open();
      const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
      await transaction.write(documents([['a', 9n]]));
      await transaction.write(documents([['a', 8n]]));
      await bench.close();
      const { destination: again, state } = await bench.openAgain();
      expect(state.feeds).toEqual({ feed: { commits: 1 } });
      expect(await collect(again.receipts())).toEqual([receipt(1)]);
      await again.close();
      expect(await bench.rows('doc')).toEqual([['a', 1]]);
    });

    test('does nothing when rolled back after the commit', async () => {
      const destination = await bench.open();
      const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
      await transaction.write(documents([['a', 1n]]));
      await transaction.commit({ state: {}, receipt: receipt(1) });
      await transaction.rollback();
      expect(await bench.rows('doc')).toEqual([['a', 1]]);
    });

    test('refuses what comes out of order', async () => {
      const destination = await bench.open();
      const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
      await expect(destination.begin({ feed: 'b', mode: 'upsert', root: 'doc' })).rejects.toThrow(
        DestinationUsageError,
      );
      const other = rootTable('other', [column('id', 'STRING')]);
      await expect(transaction.write(batch(tableBatch(other, [['x']])))).rejects.toThrow(DestinationUsageError);
      await transaction.commit({ state: {}, receipt: receipt(1) });
      await expect(transaction.write(documents([]))).rejects.toThrow(DestinationUsageError);
      await bench.close();
      await expect(destination.begin({ feed: 'b', mode: 'upsert', root: 'doc' })).rejects.toThrow(
        DestinationUsageError,
      );
    });

    test('keeps a string of 1 MiB', async () => {
      const text = 'ä"\n,x'.repeat((1 << 20) / 6);
      await bench.write({}, documents([['a', 1n]], [['a', 0n, text]]));
      await bench.write({}, documents([['b', 1n]], [['b', 0n, 'short']]));
      expect((await bench.rows('doc$items')).map(([, , value]) => value)).toEqual([text, 'short']);
    });

    test('keeps hostile names of tables and columns', async () => {
      const columns = HOSTILE_NAMES.map((name) => column(name, 'STRING'));
      const root = rootTable('a "root"', [column('id', 'STRING'), ...columns]);
      const children = HOSTILE_NAMES.map((name) => childTable(name, root, columns));
      const all = (value: string): Batch =>
        batch(
          tableBatch(root, [[value, ...HOSTILE_NAMES]]),
          ...children.map((child) => tableBatch(child, [[value, 0n, ...HOSTILE_NAMES]])),
        );
      await bench.write({ root: root.name }, all('a'), all('b'));
      await bench.close();
      const more = { ...root, columns: [...root.columns, column('new "col"', 'INTEGER')] };
      await bench.write({ root: root.name }, batch(tableBatch(more, [['a', ...HOSTILE_NAMES, 5n]])));
      expect(await bench.rows(root.name)).toEqual([
        ['a', ...HOSTILE_NAMES, 5],
        ['b', ...HOSTILE_NAMES, null],
      ]);
      const found = new Map((await bench.tables()).map((table) => [table.table, table]));
      for (const child of children) {
        const { rows, columns: names } = found.get(child.name) ?? { rows: 0, columns: [] };
        expect([child.name, rows, names.map(({ name }) => name)]).toEqual([
          child.name,
          1,
          child.columns.map(({ name }) => name),
        ]);
      }
      const union = HOSTILE_NAMES.map((name) => `SELECT * FROM "${name.replaceAll('"', '""')}"`).join(' UNION ALL ');
      const { rows } = await bench.query(union);
      expect(rows).toEqual(HOSTILE_NAMES.map(() => ['b', 0, ...HOSTILE_NAMES]));
    });

    test('takes 100,000 documents in batches of a page, and replaces some of them', async () => {
      const page = (start: number, size: number, value: bigint): Batch =>
        documents(Array.from({ length: size }, (_, index) => [`d${start + index}`, value] as const));
      const pages = Array.from({ length: 500 }, (_, index) => page(index * 200, 200, 1n));
      await bench.write({}, ...pages);
      await bench.write({}, page(50_000, 100, 2n));
      const { rows } = await bench.query('SELECT n, count(*), count(DISTINCT id) FROM doc GROUP BY n ORDER BY n');
      expect(rows).toEqual([
        [1, 99_900, 99_900],
        [2, 100, 100],
      ]);
    });

    test.runIf(transforms)('keeps the tables that a transformation makes, and changes them in the next', async () => {
      const transformation = {
        name: 'log',
        statements: [
          'CREATE TABLE IF NOT EXISTS "activity log" (id VARCHAR, n BIGINT, day DATE, moment TIMESTAMP, ratio DECIMAL(4, 2))',
          `MERGE INTO "activity log" AS target
             USING (SELECT id, n, DATE '2025-01-01' AS day, TIMESTAMP '2025-01-01 10:00:00' AS moment, 1.25 AS ratio FROM doc) AS source
             ON target.id = source.id WHEN MATCHED THEN UPDATE SET n = source.n WHEN NOT MATCHED THEN INSERT`,
        ],
        tables: ['activity log'],
      };
      await bench.write({}, documents([['a', 1n]]));
      await (await bench.open()).transform?.(transformation);
      await bench.close();
      await bench.write(
        {},
        documents([
          ['a', 5n],
          ['b', 2n],
        ]),
      );
      await (await bench.open()).transform?.(transformation);
      expect(await bench.rows('activity log')).toEqual([
        ['a', 5, '2025-01-01', '2025-01-01T10:00:00.000Z', 1.25],
        ['b', 2, '2025-01-01', '2025-01-01T10:00:00.000Z', 1.25],
      ]);
      const { destination, state } = await bench.openAgain();
      await destination.close();
      expect(state.tables.map(({ name }) => name)).toEqual(['doc', 'doc$items']);
      expect((await bench.tables()).map(({ table, rows }) => [table, rows])).toEqual([
        ['activity log', 2],
        ['doc', 2],
        ['doc$items', 0],
      ]);
    });

    test.runIf(transforms)(
      'keeps lists and structs that a transformation makes as JSON, and large sums as numbers',
      async () => {
        await bench.write({}, documents([['a', 1n]]));
        const made =
          "CREATE TABLE made AS SELECT [1, 2] AS list, {'k': 'v'} AS struct, sum(n) AS total, uuid() IS NULL AS no FROM doc";
        await (await bench.open()).transform?.({ name: 'made', statements: [made], tables: ['made'] });
        expect(await bench.rows('made')).toEqual([['[1,2]', '{"k":"v"}', 1, false]]);
      },
    );

    test.runIf(transforms)('keeps nothing of a transformation that fails', async () => {
      await bench.write({}, documents([['a', 1n]]));
      const destination = await bench.open();
      const failing = {
        name: 'bad',
        statements: ['CREATE TABLE made AS FROM doc', 'SELECT nonsense'],
        tables: ['made'],
      };
      await expect(destination.transform?.(failing)).rejects.toThrow(/The transformation bad failed: .*nonsense/);
      await bench.write({}, documents([['b', 1n]]));
      await bench.close();
      await expect(bench.rows('made')).rejects.toThrow(/made/);
      expect(await bench.count('doc')).toBe(2);
    });
  });
}
