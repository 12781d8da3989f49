import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, smallTeam } from './support.ts';

const files = ['parquet:audit', 'csv:audit', 'ndjson:audit'];
const originals = new Map<string, string>();

/** A folder with what two runs left, made once for each kind of destination. */
async function exported(destination: string): Promise<string> {
  const folder = await emptyFolder();
  await cp(originals.get(destination) ?? '', folder, { recursive: true });
  return folder;
}

async function verify(folder: string, destination: string, ...more: string[]) {
  const { code, stdout, stderr } = await celonisAuditIn(folder, ['verify', '--to', destination, '--json', ...more], {});
  const { findings = [], head = { hash: '' } } = (stdout === '' ? {} : JSON.parse(stdout)) as {
    findings?: { kind: string; name: string; message: string }[];
    head?: { hash: string };
  };
  return { code, findings, head, stderr };
}

async function sql(folder: string, ...statements: string[]): Promise<void> {
  const database = await DuckDBInstance.create(join(folder, 'audit.duckdb'));
  const connection = await database.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  database.closeSync();
}

/** Files of a table, in the order of their names. */
async function partsOf(folder: string, table: string): Promise<string[]> {
  return (await readdir(join(folder, 'audit', table))).toSorted().map((file) => join(folder, 'audit', table, file));
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

beforeAll(async () => {
  const { mkdtemp } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  for (const destination of ['duckdb:audit.duckdb', ...files]) {
    const team = await smallTeam({}, false);
    const folder = await mkdtemp(join(tmpdir(), 'millrace-verify-'));
    originals.set(destination, folder);
    for (const _ of [1, 2]) {
      const { code, stderr } = await celonisAuditIn(folder, ['export', '--to', destination], keyOf(team));
      if (code !== 0) throw new Error(stderr);
      team.clock.advance(3_600_000);
      team.data.members.splice(0, 1);
    }
    await team.close();
  }
  return async () => {
    for (const folder of originals.values()) await rm(folder, { recursive: true, force: true });
  };
});

describe.for(['duckdb:audit.duckdb', ...files])('%s', (destination) => {
  test('is found to be as it was written, and keeps to a head noted earlier', async () => {
    const folder = await exported(destination);
    const { code, findings, head } = await verify(folder, destination);
    expect([code, findings]).toEqual([0, []]);
    expect((await verify(folder, destination, '--expect', head.hash)).code).toBe(0);
    const other = await verify(folder, destination, '--expect', 'f'.repeat(64));
    expect([other.code, other.findings.map(({ name }) => name)]).toEqual([6, ['ledger']]);
  });
});

describe('a DuckDB file', () => {
  const to = 'duckdb:audit.duckdb';
  const changes: [string, string, RegExp][] = [
    [
      'a changed cell',
      `UPDATE audit_log SET event = 'X' WHERE event = (SELECT min(event) FROM audit_log)`,
      /^audit_log: rows were changed/,
    ],
    ['a changed cell of a child table', `UPDATE "members$group" SET name = 'X'`, /^members\$group: rows were changed/],
    [
      'a removed row, with its window',
      'DELETE FROM login_history WHERE _key = (SELECT min(_key) FROM login_history)',
      /^login_history: it has 449 rows where 450 were written: rows were removed, in 2026-.* \(receipt \d+\)/,
    ],
    [
      'an added row, with its window',
      `INSERT INTO login_history SELECT * REPLACE ('x-0' AS _key) FROM login_history LIMIT 1`,
      /^login_history: .* rows were added, in 2026-.* \(receipt \d+\)/,
    ],
    ['a dropped table', 'DROP TABLE members', /^members: it cannot be read: it is missing/],
    ['a removed receipt', 'DELETE FROM millrace.receipts WHERE sequence = 2', /^receipt 2: it is missing/],
    [
      'the last receipt removed',
      'DELETE FROM millrace.receipts WHERE sequence = (SELECT max(sequence) FROM millrace.receipts)',
      /^receipt \d+: it is missing: the state of members/,
    ],
    [
      'a changed receipt',
      `UPDATE millrace.receipts SET receipt = replace(receipt, '"proof":"counted"', '"proof":"cursor"') WHERE sequence = 1`,
      /^receipt 1: it was changed/,
    ],
    [
      'a changed column beside a receipt',
      'UPDATE millrace.receipts SET documents = 7 WHERE sequence = 2',
      /^receipt 2: the columns/,
    ],
    [
      'a changed state',
      `UPDATE millrace.state SET state = replace(state, '"complete":', '"complete" :') || '' WHERE feed = 'audit';
       UPDATE millrace.state SET state = replace(state, '2026-06-01', '2026-06-02') WHERE feed = 'audit'`,
      /^state of audit: it was changed/,
    ],
  ];
  test.for(changes)('%s is found, and said', async ([, statements, want]) => {
    const folder = await exported(to);
    await sql(folder, ...statements.split(';'));
    const { code, findings } = await verify(folder, to);
    expect(findings.map(({ name, message }) => `${name}: ${message}`).join('\n')).toMatch(new RegExp(want.source, 'm'));
    expect(code).toBe(6);
  });

  test('one changed byte is found wherever it is', async () => {
    const folder = await exported(to);
    const path = join(folder, 'audit.duckdb');
    const whole = await readFile(path);
    const places = Array.from({ length: 24 }, (_, index) => Math.floor((whole.length * (index + 0.37)) / 24));
    for (const at of [9, 4100, 8200, 12_300, ...places, whole.length - 1]) {
      const spoilt = Buffer.from(whole);
      spoilt[at] = (spoilt[at] ?? 0) ^ 4;
      await writeFile(path, spoilt);
      const { code, findings } = await verify(folder, to);
      expect([at, code, findings.length > 0]).toEqual([at, 6, true]);
    }
  });
});

describe.for(files)('a folder: %s', (destination) => {
  const found = async (folder: string): Promise<string> => {
    const { code, findings } = await verify(folder, destination);
    expect(code).toBe(6);
    return findings.map(({ name, message }) => `${name.replace(`${folder}/audit/`, '')}: ${message}`).join('\n');
  };

  test('one changed byte is found, and the file named', async () => {
    const folder = await exported(destination);
    const [path = ''] = await partsOf(folder, 'login_history');
    await flip(path, Math.floor((await readFile(path)).length / 2));
    expect(await found(folder)).toMatch(/^login_history\/part-\S+: it was changed after it was written$/);
  });

  test('a deleted file is found, and named', async () => {
    const folder = await exported(destination);
    const [path = ''] = await partsOf(folder, 'audit_log');
    await rm(path);
    expect(await found(folder)).toMatch(/^audit_log\/part-\S+: it is missing: \d+ rows of audit_log$/);
  });

  test('two swapped files are found, and each named with the other', async () => {
    const folder = await exported(destination);
    const [a = ''] = await partsOf(folder, 'login_history');
    const [b = ''] = await partsOf(folder, 'audit_log');
    await rename(a, `${a}.aside`);
    await rename(b, a);
    await rename(`${a}.aside`, b);
    const text = await found(folder);
    expect(text).toMatch(/^login_history\/part-\S+: it holds what was written as audit_log\/part-/m);
    expect(text).toMatch(/^audit_log\/part-\S+: it holds what was written as login_history\/part-/m);
  });

  test.each([
    ['removed', (lines: string[]) => lines.toSpliced(1, 1), /^receipt 2: it is missing$/m],
    ['last removed', (lines: string[]) => lines.slice(0, -1), /^receipts\.ndjson: it is not what was written/m],
    [
      'changed',
      (lines: string[]) => lines.with(1, (lines[1] ?? '').replace('"attempts":1', '"attempts":2')),
      /^receipt 2: it was changed/m,
    ],
  ])('a receipt that was %s is found, and named', async (_name, change, want) => {
    const folder = await exported(destination);
    const path = join(folder, 'audit', 'receipts.ndjson');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    await writeFile(path, `${change(lines).join('\n')}\n`);
    expect(await found(folder)).toMatch(want);
  });

  test('a row removed by someone who also mends the manifest is found', async () => {
    const folder = await exported(destination);
    const path = join(folder, 'audit', 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as {
      tables: { schema: { name: string }; parts: unknown[] }[];
    };
    const table = manifest.tables.find(({ schema }) => schema.name === 'login_history');
    table?.parts.splice(0);
    await writeFile(path, JSON.stringify(manifest));
    expect(await found(folder)).toMatch(/^login_history: it has 0 rows where 450 were written/m);
  });

  test('a damaged folder is not written to: exit code 6', async () => {
    const folder = await exported(destination);
    const [path = ''] = await partsOf(folder, 'audit_log');
    await rm(path);
    const team = await smallTeam();
    const { code, stderr } = await celonisAuditIn(folder, ['export', '--to', destination], keyOf(team));
    expect([code, team.requests]).toEqual([6, []]);
    expect(stderr).toMatch(/audit_log\/part-\S+ does not agree with manifest\.json/);
  });
});

test('verify of nothing: exit code 2, and nothing is made', async () => {
  const folder = await emptyFolder();
  const { code, stderr } = await celonisAuditIn(folder, ['verify'], {});
  expect(code).toBe(2);
  expect(stderr).toMatch(/Nothing was extracted/);
  expect(await readdir(folder)).toEqual([]);
});
