import { describe, expect, test } from 'vitest';
import { createHttp, type HttpOptions, isConnectionError, isOptionError, isTimeoutError } from '../src/index.ts';
import { type Answer, fakeFetch, json, status } from './support/fake-fetch.ts';
import { idle, VirtualClock } from './support/virtual-clock.ts';

const URL_A = 'https://team.example/a';

function setUp(answers: readonly Answer[], options: HttpOptions = {}) {
  const clock = new VirtualClock();
  const server = fakeFetch(answers, clock);
  const http = createHttp({ clock, random: () => 1, fetch: server.fetch, ...options });
  return { clock, http, asked: server.asked, times: () => server.asked.map(({ at }) => at) };
}

describe('what is tried again', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('a GET that is answered %i', async (code) => {
    const { clock, http, asked } = setUp([status(code), json({ ok: true })]);
    const response = await clock.run(http.fetch(URL_A));
    expect(response.status).toBe(200);
    expect(asked).toHaveLength(2);
  });

  test.each([400, 403, 404, 409, 501])('not a GET that is answered %i', async (code) => {
    const { clock, http, asked } = setUp([status(code)]);
    expect((await clock.run(http.fetch(URL_A))).status).toBe(code);
    expect(asked).toHaveLength(1);
  });

  test('a GET whose connection fails', async () => {
    const { clock, http, asked } = setUp([new TypeError('fetch failed'), json(1)]);
    expect(await (await clock.run(http.fetch(URL_A))).json()).toBe(1);
    expect(asked).toHaveLength(2);
  });

  test('not a POST', async () => {
    const { clock, http, asked } = setUp([status(503)]);
    expect((await clock.run(http.fetch(URL_A, { method: 'POST', body: 'x' }))).status).toBe(503);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['marked idempotent', { idempotent: true }],
    ['with an Idempotency-Key', { headers: { 'Idempotency-Key': '1' } }],
  ])('a POST %s, and every attempt has the whole body', async (_, init) => {
    const { clock, http, asked } = setUp([status(503), new TypeError('cut'), json(1)]);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('one '));
        controller.enqueue(new TextEncoder().encode('body'));
        controller.close();
      },
    });
    await clock.run(http.fetch(URL_A, Object.assign({ method: 'POST', body, duplex: 'half' }, init)));
    expect(asked.map((request) => request.body)).toEqual(['one body', 'one body', 'one body']);
  });

  test('a Request whose property says that it is idempotent, as openapi-fetch passes options on', async () => {
    const { clock, http, asked } = setUp([status(503), json(1)]);
    const request = Object.assign(new Request(URL_A, { method: 'POST', body: 'b' }), { idempotent: true });
    await clock.run(http.fetch(request));
    expect(asked.map(({ method, body }) => method + body)).toEqual(['POSTb', 'POSTb']);
  });

  test('at most maxRetries times, and then the last answer is returned', async () => {
    const { clock, http, asked } = setUp([status(503)], { retry: { maxRetries: 2 } });
    expect((await clock.run(http.fetch(URL_A))).status).toBe(503);
    expect(asked).toHaveLength(3);
  });

  test('nothing when retry is false', async () => {
    const { clock, http, asked } = setUp([new TypeError('cut')], { retry: false });
    await expect(clock.run(http.fetch(URL_A))).rejects.toSatisfy(isConnectionError);
    expect(asked).toHaveLength(1);
  });

  test('not a certificate that is not trusted, and the message names what to do', async () => {
    const cause = Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    const { clock, http, asked } = setUp([new TypeError('fetch failed', { cause })]);
    await expect(clock.run(http.fetch(URL_A))).rejects.toThrow('NODE_EXTRA_CA_CERTS');
    expect(asked).toHaveLength(1);
  });
});

describe('how long is waited', () => {
  test('exponentially longer, up to maxDelay, scaled by the random number', async () => {
    const { clock, http, times } = setUp([status(500)], { retry: { maxRetries: 4, baseDelay: 100, maxDelay: 350 } });
    await clock.run(http.fetch(URL_A));
    expect(times()).toEqual([0, 100, 300, 650, 1000]);
  });

  test('with full jitter: from nothing to all of it', async () => {
    const numbers = [0, 0.5, 1];
    const { clock, http, times } = setUp([status(500)], {
      retry: { maxRetries: 3, baseDelay: 100 },
      random: () => numbers.shift() ?? 0,
    });
    await clock.run(http.fetch(URL_A));
    expect(times()).toEqual([0, 0, 100, 500]);
  });

  const now = 'Mon, 01 Jun 2026 12:00:00 GMT';
  test.each<[string, Record<string, string>, number]>([
    ['Retry-After in seconds', { 'Retry-After': '7' }, 7000],
    ['Retry-After before x-ratelimit-reset', { 'Retry-After': '7', 'x-ratelimit-reset': '3' }, 7000],
    ['Retry-After as a date', { 'Retry-After': 'Mon, 01 Jun 2026 12:00:09 GMT' }, 9000],
    [
      'a date against the clock of the server',
      { 'Retry-After': 'Mon, 01 Jun 2026 13:00:05 GMT', Date: 'Mon, 01 Jun 2026 13:00:00 GMT' },
      5000,
    ],
    ['x-ratelimit-reset in seconds', { 'x-ratelimit-reset': '3' }, 3000],
    ['x-ratelimit-reset as a moment', { 'x-ratelimit-reset': String(Date.parse(now) / 1000 + 4) }, 4000],
    ['x-ratelimit-reset when Retry-After makes no sense', { 'Retry-After': 'soon', 'x-ratelimit-reset': '3' }, 3000],
    ['back-off when a date lies in the past', { 'Retry-After': 'Mon, 01 Jun 2026 11:00:00 GMT' }, 500],
    ['back-off when the number is negative', { 'Retry-After': '-5', 'x-ratelimit-reset': '-1' }, 500],
    ['back-off when there is no header', {}, 500],
  ])('%s, to the millisecond', async (_, headers, ms) => {
    const { clock, http, times } = setUp([status(429, headers), json(1)]);
    await clock.run(http.fetch(URL_A));
    expect(times()).toEqual([0, ms]);
  });

  test('not at all when the server asks for longer than maxWait', async () => {
    const { clock, http, asked } = setUp([status(429, { 'Retry-After': '11' })], { retry: { maxWait: 10_000 } });
    expect((await clock.run(http.fetch(URL_A))).status).toBe(429);
    expect(asked).toHaveLength(1);
  });

  test('not at all when the wait would use up the total time', async () => {
    const { clock, http, asked } = setUp([status(503, { 'Retry-After': '30' })], { totalTimeout: 20_000 });
    expect((await clock.run(http.fetch(URL_A))).status).toBe(503);
    expect(asked).toHaveLength(1);
  });

  test('and every wait is said beforehand', async () => {
    const waits: unknown[] = [];
    const { clock, http } = setUp([status(503, { 'Retry-After': '2' }), json(1)], {
      onWait: (wait) => waits.push(wait),
    });
    await clock.run(http.fetch(`${URL_A}?api_key=s3cret&page=2`));
    expect(waits).toEqual([
      { reason: 'retry', ms: 2000, method: 'GET', url: `${URL_A}?api_key=***&page=2`, attempt: 2, status: 503 },
    ]);
  });
});

describe('time-outs and abort', () => {
  const never = (): Promise<Response> => new Promise(() => undefined);

  test('an attempt that runs out of time is tried again', async () => {
    const { clock, http, times } = setUp([never, json(1)], { timeout: 1000 });
    await clock.run(http.fetch(URL_A));
    expect(times()).toEqual([0, 1500]);
  });

  test('and ends in a TimeoutError when there is no attempt left', async () => {
    const { clock, http } = setUp([never], { timeout: 1000, retry: false });
    const error: unknown = await clock.run(http.fetch(URL_A).catch((reason: unknown) => reason));
    expect(isTimeoutError(error) && [error.limit, error.timeout]).toEqual(['attempt', 1000]);
  });

  test('the body belongs to the attempt: one that never ends is timed out', async () => {
    const stuck = (): Response => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }));
    const { clock, http, asked } = setUp([stuck, json(1)], { timeout: 1000 });
    expect(await (await clock.run(http.fetch(URL_A))).json()).toBe(1);
    expect(asked).toHaveLength(2);
  });

  test('the total time ends the request in the middle of an attempt', async () => {
    const { clock, http } = setUp([never], { timeout: 1000, totalTimeout: 1900, retry: { baseDelay: 100 } });
    const error: unknown = await clock.run(http.fetch(URL_A).catch((reason: unknown) => reason));
    expect(isTimeoutError(error) && [error.limit, error.timeout]).toEqual(['total', 1900]);
  });

  test.each<[string, Answer, HttpOptions]>([
    ['while the server is silent', never, {}],
    ['while waiting to try again', status(503), {}],
    [
      'while the token is awaited',
      json(1),
      { credentials: { authorization: () => new Promise(() => undefined), refused: () => false } },
    ],
  ])('abort %s rejects with the reason of the signal, and leaves no timer', async (_, answer, options) => {
    const { clock, http } = setUp([answer], options);
    const controller = new AbortController();
    const result = http.fetch(URL_A, { signal: controller.signal }).catch((reason: unknown) => reason);
    await idle();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await result).toBe(reason);
    expect(clock.pending).toBe(0);
  });

  test('abort before the request sends nothing', async () => {
    const { http, asked } = setUp([json(1)]);
    await expect(http.fetch(URL_A, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
    expect(asked).toHaveLength(0);
  });

  test('no timer is left behind by a request that succeeded', async () => {
    const { clock, http } = setUp([json(1)]);
    await clock.run(http.fetch(URL_A));
    expect(clock.pending).toBe(0);
  });
});

describe('options', () => {
  test.each<[string, HttpOptions]>([
    ['retry.maxRetries', { retry: { maxRetries: -1 } }],
    ['retry.maxWait', { retry: { maxWait: Number.NaN } }],
    ['timeout', { timeout: Number.POSITIVE_INFINITY }],
    ['totalTimeout', { totalTimeout: -1 }],
    ['budgets', { budgets: [{ requests: 0, per: 'second' }] }],
    ['tokenUrl', { tokenUrl: 'http://example.com/token' }],
  ])('a wrong %s is refused at the door', (option, options) => {
    expect(() => createHttp(options)).toThrow(expect.objectContaining({ name: 'OptionError', option }));
  });

  test.each(['http://example.com/', 'ftp://example.com/', '/relative'])('%s is never called', async (url) => {
    const { http, asked } = setUp([json(1)]);
    await expect(http.fetch(url)).rejects.toSatisfy(isOptionError);
    expect(asked).toHaveLength(0);
  });

  test.each(['http://127.0.0.1/', 'http://127.9.8.7:81/', 'http://[::1]/', 'http://localhost/', 'http://2130706433/'])(
    'plain http to this machine is allowed: %s',
    async (url) => {
      const { clock, http } = setUp([json(1)]);
      expect((await clock.run(http.fetch(url))).status).toBe(200);
    },
  );

  test.each(['http://127.0.0.1.example.com/', 'http://localhost.example/', 'http://0.0.0.0/', 'http://192.168.0.1/'])(
    'and not to what only looks like it: %s',
    async (url) => {
      const { http } = setUp([json(1)]);
      await expect(http.fetch(url)).rejects.toSatisfy(isOptionError);
    },
  );
});
