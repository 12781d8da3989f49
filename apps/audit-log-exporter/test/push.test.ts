import { join } from 'node:path';
import { appKey } from '@millrace/celonis-client/data-push';
import { createCelonisIntegration } from '@millrace/celonis-client/integration';
import type { CelonisSimulator, CelonisSimulatorOptions } from '@millrace/simulator';
import { describe, expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';

/** A team with the data pool "Audit". */
async function teamWithPool(
  options: CelonisSimulatorOptions = {},
): Promise<{ team: CelonisSimulator; poolId: string }> {
  const team = await smallTeam(options);
  const credentials = appKey(team.credentials.appKey);
  const { id } = await createCelonisIntegration({ team: team.url, credentials }).pools.create({ name: 'Audit' });
  return { team, poolId: id };
}

/** Rows of each table, sorted, every value as text, as a local run over the same source has them and as the pool has them. */
async function compare({ team, poolId }: { team: CelonisSimulator; poolId: string }): Promise<void> {
  const local = await emptyFolder();
  expect((await celonisAuditIn(local, ['export', '--to', 'duckdb:local.duckdb'], keyOf(team))).code).toBe(0);
  const found = await query(local, 'duckdb:local.duckdb', 'SELECT name FROM millrace.tables ORDER BY 1');
  expect(found.length).toBeGreaterThan(4);
  for (const [table = ''] of found) {
    const names = await query(local, 'duckdb:local.duckdb', `SELECT column_name FROM (DESCRIBE "${table}") ORDER BY 1`);
    const text = names.map(([name = '']) => `coalesce(CAST("${name}" AS VARCHAR), 'NULL')`).join(` || '|' || `);
    const sql = `SELECT ${text} AS line FROM "${table}" ORDER BY 1`;
    const want = (await query(local, 'duckdb:local.duckdb', sql)).map(([line]) => line);
    const have = (await team.dataPools.query(poolId, sql)).map(({ line }) => line);
    expect(have, table).toEqual(want);
    expect(want.length, table).toBeGreaterThan(0);
  }
}

describe('export --to celonis:POOL', () => {
  test('fills the pool with what a local run has, again after more has happened, and says what it pushed', async () => {
    const place = await teamWithPool();
    const { team } = place;
    const folder = await emptyFolder();
    const first = await celonisAuditIn(folder, ['export', '--to', 'celonis:Audit'], keyOf(team));
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/^audit_log +replace +900 +0 +900 /m);
    expect(first.stdout).toContain('written to celonis:Audit');
    await compare(place);
    team.clock.advance(3 * 3_600_000);
    const second = await celonisAuditIn(folder, ['export', '--to', 'celonis:Audit', '--json'], keyOf(team));
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(JSON.parse(second.stdout).push).toMatchObject({ executions: 0, failures: [] });
    await compare(place);
  });

  test('status and verify work from the state folder, without a credential', async () => {
    const { team, poolId } = await teamWithPool();
    const folder = await emptyFolder();
    const to = ['--to', `celonis:${poolId}`, '--state', 'here'];
    expect((await celonisAuditIn(folder, ['export', ...to], keyOf(team))).code).toBe(0);
    const status = await celonisAuditIn(folder, ['status', ...to], {});
    expect([status.code, status.stderr]).toEqual([0, '']);
    expect(status.stdout).toMatch(/^audit +2026-/m);
    const verify = await celonisAuditIn(folder, ['verify', ...to], {});
    expect([verify.code, verify.stderr]).toEqual([0, '']);
    expect(verify.stdout).toContain('are as they were written');
  });

  test('keeps its state by team and pool where no folder is named', async () => {
    const { team } = await teamWithPool();
    const folder = await emptyFolder();
    await celonisAuditIn(folder, ['export', '--to', 'celonis:Audit'], keyOf(team));
    const state = join('millrace-state', new URL(team.url).host.replace(':', '-'), 'Audit');
    expect(await query(folder, `duckdb:${state}/store.duckdb`, 'SELECT count(*) FROM audit_log')).toEqual([['900']]);
  });
});
