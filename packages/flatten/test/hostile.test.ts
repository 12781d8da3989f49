import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createFlattener, type JsonValue } from '@millrace/flatten';
import { unflatten } from '@millrace/flatten/unflatten';
import { describe, expect, test, vi } from 'vitest';
import { shortest, tablesOf } from './helpers.ts';

const full = process.env['MILLRACE_FULL'] !== undefined;

vi.setConfig({ testTimeout: 300_000 });

interface Told {
  readonly bytes: number;
  readonly rows?: Readonly<Record<string, number>>;
  readonly columns?: number;
  readonly longest?: number;
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly page?: number;
    readonly byteOffset?: number;
    readonly steps?: number;
  };
  readonly kept?: number;
  readonly schemaKept?: boolean;
  readonly after?: unknown;
  readonly peakMiB: number;
}

/** Pushes a page in a process whose heap is bounded; one that hangs is killed, and fails the test. */
async function pushed(page: string, size: number, heapMiB: number): Promise<Told> {
  const script = fileURLToPath(new URL('hostile-page.ts', import.meta.url));
  const args = ['--conditions=@millrace/source', `--max-old-space-size=${heapMiB}`, script, page, String(size)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: 240_000, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${page}: ${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout) as Told);
    });
  });
}

/** Memory that a process takes for itself. */
const BASE_MIB = 150;

type Case = readonly [
  page: string,
  size: { readonly quick: number; readonly full: number },
  /** Peak of resident memory for the quick and the full size. */
  mib: { readonly quick: number; readonly full: number },
  want: Partial<Told>,
];

const taken: readonly Case[] = [
  ['long string', { quick: 100, full: 100 }, { quick: 900, full: 900 }, { rows: { t: 1 } }],
  ['long string of escapes', { quick: 16, full: 100 }, { quick: 300, full: 700 }, { rows: { t: 1 } }],
  ['long key', { quick: 8, full: 32 }, { quick: 300, full: 500 }, { rows: { t: 1 }, columns: 3 }],
  ['white space', { quick: 16, full: 64 }, { quick: 250, full: 400 }, { rows: { t: 1 } }],
  ['long number', { quick: 1_000_000, full: 10_000_000 }, { quick: 250, full: 400 }, { rows: { t: 1 } }],
  ['long fraction', { quick: 1_000_000, full: 10_000_000 }, { quick: 250, full: 400 }, { rows: { t: 1 } }],
  ['array of scalars', { quick: 1e6, full: 1e6 }, { quick: 500, full: 500 }, { rows: { t: 1, t$v: 1e6 } }],
  ['array of objects', { quick: 1e6, full: 1e6 }, { quick: 650, full: 650 }, { rows: { t: 1, t$v: 1e6 } }],
  [
    'array of arrays',
    { quick: 1e6, full: 1e6 },
    { quick: 750, full: 750 },
    { rows: { t: 1, t$v: 1e6, 't$v$[]': 1e6 - 1 } },
  ],
  ['array of nulls', { quick: 1e6, full: 1e6 }, { quick: 500, full: 500 }, { rows: { t: 1, t$v: 1e6 } }],
  ['mixed array', { quick: 1e6, full: 1e6 }, { quick: 550, full: 550 }, { rows: { t: 1 } }],
  ['nested objects', { quick: 1000, full: 1000 }, { quick: 250, full: 250 }, { rows: { t: 1 } }],
  ['nested objects', { quick: 1e5, full: 1e6 }, { quick: 800, full: 800 }, { rows: { t: 1 } }],
  ['nested arrays', { quick: 1e6, full: 1e6 }, { quick: 800, full: 800 }, {}],
  ['nested arrays, exact', { quick: 1e5, full: 1e6 }, { quick: 800, full: 800 }, {}],
  ['distinct strings', { quick: 100_000, full: 1e6 }, { quick: 450, full: 1900 }, {}],
  ['distinct keys', { quick: 10_000, full: 10_000 }, { quick: 300, full: 300 }, { columns: 10_002 }],
  ['distinct keys, one a document', { quick: 10_000, full: 10_000 }, { quick: 350, full: 350 }, { columns: 10_002 }],
  ['distinct arrays', { quick: 2000, full: 10_000 }, { quick: 350, full: 350 }, {}],
  ['distinct keys of a map', { quick: 100_000, full: 1e6 }, { quick: 400, full: 1000 }, {}],
  ['one key many times', { quick: 1e6, full: 1e6 }, { quick: 350, full: 350 }, { rows: { t: 1 }, columns: 3 }],
  ['keys that meet', { quick: 10_000, full: 10_000 }, { quick: 300, full: 300 }, { columns: 10_002 }],
];

const refused: readonly (readonly [
  page: string,
  size: { readonly quick: number; readonly full: number },
  mib: { readonly quick: number; readonly full: number },
  error: Partial<NonNullable<Told['error']>>,
])[] = [
  [
    'page of documents, broken at the end',
    { quick: 4, full: 64 },
    { quick: 350, full: 1200 },
    { name: 'JsonSyntaxError', steps: 1 },
  ],
  [
    'page of documents, bad byte at the end',
    { quick: 4, full: 64 },
    { quick: 350, full: 1200 },
    { name: 'EncodingError', steps: 2 },
  ],
  [
    'long string without end',
    { quick: 16, full: 100 },
    { quick: 300, full: 500 },
    { name: 'JsonSyntaxError', steps: 2 },
  ],
  ['long key, then an error', { quick: 8, full: 32 }, { quick: 300, full: 400 }, { name: 'JsonSyntaxError', steps: 2 }],
  [
    'nested arrays without end',
    { quick: 1e6, full: 1e6 },
    { quick: 500, full: 500 },
    { name: 'JsonSyntaxError', steps: 1_000_002 },
  ],
  ['nested objects without end', { quick: 1e5, full: 1e6 }, { quick: 500, full: 500 }, { name: 'JsonSyntaxError' }],
];

describe('a hostile page is taken in bounded memory', () => {
  test.each(taken)('%s %o', async (page, size, mib, want) => {
    const [given, limit] = full ? [size.full, mib.full] : [size.quick, mib.quick];
    const told = await pushed(page, given, limit);
    expect(told).toMatchObject(want);
    expect(told.error).toBeUndefined();
    expect(told.peakMiB).toBeLessThan(limit + BASE_MIB);
  });

  test('page of documents, 64 MiB: every row of it', async () => {
    const { rows = {}, bytes, peakMiB } = await pushed('page of documents', 64, 1400);
    expect(peakMiB).toBeLessThan(1400 + BASE_MIB);
    // The page is so many orders of 8 lines of 2 tags, and one empty document.
    const orders = (rows['t'] ?? 0) - 1;
    expect(orders).toBeGreaterThan(bytes / 600);
    expect(rows).toEqual({ t: orders + 1, t$lines: orders * 8, t$lines$tags: orders * 16 });
  });
});

describe('a hostile page is refused with a place, and nothing of it is kept', () => {
  test.each(refused)('%s %o', async (page, size, mib, error) => {
    const [given, limit] = full ? [size.full, mib.full] : [size.quick, mib.quick];
    const told = await pushed(page, given, limit);
    expect(told).toMatchObject({ error: { page: 2, ...error }, kept: 0, schemaKept: true, after: [['t', 1]] });
    expect(told.error?.byteOffset).toBeLessThanOrEqual(told.bytes);
    expect(told.error?.byteOffset).toBeGreaterThan(told.bytes - 10);
    expect(told.error?.message.length).toBeLessThan(1500);
    expect(told.peakMiB).toBeLessThan(limit + BASE_MIB);
  });

  test.runIf(full)('a page of 1 GiB is taken, or refused with a place', async () => {
    const told = await pushed('page of documents', 1024, 2500);
    const { error, kept, rows } = told;
    const outcome = error === undefined ? { taken: (rows?.['t'] ?? 0) > 1_000_000 } : { ...error, message: '', kept };
    expect([
      { taken: true },
      { name: 'PageSizeError', message: '', page: 2, byteOffset: 0, steps: 0, kept: 0 },
    ]).toContainEqual(outcome);
  });
});

/** Names that have broken something somewhere. */
const hostileNames: readonly string[] = [
  '',
  ' ',
  '\0',
  '\n',
  '\u007f',
  '"',
  "'",
  '`',
  '\\',
  ';--',
  "'; DROP TABLE t; --",
  '" OR 1=1 --',
  '${x}',
  '{{x}}',
  '../../etc/passwd',
  'C:\\con',
  'nul',
  'a/b',
  'a.b',
  '*',
  '$',
  '$$',
  'a$b',
  '~',
  '~~',
  '~0',
  '~$',
  '[]',
  '~[]',
  '[0]',
  '~json',
  'a~json',
  '~x12345678',
  'value',
  'VALUE',
  'key',
  'Key',
  '_key',
  '_position',
  't_id',
  't__key',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'then',
  'select',
  'table',
  'İ',
  'i̇',
  'ß',
  'SS',
  'ſ',
  'é',
  'e\u0301',
  '\u202e',
  '\u200b',
  '\ufeff',
  '🚀',
  '\ud800',
  '1',
  '-1',
  '0x1',
  'x'.repeat(300),
  '鍵',
];

describe('hostile names', () => {
  const everywhere = hostileNames.map((name, index) => ({
    id: index,
    [name]: index,
    o: { [name]: { [name]: 'x' } },
    a: [{ [name]: true, l: [1] }],
    [`m${index}`]: [{ [name]: [{ [name]: 1 }] }],
  }));

  test('are columns and tables of their own, and come back', () => {
    const flattener = createFlattener({ table: 't', primaryKey: [['id']] });
    flattener.push(JSON.stringify(everywhere));
    const batch = flattener.take();
    const names = batch.tables.map(({ table }) => table.name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    for (const { table } of batch.tables) {
      const columns = table.columns.map(({ name }) => name.toLowerCase());
      expect(new Set(columns).size).toBe(columns.length);
    }
    const back = unflatten([batch]);
    // A lone surrogate in a name cannot be told from U+FFFD in UTF-8, but is its own key in a path.
    expect(back).toEqual(everywhere.map((document) => shortest(document as JsonValue)));
  });

  test('of documents that fail leave no trace', () => {
    for (const name of hostileNames) {
      const flattener = createFlattener({ table: 't', primaryKey: [['id']] });
      expect(() => flattener.push([{ id: 1, [name]: 1, [`${name}x`]: [{ [name]: 2 }] }, { [`${name}y`]: 1 }])).toThrow(
        'primary key',
      );
      flattener.push([{ id: 2 }]);
      expect(tablesOf(flattener.take())).toEqual({ t: [{ id: 2 }] });
    }
  });
});
