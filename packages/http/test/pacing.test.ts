import { describe, expect, test } from 'vitest';
import { type Budget, createHttp, type HttpOptions } from '../src/index.ts';
import { type Asked, fakeFetch, json, status } from './support/fake-fetch.ts';
import { idle, VirtualClock } from './support/virtual-clock.ts';

const API = 'https://team.example/';

function setUp(answer: (asked: Asked, clock: VirtualClock) => Response, options: HttpOptions = {}, start?: string) {
  const clock = new VirtualClock(start === undefined ? undefined : Date.parse(start));
  const { fetch, asked } = fakeFetch([(request) => answer(request, clock)], clock);
  const http = createHttp({ fetch, clock, random: () => 0, ...options });
  return { clock, http, asked, times: () => asked.map(({ at }) => at) };
}

const ok = (): Response => json(1);
const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('declared budgets', () => {
  test('a sliding second lets ten requests pass, then the next ten', async () => {
    const { clock, http, times: at } = setUp(ok, { budgets: [{ requests: 10, per: 'second' }] });
    await clock.run(Promise.all(times(25).map(() => http.fetch(API))));
    expect(at()).toEqual([...times(10).map(() => 0), ...times(10).map(() => 1001), ...times(5).map(() => 2002)]);
  });

  test('never more than the budget within any span of its length', async () => {
    const { clock, http, times: at } = setUp(ok, { budgets: [{ requests: 3, per: 'second' }] });
    for (const pause of [0, 400, 400, 100, 50, 700, 10]) {
      clock.advance(pause);
      await clock.run(http.fetch(API));
    }
    const sent = at();
    expect(sent.every((time, index) => index < 3 || time - (sent[index - 3] ?? 0) >= 1000)).toBe(true);
  });

  test('a slow request counts until it is answered, since the server may have counted it late', async () => {
    const slow = (_: Asked, clock: VirtualClock): Response => {
      clock.advance(300);
      return ok();
    };
    const { clock, http, times: at } = setUp(slow, { budgets: [{ requests: 1, per: 'second' }] });
    await clock.run(Promise.all(times(3).map(() => http.fetch(API))));
    expect(at()).toEqual([0, 1301, 2602]);
  });

  test('a UTC hour begins anew at the full hour', async () => {
    const budgets: Budget[] = [{ requests: 2, per: 'hour', window: 'utc' }];
    const { clock, http, times: at } = setUp(ok, { budgets, totalTimeout: 7_200_000 }, '2026-06-01T12:50:00Z');
    await clock.run(Promise.all(times(3).map(() => http.fetch(API))));
    expect(at()).toEqual([0, 0, 600_000]);
  });

  test('requests that a budget does not apply to are not held up by those that it does', async () => {
    const push: Budget = { requests: 1, per: 'minute', applies: ({ url }) => url.endsWith('/push') };
    const { clock, http, asked } = setUp(ok, { budgets: [push] });
    await clock.run(Promise.all(['push', 'push', 'read', 'read'].map((path) => http.fetch(API + path))));
    expect(asked.map(({ url, at }) => `${at} ${url.slice(API.length)}`)).toEqual([
      '0 push',
      '0 read',
      '0 read',
      '60001 push',
    ]);
  });

  test('first come, first served; who gives up leaves the queue', async () => {
    const { clock, http, asked } = setUp(ok, { budgets: [{ requests: 1, per: 'second' }] });
    const controller = new AbortController();
    const results = ['1', '2', '3', '4'].map((path) =>
      http.fetch(API + path, path === '2' ? { signal: controller.signal } : {}).catch((error: unknown) => error),
    );
    await idle();
    controller.abort(new Error('enough'));
    await clock.run(Promise.all(results));
    expect(await results[1]).toMatchObject({ message: 'enough' });
    expect(asked.map(({ url, at }) => `${at} ${url.slice(API.length)}`)).toEqual(['0 1', '1001 3', '2002 4']);
  });

  test('a wait for the budget is said beforehand, and counts against the total time', async () => {
    const waits: unknown[] = [];
    const budgets: Budget[] = [{ requests: 1, per: 'hour' }];
    const { clock, http } = setUp(ok, {
      budgets,
      totalTimeout: 1000,
      onWait: ({ reason, ms }) => waits.push({ reason, ms }),
    });
    await clock.run(http.fetch(API));
    await expect(clock.run(http.fetch(API))).rejects.toMatchObject({ name: 'TimeoutError', limit: 'total' });
    expect(waits).toEqual([{ reason: 'limit', ms: 3_600_001 }]);
  });
});

describe('what the server says of its limits', () => {
  /** Allows `limit` requests a second, counted from full seconds, and says so in every answer. */
  function limited(limit: number, withReset: boolean) {
    let second = -1;
    let used = 0;
    return (_: Asked, clock: VirtualClock): Response => {
      const now = Math.floor(clock.now() / 1000);
      if (now !== second) used = 0;
      second = now;
      used += 1;
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - used)),
      };
      if (used > limit) return status(429, { ...headers, 'x-ratelimit-reset': '1' });
      return json(1, { headers: withReset ? { ...headers, 'x-ratelimit-reset': '1' } : headers });
    };
  }

  test.each([true, false])(
    'remaining 0 holds requests back, so that no 429 comes (reset said: %s)',
    async (withReset) => {
      const { clock, http, asked } = setUp(limited(5, withReset));
      const statuses: number[] = [];
      for (let round = 0; round < 23; round += 1) statuses.push((await clock.run(http.fetch(API))).status);
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(asked).toHaveLength(23);
    },
  );

  test('after a first answer, no more are under way than were said to be left', async () => {
    const { clock, http, asked } = setUp(limited(5, false));
    await clock.run(http.fetch(API));
    await clock.run(Promise.all(times(20).map(() => http.fetch(API))));
    expect(asked).toHaveLength(21);
  });

  test('one 429 stops everybody until the moment that it names', async () => {
    let first = true;
    const { clock, http, asked } = setUp(({ url }) => {
      if (!first || !url.endsWith('1')) return json(1);
      first = false;
      return status(429, { 'Retry-After': '30' });
    });
    const early = http.fetch(`${API}1`);
    await idle();
    const late = http.fetch(`${API}2`);
    await clock.run(Promise.all([early, late]));
    expect(asked.map(({ at }) => at)).toEqual([0, 30_000, 30_000]);
  });

  test('a stop longer than maxWait is not sat out: each request hears it from the server', async () => {
    const far = () => status(429, { 'Retry-After': '86400', 'x-ratelimit-remaining': '0' });
    const { clock, http, asked } = setUp(far);
    for (let round = 0; round < 2; round += 1) expect((await clock.run(http.fetch(API))).status).toBe(429);
    expect(asked).toHaveLength(2);
    expect(asked[1]?.at).toBeLessThan(60_000);
  });

  test('answers that overtake each other do not let more pass than are left', async () => {
    const answers: (() => void)[] = [];
    const clock = new VirtualClock();
    let served = 0;
    const http = createHttp({
      clock,
      fetch: () => {
        served += 1;
        const headers = { 'x-ratelimit-remaining': String(Math.max(0, 10 - served)) };
        const code = served > 10 ? 429 : 200;
        return new Promise((resolve) => {
          answers.push(() => resolve(status(code, headers)));
        });
      },
    });
    const first = http.fetch(API);
    await idle();
    answers.shift()?.();
    await first;
    const rest = times(30).map(() => http.fetch(API).catch(() => undefined));
    await idle();
    expect(served).toBe(10);
    for (const answer of answers.splice(0).toReversed()) {
      answer();
      await idle();
      expect(served).toBe(10);
    }
    expect(rest).toHaveLength(30);
  });

  test.each(['NaN', '', '-1', 'many'])('a remaining of %j is passed over', async (remaining) => {
    const { clock, http, times: at } = setUp(() => json(1, { headers: { 'x-ratelimit-remaining': remaining } }));
    for (let round = 0; round < 3; round += 1) await clock.run(http.fetch(API));
    expect(at()).toEqual([0, 0, 0]);
  });

  test('a failed connection does not close the gate for good', async () => {
    let calls = 0;
    const { clock, http } = setUp(() => {
      calls += 1;
      if (calls === 2) throw new TypeError('cut');
      return json(1, { headers: { 'x-ratelimit-remaining': '1' } });
    });
    for (let round = 0; round < 4; round += 1) expect((await clock.run(http.fetch(API))).status).toBe(200);
  });
});
