import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { appKey, celonis, get, page, paths } from './helpers.ts';

/** The first line of the answer to a raw request. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
      if (!received.includes('\r\n')) return;
      socket.destroy();
      resolve(received.slice(0, received.indexOf('\r\n')));
    });
    socket.on('error', reject);
  });
}

test.each([
  ['a double slash', 'GET // HTTP/1.1\r\nHost: x\r\n\r\n', 'HTTP/1.1 404 Not Found'],
  ['a broken escape', 'GET /%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n', 'HTTP/1.1 404 Not Found'],
  ['an absolute target', `GET http://elsewhere${paths.audit} HTTP/1.1\r\nHost: x\r\n\r\n`, 'HTTP/1.1 401 Unauthorized'],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 'HTTP/1.1 404 Not Found'],
  ['no HTTP at all', 'hello\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
])('a request line with %s gets an answer', async (_name, text, want) => {
  const team = await celonis();
  expect(await raw(team.url, text)).toBe(want);
});

test.each([
  ['empty', 'from='],
  ['very long', `from=${'9'.repeat(10_000)}`],
  ['a date that does not exist', 'from=2026-13-45T99:99:99'],
  ['a number beyond 32 bits', 'pageNumber=99999999999999999999'],
  ['a fraction', 'pageSize=1.5'],
  ['an exponent', 'pageNumber=1e400'],
  ['a broken escape', 'from=%E0%A4%A'],
])('a parameter that is %s is refused or served, never a fault', async (_name, query) => {
  const team = await celonis();
  const answer = await get(team, `${paths.audit}?${query}`);
  expect([200, 400]).toContain(answer.status);
  expect((await answer.text()).startsWith('{')).toBe(true);
});

test('an oversize body is refused', async () => {
  const team = await celonis();
  const answer = await fetch(`${team.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'x'.repeat(2_000_000) }),
  });
  expect(answer.status).toBe(400);
});

test('a client that goes away in the middle harms nobody', async () => {
  const team = await celonis({
    faults: { failures: [{ kind: 'slow', milliseconds: 3_600_000, on: 'findAllAuditLogs', requests: [1] }] },
  });
  const aborter = new AbortController();
  const left = fetch(`${team.url}${paths.audit}`, { headers: appKey(team), signal: aborter.signal }).catch(String);
  while (!team.requests.some(({ operationId }) => operationId === 'findAllAuditLogs')) await page(team, paths.logins);
  aborter.abort();
  expect(await left).toContain('AbortError');
  expect((await page(team, paths.audit)).content).toHaveLength(200);
  expect(team.violations).toEqual([]);
});
