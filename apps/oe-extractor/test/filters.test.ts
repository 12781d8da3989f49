import { evolveOeTenant, type OeProcessContext, type OeSimulator } from '@millrace/simulator';
import { describe, expect, test } from 'vitest';
import { credentialsOf, emptyFolder, narrowTenant, oeExtractIn, query, smallTenant } from './support.ts';

const live = ({ context }: OeProcessContext): boolean => !context._draft;
const ids = (contexts: readonly OeProcessContext[]): string[] =>
  contexts.map(({ context }) => context.processid).toSorted();

async function stored(folder: string, table = 'process_context'): Promise<string[]> {
  return (await query(folder, `SELECT "context$processid" FROM ${table}`)).map(([id = '']) => id).toSorted();
}

/** What the list of process contexts was asked for from request `from` on, each question once, pages left out. */
function questions(engine: OeSimulator, from = 0): string[] {
  const asked = engine.requests
    .slice(from)
    .filter(({ operationId }) => operationId === 'listProcessContexts')
    .map(({ query: parameters }) => {
      const search = new URLSearchParams(parameters);
      if (search.get('pageSize') === '1') return '';
      for (const name of ['pageNumber', 'pageSize']) search.delete(name);
      return decodeURIComponent(
        [...search]
          .map(([name, value]) => `${name}=${value}`)
          .toSorted()
          .join('&'),
      );
    });
  return [...new Set(asked.filter((each) => each !== ''))];
}

describe('a Filter Statement', () => {
  const cases: readonly (readonly [string, string[], (run: OeProcessContext) => boolean])[] = [
    ["status = 'finished'", [], (run) => live(run) && run.status === 'finished'],
    ["includeScopes = '<%=includeScopes%>'", ['--scopes', 'live,draft'], () => true],
    ["includeScopes = '<%=scopes%>'", ['--parameters', 'scopes=draft'], (run) => !live(run)],
    [
      "createdSince = <%=start%> AND status = 'running'",
      ['--parameters', 'start=2026-05-01'],
      (run) => live(run) && run.status === 'running' && run.metadata.createdAt >= '2026-05-01',
    ],
  ];
  test.for(cases)('%s', async ([statement, more, keeps]) => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    const { code } = await oeExtractIn(folder, ['run', '--filter', statement, ...more], credentialsOf(engine));
    expect(code).toBe(0);
    const want = ids(engine.data.processContexts.filter(keeps));
    expect(want.length).toBeGreaterThan(0);
    expect(await stored(folder)).toEqual(want);
  });

  test('is the same as the flag, so that going over to it reads nothing again', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    await oeExtractIn(folder, ['run', '--status', 'finished'], credentialsOf(engine));
    const argv = ['run', '--json', '--filter', "status='finished' and includeScopes='live'"];
    const { stdout } = await oeExtractIn(folder, argv, credentialsOf(engine));
    expect(JSON.parse(stdout)).toMatchObject({
      feeds: [{}, {}, {}, { feed: 'process_context', mode: 'delta', documents: 0 }],
    });
  });
});

describe('a Delta Filter Statement', () => {
  test('decides what a delta load asks for; <%=max_modified_time%> is the newest change in the destination', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    const argv = [
      'run',
      '--json',
      '--filter',
      "status = 'finished'",
      '--delta-filter',
      "status = 'finished' AND updatedSince = <%=max_modified_time%>",
    ];
    await oeExtractIn(folder, argv, credentialsOf(engine));
    expect(questions(engine)[0]).toBe('includeScopes=live&status=finished');
    const [[newest = '']] = (await query(folder, 'SELECT max("metadata$updatedAt") FROM process_context')) as [
      string[],
    ];
    engine.clock.advance(24 * 3_600_000);
    evolveOeTenant(engine.data, { seed: 1, now: engine.clock.now().toISOString(), share: 0.2 });
    const before = engine.requests.length;
    const { code, stdout } = await oeExtractIn(folder, argv, credentialsOf(engine));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ feeds: [{}, {}, {}, { mode: 'delta' }] });
    // Five minutes of overlap, since documents can arrive late.
    const since = new Date(Date.parse(newest.replace(' ', 'T').replace(/Z?$/, 'Z')) - 300_000).toISOString();
    expect(questions(engine, before)[0]).toBe(`includeScopes=live&status=finished&updatedSince=${since}`);
    const finished = engine.data.processContexts.filter((run) => live(run) && run.status === 'finished');
    expect(await stored(folder)).toEqual(expect.arrayContaining(ids(finished)));
  });

  test('given alone, the first load is not filtered', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    await oeExtractIn(folder, ['run', '--delta-filter', "status = 'finished'"], credentialsOf(engine));
    expect(await stored(folder)).toEqual(ids(engine.data.processContexts.filter(live)));
    const before = engine.requests.length;
    await oeExtractIn(folder, ['run', '--delta-filter', "status = 'finished'"], credentialsOf(engine));
    expect(questions(engine, before)).toEqual(['includeScopes=live&status=finished']);
  });

  test('a date in it is asked for as it stands', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    const argv = ['run', '--delta-filter', 'updatedSince = 2026-05-01'];
    await oeExtractIn(folder, argv, credentialsOf(engine));
    const before = engine.requests.length;
    await oeExtractIn(folder, argv, credentialsOf(engine));
    expect(questions(engine, before)).toEqual(['includeScopes=live&updatedSince=2026-05-01T00:00:00.000Z']);
  });

  test('another one than at the last run: everything is read again', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    await oeExtractIn(folder, ['run', '--delta-filter', "status = 'finished'"], credentialsOf(engine));
    const { stdout } = await oeExtractIn(
      folder,
      ['run', '--json', '--delta-filter', "status = 'failed'"],
      credentialsOf(engine),
    );
    expect(JSON.parse(stdout)).toMatchObject({ feeds: [{}, {}, {}, { mode: 'full' }] });
  });
});

test('a dynamic parameter has its default until its column has a value', async () => {
  const engine = await narrowTenant();
  const folder = await emptyFolder();
  const argv = [
    'run',
    '--full',
    '--filter',
    'createdSince = <%=newest%>',
    '--parameters',
    'newest=FIND_MAX(process_context, metadata$createdAt, 2026-05-01)',
  ];
  await oeExtractIn(folder, argv, credentialsOf(engine));
  expect(questions(engine)[0]).toBe('createdSince=2026-05-01T00:00:00.000Z&includeScopes=live');
  const newest = engine.data.processContexts
    .filter(live)
    .map(({ metadata }) => metadata.createdAt)
    .toSorted()
    .at(-1);
  const before = engine.requests.length;
  await oeExtractIn(folder, argv, credentialsOf(engine));
  expect(questions(engine, before)[0]).toBe(`createdSince=${newest}&includeScopes=live`);
});

test('what a filter hides is counted, by status', async () => {
  const engine = await smallTenant();
  const { stderr } = await oeExtractIn(
    await emptyFolder(),
    ['run', '--status', 'finished', '--scopes', 'live', '--created-since', '2026-05-01'],
    credentialsOf(engine),
  );
  const since = engine.data.processContexts.filter(({ metadata }) => metadata.createdAt >= '2026-05-01');
  const of = (status: string): number => since.filter((run) => live(run) && run.status === status).length;
  const kept = of('finished');
  const hidden = since.filter(live).length - kept;
  expect(stderr).toContain(
    `note: status = 'finished' hides ${hidden} of ${hidden + kept} process contexts (${of('running')} running, ${of('failed')} failed, ${of('terminated')} terminated)\n`,
  );
  const older = engine.data.processContexts.filter((run) => live(run) && run.status === 'finished').length;
  expect(stderr).toContain(
    `note: createdSince = '2026-05-01T00:00:00.000Z' hides ${older - kept} of ${older} process contexts\n`,
  );
  const drafts = since.filter((run) => !live(run) && run.status === 'finished').length;
  expect(stderr).toContain(`note: includeScopes = 'live' hides ${drafts} of ${drafts + kept} process contexts\n`);
});

test.for<readonly [string, string[], RegExp]>([
  ['OR', ['--filter', "status = 'a' OR status = 'b'"], /--filter: character 14 of .*"OR".*only be joined with AND/],
  ['another operator', ['--filter', 'createdSince > 2026-01-01'], /only = is possible/],
  [
    'an unknown parameter',
    ['--delta-filter', "changedSince = '2026-01-01'"],
    /--delta-filter: .*"changedSince".* there are status, createdSince, updatedSince, includeScopes, executionTemplateID/,
  ],
  ['paging', ['--filter', 'pageSize = 5'], /cannot be filtered by "pageSize"/],
  [
    'a parameter that is not defined',
    ['--filter', 'updatedSince = <%=max_time%>'],
    /<%=max_time%> is not defined; there are <%=max_modified_time%>/,
  ],
  ['parameters of the wrong form', ['--parameters', 'x'], /--parameters: "x" is not of the form name=value/],
  [
    'a flag and a statement that differ',
    ['--status', 'failed', '--filter', "status = 'finished'"],
    /--filter sets status to finished, and another option to failed/,
  ],
  ['a digital process that is none', ['--digital-process', 'a b'], /not the ID of a digital process/],
])('%s: one sentence, exit code 2', async ([, argv, message]) => {
  const env = { OE_API_URL: 'http://127.0.0.1:9', OE_CLIENT_ID: 'id', OE_CLIENT_SECRET: 'secret' };
  const { code, stderr } = await oeExtractIn(await emptyFolder(), ['run', ...argv], env);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

describe('the older names', () => {
  test('one row per run of one digital process, with tables, links and parameter as the older guide writes them', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    const process = engine.data.digitalProcesses[0]?.id ?? '';
    const argv = ['run', '--model', 'oe/event-log', '--digital-process', process, '--filter', "status = 'finished'"];
    const delta = ['--delta-filter', "status = 'finished' AND updatedSince = <%=max_modfied_time%>"];
    expect((await oeExtractIn(folder, [...argv, ...delta], credentialsOf(engine))).code).toBe(0);
    const want = engine.data.processContexts.filter(
      (run) => live(run) && run.status === 'finished' && run.context.executionTemplateID === process,
    );
    expect(want.length).toBeGreaterThan(0);
    expect(await stored(folder, 'execution_context')).toEqual(ids(want));
    const joined = `SELECT count(*) FROM execution_templates t JOIN "execution_templates$trigger" g ON g.execution_templates_id = t.id`;
    const triggers = engine.data.digitalProcesses.reduce((sum, { trigger }) => sum + trigger.length, 0);
    expect(await query(folder, joined)).toEqual([[String(triggers)]]);
    expect((await oeExtractIn(folder, [...argv, ...delta], credentialsOf(engine))).code).toBe(0);
  });

  test('--names older gives the activity log under the older names, row for row', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    await oeExtractIn(folder, ['run', '--to', 'duckdb:new.duckdb'], credentialsOf(engine));
    const { code } = await oeExtractIn(
      folder,
      ['run', '--to', 'duckdb:old.duckdb', '--names', 'older'],
      credentialsOf(engine),
    );
    expect(code).toBe(0);
    const log = 'SELECT * FROM activity_log ORDER BY ALL';
    expect(await query(folder, log, 'duckdb:old.duckdb')).toEqual(await query(folder, log, 'duckdb:new.duckdb'));
    const orphans = `SELECT count(*) FROM execution_context_event e ANTI JOIN execution_context c ON e."execution_context$context$processid" = c."context$processid"`;
    expect(await query(folder, orphans, 'duckdb:old.duckdb')).toEqual([['0']]);
    const lines = (name: string): string => `SELECT sku FROM "${name}$context$order.created$lines" ORDER BY ALL`;
    expect(await query(folder, lines('execution_context'), 'duckdb:old.duckdb')).toEqual(
      await query(folder, lines('process_context'), 'duckdb:new.duckdb'),
    );
  });

  test('--names current gives the log of runs under the current names', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    const argv = ['run', '--model', 'oe/event-log', '--names', 'current'];
    expect((await oeExtractIn(folder, argv, credentialsOf(engine))).code).toBe(0);
    expect(
      await query(folder, 'SELECT count(*) FROM event_log JOIN process_context ON instance_id = "context$processid"'),
    ).toEqual([[String(engine.data.processContexts.filter(live).length)]]);
  });
});
