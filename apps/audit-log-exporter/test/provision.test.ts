import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExtractorFile } from '@millrace/model';
import type { Cell, CelonisSimulator } from '@millrace/simulator';
import { expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';

/** What a person does in the browser: a pool, and the file imported into it as an extractor. */
async function importExtractor(team: CelonisSimulator, folder: string, pool = 'Compliance'): Promise<string> {
  await celonisAuditIn(folder, ['template', '--out', 'extractor.json'], {});
  const answer = await fetch(`${team.url}/integration/api/pools`, {
    method: 'POST',
    headers: { authorization: `AppKey ${team.credentials.appKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: pool }),
  });
  const { id } = (await answer.json()) as { id: string };
  const file = parseExtractorFile(await readFile(join(folder, 'extractor.json'), 'utf8'));
  team.dataPools.addExtractor(id, 'audit-log', file);
  return id;
}

interface Up {
  readonly status: string;
  readonly mode: string;
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  readonly link: string;
  readonly changes: number;
}

/** Columns of a local table that the pool computes otherwise: the hash is another, and so is the order of what happened at once. */
const otherwise = new Set(['_key', 'event_key', 'login_key', 'sorting', '_CELONIS_CHANGE_DATE']);

/** Rows as text, sorted; NULL is nothing. */
function comparable(rows: readonly Record<string, Cell>[], columns: readonly string[]): string[] {
  return rows.map((row) => JSON.stringify(columns.map((name) => String(row[name] ?? '')))).toSorted();
}

async function tablesEqual(team: CelonisSimulator, poolId: string, folder: string, tables: readonly string[]): Promise<void> {
  const connectionId = await connectionOf(team, poolId);
  for (const table of tables) {
    const inPool = await team.dataPools.query(poolId, `SELECT * FROM "${table}"`, connectionId);
    const here = await query(folder, 'duckdb:audit.duckdb', `SELECT column_name FROM duckdb_columns() WHERE table_name = '${table}'`);
    const columns = here.map(([name = '']) => name).filter((name) => !otherwise.has(name) && name in (inPool[0] ?? {}));
    expect(columns.length, table).toBeGreaterThan(2);
    const list = columns.map((name) => `"${name}"`).join(', ');
    const local = await query(folder, 'duckdb:audit.duckdb', `SELECT to_json(struct_pack(${columns.map((name) => `"${name}" := "${name}"`).join(', ')}))::VARCHAR FROM "${table}"`);
    expect(list).not.toBe('');
    const parsed = local.map(([text = '{}']) => JSON.parse(text) as Record<string, Cell>);
    expect(comparable(inPool.map(plain), columns), table).toEqual(comparable(parsed.map(plain), columns));
  }
}

/** Instants in one form. */
function plain(row: Record<string, Cell>): Record<string, Cell> {
  const iso = (value: Cell): Cell =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(value)
      ? new Date(`${value.replace(' ', 'T').replace(/Z$/, '')}Z`).toISOString()
      : value;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, iso(value)]));
}

async function connectionOf(team: CelonisSimulator, poolId: string): Promise<string> {
  const answer = await fetch(`${team.url}/integration/api/pools/${poolId}/data-sources/`, {
    headers: { authorization: `AppKey ${team.credentials.appKey}` },
  });
  const [connection] = (await answer.json()) as { id: string }[];
  return connection?.id ?? '';
}

const compared = ['audit_log', 'login_history', 'members', 'members$group', 'audit_activity', 'login_activity'];

test('up builds, extracts, transforms and loads what a local export has, and again what came since', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const poolId = await importExtractor(team, folder);
  const up = async (): Promise<Up> => {
    const { code, stdout, stderr } = await celonisAuditIn(folder, ['up', '--pool', 'Compliance', '--json'], keyOf(team));
    expect(stderr).not.toContain('celonis-audit:');
    expect(code).toBe(0);
    return JSON.parse(stdout) as Up;
  };
  const exported = () => celonisAuditIn(folder, ['export', '--to', 'duckdb:audit.duckdb', '--settle', '0', '--full'], keyOf(team));

  const first = await up();
  expect(first).toMatchObject({ status: 'SUCCESS', mode: 'FULL' });
  expect((await exported()).code).toBe(0);
  await tablesEqual(team, poolId, folder, compared);

  team.clock.advance(60 * 60_000);
  const at = team.clock.now().toISOString();
  const event = team.data.auditEvents.at(-1);
  if (event === undefined) throw new Error('There are events.');
  // Two that are equal in everything stay two.
  team.data.auditEvents.push({ ...event, timestamp: at }, { ...event, timestamp: at });
  team.clock.advance(60 * 60_000);
  const second = await up();
  expect(second).toMatchObject({ status: 'SUCCESS', mode: 'DELTA', changes: 0 });
  expect((await exported()).code).toBe(0);
  await tablesEqual(team, poolId, folder, compared);
});
