import { OptionError } from '@millrace/http';
import { type FaultPlan, type OeSimulator, startOeSimulator } from '@millrace/simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import {
  type Account,
  clientCredentials,
  createOeClient,
  isAuthenticationError,
  isNotFoundError,
  isPermissionError,
  type OeClient,
  type OeClientOptions,
  type ProcessContext,
} from '../src/index.ts';

let oe: OeSimulator;

beforeAll(async () => {
  oe = await startOeSimulator({ sizes: { processContexts: 700 } });
});
beforeEach(() => {
  oe.faults = {};
});
afterAll(() => oe.close());

function client(options: Partial<OeClientOptions> = {}): OeClient {
  const { clientId, clientSecret } = oe.credentials;
  return createOeClient({
    apiUrl: oe.url,
    authUrl: oe.url,
    credentials: clientCredentials(clientId, clientSecret),
    retry: { baseDelay: 0, maxRetries: 10 },
    ...options,
  });
}

// The truth has integers beyond 2^53; items are what JSON.parse makes of them.
const asParsed = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row, asParsed)).sort();

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('lists', () => {
  test('accounts, digital processes and event types', async () => {
    const { accounts, digitalProcesses, eventTypes } = client();
    expect(sorted(await all(accounts.list()))).toEqual(sorted(oe.data.accounts));
    expect(sorted(await all(digitalProcesses.list({ pageSize: 3 })))).toEqual(sorted(oe.data.digitalProcesses));
    expect(sorted(await all(eventTypes.list({ pageSize: 5 })))).toEqual(sorted(oe.data.eventTypes));
  });

  test.each(['live', 'draft', 'live,draft'] as const)('process contexts of scope %s', async (includeScopes) => {
    const contexts = await all(client().processContexts.list({ includeScopes, pageSize: 100 }));
    expect(sorted(contexts)).toEqual(sorted(oe.truth.processContexts(includeScopes)));
  });

  test('scopes may be a list, in any order', async () => {
    await client().processContexts.readPage({ includeScopes: ['draft', 'live'], pageSize: 1 });
    expect(oe.requests.at(-1)?.query['includeScopes']).toBe('live,draft');
  });

  test('the filters go out in the words of the API, and what is not given does not', async () => {
    const { processContexts } = client();
    await processContexts.readPage({
      status: 'finished',
      createdSince: '2026-05-01',
      updatedSince: new Date('2026-05-02T03:04:05.678Z'),
      executionTemplateId: 'T1',
      sort: 'metadata.updatedAt:asc',
      pageNumber: 2,
      pageSize: 50,
    });
    expect(oe.requests.at(-1)?.query).toEqual({
      status: 'finished',
      createdSince: '2026-05-01T00:00:00.000Z',
      updatedSince: '2026-05-02T03:04:05.678Z',
      executionTemplateID: 'T1',
      sort: 'metadata.updatedAt:asc',
      pageNumber: '2',
      pageSize: '50',
    });
    await processContexts.readPage();
    expect(oe.requests.at(-1)?.query).toEqual({ pageNumber: '1', pageSize: '1000' });
  });

  test('finished runs that changed since an instant', async () => {
    const updatedSince = '2026-05-01T00:00:00.000Z';
    const contexts = await all(client().processContexts.list({ status: 'finished', updatedSince }));
    const want = oe.truth
      .processContexts()
      .filter(({ status, metadata }) => status === 'finished' && metadata.updatedAt >= updatedSince);
    expect(want.length).toBeGreaterThan(0);
    expect(sorted(contexts)).toEqual(sorted(want));
  });

  test.each<[string, FaultPlan]>([
    ['an { items } envelope', { envelope: 'items' }],
    ['pages in descending order', { order: 'descending' }],
    ['no count', { totalCount: 'absent' }],
    ['a count that is too small', { totalCount: -300 }],
    ['connections that are cut', { failures: [{ kind: 'torn', every: 3 }] }],
    ['answers 502', { failures: [{ kind: 'status', status: 502, body: 'html', every: 2 }] }],
    ['429 with a date', { failures: [{ kind: 'rate-limit', header: 'retry-after-date', seconds: 0, every: 3 }] }],
    ['tokens that expire in the middle', { failures: [{ kind: 'expire-tokens', every: 3 }] }],
  ])('nothing is lost with %s', async (_, faults) => {
    oe.faults = faults;
    const contexts = await all(client().processContexts.list({ pageSize: 70 }));
    expect(sorted(contexts)).toEqual(sorted(oe.truth.processContexts()));
  });

  test('pages say the count that the header has, their number, and the time of the server', async () => {
    const [first] = await all(client().processContexts.list({ pageSize: 100 }).byPage());
    expect(first).toMatchObject({
      pageNumber: 1,
      totalCount: oe.truth.processContexts().length,
      serverTime: new Date('2026-06-01T12:00:00.000Z'),
    });
  });

  test('going on after a page', async () => {
    const { processContexts } = client();
    const pages = await all(processContexts.list({ pageSize: 100 }).byPage());
    const rest = await all(processContexts.list({ pageSize: 100 }).byPage({ resume: pages[1]?.resume ?? '' }));
    expect(rest.map(({ items }) => items)).toEqual(pages.slice(2).map(({ items }) => items));
  });

  test('pages can be read side by side, as bytes', async () => {
    const { processContexts } = client();
    const total = oe.truth.processContexts().length;
    const numbers = Array.from({ length: Math.ceil(total / 100) }, (_, index) => index + 1);
    const pages = await Promise.all(
      numbers.map((pageNumber) => processContexts.readPage({ pageNumber, pageSize: 100 })),
    );
    const contexts = pages.flatMap(({ bytes }): unknown[] => JSON.parse(new TextDecoder().decode(bytes)));
    expect(sorted(contexts)).toEqual(sorted(oe.truth.processContexts()));
    expect(pages.map(({ headers }) => Number(headers.get('x-total-count')))).toEqual(numbers.map(() => total));
  });
});

describe('one process context', () => {
  test('by its instance ID', async () => {
    const [first] = await client().processContexts.list().collect({ limit: 1 });
    expect(await client().processContexts.get(first?.context.instanceid ?? '')).toEqual(first);
  });

  test('that does not exist', async () => {
    const error = await caught(client().processContexts.get('no/such?one'));
    expect(error).toSatisfy(isNotFoundError);
    expect(oe.requests.at(-1)?.path).toContain('no%2Fsuch%3Fone');
  });
});

describe('credentials and addresses', () => {
  test('one token for everything', async () => {
    const before = oe.requests.length;
    const { accounts, eventTypes } = client();
    await Promise.all([all(accounts.list()), all(eventTypes.list()), all(accounts.list())]);
    expect(oe.requests.slice(before).filter(({ operationId }) => operationId === 'createToken')).toHaveLength(1);
  });

  test('a wrong secret', async () => {
    const credentials = clientCredentials(oe.credentials.clientId, 'wrong-secret-9');
    const error = await caught(all(client({ credentials }).accounts.list()));
    expect(error).toSatisfy(isAuthenticationError);
    expect(JSON.stringify(error) + String(error)).not.toContain('wrong-secret-9');
  });

  test('a client without the permission', async () => {
    const { noPermissionClientId, noPermissionClientSecret } = oe.credentials;
    const credentials = clientCredentials(noPermissionClientId, noPermissionClientSecret);
    expect(await caught(all(client({ credentials }).accounts.list()))).toSatisfy(isPermissionError);
  });

  test('every path can be another one, those with a parameter and that of the token, too', async () => {
    const asked: string[] = [];
    const fetch = async (input: RequestInfo | URL): Promise<Response> => {
      const { pathname } = new URL(new Request(input).url);
      asked.push(pathname);
      return Response.json(pathname === '/v2/token' ? { access_token: 'abcdef', expires_in: 900 } : []);
    };
    const paths = {
      listAccounts: '/v2/tenants',
      getProcessContext: '/v2/runs/{instanceId}/context',
      createToken: '/v2/token',
    };
    const elsewhere = client({ apiUrl: 'https://api.example/base', authUrl: 'https://auth.example', paths, fetch });
    await all(elsewhere.accounts.list());
    await elsewhere.processContexts.get('a b');
    await all(elsewhere.eventTypes.list());
    expect(asked).toEqual(['/v2/token', '/base/v2/tenants', '/base/v2/runs/a%20b/context', '/base/oe/event-types']);
  });

  test('raw is openapi-fetch: data, error and response', async () => {
    const { data, response } = await client().raw.GET('/oe/accounts', { params: { query: { pageSize: 2 } } });
    expect([Array.isArray(data) && data.length, response.status]).toEqual([2, 200]);
  });
});

describe('types and wrong use', () => {
  test('lists give what the description says', () => {
    expectTypeOf<OeClient['accounts']['list']>().returns.toExtend<AsyncIterable<Account>>();
    expectTypeOf<OeClient['processContexts']['list']>().returns.toExtend<AsyncIterable<ProcessContext>>();
    expectTypeOf<OeClient['processContexts']['get']>().returns.toEqualTypeOf<Promise<ProcessContext>>();
    expectTypeOf<'a-new-status'>().toExtend<ProcessContext['status']>();
  });

  test('misuse is seen by the compiler, and refused at the door', () => {
    const { processContexts, accounts } = client();
    const refused: (() => unknown)[] = [
      () =>
        processContexts.list({
          // @ts-expect-error scopes are live and draft
          includeScopes: 'published',
        }),
      () =>
        processContexts.list({
          // @ts-expect-error it is spelt executionTemplateId here
          executionTemplateID: 'x',
        }),
      () =>
        accounts.list({
          // @ts-expect-error accounts have no filters
          status: 'finished',
        }),
      () => processContexts.list({ updatedSince: '2026-13-01' }),
      () => processContexts.list({ status: '' }),
      () => processContexts.list({ pageSize: 1001 }),
      () => client({ apiUrl: 'http://api.emporix.io' }),
      () => client({ authUrl: 'api.emporix.io' }),
      () => client({ paths: { listAccounts: 'accounts' } }),
      () => client({ paths: { getProcessContext: '/oe/process-contexts' } }),
      () =>
        client({
          paths: {
            // @ts-expect-error there is no such operation
            listTenants: '/x',
          },
        }),
    ];
    for (const make of refused) expect(make).toThrow(OptionError);
  });
});
