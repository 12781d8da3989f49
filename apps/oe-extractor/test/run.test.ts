import { evolveOeTenant, type OeProcessContext } from '@millrace/simulator';
import { describe, expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

const live = (context: OeProcessContext): boolean => !context.context._draft;
const ids = (contexts: readonly OeProcessContext[]): string[] =>
  contexts.map(({ context }) => context.processid).toSorted();
const storedIds = async (folder: string): Promise<string[]> =>
  (await query(folder, 'SELECT "context$processid" FROM process_context ORDER BY 1')).map(([id = '']) => id).toSorted();

test('brings every account, process, event type and live run, with all events in the activity log', async () => {
  const engine = await smallTenant();
  const folder = await emptyFolder();
  const { code, stderr } = await oeExtractIn(folder, ['run'], credentialsOf(engine));
  expect([code, stderr]).toEqual([0, '']);
  const runs = engine.data.processContexts.filter(live);
  expect(await storedIds(folder)).toEqual(ids(runs));
  const events = runs.reduce((sum, run) => sum + run.events.length, 0);
  const counts =
    'SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM digital_process), (SELECT count(*) FROM event_type), (SELECT count(*) FROM activity_log)';
  expect(await query(folder, counts)).toEqual([['3', '8', '20', String(events)]]);
});

describe('filters, with the words of the API', () => {
  const cases: readonly (readonly [string, string[], (run: OeProcessContext) => boolean])[] = [
    ['--status finished', ['--status', 'finished'], (run) => live(run) && run.status === 'finished'],
    ['--scopes draft', ['--scopes', 'draft'], (run) => !live(run)],
    ['--scopes live,draft', ['--scopes', 'live,draft'], () => true],
    [
      '--created-since',
      ['--created-since', '2026-05-01'],
      (run) => live(run) && run.metadata.createdAt >= '2026-05-01T00:00:00.000Z',
    ],
    [
      '--updated-since',
      ['--updated-since', '2026-05-10T12:00:00Z'],
      (run) => live(run) && run.metadata.updatedAt >= '2026-05-10T12:00:00.000Z',
    ],
  ];
  test.for(cases)('%s', async ([, argv, keeps]) => {
    const engine = await smallTenant();
    const folder = await emptyFolder();
    expect((await oeExtractIn(folder, ['run', ...argv], credentialsOf(engine))).code).toBe(0);
    const want = ids(engine.data.processContexts.filter(keeps));
    expect(want.length).toBeGreaterThan(0);
    expect(await storedIds(folder)).toEqual(want);
  });
});

test('a delta run replaces what changed with all its child rows, and equals a full load', async () => {
  const engine = await smallTenant();
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run'], credentialsOf(engine));
  for (const seed of [1, 2, 3]) {
    engine.clock.advance(24 * 3_600_000);
    // Deletions are not seen by a delta load; the comparison is with what the engine still has.
    const { deleted } = evolveOeTenant(engine.data, { seed, now: engine.clock.now().toISOString(), share: 0.2 });
    const { code, stdout } = await oeExtractIn(folder, ['run', '--json'], credentialsOf(engine));
    expect(code).toBe(0);
    const { feeds } = JSON.parse(stdout) as { feeds: { feed: string; mode: string }[] };
    expect(feeds.find(({ feed }) => feed === 'process_context')?.mode).toBe('delta');
    expect(deleted.every((id) => !engine.data.processContexts.some(({ context }) => context.processid === id))).toBe(
      true,
    );
  }
  const fresh = await emptyFolder();
  await oeExtractIn(fresh, ['run'], credentialsOf(engine));
  const there = ids(engine.data.processContexts.filter(live))
    .map((id) => `'${id}'`)
    .join(',');
  for (const [table, key] of [
    ['process_context_event', 'process_context$context$processid'],
    ['process_context$context$order.created$lines', 'process_context_context$processid'],
    ['activity_log', 'case_id'],
  ]) {
    const sql = `SELECT * FROM "${table}" WHERE "${key}" IN (${there}) ORDER BY ALL`;
    expect(await query(folder, sql)).toEqual(await query(fresh, sql));
  }
});

test('a second run with nothing new writes nothing twice', async () => {
  const engine = await smallTenant();
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run'], credentialsOf(engine));
  const before = await query(folder, 'SELECT * FROM activity_log ORDER BY ALL');
  await oeExtractIn(folder, ['run'], credentialsOf(engine));
  expect(await query(folder, 'SELECT * FROM activity_log ORDER BY ALL')).toEqual(before);
});

test('--model oe/event-log gives one row per run', async () => {
  const engine = await smallTenant();
  const folder = await emptyFolder();
  expect((await oeExtractIn(folder, ['run', '--model', 'oe/event-log'], credentialsOf(engine))).code).toBe(0);
  const runs = engine.data.processContexts.filter(live).length;
  expect(await query(folder, 'SELECT count(*), count(DISTINCT instance_id) FROM event_log')).toEqual([
    [String(runs), String(runs)],
  ]);
});

test('a body with the list under "items", and another path, are read as well', async () => {
  const engine = await smallTenant({ faults: { envelope: 'items' } });
  const folder = await emptyFolder();
  expect(
    (await oeExtractIn(folder, ['run', '--paths', 'listAccounts=/oe/accounts/'], credentialsOf(engine))).code,
  ).toBe(0);
  expect(await storedIds(folder)).toEqual(ids(engine.data.processContexts.filter(live)));
});

test('documents that change while pages are read are all there', async () => {
  const engine = await smallTenant({ faults: { updating: { every: 2, rows: 2, total: 20 } } });
  const folder = await emptyFolder();
  expect((await oeExtractIn(folder, ['run', '--page-size', '20'], credentialsOf(engine))).code).toBe(0);
  expect(await storedIds(folder)).toEqual(ids(engine.data.processContexts.filter(live)));
});
