import { expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

const hour = 3_600_000;

async function markedIn(folder: string): Promise<string[]> {
  const rows = await query(
    folder,
    'SELECT context$processid FROM process_context WHERE _deleted_at IS NOT NULL ORDER BY 1',
  );
  return rows.flat();
}

test('a deleted run is marked once a day has gone by, and stays in the activity log', async () => {
  const engine = await smallTenant({ sizes: { processContexts: 40 } });
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run', '--scopes', 'live,draft'], credentialsOf(engine));
  const log = await query(folder, 'SELECT count(*) FROM activity_log');
  const gone = engine.data.processContexts.splice(3, 2).map(({ context }) => context.processid);
  engine.clock.advance(23 * hour);
  await oeExtractIn(folder, ['run', '--scopes', 'live,draft'], credentialsOf(engine));
  expect(await markedIn(folder)).toEqual([]);
  engine.clock.advance(hour);
  const { stdout } = await oeExtractIn(folder, ['run', '--scopes', 'live,draft', '--json'], credentialsOf(engine));
  const { feeds } = JSON.parse(stdout) as { feeds: { feed: string; sweep?: unknown }[] };
  expect(feeds.find(({ feed }) => feed === 'process_context')?.sweep).toEqual({ deleted: 2, restored: 0, missing: 0 });
  expect(await markedIn(folder)).toEqual(gone.sort());
  expect(await query(folder, 'SELECT count(*) FROM activity_log')).toEqual(log);
});

test('--sweep now marks at once, --sweep never does not', async () => {
  const engine = await smallTenant({ sizes: { processContexts: 20 } });
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run', '--status', 'finished'], credentialsOf(engine));
  const finished = engine.data.processContexts.find(({ status, context }) => status === 'finished' && !context._draft);
  engine.data.processContexts.splice(
    engine.data.processContexts.findIndex((each) => each === finished),
    1,
  );
  engine.clock.advance(48 * hour);
  const run = (when: string) =>
    oeExtractIn(folder, ['run', '--status', 'finished', '--sweep', when], credentialsOf(engine));
  await run('never');
  expect(await markedIn(folder)).toEqual([]);
  expect((await run('now')).code).toBe(0);
  expect(await markedIn(folder)).toEqual([finished?.context.processid]);
});

test('a delta filter that leaves runs out does not make them look deleted', async () => {
  const engine = await smallTenant({ sizes: { processContexts: 40 } });
  const folder = await emptyFolder();
  const filters = [
    '--filter',
    "includeScopes = 'live'",
    '--delta-filter',
    "includeScopes = 'live' AND status = 'finished'",
  ];
  const first = await oeExtractIn(folder, ['run', ...filters], credentialsOf(engine));
  expect(first).toMatchObject({ code: 0 });
  engine.clock.advance(48 * hour);
  const { code } = await oeExtractIn(folder, ['run', ...filters, '--sweep', 'now'], credentialsOf(engine));
  expect([code, await markedIn(folder)]).toEqual([0, []]);
});

test.each(['sometimes', '0h', '24', 'every day'])('--sweep %s is refused in one sentence', async (when) => {
  const engine = await smallTenant({ sizes: { processContexts: 2 } });
  const { code, stderr } = await oeExtractIn(await emptyFolder(), ['run', '--sweep', when], credentialsOf(engine));
  expect([code, stderr]).toEqual([2, expect.stringContaining(`"${when}" is none of now, never, or a span`)]);
});
