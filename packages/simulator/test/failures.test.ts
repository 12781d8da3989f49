import { expect, test } from 'vitest';
import { type Failure, composeFaults } from '../src/index.ts';
import { appKey, celonis, celonisToken, get, page, paths } from './helpers.ts';

async function statuses(team: Awaited<ReturnType<typeof celonis>>, count: number): Promise<number[]> {
  const seen = [];
  for (let at = 0; at < count; at += 1) {
    const answer = await get(team, `${paths.audit}?pageSize=1`);
    await answer.text();
    seen.push(answer.status);
  }
  return seen;
}

/** What becomes of a request: its body, or why there is none. */
function outcome(answer: Promise<Response>): { readonly text: Promise<string>; settled: boolean } {
  const seen = {
    settled: false,
    text: answer
      .then((response) => response.text())
      .catch(String)
      .finally(() => {
        seen.settled = true;
      }),
  };
  return seen;
}

test.each<[string, Partial<Failure>, number[]]>([
  ['given requests', { requests: [2, 4] }, [200, 503, 200, 503, 200, 200]],
  ['every third', { every: 3 }, [200, 200, 503, 200, 200, 503]],
  ['from the fifth on', { from: 5 }, [200, 200, 200, 200, 503, 503]],
  ['twice at most', { times: 2 }, [503, 503, 200, 200, 200, 200]],
  ['never', { probability: 0 }, [200, 200, 200, 200, 200, 200]],
  ['another operation', { on: 'findAllAuthenticationEvents' }, [200, 200, 200, 200, 200, 200]],
  [
    'this operation among others',
    { on: ['findAllAuditLogs', 'createToken'], requests: [1] },
    [503, 200, 200, 200, 200, 200],
  ],
])('a failure strikes as its timing says: %s', async (_name, timing, want) => {
  const team = await celonis({ faults: { failures: [{ kind: 'status', status: 503, ...timing } as Failure] } });
  expect(await statuses(team, 6)).toEqual(want);
});

test('a probability strikes the same requests for the same seed', async () => {
  const plan = (seed: number): { seed: number; failures: Failure[] } => ({
    seed,
    failures: [{ kind: 'status', status: 500, probability: 0.5 }],
  });
  const seen = [];
  for (const seed of [1, 1, 2]) seen.push((await statuses(await celonis({ faults: plan(seed) }), 20)).join());
  expect(seen[0]).toBe(seen[1]);
  expect(seen[0]).not.toBe(seen[2]);
  expect(seen[0]).toContain('200');
  expect(seen[0]).toContain('500');
});

test('a 500 carries the envelope with a support ID, or text, HTML, nothing, and headers', async () => {
  const team = await celonis({
    faults: {
      failures: [
        { kind: 'status', status: 500, requests: [1] },
        { kind: 'status', status: 502, body: 'html', requests: [2] },
        { kind: 'status', status: 503, body: 'text', headers: { 'Retry-After': '7' }, requests: [3] },
        { kind: 'status', status: 504, body: 'empty', requests: [4] },
      ],
    },
  });
  const vendor = await get(team, paths.audit);
  expect([vendor.status, await vendor.json()]).toMatchObject([
    500,
    { status: 500, errorCode: 'ADMIN_FATAL_ERROR', detail: expect.stringMatching(/[0-9a-f]{8}-[0-9a-f]{4}-4/) },
  ]);
  const html = await get(team, paths.audit);
  expect([html.status, html.headers.get('content-type'), (await html.text()).slice(0, 9)]).toEqual([
    502,
    'text/html; charset=utf-8',
    '<!DOCTYPE',
  ]);
  const text = await get(team, paths.audit);
  expect([text.status, text.headers.get('retry-after'), await text.text()]).toEqual([
    503,
    '7',
    'simulated failure 503',
  ]);
  const empty = await get(team, paths.audit);
  expect([empty.status, await empty.text()]).toEqual([504, '']);
  expect(team.requests.map(({ failure }) => failure)).toEqual(['status', 'status', 'status', 'status']);
});

test('a 429 carries x-ratelimit-reset in seconds, another header, or none', async () => {
  const team = await celonis({
    faults: {
      failures: [
        { kind: 'rate-limit', seconds: 3, requests: [1] },
        { kind: 'rate-limit', header: 'retry-after', seconds: 4, requests: [2] },
        { kind: 'rate-limit', header: 'retry-after-date', seconds: 5, requests: [3] },
        { kind: 'rate-limit', header: 'none', requests: [4] },
      ],
    },
  });
  const seen = [];
  for (let at = 0; at < 4; at += 1) {
    const answer = await get(team, paths.audit);
    expect([answer.status, ((await answer.json()) as { errorCode: string }).errorCode]).toEqual([
      429,
      'LIMIT_RATE_EXCEEDED',
    ]);
    seen.push([answer.headers.get('x-ratelimit-reset'), answer.headers.get('retry-after')]);
  }
  expect(seen).toEqual([
    ['3', null],
    [null, '4'],
    [null, 'Mon, 01 Jun 2026 12:00:05 GMT'],
    [null, null],
  ]);
});

test('a rate counts requests by virtual time and says what remains', async () => {
  const team = await celonis({ faults: { rate: { requests: 2, seconds: 10, clock: 'virtual' } } });
  const ask = async (): Promise<unknown[]> => {
    const { status, headers } = await get(team, paths.audit);
    return [
      status,
      headers.get('x-ratelimit-limit'),
      headers.get('x-ratelimit-remaining'),
      headers.get('x-ratelimit-reset'),
    ];
  };
  expect(await ask()).toEqual([200, '2', '1', null]);
  team.clock.advance(4000);
  expect(await ask()).toEqual([200, '2', '0', null]);
  expect(await ask()).toEqual([429, '2', '0', '6']);
  team.clock.advance(6000);
  expect(await ask()).toEqual([200, '2', '1', null]);
});

test('a torn answer breaks in the body', async () => {
  const team = await celonis({ faults: { failures: [{ kind: 'torn', requests: [1] }] } });
  const answer = await get(team, paths.audit);
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow('terminated');
  expect((await page(team, paths.audit)).content).toHaveLength(200);
  expect(team.requests.map(({ status, failure }) => [status, failure])).toEqual([
    [200, 'torn'],
    [200, undefined],
  ]);
});

test('a connection can break before any answer', async () => {
  const team = await celonis({ faults: { failures: [{ kind: 'no-answer', requests: [1] }] } });
  await expect(get(team, paths.audit)).rejects.toThrow('fetch failed');
  expect(team.requests[0]).toMatchObject({ status: 0, failure: 'no-answer' });
});

test('a stalled answer gives half the body and no more', async () => {
  const team = await celonis({ faults: { gzip: false, failures: [{ kind: 'stall' }] } });
  const aborter = new AbortController();
  const answer = await fetch(`${team.url}${paths.audit}`, { headers: appKey(team), signal: aborter.signal });
  const length = Number(answer.headers.get('content-length'));
  const reader = answer.body?.getReader();
  let received = 0;
  while (received < Math.floor(length / 2)) received += (await reader?.read())?.value?.length ?? 0;
  expect(received).toBe(Math.floor(length / 2));
  aborter.abort();
});

test.each<[string, Failure]>([
  ['answer', { kind: 'slow', milliseconds: 3_600_000, on: 'findAllAuditLogs', requests: [1] }],
  ['body', { kind: 'slow', milliseconds: 3_600_000, where: 'body', on: 'findAllAuditLogs', requests: [1] }],
])('a slow %s is overtaken by later requests', async (_name, failure) => {
  const team = await celonis({ faults: { failures: [failure] } });
  const slow = outcome(get(team, paths.audit));
  while (!team.requests.some(({ operationId }) => operationId === 'findAllAuditLogs')) await page(team, paths.logins);
  await page(team, paths.audit);
  expect(slow.settled).toBe(false);
  await team.close();
  expect(await slow.text).toMatch(/fetch failed|terminated/);
});

test('pages wait for the work on the pages before them, other answers do not', async () => {
  const team = await celonis({ faults: { latency: { page: 3_600_000 } } });
  const waiting = outcome(get(team, paths.audit));
  await celonisToken(team);
  expect((await get(team, paths.audit, {})).status).toBe(401);
  expect(waiting.settled).toBe(false);
  await team.close();
  expect(await waiting.text).toMatch(/fetch failed/);
});

test('a little latency changes nothing but the time', async () => {
  const team = await celonis({
    faults: { latency: { answer: 2, page: 1 }, failures: [{ kind: 'slow', milliseconds: 3, where: 'body', every: 2 }] },
  });
  const pages = await Promise.all([0, 1, 2].map((number) => page(team, `${paths.audit}?pageNumber=${number}`)));
  expect(pages.flatMap(({ content }) => content)).toEqual(team.data.auditEvents);
});

test('HTML can come in the place of JSON', async () => {
  const team = await celonis({ faults: { failures: [{ kind: 'html', requests: [1] }] } });
  const answer = await get(team, paths.audit);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await answer.text()).toContain('<h1>Sign in</h1>');
});

test('answers are compressed for clients that accept it, unless switched off', async () => {
  const team = await celonis();
  const encoding = async (accept: string): Promise<string | null> =>
    (await get(team, paths.audit, { ...appKey(team), 'accept-encoding': accept })).headers.get('content-encoding');
  expect(await encoding('gzip, deflate')).toBe('gzip');
  expect(await encoding('identity')).toBeNull();
  expect(await encoding('gzip;q=0')).toBeNull();
  team.faults = { gzip: false };
  expect(await encoding('gzip')).toBeNull();
});

test('the Date header is the virtual clock', async () => {
  const team = await celonis({ now: '2024-02-29T23:59:59.999Z' });
  expect((await get(team, paths.audit)).headers.get('date')).toBe('Thu, 29 Feb 2024 23:59:59 GMT');
  team.clock.advance(1);
  expect((await get(team, paths.audit)).headers.get('date')).toBe('Fri, 01 Mar 2024 00:00:00 GMT');
});

test('hooks see each request, may answer it, and may change the data before it is answered', async () => {
  const after: number[] = [];
  const team = await celonis({
    faults: {
      hooks: {
        before: ({ number, operationId }) => {
          if (number === 1) return { status: 418, headers: { 'x-from': operationId ?? '' }, body: '{"hooked":true}' };
          team.data.auditEvents.length = 1;
          return undefined;
        },
        after: ({ status }) => {
          after.push(status);
        },
      },
    },
  });
  const answer = await get(team, paths.audit);
  expect([answer.status, answer.headers.get('x-from'), await answer.json()]).toEqual([
    418,
    'findAllAuditLogs',
    { hooked: true },
  ]);
  expect((await page(team, paths.audit)).totalCount).toBe(1);
  expect(after).toEqual([418, 200]);
});

test('composed plans keep the failures and hooks of all, and of single switches the last', async () => {
  const order: string[] = [];
  const hook = (name: string) => ({
    before: () => {
      order.push(name);
      return undefined;
    },
  });
  const team = await celonis({
    faults: composeFaults(
      {
        totalCount: 1,
        order: 'descending',
        auth: { tokenLifetime: 5 },
        failures: [{ kind: 'status', status: 500, requests: [1] }],
        hooks: hook('first'),
      },
      {
        totalCount: 2,
        auth: { forbidden: 'empty' },
        failures: [{ kind: 'status', status: 502, requests: [2] }],
        hooks: hook('second'),
      },
    ),
  });
  expect(await statuses(team, 3)).toEqual([500, 502, 200]);
  expect(order.slice(0, 2)).toEqual(['first', 'second']);
  expect(team.faults).toMatchObject({
    totalCount: 2,
    order: 'descending',
    auth: { tokenLifetime: 5, forbidden: 'empty' },
  });
});
