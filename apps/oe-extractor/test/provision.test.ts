import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExtractorFile } from '@millrace/model';
import { expect, test } from 'vitest';
import { askTeam, bothTables } from '../../../packages/cli-kit/test/pool-tables.ts';
import { credentialsOf, emptyFolder, emptyTeam, narrowTenant, oeExtractIn } from './support.ts';

/** Nested rows that nothing tells apart: equal steps, and the inner arrays of arrays, which have no column of their own. Celonis has them once. */
const oneInCelonis = /\$(?:steps|slots|availability|\[\])$/;

test('up builds, extracts, transforms and loads what a local run has, and again what changed since', async () => {
  const engine = await narrowTenant();
  const team = await emptyTeam();
  const folder = await emptyFolder();
  const env = {
    ...credentialsOf(engine),
    CELONIS_URL: team.url,
    CELONIS_API_TOKEN: team.credentials.appKey,
  };
  await oeExtractIn(folder, ['template', '--sample', '1000', '--out', 'extractor.json'], env);
  const { id: poolId } = await askTeam<{ id: string }>(team, '', { name: 'Orders' });
  const file = parseExtractorFile(await readFile(join(folder, 'extractor.json'), 'utf8'));
  team.dataPools.addExtractor(poolId, 'oe', file);
  const up = async (): Promise<{ tables: { table: string }[] }> => {
    const options = ['--pool', 'Orders', '--sample', '1000', '--scopes', 'live,draft', '--json'];
    const { code, stdout, stderr } = await oeExtractIn(folder, ['up', ...options], env);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as { tables: { table: string }[] };
  };
  const compare = async (tables: readonly string[]): Promise<void> => {
    const ran = await oeExtractIn(folder, ['run', '--scopes', 'live,draft', '--full'], env);
    expect(ran.code, ran.stderr).toBe(0);
    const [connection] = await askTeam<{ id: string }[]>(team, `/${poolId}/data-sources/`);
    const place = { team, poolId, connectionId: connection?.id ?? '' };
    for (const table of tables) {
      const both = await bothTables(place, `duckdb:${join(folder, 'oe.duckdb')}`, table, {
        columns: ['_position'],
        distinct: tables.filter((name) => oneInCelonis.test(name)),
      });
      expect(both.pool, table).toEqual(both.local);
    }
  };

  const first = await up();
  expect(first).toMatchObject({ status: 'SUCCESS', mode: 'FULL', message: null });
  const tables = first.tables.map(({ table }) => table);
  expect(tables).toEqual(expect.arrayContaining(['account', 'process_context_event', 'activity_log']));
  expect(tables.length).toBeGreaterThan(10);
  await compare(tables);

  const [context] = engine.data.processContexts;
  if (context === undefined) throw new Error('There are process contexts.');
  context.status = 'failed';
  context.metadata.updatedAt = engine.clock.now().toISOString();
  team.clock.advance(60_000);
  expect(await up()).toMatchObject({ status: 'SUCCESS', mode: 'DELTA', changes: 0 });
  await compare(['process_context', 'process_context_event', 'activity_log']);
}, 240_000);

test('up on the push road reads here, pushes with the tables that the documents brought, and has the pool transform and load', async () => {
  const engine = await narrowTenant();
  const team = await emptyTeam();
  const folder = await emptyFolder();
  const env = { ...credentialsOf(engine), CELONIS_URL: team.url, CELONIS_API_TOKEN: team.credentials.appKey };
  const options = ['--road', 'push', '--pool', 'Orders', '--scopes', 'live,draft', '--json'];
  const { code, stdout, stderr } = await oeExtractIn(folder, ['up', ...options], env);
  expect(code, stderr).toBe(0);
  const report = JSON.parse(stdout) as { poolId: string; tables: { table: string; rows: number }[] };
  expect(report).toMatchObject({ status: 'SUCCESS', mode: 'FULL' });
  expect(report.tables.length).toBeGreaterThan(10);
  await oeExtractIn(folder, ['run', '--scopes', 'live,draft'], env);
  for (const table of ['process_context', 'process_context_event', 'digital_process$steps', 'activity_log']) {
    const both = await bothTables({ team, poolId: report.poolId }, `duckdb:${join(folder, 'oe.duckdb')}`, table, {
      columns: [],
    });
    expect(both.local.length, table).toBeGreaterThan(3);
    expect(both.pool, table).toEqual(both.local);
  }
}, 240_000);
