import { appKey } from '@millrace/celonis-client/data-push';
import { createCelonisIntegration } from '@millrace/celonis-client/integration';
import { evolveOeTenant, startCelonisSimulator, type CelonisSimulator } from '@millrace/simulator';
import { expect, onTestFinished, test } from 'vitest';
import { credentialsOf, emptyFolder, narrowTenant, oeExtractIn, query } from './support.ts';

/** Every row of every table, as the pool has it and as the program's own database has it. */
async function compare(team: CelonisSimulator, poolId: string, folder: string): Promise<void> {
  const store = 'duckdb:state/store.duckdb';
  const tables = await query(folder, 'SELECT name FROM millrace.tables ORDER BY 1', store);
  expect(tables.length).toBeGreaterThan(10);
  for (const [table = ''] of tables) {
    const names = await query(folder, `SELECT column_name FROM (DESCRIBE "${table}") ORDER BY 1`, store);
    const text = names.map(([name = '']) => `coalesce(CAST("${name}" AS VARCHAR), 'NULL')`).join(` || '|' || `);
    const sql = `SELECT ${text} AS line FROM "${table}" ORDER BY 1`;
    const want = (await query(folder, sql, store)).map(([line]) => line);
    expect(
      (await team.dataPools.query(poolId, sql)).map(({ line }) => line),
      table,
    ).toEqual(want);
  }
}

test('run --to celonis:POOL fills the pool, and brings it what changed with all child rows', async () => {
  const engine = await narrowTenant();
  const data = { auditEvents: [], loginEvents: [], members: [], adoptionEvents: [] };
  const team = await startCelonisSimulator({ data });
  onTestFinished(() => team.close());
  const credentials = appKey(team.credentials.appKey);
  const { id: poolId } = await createCelonisIntegration({ team: team.url, credentials }).pools.create({ name: 'OE' });
  const folder = await emptyFolder();
  const { clientId, clientSecret } = team.credentials;
  const env = {
    ...credentialsOf(engine),
    CELONIS_URL: team.url,
    OAUTH_CLIENT_ID: clientId,
    OAUTH_CLIENT_SECRET: clientSecret,
  };
  const run = ['run', '--to', 'celonis:OE', '--state', 'state', '--json'];
  const first = await oeExtractIn(folder, run, env);
  expect([first.code, first.stderr]).toEqual([0, '']);
  expect(JSON.parse(first.stdout).push).toMatchObject({ poolId, failures: [] });
  await compare(team, poolId, folder);
  engine.clock.advance(3_600_000);
  evolveOeTenant(engine.data, { now: engine.clock.now().toISOString(), share: 0.3 });
  const second = await oeExtractIn(folder, run, env);
  expect(second.code).toBe(0);
  const { push } = JSON.parse(second.stdout);
  expect(push.tables.find(({ table }: { table: string }) => table === 'process_context')).toMatchObject({
    mode: 'delta',
  });
  await compare(team, poolId, folder);
}, 120_000);
