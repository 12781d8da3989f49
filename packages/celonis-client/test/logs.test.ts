import { type CelonisSimulator, type FaultPlan, startCelonisSimulator } from '@millrace/simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  appKey,
  bearer,
  type CelonisLogsOptions,
  clientCredentials,
  createCelonisLogs,
  isAuthenticationError,
  isPermissionError,
} from '../src/logs.ts';

let team: CelonisSimulator;

beforeAll(async () => {
  team = await startCelonisSimulator({
    sizes: { auditEvents: 1700, loginEvents: 450, members: 230, adoptionEvents: 1100 },
  });
});
beforeEach(() => {
  team.faults = {};
});
afterAll(() => team.close());

/** A client whose retries do not wait, for faults that ask for no wait of their own. */
function logs(options: Partial<CelonisLogsOptions> = {}) {
  const credentials = appKey(team.credentials.appKey);
  return createCelonisLogs({ team: team.url, credentials, retry: { baseDelay: 0, maxRetries: 10 }, ...options });
}

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe.each(['v1', 'v2'] as const)('the audit log, %s', (audit) => {
  test('every event comes, once', async () => {
    expect(sorted(await all(logs({ audit }).audit.events()))).toEqual(sorted(team.truth.audit()));
  });

  test('the events between two instants', async () => {
    const [from, to] = ['2026-04-01T00:00:00.000Z', '2026-04-20T12:00:00.000Z'];
    const events = await all(logs({ audit }).audit.events({ from: new Date(from), to }));
    expect(events.length).toBeGreaterThan(0);
    expect(sorted(events)).toEqual(sorted(team.truth.audit(from, to)));
  });

  test.each([1, 7, 100, 200])('pages of %i give the same events', async (pageSize) => {
    const [from, to] = ['2026-05-25T00:00:00.000Z', '2026-05-26T00:00:00.000Z'];
    const events = await all(logs({ audit }).audit.events({ from, to, pageSize }));
    expect(sorted(events)).toEqual(sorted(team.truth.audit(from, to)));
  });

  test.each<[string, FaultPlan]>([
    ['pages in descending order', { order: 'descending' }],
    ['shuffled pages', { order: 'shuffled' }],
    ['a count that is too small', { totalCount: -900 }],
    ['a count that is too large', { totalCount: 900 }],
    ['no count', { totalCount: 'absent' }],
    ['the number of rows in place of the count', { totalCount: 'page' }],
    ['cursors that end with an empty string', { cursor: { end: 'empty-string' } }],
    ['cursors that end with null', { cursor: { end: 'null' } }],
    ['cursors that end with an empty page', { cursor: { end: 'empty-page' } }],
    ['empty pages that have a cursor', { cursor: { emptyPages: 2 } }],
    ['connections that are cut', { failures: [{ kind: 'torn', every: 3 }] }],
    ['connections without an answer', { failures: [{ kind: 'no-answer', every: 4 }] }],
    ['answers 503', { failures: [{ kind: 'status', status: 503, every: 3 }] }],
    ['429 with x-ratelimit-reset', { failures: [{ kind: 'rate-limit', seconds: 0, every: 3 }] }],
    ['429 with Retry-After', { failures: [{ kind: 'rate-limit', header: 'retry-after', seconds: 0, every: 3 }] }],
    ['429 without a header', { failures: [{ kind: 'rate-limit', header: 'none', every: 3 }] }],
    ['events in the same millisecond, and twice', { equalTimestamps: 3_600_000, duplicates: 50 }],
    ['fields that are null or absent', { optionalFields: 'mixed', message: 'absent' }],
    ['event codes that nobody knows', { unknownEnums: 5 }],
  ])('nothing is lost with %s', async (_, faults) => {
    team.faults = faults;
    const events = await all(logs({ audit }).audit.events());
    expect(sorted(events)).toEqual(sorted(team.truth.audit()));
  });

  test.each([200, 204] as const)('a range without events, answered %i, is empty', async (emptyRange) => {
    team.faults = { emptyRange };
    const pages = await all(logs({ audit }).audit.events({ to: '2020-01-01' }).byPage());
    expect(pages.flatMap(({ items }) => items)).toEqual([]);
  });

  test('going on after a page gives the pages after it', async () => {
    const client = logs({ audit });
    const pages = await all(client.audit.events({ pageSize: 150 }).byPage());
    const second = pages[1];
    const rest = await all(client.audit.events({ pageSize: 150 }).byPage({ resume: second?.resume ?? '' }));
    expect(rest.map(({ items }) => items)).toEqual(pages.slice(2).map(({ items }) => items));
  });

  test('pages have the clock of the server, and their response', async () => {
    const [page] = await all(logs({ audit }).audit.events({ from: '2026-06-01' }).byPage());
    expect(page?.serverTime).toEqual(new Date('2026-06-01T12:00:00.000Z'));
    expect(page?.response.status).toBe(200);
  });

  test('a page as bytes is the body as it came', async () => {
    const client = logs({ audit });
    const page = await client.audit.readPage({ from: '2026-05-01', to: '2026-06-01', pageSize: 100 });
    const body: { content: unknown[] } = JSON.parse(new TextDecoder().decode(page.bytes));
    expect(body.content).toHaveLength(100);
    expect(page).toMatchObject({ status: 200, serverTime: new Date('2026-06-01T12:00:00.000Z') });
  });

  test('tokens that expire in the middle are renewed', async () => {
    team.faults = { auth: { tokenRequests: 3 } };
    const { clientId, clientSecret } = team.credentials;
    const client = logs({ audit, credentials: clientCredentials(clientId, clientSecret) });
    expect(sorted(await all(client.audit.events()))).toEqual(sorted(team.truth.audit()));
  });

  test('without the permission, the error names permission and scope', async () => {
    const error = await caught(
      all(logs({ audit, credentials: appKey(team.credentials.noPermissionAppKey) }).audit.events()),
    );
    expect(error).toSatisfy(isPermissionError);
    expect(error).toMatchObject({ status: 403, permission: 'Use Audit Log API', scope: 'audit.log:read' });
  });

  test.each(['json', 'empty'] as const)('a 403 with a body that is %s', async (forbidden) => {
    team.faults = { auth: { forbidden, permissions: [] } };
    expect(await caught(all(logs({ audit }).audit.events()))).toSatisfy(isPermissionError);
  });

  test.each(['json', 'text', 'empty'] as const)('a wrong key, with a body that is %s', async (unauthorized) => {
    team.faults = { auth: { unauthorized } };
    const error = await caught(all(logs({ audit, credentials: appKey('wrong-key-123') }).audit.events()));
    expect(error).toSatisfy(isAuthenticationError);
    expect(String(error)).not.toContain('wrong-key-123');
  });

  test('a log-in page in place of JSON is said to be one', async () => {
    team.faults = { failures: [{ kind: 'html' }] };
    await expect(all(logs({ audit }).audit.events())).rejects.toThrow('HTML page');
  });
});

describe('paging that only v1 or only v2 has', () => {
  test('pages of v1 can be read side by side, in any order', async () => {
    const { audit } = logs();
    const first = await audit.readPage();
    const { totalCount }: { totalCount: number } = JSON.parse(new TextDecoder().decode(first.bytes));
    const numbers = Array.from({ length: Math.ceil(totalCount / 200) }, (_, index) => index).toReversed();
    const pages = await Promise.all(numbers.map((pageNumber) => audit.readPage({ pageNumber })));
    const events = pages.flatMap(({ bytes }): unknown[] => JSON.parse(new TextDecoder().decode(bytes)).content);
    expect(sorted(events)).toEqual(sorted(team.truth.audit()));
  });

  test('a page that repeats the one before is an error, not an end', async () => {
    team.faults = { failures: [{ kind: 'repeat-page', requests: [2] }] };
    await expect(all(logs().audit.events())).rejects.toThrow('same page');
  });

  test('pages of v1 say the count and their number', async () => {
    const [first] = await all(logs().audit.events().byPage());
    expect(first).toMatchObject({ totalCount: 1700, pageNumber: 0 });
  });

  test('v2 reads a page by the cursor of the one before', async () => {
    const { audit } = logs({ audit: 'v2' });
    const read = async (cursor?: string): Promise<{ content: unknown[]; nextPageToken?: string }> =>
      JSON.parse(new TextDecoder().decode((await audit.readPage(cursor === undefined ? {} : { cursor })).bytes));
    const first = await read();
    const second = await read(first.nextPageToken);
    expect([first.content.length, second.content.length]).toEqual([500, 500]);
    expect(second.content).not.toEqual(first.content);
  });

  test('the address of a page must be of the right kind', async () => {
    await expect(logs().audit.readPage({ cursor: 'x' })).rejects.toMatchObject({
      name: 'OptionError',
      option: 'cursor',
    });
    await expect(logs({ audit: 'v2' }).audit.readPage({ pageNumber: 1 })).rejects.toMatchObject({
      option: 'pageNumber',
    });
  });
});

describe('the other lists', () => {
  test('log-ins', async () => {
    expect(sorted(await all(logs().logins.events()))).toEqual(sorted(team.truth.logins()));
    const [from, to] = ['2026-05-01T00:00:00.000Z', '2026-05-08T00:00:00.000Z'];
    expect(sorted(await all(logs().logins.events({ from, to })))).toEqual(sorted(team.truth.logins(from, to)));
  });

  test('members', async () => {
    expect(sorted(await all(logs().members.list()))).toEqual(sorted(team.truth.members()));
    expect(team.requests.at(-1)?.query).toMatchObject({ includeInternal: 'true' });
  });

  test.each(['v1', 'v2'] as const)('studio adoption %s', async (adoption) => {
    expect(sorted(await all(logs({ adoption }).adoption.events()))).toEqual(sorted(team.truth.adoption()));
  });

  test('a team whose Team API has a prefix', async () => {
    team.faults = { teamApiPrefix: '/team' };
    expect(await all(logs({ teamApiPrefix: '/team' }).logins.events())).toHaveLength(450);
    expect(await caught(all(logs().logins.events()))).toMatchObject({ name: 'NotFoundError' });
  });

  test('any path can be another one', async () => {
    const client = logs({ paths: { findAllAuditLogs: '/elsewhere' } });
    expect(await caught(all(client.audit.events()))).toMatchObject({ name: 'NotFoundError', status: 404 });
    expect(team.requests.at(-1)?.path).toBe('/elsewhere');
    expect((await client.raw.GET('/log/api/external/audit')).response.status).toBe(404);
  });

  test('the path of the token endpoint, too', async () => {
    const { clientId, clientSecret } = team.credentials;
    const client = logs({ credentials: clientCredentials(clientId, clientSecret), paths: { createToken: '/tokens' } });
    expect(await caught(all(client.audit.events()))).toMatchObject({ name: 'NotFoundError', method: 'POST' });
    expect(team.requests.at(-1)?.path).toBe('/tokens');
  });
});

describe('credentials', () => {
  test('a user API key', async () => {
    const client = logs({ credentials: bearer(team.credentials.apiKey) });
    expect(await client.members.list().collect({ limit: 1 })).toHaveLength(1);
  });

  test.each(['basic', 'post'] as const)('an OAuth client that is registered for %s', async (method) => {
    team.faults = { auth: { method } };
    const { clientId, clientSecret } = team.credentials;
    const client = logs({ credentials: clientCredentials(clientId, clientSecret, { method }) });
    expect(await client.members.list().collect({ limit: 1 })).toHaveLength(1);
  });

  test('an OAuth client needs no more scopes than those of what it reads', async () => {
    team.faults = { auth: { scopes: ['audit.log:read'] } };
    const { clientId, clientSecret } = team.credentials;
    const client = logs({ credentials: clientCredentials(clientId, clientSecret) });
    expect(await client.audit.events().collect({ limit: 1 })).toHaveLength(1);
    expect(await caught(client.logins.events().collect({ limit: 1 }))).toMatchObject({
      name: 'PermissionError',
      scope: 'team.login-history:read',
    });
  });

  test('a wrong client secret', async () => {
    const client = logs({ credentials: clientCredentials(team.credentials.clientId, 'wrong-secret-9') });
    const error = await caught(client.audit.events().collect({ limit: 1 }));
    expect(error).toSatisfy(isAuthenticationError);
    expect(String(error)).not.toContain('wrong-secret-9');
  });
});

describe('raw', () => {
  test('is openapi-fetch: data, error and response', async () => {
    const { raw } = logs();
    const good = await raw.GET('/log/api/external/audit', { params: { query: { pageSize: 3 } } });
    expect(good.data?.content).toHaveLength(3);
    const bad = await raw.GET('/log/api/external/audit', { params: { query: { pageSize: 999 } } });
    expect([bad.data, bad.response.status, typeof bad.error]).toEqual([undefined, 400, 'object']);
  });
});

test('a rate limit is kept to, so that no request is answered 429', async () => {
  team.faults = { rate: { requests: 40, seconds: 1, clock: 'real' } };
  const before = team.requests.length;
  const { audit } = logs({ retry: false });
  const first = await audit.readPage({ pageSize: 100 });
  expect(first.headers.get('x-ratelimit-remaining')).not.toBeNull();
  await Promise.all(Array.from({ length: 60 }, (_, page) => audit.readPage({ pageNumber: page % 17, pageSize: 100 })));
  expect(team.requests.slice(before).filter(({ status }) => status === 429)).toEqual([]);
});
