import { expect, test } from 'vitest';
import type { FaultPlan, OeProcessContext, OeSimulator } from '../src/index.ts';
import { multiset, oe, oeHeaders, parseExactly, requestToken } from './helpers.ts';

async function read(tenant: OeSimulator, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${tenant.url}${path}`, { headers: { ...(await oeHeaders(tenant)), ...headers } });
}

async function contexts(tenant: OeSimulator, query: string): Promise<OeProcessContext[]> {
  const answer = await read(tenant, `/oe/process-contexts?pageSize=1000${query}`);
  if (answer.status !== 200) throw new Error(`${query}: ${answer.status} ${await answer.text()}`);
  return parseExactly(await answer.text()) as OeProcessContext[];
}

test('the token answer has the documented fields', async () => {
  const tenant = await oe();
  const { clientId, clientSecret } = tenant.credentials;
  const url = `${tenant.url}/oauth/token`;
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  expect(await (await requestToken(url, fields)).json()).toEqual({
    access_token: expect.stringMatching(/^\w{32}$/),
    token_type: 'Bearer',
    expires_in: 14_399,
    scope: expect.stringMatching(/^tenant=\w+$/),
    session_idle_time: 120,
    refresh_token: '',
    refresh_token_expires_in: 0,
  });
  const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
  expect((await requestToken(url, { grant_type: 'client_credentials' }, basic)).status).toBe(200);
  const wrong = await requestToken(url, { ...fields, client_secret: 'no' });
  expect([wrong.status, await wrong.json()]).toMatchObject([401, { error: 'invalid_client' }]);
});

test('a token lives for 14399 seconds of virtual time', async () => {
  const tenant = await oe();
  const headers = await oeHeaders(tenant);
  tenant.clock.advance(14_398_999);
  expect((await fetch(`${tenant.url}/oe/accounts`, { headers })).status).toBe(200);
  tenant.clock.advance(1);
  expect((await fetch(`${tenant.url}/oe/accounts`, { headers })).status).toBe(401);
});

test('no token is 401, a client without permission 403, and keys are not known here', async () => {
  const tenant = await oe();
  const missing = await fetch(`${tenant.url}/oe/accounts`);
  expect([missing.status, await missing.json()]).toMatchObject([401, { code: 401, status: 'Unauthorized' }]);
  expect((await fetch(`${tenant.url}/oe/accounts`, { headers: { authorization: 'AppKey x' } })).status).toBe(401);
  const { noPermissionClientId: id, noPermissionClientSecret: secret } = tenant.credentials;
  const token = await requestToken(`${tenant.url}/oauth/token`, {
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
  });
  const { access_token: text } = (await token.json()) as { access_token: string };
  const denied = await fetch(`${tenant.url}/oe/accounts`, { headers: { authorization: `Bearer ${text}` } });
  expect([denied.status, await denied.json()]).toMatchObject([403, { code: 403, status: 'Forbidden' }]);
});

test.each([
  ['an unknown path', '/oe/nothing', 404],
  ['an unknown instance', '/oe/process-contexts/nobody', 404],
  ['a page size above 1000', '/oe/accounts?pageSize=1001', 400],
  ['page number 0', '/oe/accounts?pageNumber=0', 400],
  ['an unknown scope', '/oe/process-contexts?includeScopes=all', 400],
  ['a time without a zone', '/oe/process-contexts?updatedSince=2026-05-01T00:00:00', 400],
  ['a sort that is none', '/oe/process-contexts?sort=a,b', 400],
])('%s is refused', async (_name, path, status) => {
  const tenant = await oe();
  const answer = await read(tenant, path);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ code: status, message: expect.any(String) });
});

test('another method gets 405', async () => {
  const tenant = await oe();
  const answer = await fetch(`${tenant.url}/oe/accounts`, { method: 'PUT', headers: await oeHeaders(tenant) });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
});

test('lists are pages from 1 of 16, with the total when the request asks for it', async () => {
  const tenant = await oe();
  const first = await read(tenant, '/oe/process-contexts?includeScopes=live,draft', { 'x-total-count': 'true' });
  expect(first.headers.get('x-total-count')).toBe('120');
  expect(parseExactly(await first.text())).toEqual(tenant.data.processContexts.slice(0, 16));
  const second = await read(tenant, '/oe/process-contexts?includeScopes=live,draft&pageNumber=2&pageSize=50');
  expect(second.headers.get('x-total-count')).toBeNull();
  expect(parseExactly(await second.text())).toEqual(tenant.data.processContexts.slice(50, 100));
  expect(await (await read(tenant, '/oe/process-contexts?pageNumber=99')).json()).toEqual([]);
  expect(await (await read(tenant, '/oe/accounts')).json()).toEqual(tenant.data.accounts);
  expect(await (await read(tenant, '/oe/digital-processes/')).json()).toEqual(tenant.data.digitalProcesses);
  expect(await (await read(tenant, '/oe/event-types')).json()).toEqual(tenant.data.eventTypes);
});

test('the items envelope holds the same rows', async () => {
  const tenant = await oe({ faults: { envelope: 'items' } });
  expect(await (await read(tenant, '/oe/accounts')).json()).toEqual({ items: tenant.data.accounts });
});

test('scopes select live and draft runs; live is the default', async () => {
  const tenant = await oe();
  const all = tenant.data.processContexts;
  const { _draft: isDraft } = all[0]?.context ?? {};
  expect(isDraft).toBeTypeOf('boolean');
  const drafts = await contexts(tenant, '&includeScopes=draft');
  const live = await contexts(tenant, '');
  expect(await contexts(tenant, '&includeScopes=live')).toEqual(live);
  expect(drafts.length).toBeGreaterThan(0);
  expect(multiset([...drafts, ...live])).toEqual(multiset(all));
  expect(tenant.truth.processContexts('draft')).toEqual(drafts);
  expect(tenant.truth.processContexts()).toEqual(live);
});

test('status and digital process select runs, together with the scopes', async () => {
  const tenant = await oe();
  const live = tenant.truth.processContexts();
  expect(await contexts(tenant, '&status=finished')).toEqual(live.filter(({ status }) => status === 'finished'));
  const id = live[0]?.context.executionTemplateID;
  expect(await contexts(tenant, `&executionTemplateID=${id}&status=failed`)).toEqual(
    live.filter(({ status, context }) => status === 'failed' && context.executionTemplateID === id),
  );
  expect(await contexts(tenant, '&status=unheard-of')).toEqual([]);
});

test('createdSince and updatedSince hold their bound, unless the plan excludes it', async () => {
  const tenant = await oe();
  const live = tenant.truth.processContexts();
  const bound = live[40]?.metadata.updatedAt ?? '';
  const created = live[40]?.metadata.createdAt ?? '';
  const updated = await contexts(tenant, `&updatedSince=${bound}`);
  expect(multiset(updated)).toEqual(multiset(live.filter(({ metadata }) => metadata.updatedAt >= bound)));
  expect(multiset(await contexts(tenant, `&createdSince=${created}`))).toEqual(
    multiset(live.filter(({ metadata }) => metadata.createdAt >= created)),
  );
  tenant.faults = { bounds: { from: 'exclusive' } };
  expect(await contexts(tenant, `&updatedSince=${bound}`)).toHaveLength(updated.length - 1);
});

test('a sort that was asked for holds, whatever the order of the plan', async () => {
  const tenant = await oe({ faults: { order: 'shuffled' } });
  const times = (rows: OeProcessContext[]): string[] => rows.map(({ metadata }) => metadata.updatedAt);
  const ascending = await contexts(tenant, '&sort=metadata.updatedAt:asc');
  expect(times(ascending)).toEqual(times(ascending).sort());
  const descending = await contexts(tenant, '&sort=metadata.updatedAt:desc');
  expect(times(descending)).toEqual(times(ascending).toReversed());
});

test('one process context is found by its UUID and by its process ID', async () => {
  const tenant = await oe();
  const want = tenant.data.processContexts[7];
  for (const id of [want?.context.instanceid, want?.context.processid]) {
    expect(parseExactly(await (await read(tenant, `/oe/process-contexts/${id}`)).text())).toEqual(want);
  }
});

test('an integer beyond 2^53 is served digit for digit', async () => {
  const tenant = await oe();
  const [first] = tenant.data.processContexts;
  if (first !== undefined) first.context['exact'] = 9_007_199_254_740_993n;
  const answer = await read(tenant, `/oe/process-contexts/${first?.context.processid}`);
  expect(await answer.text()).toContain('"exact":9007199254740993');
});

test.each<[string, FaultPlan['order'], (ids: string[]) => string[]]>([
  ['descending', 'descending', (ids) => ids.toReversed()],
  ['ascending', undefined, (ids) => ids],
])('pages come %s', async (_name, order, want) => {
  const tenant = await oe({ faults: order === undefined ? {} : { order } });
  const ids = (rows: readonly OeProcessContext[]): string[] => rows.map(({ context }) => context.processid);
  expect(ids(await contexts(tenant, ''))).toEqual(want(ids(tenant.truth.processContexts())));
});

test('shuffled pages hold every run once', async () => {
  const tenant = await oe({ faults: { order: { across: 'shuffled', within: 'shuffled' } } });
  const rows = await contexts(tenant, '');
  expect(multiset(rows)).toEqual(multiset(tenant.truth.processContexts()));
  expect(rows).not.toEqual(tenant.truth.processContexts());
});

test('optional fields and unknown statuses', async () => {
  const tenant = await oe({ faults: { optionalFields: 'null', unknownEnums: 3 } });
  const rows = await contexts(tenant, '');
  expect(rows.every(({ context }) => context.metadata === null)).toBe(true);
  expect(rows.some(({ status }) => status === 'something-new')).toBe(true);
  expect(rows).toEqual(tenant.truth.processContexts());
  tenant.faults = { optionalFields: 'absent' };
  expect((await contexts(tenant, '')).every(({ context }) => !('metadata' in context))).toBe(true);
});

test('runs arrive with IDs of their own, change and vanish while pages are read', async () => {
  const tenant = await oe({
    faults: {
      arriving: { every: 1, rows: 2, total: 4 },
      updating: { every: 2, rows: 1 },
      ageing: { every: 3, rows: 1 },
    },
  });
  const count = async (): Promise<number> => {
    const answer = await read(tenant, '/oe/process-contexts?includeScopes=live,draft', { 'x-total-count': 'true' });
    return Number(answer.headers.get('x-total-count'));
  };
  expect([await count(), await count(), await count(), await count()]).toEqual([120, 122, 124, 123]);
  const ids = tenant.data.processContexts.map(({ context }) => context.processid);
  expect(new Set(ids).size).toBe(ids.length);
  expect(tenant.data.processContexts.some(({ metadata }) => metadata.updatedAt === '2026-06-01T12:00:00.000Z')).toBe(
    true,
  );
});

test('late runs appear at their virtual time', async () => {
  const tenant = await oe({ faults: { late: [{ rows: 3, age: 60_000, at: '2026-06-01T12:30:00Z' }] } });
  await contexts(tenant, '');
  expect(tenant.data.processContexts).toHaveLength(120);
  tenant.clock.advance(1_800_000);
  expect(await contexts(tenant, '&createdSince=2026-06-01T12:29:00.000Z&includeScopes=live,draft')).toHaveLength(3);
});

test('a 429 carries Retry-After and a wrong total is served', async () => {
  const tenant = await oe({ faults: { totalCount: 5, failures: [{ kind: 'rate-limit', seconds: 9, requests: [1] }] } });
  const limited = await read(tenant, '/oe/accounts');
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '9']);
  const answer = await read(tenant, '/oe/accounts', { 'x-total-count': 'true' });
  expect(answer.headers.get('x-total-count')).toBe('7');
});
