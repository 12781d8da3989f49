import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

test('the activity log is written as XES and as OCEL 2.0, by the ending of the file, with every event', async () => {
  const engine = await smallTenant({ sizes: { processContexts: 40 } });
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run'], credentialsOf(engine));
  const [[events = '']] = (await query(folder, 'SELECT count(*) FROM activity_log')) as [string[]];
  const xes = await oeExtractIn(folder, ['convert', '--out', 'oe.xes'], {});
  expect(xes).toEqual({ code: 0, stdout: `${events} events of oe/activity-log written to oe.xes (xes)\n`, stderr: '' });
  expect((await readFile(join(folder, 'oe.xes'), 'utf8')).match(/<event>/g)).toHaveLength(Number(events));
  const { code, stdout } = await oeExtractIn(folder, ['convert', '--out', 'oe.json', '--json'], {});
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ format: 'ocel-json', output: 'oe.json', events: Number(events) });
  const ocel = JSON.parse(await readFile(join(folder, 'oe.json'), 'utf8')) as { events: unknown[] };
  expect(ocel.events).toHaveLength(Number(events));
});

test('under the older names, too', async () => {
  const engine = await smallTenant({ sizes: { processContexts: 40 } });
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run', '--names', 'older'], credentialsOf(engine));
  const { code, stdout } = await oeExtractIn(
    folder,
    ['convert', '--out', 'oe.sqlite', '--names', 'older', '--json'],
    {},
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ format: 'ocel-sqlite', model: 'oe/activity-log' });
});

test.for<readonly [string, string[], RegExp]>([
  ['no file', [], /--out: name the file to write/],
  [
    'an ending that says nothing',
    ['--out', 'log.txt'],
    /the ending of log\.txt does not say which. Write xes, ocel-json, ocel-sqlite/,
  ],
  ['nothing to convert', ['--out', 'log.xes'], /oe\.duckdb/],
])('%s: one sentence, exit code 2', async ([, argv, message]) => {
  const { code, stderr } = await oeExtractIn(await emptyFolder(), ['convert', ...argv], {});
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
