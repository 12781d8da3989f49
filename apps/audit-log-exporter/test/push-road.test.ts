import { appKey } from '@millrace/celonis-client/data-push';
import { createCelonisIntegration } from '@millrace/celonis-client/integration';
import { expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';

test('the push road: apply, export into the pool, execute the data job, and the rows loaded are those pushed', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const to = ['--to', 'celonis:Audit'];
  const run = (...argv: readonly string[]) => celonisAuditIn(folder, argv, keyOf(team));
  const apply = await run('provision', 'apply', '--road', 'push', '--pool', 'Audit', '--json');
  expect(apply.code, apply.stderr).toBe(0);
  expect(await run('export', ...to, '--feeds', 'audit,logins,members,adoption')).toMatchObject({ code: 0, stderr: '' });

  const client = createCelonisIntegration({ team: team.url, credentials: appKey(team.credentials.appKey) });
  const [pool] = (await client.pools.list()).filter(({ name }) => name === 'Audit');
  const { jobs } = client.pool(pool?.id ?? '');
  const [job] = await jobs.list();
  team.clock.advance(1000);
  await (await jobs.execute(job?.id ?? '')).wait();

  expect(await run('export', '--to', 'duckdb:local.duckdb')).toMatchObject({ code: 0 });
  for (const table of ['audit_activity', 'login_activity']) {
    const [local] = await query(folder, 'duckdb:local.duckdb', `SELECT count(*) FROM ${table}`);
    const made = await team.dataPools.query(pool?.id ?? '', `SELECT count(*) AS n FROM ${table}`);
    expect(
      made.map(({ n }) => String(n)),
      table,
    ).toEqual(local);
  }
  const verify = await run('verify', ...to);
  expect(verify.code, verify.stdout).toBe(0);
  expect(verify.stdout).toMatch(/^audit_log +audit-log +900 +900$/m);
}, 120_000);
