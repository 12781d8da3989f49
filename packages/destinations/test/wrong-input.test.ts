import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createDestination,
  DestinationError,
  DestinationOptionError,
  DestinationUnusableError,
  listTables,
  openDestination,
  readTable,
} from '../src/index.ts';
import { batch, column, receipt, rootTable, tableBatch } from './tables.ts';

const table = rootTable('doc', [column('id', 'STRING')]);
const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-wrong-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function fill(url: string): Promise<void> {
  const { destination } = await openDestination(url);
  const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
  await transaction.write(batch(tableBatch(table, [['a'], ['b']])));
  await transaction.commit({ state: {}, receipt: receipt(1) });
  await destination.close();
}

async function reasonOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DestinationUnusableError);
  return error instanceof DestinationUnusableError ? `${error.reason}: ${error.message}` : '';
}

describe('a destination with a wrong form', () => {
  test.each([
    [
      'postgres://host/db',
      {},
      "'postgres://host/db' is not a destination: write duckdb:FILE, parquet:DIR, csv:DIR, ndjson:DIR, ndjson:- or celonis:POOL.",
    ],
    [
      'out.duckdb',
      {},
      "'out.duckdb' is not a destination: write duckdb:FILE, parquet:DIR, csv:DIR, ndjson:DIR, ndjson:- or celonis:POOL.",
    ],
    ['', {}, "'' is not a destination: write duckdb:FILE, parquet:DIR, csv:DIR, ndjson:DIR, ndjson:- or celonis:POOL."],
    ['duckdb:', {}, "'duckdb:' names no file: write it as in duckdb:audit.duckdb."],
    ['csv:-', {}, "'csv:-' names no folder: write it as in csv:./out."],
    ['ndjson:-', {}, 'ndjson:- needs the option output, the stream to write to, as in { output: process.stdout }.'],
    [
      'duckdb:x',
      { memoryLimit: 'much' },
      "memoryLimit 'much' is not a size: write a number and a unit, as in '512MB' or '2GB'.",
    ],
    ['duckdb:x', { threads: 0 }, 'threads 0 is not a whole number from 1 to 1024.'],
    ['csv:x', { maxPartRows: 0.5 }, 'maxPartRows 0.5 is not a whole number above 0.'],
  ] as const)('%s %j', (url, options, message) => {
    expect(() => createDestination(url, options)).toThrow(new DestinationOptionError(url, message));
  });
});

describe.each(['duckdb', 'parquet', 'csv', 'ndjson'])('%s', (scheme) => {
  test('is refused where the folder around it does not exist, and makes nothing', async () => {
    const reason = await reasonOf(openDestination(`${scheme}:${join(folder, 'no', 'out')}`));
    expect(reason).toBe(
      `missing-parent: The folder ${join(folder, 'no')} does not exist: make it, or choose another place${scheme === 'duckdb' ? ' for out' : ''}.`,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test.skipIf(isRoot)('is refused where nothing may be written', async () => {
    await chmod(folder, 0o500);
    const reason = await reasonOf(openDestination(`${scheme}:${join(folder, 'out')}`));
    expect(reason).toMatch(/^not-writable: .* cannot be written \(EACCES\)/);
    await chmod(folder, 0o700);
  });

  test('is refused where there is a file for a folder, or a folder for a file', async () => {
    const path = join(folder, 'out');
    if (scheme === 'duckdb') await mkdir(path);
    else await writeFile(path, 'mine');
    expect(await reasonOf(openDestination(`${scheme}:${path}`))).toMatch(/^wrong-kind: .*out is a f/);
  });

  test('is refused for reading where nothing was extracted', async () => {
    expect(await reasonOf(listTables(`${scheme}:${join(folder, 'out')}`))).toMatch(/cannot be read/);
    await fill(`${scheme}:${join(folder, 'out')}`);
    await expect(readTable(`${scheme}:${join(folder, 'out')}`, 'nothing').next()).rejects.toThrow(DestinationError);
  });
});

describe('duckdb', () => {
  test('leaves a file that is no database as it is', async () => {
    const path = join(folder, 'notes.txt');
    await writeFile(path, 'not a database');
    const reason = await reasonOf(openDestination(`duckdb:${path}`));
    expect(reason).toBe(
      `not-a-database: ${path} exists and is not a DuckDB database: choose another file, or move this one away.`,
    );
    expect(await readFile(path, 'utf8')).toBe('not a database');
    expect(await readdir(folder)).toEqual(['notes.txt']);
  });

  test('does not touch a table that someone else made', async () => {
    const url = `duckdb:${join(folder, 'db')}`;
    const { destination } = await openDestination(url);
    await destination.transform?.({ name: 'mine', statements: ['CREATE TABLE doc AS SELECT 1 AS x'], tables: ['doc'] });
    const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
    await transaction.write(batch(tableBatch(table, [['a']])));
    const reason = await reasonOf(transaction.commit({ state: {}, receipt: receipt(1) }));
    expect(reason).toMatch(/^foreign: The database has a table doc that was not made here/);
    await transaction.rollback();
    await destination.close();
    expect((await readTable(url, 'doc').next()).value).toEqual({ x: 1 });
  });

  test('says so when the file is open, here or in another process', async () => {
    const path = join(folder, 'db');
    const { destination } = await openDestination(`duckdb:${path}`);
    expect(await reasonOf(openDestination(`duckdb:${path}`))).toBe(
      `in-use: ${path} is open already in this process: close it there first.`,
    );
    const script = `import { openDestination } from '@millrace/destinations';
      await openDestination(${JSON.stringify(`duckdb:${path}`)}).catch((error) => console.log(error.reason + ': ' + error.message));`;
    const { stdout } = await run(
      process.execPath,
      ['--conditions=@millrace/source', '--input-type=module', '-e', script],
      {
        cwd: import.meta.dirname,
      },
    );
    expect(stdout.trim()).toMatch(
      new RegExp(`^in-use: duckdb:${path} is in use by process ${process.pid} on \\S+ since \\S+Z\\. Wait for its end`),
    );
    await destination.close();
    await fill(`duckdb:${path}`);
  });

  test('leaves no file behind but the database', async () => {
    await fill(`duckdb:${join(folder, 'db')}`);
    expect(await readdir(folder)).toEqual(['db']);
  });
});

describe('a folder', () => {
  test('with files of another origin is refused', async () => {
    await writeFile(join(folder, 'mine.txt'), 'mine');
    expect(await reasonOf(openDestination(`csv:${folder}`))).toMatch(/^foreign: .* holds other files \(mine.txt\)/);
    expect(await readdir(folder)).toEqual(['mine.txt']);
  });

  test('with another format is refused', async () => {
    await fill(`csv:${join(folder, 'out')}`);
    expect(await reasonOf(openDestination(`parquet:${join(folder, 'out')}`))).toMatch(/^foreign: .* holds csv files/);
  });

  test('with a torn manifest is refused', async () => {
    await fill(`csv:${join(folder, 'out')}`);
    await truncate(join(folder, 'out', 'manifest.json'), 100);
    expect(await reasonOf(openDestination(`csv:${join(folder, 'out')}`))).toMatch(
      /^damaged: .*manifest.json is not a manifest/,
    );
  });

  test('of a later version is refused', async () => {
    const path = join(folder, 'out', 'manifest.json');
    await fill(`csv:${join(folder, 'out')}`);
    await writeFile(path, (await readFile(path, 'utf8')).replace('"millrace":1', '"millrace":99'));
    expect(await reasonOf(openDestination(`csv:${join(folder, 'out')}`))).toMatch(/^newer-format: /);
  });

  test.each([
    ['a part is missing', (part: string) => rm(part), /the file is missing/],
    ['a part is cut', (part: string) => truncate(part, 3), /the file has 3 bytes, not/],
  ])('is refused when %s', async (_name, harm, want) => {
    await fill(`csv:${join(folder, 'out')}`);
    const [part] = await readdir(join(folder, 'out', 'doc'));
    await harm(join(folder, 'out', 'doc', part ?? ''));
    expect(await reasonOf(openDestination(`csv:${join(folder, 'out')}`))).toMatch(want);
  });

  test('is refused when a receipt was changed', async () => {
    await fill(`csv:${join(folder, 'out')}`);
    const path = join(folder, 'out', 'receipts.ndjson');
    await writeFile(path, (await readFile(path, 'utf8')).replace('run-1', 'run-2'));
    expect(await reasonOf(openDestination(`csv:${join(folder, 'out')}`))).toMatch(
      /^damaged: .*receipts are missing or were changed/,
    );
  });

  test('with a changed part says so when the part has to be rewritten', async () => {
    await fill(`csv:${join(folder, 'out')}`);
    const [part] = await readdir(join(folder, 'out', 'doc'));
    const path = join(folder, 'out', 'doc', part ?? '');
    await writeFile(path, (await readFile(path, 'utf8')).replace('a', 'c'));
    await expect(fill(`csv:${join(folder, 'out')}`)).rejects.toThrow(
      /does not agree with manifest.json: its content is not what was written/,
    );
  });
});
