import { readdir } from 'node:fs/promises';
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
    expect(status.stdout).toMatch(/^audit_log +900 +2026-\S+ +0$/m);
    const verify = await celonisAuditIn(folder, ['verify', ...to], {});
    expect([verify.code, verify.stderr]).toEqual([0, '']);
    expect(verify.stdout).toContain('are as they were written');
  });

  test('is compared with the rows that a data model has loaded', async () => {
    const { team, poolId } = await teamWithPool();
    const folder = await emptyFolder();
    const to = ['--to', 'celonis:Audit'];
    await celonisAuditIn(folder, ['export', ...to], keyOf(team));
    const credentials = appKey(team.credentials.appKey);
    const pool = createCelonisIntegration({ team: team.url, credentials }).pool(poolId);
    const model = await pool.dataModels.create({ name: 'Logs' });
    await pool.dataModels.tables(model.id).add([{ name: 'audit_log', alias: 'events', connectionId: null }]);
    const before = await celonisAuditIn(folder, ['verify', ...to], keyOf(team));
    expect([before.code, before.stdout]).toEqual([0, expect.stringContaining('no data model of the pool has loaded')]);
    team.clock.advance(1000);
    await (await pool.dataModels.load(model.id)).wait();
    const loaded = await celonisAuditIn(folder, ['verify', ...to], keyOf(team));
    expect([loaded.code, loaded.stdout]).toEqual([0, expect.stringMatching(/^audit_log +Logs +900 +900$/m)]);
    await team.dataPools.run(poolId, 'DELETE FROM audit_log WHERE _key = (SELECT min(_key) FROM audit_log)');
    await (await pool.dataModels.load(model.id)).wait();
    const less = await celonisAuditIn(folder, ['verify', ...to], keyOf(team));
    expect(less.code).toBe(6);
    expect(less.stdout).toContain('the data model Logs has loaded 899 rows of it, and 900 were pushed');
  });

  test('pushes into another team with a credential for that team alone', async () => {
    const source = await smallTeam();
    const { team, poolId } = await teamWithPool({ seed: 2 });
    const folder = await emptyFolder();
    const env = { ...keyOf(source), CELONIS_PUSH_URL: team.url };
    const without = await celonisAuditIn(folder, ['export', '--to', 'celonis:Audit'], env);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('set CELONIS_PUSH_API_TOKEN')]);
    expect(team.requests.filter(({ path }) => path.includes('jobs'))).toEqual([]);
    const more = { ...env, CELONIS_PUSH_API_TOKEN: team.credentials.appKey };
    const result = await celonisAuditIn(folder, ['export', '--to', 'celonis:Audit'], more);
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(await team.dataPools.query(poolId, 'SELECT count(*) AS n FROM audit_log')).toEqual([{ n: 900n }]);
  });

  test('says what is missing: a pool, a permission, a team', async () => {
    const { team } = await teamWithPool();
    const folder = await emptyFolder();
    const run = (to: string, env: Record<string, string>) => celonisAuditIn(folder, ['export', '--to', to], env);
    const noPool = await run('celonis:Nothing', keyOf(team));
    expect([noPool.code, noPool.stderr]).toEqual([
      2,
      expect.stringContaining('make it with provision apply --road push --pool Nothing'),
    ]);
    team.faults = { auth: { permissions: ['audit-log', 'login-history', 'members', 'edit-data-pools'] } };
    const noPermission = await run('celonis:Audit', keyOf(team));
    expect(noPermission.code).toBe(1);
    expect(noPermission.stderr).toMatch(/Data Push API on the data pool.*integration\.data-pools/s);
    const noTeam = await run('celonis:Audit', {});
    expect([noTeam.code, noTeam.stderr]).toEqual([2, expect.stringContaining('CELONIS_URL')]);
    const left = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });

  test('keeps its state by team and pool where no folder is named', async () => {
    const { team } = await teamWithPool();
    const folder = await emptyFolder();
    await celonisAuditIn(folder, ['export', '--to', 'celonis:Audit'], keyOf(team));
    const state = join('millrace-state', new URL(team.url).host.replace(':', '-'), 'Audit');
    expect(await query(folder, `duckdb:${state}/store.duckdb`, 'SELECT count(*) FROM audit_log')).toEqual([['900']]);
  });
});
