import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

test('init writes what the flags say, and run takes it from there', async () => {
  const engine = await smallTenant({ sizes: { processContexts: 30 } });
  const folder = await emptyFolder();
  const flags = ['--api-url', engine.url, '--auth-url', engine.url, '--to', 'duckdb:a.duckdb', '--status', 'finished'];
  const { code, stderr } = await oeExtractIn(folder, ['init', ...flags], {});
  expect([code, stderr]).toEqual([0, expect.stringMatching(/1\. put the client ID into OE_CLIENT_ID/)]);
  const { OE_CLIENT_ID, OE_CLIENT_SECRET } = credentialsOf(engine);
  expect(await readFile(join(folder, 'millrace.config.json'), 'utf8')).not.toContain(OE_CLIENT_SECRET);
  const env = { OE_CLIENT_ID: OE_CLIENT_ID ?? '', OE_CLIENT_SECRET: OE_CLIENT_SECRET ?? '' };
  expect((await oeExtractIn(folder, ['run'], env)).code).toBe(0);
  const statuses = await query(folder, 'SELECT DISTINCT status FROM process_context', 'duckdb:a.duckdb');
  expect(statuses).toEqual([['finished']]);
});
