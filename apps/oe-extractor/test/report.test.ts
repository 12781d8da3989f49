import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

test('the report of a run has its activity log', async () => {
  const engine = await smallTenant({ sizes: { processContexts: 30 } });
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run'], credentialsOf(engine));
  const { code, stdout } = await oeExtractIn(folder, ['report', '--out', 'report.html', '--json'], {});
  expect(code).toBe(0);
  const { processes } = JSON.parse(stdout) as { processes: { table: string; events: number }[] };
  const [[events] = []] = await query(folder, 'SELECT count(*) FROM activity_log');
  expect(processes.map(({ table, events: counted }) => [table, String(counted)])).toEqual([['activity_log', events]]);
  expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('<h2>activity_log</h2>');
});
