import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExtractorFile } from '@millrace/model';
import type { CelonisSimulator } from '@millrace/simulator';
import { expect, test } from 'vitest';
import { askTeam, bothTables } from '../../../packages/cli-kit/test/pool-tables.ts';
import { celonisAuditIn, emptyFolder, keyOf, smallTeam } from './support.ts';

const sizes = { auditEvents: 200, loginEvents: 100, members: 15, adoptionEvents: 10, days: 20 };

/** What a person does in the browser: a pool, and the file imported into it as an extractor. */
async function importExtractor(team: CelonisSimulator, folder: string, pool: string): Promise<string> {
  await celonisAuditIn(folder, ['template', '--out', 'extractor.json'], {});
  const { id } = await askTeam<{ id: string }>(team, '', { name: pool });
  team.dataPools.addExtractor(
    id,
    'audit-log',
    parseExtractorFile(await readFile(join(folder, 'extractor.json'), 'utf8')),
  );
  return id;
}

/** The hash of a record is another in the pool, and so is the order of what happened in one millisecond. */
const computed = { columns: ['_key', 'event_key', 'login_key', 'sorting'] };

const compared = [
  'audit_log',
  'login_history',
  'members',
  'members$group',
  'audit_activity',
  'audit_session',
  'login_activity',
  'login_session',
  'object_activity',
  'audit_object',
];

test('up builds, extracts, transforms and loads what a local export has, and again what came since', async () => {
  const team = await smallTeam({ sizes });
  const folder = await emptyFolder();
  const poolId = await importExtractor(team, folder, 'Compliance');
  const up = async (...more: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await celonisAuditIn(
      folder,
      ['up', '--pool', 'Compliance', '--json', ...more],
      keyOf(team),
    );
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const compare = async (tables: readonly string[]): Promise<void> => {
    const options = ['--to', 'duckdb:audit.duckdb', '--settle', '0', '--full'];
    const { code } = await celonisAuditIn(folder, ['export', ...options], keyOf(team));
    expect(code).toBe(0);
    const [connection] = await askTeam<{ id: string }[]>(team, `/${poolId}/data-sources/`);
    const place = { team, poolId, connectionId: connection?.id ?? '' };
    for (const table of tables) {
      const both = await bothTables(place, `duckdb:${join(folder, 'audit.duckdb')}`, table, computed);
      expect(both.columns.length, table).toBeGreaterThan(2);
      expect(both.local.length, table).toBeGreaterThan(10);
      expect(both.pool, table).toEqual(both.local);
    }
  };

  expect(await up()).toMatchObject({ status: 'SUCCESS', mode: 'FULL' });
  await compare(compared);

  team.clock.advance(60 * 60_000);
  const timestamp = team.clock.now().toISOString();
  const event = team.data.auditEvents.at(-1);
  const login = team.data.loginEvents.at(-1);
  if (event === undefined || login === undefined) throw new Error('There are events.');
  // Two that are equal in everything stay two; one whose e-mail changed stays one.
  team.data.auditEvents.push({ ...event, timestamp }, { ...event, timestamp });
  team.data.loginEvents.push({ ...login, timestamp });
  team.clock.advance(60 * 60_000);
  expect(await up()).toMatchObject({ status: 'SUCCESS', mode: 'DELTA', changes: 0 });
  await compare(compared);
  expect(await up('--full')).toMatchObject({ status: 'SUCCESS', mode: 'FULL', changes: 0 });
  await compare(['audit_log', 'audit_activity']);
}, 240_000);

test('up on the push road reads here, pushes, and has the pool transform and load', async () => {
  const team = await smallTeam({ sizes });
  const folder = await emptyFolder();
  const options = ['--road', 'push', '--pool', 'Compliance', '--json'];
  const { code, stdout, stderr } = await celonisAuditIn(folder, ['up', ...options], keyOf(team));
  expect(code, stderr).toBe(0);
  const report = JSON.parse(stdout) as { poolId: string; tables: { table: string; rows: number }[] };
  expect(report).toMatchObject({ status: 'SUCCESS', mode: 'FULL' });
  await celonisAuditIn(folder, ['export', '--to', 'duckdb:audit.duckdb'], keyOf(team));
  const place = { team, poolId: report.poolId };
  for (const table of compared) {
    const both = await bothTables(place, `duckdb:${join(folder, 'audit.duckdb')}`, table, { columns: [] });
    expect(both.local.length, table).toBeGreaterThan(10);
    expect(both.pool, table).toEqual(both.local);
  }
  const again = await celonisAuditIn(folder, ['up', ...options], keyOf(team));
  expect(again.code, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ status: 'SUCCESS', changes: 0, tables: report.tables });
}, 240_000);
