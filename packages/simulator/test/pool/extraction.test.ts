import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ExtractorFile, extractorResponse, instantFormat, oeActivityLog } from '@millrace/model';
import { expect, onTestFinished, test } from 'vitest';
import type { CelonisSimulator } from '../../src/index.ts';
import { oe } from '../helpers.ts';
import { call, execute, log, send, team, type WithId } from './helpers.ts';

interface Extraction {
  readonly simulator: CelonisSimulator;
  readonly pool: string;
  readonly base: string;
  readonly connection: string;
  readonly job: string;
  readonly task: WithId;
}

/** A pool with a connection of a custom extractor, and a job with one extraction of the given tables. */
async function extraction(
  file: unknown,
  configuration: Record<string, string>,
  tables: readonly Record<string, unknown>[],
): Promise<Extraction> {
  const simulator = await team();
  const { id: pool } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'p' });
  const customExtractorId = simulator.dataPools.addExtractor(pool, 'source', file);
  const connection = await call<WithId>(simulator, 'POST', '/integration/api/datasource/custom-extractor', {
    name: 'SOURCE',
    poolId: pool,
    customExtractorId,
    configuration,
  });
  const base = `/integration/api/pools/${pool}`;
  const job = await call<WithId>(simulator, 'POST', `${base}/jobs`, { name: 'j', dataSourceId: connection.id });
  const body = { taskType: 'EXTRACTION', name: 'e' };
  const task = await call<WithId>(simulator, 'POST', `${base}/jobs/${job.id}/tasks/`, body);
  const rows = tables.map((table) => ({ connectorSpecificConfiguration: [], calculatedColumns: [], ...table }));
  await call(simulator, 'POST', `${base}/jobs/${job.id}/extractions/${task.id}/tables/`, rows);
  return { simulator, pool, base, connection: connection.id, job: job.id, task };
}

test('process contexts come from OE page by page, with nested tables, and a delta load brings what changed since the latest', async () => {
  const tenant = await oe();
  const file: ExtractorFile = {
    supportedAuthenticationConfigurations: [
      {
        authenticationMethod: 'OAUTH2_CLIENT_CREDENTIALS',
        tokenEndpoint: '{Connection.AUTH_URL}/oauth/token',
        grantType: 'client_credentials',
        useBodyForOAuth: true,
      },
    ],
    connectionParameters: [{ name: 'API URL', placeholder: 'API_URL', mandatory: true }],
    supportedFilteringSyntaxes: [],
    endpoints: [
      {
        id: '00000000-0000-4000-8000-000000000001',
        dependsOn: '',
        name: 'process_context',
        url: '{Connection.API_URL}/oe/process-contexts',
        requestParameters: [
          { name: 'updatedSince', useAsFilter: true, filterType: 'DATETIME', dateFormat: instantFormat },
          { name: 'includeScopes', useAsFilter: true, filterType: 'STRING' },
        ],
        headers: {},
        pagination: {
          paginationMethod: 'PAGE_BY_PAGE_PAGINATION',
          paginationData: {
            pageParameter: 'pageNumber',
            pageSize: 'pageSize',
            defaultPageSize: 25,
            defaultFirstPageIndex: 1,
          },
        },
        response: extractorResponse(oeActivityLog, 'process_context'),
        errorHandlingRules: [],
        useForConnectionTest: true,
      },
    ],
  };
  const { clientId, clientSecret } = tenant.credentials;
  const { simulator, pool, base, connection, job, task } = await extraction(
    file,
    { API_URL: tenant.url, AUTH_URL: tenant.url, clientId, clientSecret },
    [
      {
        tableName: 'process_context',
        filterDefinition: "includeScopes = '<%=includeScopes%>'",
        deltaFilterDefinition: "updatedSince = <%=max_modified_time%> AND includeScopes = '<%=includeScopes%>'",
      },
      { tableName: 'process_context_event' },
    ],
  );
  const parameter = async (fields: Record<string, unknown>) =>
    call(simulator, 'POST', `${base}/tasks/${task.id}/variables/`, fields);
  await parameter({ name: 's', placeholder: 'includeScopes', dataType: 'STRING', values: [{ value: 'live,draft' }] });
  await parameter({
    name: 'm',
    placeholder: 'max_modified_time',
    type: 'DYNAMIC',
    dataType: 'DATE',
    dynamicVariableOpType: 'FIND_MAX',
    dynamicTable: 'process_context',
    dynamicColumn: 'metadata$updatedAt',
    dynamicDataSourceId: connection,
    defaultValues: [{ value: '2000-01-01T00:00' }],
  });

  expect([await execute(simulator, pool, job), (await log(simulator, pool, job)).at(-1)]).toEqual([
    'SUCCESS',
    expect.stringContaining('successful'),
  ]);
  const contexts = tenant.data.processContexts;
  const rows = await simulator.dataPools.query(
    pool,
    'SELECT "context$processid" AS id, status, "metadata$updatedAt" AS updated FROM process_context ORDER BY id',
    connection,
  );
  const want = contexts.map(({ context, status, metadata }) => ({
    id: context.processid,
    status,
    updated: new Date(metadata.updatedAt).toISOString(),
  }));
  expect(rows).toEqual(want.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  const [events] = await simulator.dataPools.query(
    pool,
    'SELECT count(*) AS n, count(DISTINCT "process_context$context$processid") AS runs FROM process_context_event',
    connection,
  );
  const identified = contexts.flatMap(({ context, events: list }) =>
    list.map((event) => `${context.processid} ${event.id}`),
  );
  expect(Number(events?.['n'])).toBe(new Set(identified).size);
  expect(tenant.requests.filter(({ path }) => path.endsWith('process-contexts')).length).toBeGreaterThan(3);

  const before = tenant.requests.length;
  const changed = contexts[0];
  if (changed === undefined) throw new Error('There are process contexts.');
  changed.metadata.updatedAt = '2026-06-01T11:59:59.000Z';
  changed.status = 'failed';
  expect(await execute(simulator, pool, job, 'DELTA')).toBe('SUCCESS');
  const latest = want
    .map(({ updated }) => updated)
    .toSorted()
    .at(-1);
  const asked = tenant.requests.slice(before).filter(({ path }) => path.endsWith('process-contexts'));
  expect(asked.map(({ query }) => query['updatedSince'])).toEqual([latest]);
  const after = await simulator.dataPools.query(
    pool,
    `SELECT count(*) AS n, count(*) FILTER ("context$processid" = '${changed.context.processid}' AND status = 'failed') AS changed FROM process_context`,
    connection,
  );
  expect(after).toEqual([{ n: BigInt(contexts.length), changed: 1n }]);
});

/** Issues with journals, as a project tracker has them. */
const tracker: ExtractorFile = {
  supportedAuthenticationConfigurations: [{ authenticationMethod: 'API_KEY_AUTHENTICATION', apiKeyHeader: 'X-Key' }],
  connectionParameters: [{ name: 'API URL', placeholder: 'API_URL', mandatory: true }],
  supportedFilteringSyntaxes: [],
  endpoints: [
    {
      id: 'b',
      dependsOn: 'a',
      dependsOnColumn: 'id',
      name: 'journals',
      url: '{Connection.API_URL}/issues/{Dependency.id}.json',
      requestParameters: [{ name: 'include', useAsFilter: false, value: 'journals' }],
      headers: {},
      pagination: { paginationData: { defaultFirstPageIndex: 0 } },
      response: {
        tableName: 'journals',
        responseRoot: ['issue', 'journals'],
        responseType: 'JSON',
        columns: [
          { name: 'id', type: 'INTEGER', primaryKey: true },
          { name: 'issues$id', type: 'STRING', primaryKey: false, foreignKey: true },
        ],
        nestedTables: [
          {
            name: 'journals$details',
            path: ['details'],
            columns: [
              { name: 'name', type: 'STRING', primaryKey: true },
              { name: 'new_value', type: 'STRING' },
              { name: 'journals_id', type: 'INTEGER', primaryKey: true, foreignKey: true },
            ],
            nestedTables: [],
          },
        ],
      },
      errorHandlingRules: [],
      useForConnectionTest: false,
    },
    {
      id: 'a',
      dependsOn: '',
      name: 'issues',
      url: '{Connection.API_URL}/issues.json',
      requestParameters: [
        { name: 'status_id', useAsFilter: false, value: '*' },
        { name: 'updated_on', useAsFilter: true, filterType: 'DATE', dateFormat: 'yyyy-MM-dd' },
      ],
      headers: {},
      pagination: {
        paginationMethod: 'LIMIT_AND_OFFSET_PAGINATION',
        paginationData: { defaultFirstPageIndex: 0, limit: 'limit', offset: 'offset', defaultLimit: 2 },
      },
      response: {
        tableName: 'issues',
        responseRoot: ['issues'],
        responseType: 'JSON',
        columns: [
          { name: 'id', type: 'INTEGER', primaryKey: true },
          { name: 'subject', type: 'STRING' },
          { name: 'project$id', path: ['project', 'id'], type: 'INTEGER' },
          { name: 'due', type: 'DATE', dateFormat: 'yyyy-MM-dd' },
        ],
        nestedTables: [],
      },
      errorHandlingRules: [],
      useForConnectionTest: true,
    },
  ],
};

/** A tracker that answers with three issues; gives its URL and what it was asked. */
async function startTracker(): Promise<{ url: string; asked: string[] }> {
  const issues = [1, 2, 3].map((id) => ({
    id,
    subject: `No ${id}\u200B\r\nmore`,
    project: { id: id * 10, name: 'ignored' },
    due: id === 1 ? '2026-02-03' : null,
  }));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url ?? ''} ${String(request.headers['x-key'])}`);
    const url = new URL(request.url ?? '', 'http://tracker');
    const [, id] = /issues\/(\d+)\.json/u.exec(url.pathname) ?? [];
    const offset = Number(url.searchParams.get('offset'));
    const details = [{ name: 'status', new_value: '2' }];
    const journals = { issue: { id, journals: [{ id: Number(id) * 100, details }] } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(id === undefined ? { issues: issues.slice(offset, offset + 2) } : journals));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('offset paging, dependent endpoints and their nested tables, as the real export has them', async () => {
  const { url, asked } = await startTracker();
  const { simulator, pool, connection, job } = await extraction(tracker, { API_URL: url, apiKey: 'secret' }, [
    { tableName: 'issues', deltaFilterDefinition: "updated_on = '2026-03-04T05:06'" },
    { tableName: 'journals' },
    { tableName: 'journals$details' },
  ]);
  expect(await execute(simulator, pool, job)).toBe('SUCCESS');
  expect(asked).toEqual([
    '/issues.json?status_id=*&offset=0&limit=2 secret',
    '/issues.json?status_id=*&offset=2&limit=2 secret',
    '/issues/1.json?include=journals secret',
    '/issues/2.json?include=journals secret',
    '/issues/3.json?include=journals secret',
  ]);
  const query = (sql: string) => simulator.dataPools.query(pool, sql, connection);
  expect(await query('SELECT * EXCLUDE (_CELONIS_CHANGE_DATE) FROM issues WHERE id < 3 ORDER BY id')).toEqual([
    { id: 1n, subject: 'No 1\nmore', project$id: 10n, due: '2026-02-03T00:00:00.000Z' },
    { id: 2n, subject: 'No 2\nmore', project$id: 20n, due: null },
  ]);
  expect(await query('SELECT id, "issues$id" AS issue FROM journals WHERE id = 300')).toEqual([
    { id: 300n, issue: '3' },
  ]);
  expect(await query('SELECT name, new_value, journals_id FROM "journals$details" WHERE journals_id = 300')).toEqual([
    { name: 'status', new_value: '2', journals_id: 300n },
  ]);
  asked.length = 0;
  expect(await execute(simulator, pool, job, 'DELTA')).toBe('SUCCESS');
  expect(asked[0]).toBe('/issues.json?status_id=*&updated_on=2026-03-04&offset=0&limit=2 secret');
  expect(await query('SELECT count(*) AS n FROM issues')).toEqual([{ n: 3n }]);
});

test.each<[string, Record<string, unknown>, Record<string, string>, string]>([
  ['a table that the source does not have', { tableName: 'none' }, {}, 'no table none'],
  [
    'a filter by what is no parameter',
    { tableName: 'issues', filterDefinition: "subject = 'x'" },
    {},
    'no parameter subject',
  ],
  ['a filter that is none', { tableName: 'issues', filterDefinition: 'updated_on > 1' }, {}, 'only = is possible'],
  [
    'a placeholder that nothing defines',
    { tableName: 'issues', filterDefinition: 'updated_on = <%=x%>' },
    {},
    'no parameter for <%=x%>',
  ],
  ['a credential that is missing', { tableName: 'issues' }, { apiKey: '' }, 'apiKey'],
])('%s fails the job, and the log says so', async (_name, table, values, words) => {
  const { url } = await startTracker();
  const configuration = 'apiKey' in values ? { API_URL: url } : { API_URL: url, apiKey: 'k' };
  const { simulator, pool, job } = await extraction(tracker, configuration, [table]);
  expect(await execute(simulator, pool, job)).toBe('FAIL');
  expect((await log(simulator, pool, job)).join('\n')).toContain(words);
});

test('a source that refuses fails the job with its status', async () => {
  const tenant = await oe();
  const [, issues] = tracker.endpoints;
  if (issues === undefined) throw new Error('The file has two endpoints.');
  const file = { ...tracker, endpoints: [{ ...issues, url: '{Connection.API_URL}/oe/accounts' }] };
  const { simulator, pool, job } = await extraction(file, { API_URL: tenant.url, apiKey: 'k' }, [
    { tableName: 'issues' },
  ]);
  expect(await execute(simulator, pool, job)).toBe('FAIL');
  expect((await log(simulator, pool, job)).join('\n')).toContain('answered 401');
});

test('a delta load with columns that are new asks for a full load', async () => {
  const { url } = await startTracker();
  const { simulator, pool, connection, job, base, task } = await extraction(tracker, { API_URL: url, apiKey: 'k' }, [
    { tableName: 'issues' },
  ]);
  await simulator.dataPools.run(pool, 'CREATE TABLE issues AS SELECT 1::BIGINT AS id', connection);
  expect(await execute(simulator, pool, job, 'DELTA')).toBe('FAIL');
  expect((await log(simulator, pool, job)).join('\n')).toContain('run a full load');
  expect((await send(simulator, 'GET', `${base}/jobs/${job}/extractions/${task.id}/expanded`)).status).toBe(200);
});
