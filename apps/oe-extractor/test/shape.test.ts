import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listTables } from '@millrace/destinations';
import { describe, expect, test } from 'vitest';
import { credentialsOf, emptyFolder, narrowTenant, oeExtractIn, query } from './support.ts';

const secret = { OE_PSEUDONYM_KEY: 'correct horse battery staple' };

async function tables(folder: string): Promise<Record<string, string[]>> {
  const found = await listTables(`duckdb:${join(folder, 'oe.duckdb')}`);
  return Object.fromEntries(found.map(({ table, columns }) => [table, columns.map(({ name }) => name)]));
}

describe('shape', () => {
  test('columns and child tables left out, tables renamed, objects laid out otherwise', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    const argv = [
      'run',
      '--omit',
      'process_context$context$order.created$lines, digital_process$metadata',
      '--rename',
      'process_context=runs,activity_log=log',
      '--map',
      'process_context$context$order.created=json',
    ];
    expect(await oeExtractIn(folder, argv, credentialsOf(engine))).toMatchObject({ code: 0, stderr: '' });
    const found = await tables(folder);
    expect(Object.keys(found)).toEqual(expect.arrayContaining(['runs', 'log', 'process_context_event']));
    expect(Object.keys(found).filter((name) => name.includes('order.created') || name === 'process_context')).toEqual(
      [],
    );
    expect(found['digital_process']?.filter((name) => name.startsWith('metadata'))).toEqual([]);
    expect(found['runs']?.filter((name) => name.includes('order.created'))).toEqual(['context$order.created']);
    const events =
      'SELECT count(*) FROM process_context_event e JOIN runs r ON r."context$processid" = e."runs$context$processid"';
    expect(await query(folder, events)).toEqual(await query(folder, 'SELECT count(*) FROM log'));
  });

  test('--only keeps what is named, keys, and what the activity log needs; it may stand in the configuration file', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    const options = { only: 'process_context$status' };
    await writeFile(join(folder, 'millrace.config.json'), JSON.stringify({ 'oe-extract': options }));
    expect((await oeExtractIn(folder, ['run'], credentialsOf(engine))).code).toBe(0);
    const found = await tables(folder);
    expect(Object.keys(found).filter((name) => name.startsWith('process_context'))).toEqual([
      'process_context',
      'process_context_event',
    ]);
    expect(found['process_context']?.filter((name) => !name.startsWith('_')).toSorted()).toEqual([
      'context$executionTemplateID',
      'context$processid',
      'metadata$updatedAt',
      'status',
    ]);
    const events = engine.truth.processContexts().reduce((sum, run) => sum + run.events.length, 0);
    expect(await query(folder, 'SELECT count(*) FROM activity_log')).toEqual([[String(events)]]);
  });

  test('another shape than at the last run: everything is read again', async () => {
    const engine = await narrowTenant();
    const folder = await emptyFolder();
    await oeExtractIn(folder, ['run'], credentialsOf(engine));
    const argv = ['run', '--json', '--pseudonymize', 'process_context$context$instanceid'];
    const modes = async (env: Record<string, string>): Promise<string> => {
      const { stdout } = await oeExtractIn(folder, argv, { ...credentialsOf(engine), ...env });
      const { feeds } = JSON.parse(stdout) as { feeds: { feed: string; mode: string }[] };
      return feeds.at(-1)?.mode ?? '';
    };
    expect(await modes(secret)).toBe('full');
    expect(await modes(secret)).toBe('delta');
    expect(await modes({ OE_PSEUDONYM_KEY: 'another key that is long' })).toBe('full');
  });
});

describe('pseudonyms', () => {
  const hidden = [
    'sensitive',
    'account$id',
    'process_context$metadata$tenant',
    'process_context$context$processid',
    'digital_process$id',
  ];

  test('joins match: the activity log has the same cases and names, with hashes for IDs', async () => {
    const engine = await narrowTenant();
    const clear = await emptyFolder();
    const folder = await emptyFolder();
    const env = credentialsOf(engine);
    await oeExtractIn(clear, ['run'], env);
    const { code, stderr } = await oeExtractIn(folder, ['run', '--pseudonymize', hidden.join(',')], {
      ...env,
      ...secret,
    });
    expect([code, stderr]).toEqual([0, '']);
    for (const sql of [
      'SELECT digital_process_name, event_name, occurred_at, count(*) OVER (PARTITION BY case_id) FROM activity_log ORDER BY ALL',
      'SELECT p.name, count(*) FROM process_context c JOIN digital_process p ON p.id = c."context$executionTemplateID" GROUP BY ALL ORDER BY ALL',
      'SELECT a.name, p.name FROM digital_process p JOIN account a ON a.id = p.tenant ORDER BY ALL',
      'SELECT a.name, count(*) FROM process_context c JOIN account a ON a.id = c."metadata$tenant" GROUP BY ALL ORDER BY ALL',
      'SELECT c.status, count(*) FROM process_context_event e JOIN process_context c ON c."context$processid" = e."process_context$context$processid" GROUP BY ALL ORDER BY ALL',
    ]) {
      const want = await query(clear, sql);
      expect(want.length).toBeGreaterThan(0);
      expect(await query(folder, sql)).toEqual(want);
    }
  });

  test.for(['duckdb:oe.duckdb', 'ndjson:oe'])(
    'no clear value is in %s, on stdout or on stderr, after a full load and a delta load',
    async (to) => {
      const engine = await narrowTenant();
      const folder = await emptyFolder();
      const env = { ...credentialsOf(engine), ...secret };
      const argv = ['run', '--to', to, '--pseudonymize', `${hidden.join(',')},process_context$context`];
      const first = await oeExtractIn(folder, argv, env);
      expect(first.code).toBe(0);
      engine.clock.advance(3_600_000);
      for (const run of engine.data.processContexts.slice(0, 20))
        run.metadata.updatedAt = engine.clock.now().toISOString();
      const second = await oeExtractIn(folder, argv, env);
      expect(second.code).toBe(0);
      const values = new Set([
        ...engine.data.accounts.map(({ id }) => id),
        ...engine.data.digitalProcesses.flatMap(({ id, metadata }) => [
          id,
          ...Object.values(metadata.createdByUser),
          metadata.createdBy,
        ]),
        ...engine.data.processContexts.flatMap(({ context }) => [
          context.processid,
          ...customerOf(context['order.created']),
        ]),
        secret.OE_PSEUDONYM_KEY,
      ]);
      const written = [Buffer.from(first.stdout + first.stderr + second.stdout + second.stderr)];
      for (const name of await readdir(folder, { recursive: true, withFileTypes: true }))
        if (name.isFile()) written.push(await readFile(join(name.parentPath, name.name)));
      expect(written.length).toBeGreaterThan(1);
      const found = [...values].filter((value) => value.length > 8 && written.some((bytes) => bytes.includes(value)));
      expect(values.size).toBeGreaterThan(250);
      expect(found).toEqual([]);
    },
  );

  test('a name that no document has is told, since it may be misspelt', async () => {
    const engine = await narrowTenant();
    const { stderr } = await oeExtractIn(
      await emptyFolder(),
      ['run', '--pseudonymize', 'process_context$context$order.craeted'],
      { ...credentialsOf(engine), ...secret },
    );
    expect(stderr).toMatch(/^warning: none of the \d+ documents of process_context has context\$order\.craeted/);
  });
});

function customerOf(payload: unknown): string[] {
  const customer = typeof payload === 'object' && payload !== null && 'customer' in payload ? payload.customer : {};
  return Object.values(customer ?? {}).filter((value) => typeof value === 'string');
}

test.for<readonly [string, string[], RegExp]>([
  ['an unknown table', ['--omit', 'runs$status'], /"runs\$status": no table begins so/],
  ['a key', ['--omit', 'process_context$context$processid'], /cannot be left out: it is in the primary key/],
  [
    'a pair of the wrong form',
    ['--rename', 'process_context'],
    /--rename: "process_context" is not of the form process_context=runs/,
  ],
  ['an unknown layout', ['--map', 'process_context$context=rows'], /--map: "rows" is not one of columns, table, json/],
  ['no key', ['--pseudonymize', 'sensitive'], /set OE_PSEUDONYM_KEY in the environment to 16 characters or more/],
])('%s: one sentence, exit code 2', async ([, argv, message]) => {
  const env = { OE_API_URL: 'http://127.0.0.1:9', OE_CLIENT_ID: 'id', OE_CLIENT_SECRET: 'secret' };
  const { code, stderr } = await oeExtractIn(await emptyFolder(), ['run', ...argv], env);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
