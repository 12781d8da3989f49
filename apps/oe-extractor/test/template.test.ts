import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listTables } from '@millrace/destinations';
import { parseExtractorFile, type ExtractorFile } from '@millrace/model';
import { describe, expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

async function templateOf(argv: readonly string[], env: Record<string, string> = {}): Promise<ExtractorFile> {
  const { code, stdout } = await oeExtractIn(await emptyFolder(), ['template', ...argv], env);
  expect(code).toBe(0);
  return parseExtractorFile(stdout);
}

describe('the file says what the guide says', () => {
  test('OAuth 2 client credentials with the token endpoint below AUTH_URL, and the connection parameters', async () => {
    const file = await templateOf([]);
    expect(file.supportedAuthenticationConfigurations).toMatchObject([
      {
        authenticationMethod: 'OAUTH2_CLIENT_CREDENTIALS',
        tokenEndpoint: '{Connection.AUTH_URL}/oauth/token',
        grantType: 'client_credentials',
      },
    ]);
    expect(file.connectionParameters.map(({ placeholder, mandatory }) => [placeholder, mandatory])).toEqual([
      ['API_URL', true],
      ['AUTH_URL', true],
    ]);
  });

  test('the four tables, each an endpoint of its own that is paged', async () => {
    const { endpoints } = await templateOf(['--paths', 'listAccounts=/my/accounts']);
    expect(endpoints.map(({ name, url }) => [name, url])).toEqual([
      ['account', '{Connection.API_URL}/my/accounts'],
      ['digital_process', '{Connection.API_URL}/oe/digital-processes'],
      ['event_type', '{Connection.API_URL}/oe/event-types'],
      ['process_context', '{Connection.API_URL}/oe/process-contexts'],
    ]);
    for (const { pagination } of endpoints)
      expect(pagination).toEqual({
        paginationMethod: 'PAGE_BY_PAGE_PAGINATION',
        paginationData: {
          pageParameter: 'pageNumber',
          pageSize: 'pageSize',
          defaultPageSize: 200,
          defaultFirstPageIndex: 1,
        },
      });
  });

  test('every filter of the guide is a dynamic parameter', async () => {
    const contexts = (await templateOf([])).endpoints.at(-1);
    expect(
      contexts?.requestParameters.map(({ name, useAsFilter, filterType }) => [name, useAsFilter, filterType]),
    ).toEqual([
      ['status', true, 'STRING'],
      ['createdSince', true, 'DATETIME'],
      ['updatedSince', true, 'DATETIME'],
      ['includeScopes', true, 'STRING'],
      ['executionTemplateID', true, 'STRING'],
    ]);
  });

  test('--by-template fixes one digital process per connection, under the older names if wanted', async () => {
    const file = await templateOf(['--by-template', '--model', 'oe/event-log']);
    expect(file.connectionParameters.at(-1)).toEqual({
      name: 'Digital Process ID',
      placeholder: 'DIGITAL_PROCESS_ID',
      mandatory: true,
    });
    expect(file.endpoints.map(({ name }) => name)).toEqual(['account', 'execution_templates', 'execution_context']);
    expect(file.endpoints.at(-1)?.requestParameters).toContainEqual({
      name: 'executionTemplateID',
      useAsFilter: false,
      value: '{Connection.DIGITAL_PROCESS_ID}',
    });
  });

  test('the same file for the same model, with a UUID for each endpoint', async () => {
    const file = await templateOf([]);
    expect(await templateOf([])).toEqual(file);
    const ids = file.endpoints.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

test('a sample of the tenant brings its payload columns and child tables, and tells which of them only some contexts have', async () => {
  const engine = await smallTenant();
  const folder = await emptyFolder();
  const { code, stdout, stderr } = await oeExtractIn(
    folder,
    ['template', '--sample', '1000', '--out', 'oe.json'],
    credentialsOf(engine),
  );
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(
    /^sampled 3 of account, 8 of digital_process, 20 of event_type, 250 of process_context: \d+ columns and \d+ tables beyond the documented ones\n/,
  );
  const having = engine.data.processContexts.filter(({ context }) => 'order.created' in context).length;
  expect(having).toBeGreaterThan(0);
  expect(stderr).toContain(`  process_context$context$order.created$lines: ${having} of 250\n`);
  const contexts = parseExtractorFile(await readFile(join(folder, 'oe.json'), 'utf8')).endpoints.at(-1);
  const lines = contexts?.response.nestedTables.find(
    ({ name }) => name === 'process_context$context$order.created$lines',
  );
  expect(lines?.path).toEqual(['context', 'order.created', 'lines']);
  expect(lines?.columns.at(-1)).toEqual({
    name: 'process_context_context$processid',
    type: 'STRING',
    primaryKey: true,
    foreignKey: true,
  });
});

describe('a file is run here', () => {
  test('and gives the same tables as the built-in road, row for row', async () => {
    const engine = await smallTenant();
    const folder = await emptyFolder();
    const env = credentialsOf(engine);
    await oeExtractIn(folder, ['template', '--sample', '1000', '--out', 'oe.json'], env);
    expect((await oeExtractIn(folder, ['run', '--to', 'duckdb:built-in.duckdb'], env)).code).toBe(0);
    expect(
      await oeExtractIn(folder, ['run', '--to', 'duckdb:file.duckdb', '--template', 'oe.json'], env),
    ).toMatchObject({ code: 0, stderr: '' });
    const all = async (name: string): Promise<unknown> =>
      (await listTables(`duckdb:${join(folder, name)}`)).map(({ table, columns }) => [
        table,
        columns.map((column) => column.name).toSorted(),
      ]);
    const tables = await listTables(`duckdb:${join(folder, 'built-in.duckdb')}`);
    // A file holds no tables and columns that no context filled; the sample had drafts, too.
    const filled = tables.filter(({ rows }) => rows > 0);
    expect(filled.length).toBeGreaterThan(10);
    expect(await all('file.duckdb')).toEqual(expect.arrayContaining((await all('built-in.duckdb')) as unknown[]));
    for (const { table, columns } of tables) {
      const names = columns
        .map(({ name }) => `"${name}"`)
        .toSorted()
        .join(', ');
      const sql = `SELECT ${names} FROM "${table}" ORDER BY ALL`;
      expect(await query(folder, sql, 'duckdb:file.duckdb')).toEqual(
        await query(folder, sql, 'duckdb:built-in.duckdb'),
      );
    }
  });

  test('with pseudonyms, which are those of the built-in road', async () => {
    const engine = await smallTenant({ sizes: { processContexts: 60 } });
    const folder = await emptyFolder();
    const env = { ...credentialsOf(engine), OE_PSEUDONYM_KEY: 'correct horse battery staple' };
    await oeExtractIn(folder, ['template', '--sample', '100', '--names', 'older', '--out', 'oe.json'], env);
    const hidden = ['--pseudonymize', 'execution_context$context$processid,execution_templates$metadata$createdByUser'];
    const built = ['run', '--names', 'older', '--to', 'duckdb:built-in.duckdb', '--pseudonymize'];
    expect((await oeExtractIn(folder, [...built, hidden[1] ?? ''], env)).code).toBe(0);
    const template = ['run', '--to', 'duckdb:file.duckdb', '--template', 'oe.json', ...hidden];
    expect(await oeExtractIn(folder, template, env)).toMatchObject({ code: 0, stderr: '' });
    for (const sql of [
      'SELECT * FROM activity_log ORDER BY ALL',
      'SELECT id, "metadata$createdByUser$user_email" FROM execution_templates ORDER BY ALL',
    ])
      expect(await query(folder, sql, 'duckdb:file.duckdb')).toEqual(
        await query(folder, sql, 'duckdb:built-in.duckdb'),
      );
    const clear = engine.data.processContexts.map(({ context }) => context.processid);
    const stored = await query(folder, 'SELECT case_id FROM activity_log', 'duckdb:file.duckdb');
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.filter(([id = '']) => clear.includes(id))).toEqual([]);
  });

  test('fields that the file does not name are in no table', async () => {
    const engine = await smallTenant();
    const folder = await emptyFolder();
    const env = credentialsOf(engine);
    await oeExtractIn(folder, ['template', '--out', 'oe.json'], env);
    expect((await oeExtractIn(folder, ['run', '--template', 'oe.json'], env)).code).toBe(0);
    const tables = await listTables(`duckdb:${join(folder, 'oe.duckdb')}`);
    expect(tables.map(({ table }) => table).filter((name) => name.startsWith('process_context'))).toEqual([
      'process_context',
      'process_context_event',
    ]);
  });

  test('its path, its static parameters and its digital process are used', async () => {
    const engine = await smallTenant();
    const folder = await emptyFolder();
    const env = credentialsOf(engine);
    await oeExtractIn(folder, ['template', '--by-template', '--model', 'oe/event-log', '--out', 'oe.json'], env);
    const process = engine.data.digitalProcesses[0]?.id ?? '';
    const run = ['run', '--template', 'oe.json', '--digital-process'];
    expect((await oeExtractIn(folder, [...run, process], env)).code).toBe(0);
    const want = engine.truth.processContexts().filter(({ context }) => context.executionTemplateID === process).length;
    expect(want).toBeGreaterThan(0);
    expect(await query(folder, 'SELECT count(*), min("context$executionTemplateID") FROM execution_context')).toEqual([
      [String(want), process],
    ]);
    expect(await query(folder, 'SELECT count(*) FROM event_log')).toEqual([[String(want)]]);
  });

  test.for<readonly [string, (file: ExtractorFile) => unknown, RegExp]>([
    ['no file', () => undefined, /cannot be read/],
    ['another file', () => ({ endpoints: 1 }), /is not a file of the Extractor Builder/],
    [
      'tables of something else',
      (file) => ({
        ...file,
        endpoints: file.endpoints.map((each) => ({ ...each, response: { ...each.response, tableName: 'issues' } })),
      }),
      /not those of a model/,
    ],
    [
      'a dependent endpoint',
      (file) => ({ ...file, endpoints: file.endpoints.map((each) => ({ ...each, dependsOn: file.endpoints[0]?.id })) }),
      /depends on another one/,
    ],
    [
      'a digital process that is not given',
      (file) => file,
      /asks for the connection parameter DIGITAL_PROCESS_ID. Give it with --digital-process/,
    ],
  ])('%s: one sentence, exit code 2', async ([, change, message]) => {
    const folder = await emptyFolder();
    const { stdout } = await oeExtractIn(folder, ['template', '--by-template'], {});
    const changed = change(parseExtractorFile(stdout));
    if (changed !== undefined) await writeFile(join(folder, 'oe.json'), JSON.stringify(changed));
    const { code, stderr } = await oeExtractIn(folder, ['run', '--template', 'oe.json'], {
      OE_CLIENT_ID: 'a',
      OE_CLIENT_SECRET: 'b',
    });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
