import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  type ApiError,
  apiError,
  bearer,
  ConnectionError,
  createHttp,
  isApiError,
  isAuthenticationError,
  isConflictError,
  isConnectionError,
  isInvalidRequestError,
  isNotFoundError,
  isOptionError,
  isPermissionError,
  isRateLimitError,
  isServerError,
  isTimeoutError,
  isUnexpectedResponseError,
  OptionError,
  readJson,
  showUrl,
} from '../src/index.ts';

const answer = (status: number, body: string, headers: Record<string, string> = {}): Promise<ApiError> =>
  apiError(new Response(body, { status, headers }));

describe('classes', () => {
  test.each<[number, string, (error: unknown) => boolean]>([
    [400, 'InvalidRequestError', isInvalidRequestError],
    [401, 'AuthenticationError', isAuthenticationError],
    [403, 'PermissionError', isPermissionError],
    [404, 'NotFoundError', isNotFoundError],
    [405, 'InvalidRequestError', isInvalidRequestError],
    [408, 'ApiError', isApiError],
    [409, 'ConflictError', isConflictError],
    [410, 'NotFoundError', isNotFoundError],
    [412, 'ConflictError', isConflictError],
    [422, 'InvalidRequestError', isInvalidRequestError],
    [425, 'ApiError', isApiError],
    [429, 'RateLimitError', isRateLimitError],
    [500, 'ServerError', isServerError],
    [503, 'ServerError', isServerError],
  ])('%i is a %s', async (status, name, guard) => {
    const error = await answer(status, '');
    expect(error.name).toBe(name);
    expect(error.status).toBe(status);
    expect(error).toSatisfy(guard);
    expect(error).toSatisfy(isApiError);
  });

  test('guards know their own alone', () => {
    const error = new ConnectionError('m', { method: 'GET', url: 'https://x.example/' });
    expect(error).toSatisfy(isConnectionError);
    const others = [isApiError, isTimeoutError, isUnexpectedResponseError, isOptionError, isServerError];
    expect(others.map((guard) => guard(error))).toEqual(others.map(() => false));
    expect([null, undefined, 1, 'x', {}, new Error('x')].some(isConnectionError)).toBe(false);
  });

  test('guards know the errors of another copy of the package', async () => {
    const path = '../src/errors.ts?copy';
    const copy: { OptionError: typeof OptionError } = await import(path);
    const error: unknown = new copy.OptionError('o', 'm');
    expect(error).not.toBeInstanceOf(OptionError);
    expect(error).toSatisfy(isOptionError);
  });
});

describe('what the vendors send', () => {
  test.each<[string, string, string | undefined, string | undefined]>([
    ['nothing', '', undefined, undefined],
    ['{ error }', '{"error":"Unauthorized"}', 'Unauthorized', undefined],
    [
      "Celonis' catalogue",
      '{"title":"Access Denied.","status":403,"detail":"You may not.","errorCode":"ADMIN_ACCESS_ERROR"}',
      'ADMIN_ACCESS_ERROR',
      'You may not.',
    ],
    ['a title alone', '{"title":"Access Denied."}', undefined, 'Access Denied.'],
    ['frontendErrorKey', '{"frontendErrorKey":"no.such","errorInformation":"gone"}', 'no.such', 'gone'],
    ['errorInformation as an object', '{"frontendErrorKey":"k.k","errorInformation":{"a":1}}', 'k.k', undefined],
    ['OAuth', '{"error":"invalid_client","error_description":"Bad client"}', 'invalid_client', 'Bad client'],
    ['a gateway', '{"fault":{"faultstring":"Quota","detail":{"errorcode":"quota.hit"}}}', 'quota.hit', 'Quota'],
    ['Emporix', '{"status":400,"message":"Bad pageSize","details":["x"]}', undefined, 'Bad pageSize'],
    ['an error object', '{"error":{"code":"E1","message":"broken"}}', 'E1', 'broken'],
    ['a list of errors', '{"errors":[{"code":"E2","message":"worse"}]}', 'E2', 'worse'],
    ['a list of texts', '{"details":["first","second"]}', undefined, 'first'],
    ['a JSON string', '"just text"', undefined, 'just text'],
    [
      'plain text',
      'The header must start with Bearer or AppKey',
      undefined,
      'The header must start with Bearer or AppKey',
    ],
    ['an HTML page', '<!DOCTYPE html><html><h1>502', undefined, 'the body is an HTML page'],
    ['null', 'null', undefined, undefined],
    ['an array', '[1]', undefined, undefined],
  ])('%s', async (_, body, code, detail) => {
    const error = await answer(400, body);
    expect([error.code, error.detail]).toEqual([code, detail]);
  });

  test('the body is kept, parsed, up to a size', async () => {
    expect((await answer(400, '{"a":[1]}')).body).toEqual({ a: [1] });
    expect((await answer(400, 'text')).body).toBe('text');
    expect(JSON.stringify((await answer(400, 'x'.repeat(1_000_000))).body).length).toBeLessThan(20_000);
    expect(JSON.stringify((await answer(400, JSON.stringify({ a: 'x'.repeat(1_000_000) }))).body).length).toBeLessThan(
      20_000,
    );
  });

  test.each(['x-request-id', 'x-correlation-id', 'x-amzn-requestid', 'cf-ray', 'x-b3-traceid'])(
    'the request ID in %s',
    async (name) => {
      const error = await answer(500, '', { [name]: 'abc-1' });
      expect(error.requestId).toBe('abc-1');
      expect(error.message).toContain('abc-1');
    },
  );
});

describe('what errors say and do not say', () => {
  test('a 403 names permission and scope', async () => {
    const error = await apiError(new Response('', { status: 403 }), {
      operation: { permission: 'Use Audit Log API', scope: 'audit.log:read' },
    });
    expect(error).toMatchObject({ name: 'PermissionError', permission: 'Use Audit Log API', scope: 'audit.log:read' });
    expect(error.message).toContain('"Use Audit Log API"');
    expect(error.message).toContain('audit.log:read');
  });

  test('a 429 says when to come back', async () => {
    const now = Date.parse('2026-06-01T12:00:00Z');
    const http = createHttp({
      fetch: async () => new Response('', { status: 429, headers: { 'Retry-After': '600' } }),
      clock: { now: () => now, after: () => () => undefined },
    });
    const error = await apiError(await http.fetch('https://x.example/'));
    expect(error.retryAt).toEqual(new Date('2026-06-01T12:10:00Z'));
    expect(error.message).toContain('2026-06-01T12:10:00.000Z');
  });

  test('messages say how often it was tried', async () => {
    const clock = { now: () => 0, after: (_: number, run: () => void) => (queueMicrotask(run), () => undefined) };
    const http = createHttp({
      fetch: async () => new Response('', { status: 503, statusText: 'Unavailable' }),
      retry: { maxRetries: 2 },
      clock: { ...clock, after: (ms, run) => (ms < 50_000 ? clock.after(ms, run) : () => undefined) },
    });
    expect((await apiError(await http.fetch('https://x.example/'))).message).toContain(
      'answered 3 times, last 503 Unavailable',
    );
  });

  test.each([
    ['https://user:pa55@x.example/p?a=1#token=abc', 'https://x.example/p?a=1'],
    [
      'https://x.example/p?access_token=abc&pageToken=cur&page=2',
      'https://x.example/p?access_token=***&pageToken=cur&page=2',
    ],
    [
      'https://x.example/?client_secret=a&api-key=b&apikey=c&password=d',
      'https://x.example/?client_secret=***&api-key=***&apikey=***&password=***',
    ],
    ['nonsense', '(not a URL)'],
  ])('%s is shown as %s', (url, shown) => {
    expect(showUrl(url)).toBe(shown);
  });

  test('a token that the server echoes is blanked everywhere', async () => {
    const secret = 'tok-0123456789';
    const body = {
      detail: `bad token ${secret}`,
      access_token: 'other-secret',
      nested: [{ header: 'AppKey abcdefgh12' }],
    };
    const http = createHttp({
      credentials: bearer(secret),
      fetch: async () => new Response(JSON.stringify(body), { status: 400 }),
    });
    const error = await apiError(await http.fetch('https://x.example/?key=other-secret'));
    const shown = inspect(error, { depth: 9 }) + JSON.stringify(error) + error.stack;
    for (const hidden of [secret, 'other-secret', 'abcdefgh12']) expect(shown).not.toContain(hidden);
    expect(error.body).toEqual({ detail: 'bad token ***', access_token: '***', nested: [{ header: 'AppKey ***' }] });
  });

  test('toJSON holds the facts', async () => {
    const error = await answer(404, '{"errorCode":"GENERAL_NOTFOUND_PATH"}', { 'x-request-id': 'r' });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: 'NotFoundError',
      status: 404,
      method: 'GET',
      code: 'GENERAL_NOTFOUND_PATH',
      requestId: 'r',
    });
  });
});

describe('bodies that must be JSON', () => {
  test.each<[string, string, string, string]>([
    ['an HTML page', '<html><body>Log in</body></html>', 'text/html', 'HTML page'],
    ['JSON that breaks off', '{"content":[{"a":1},{"a"', 'application/json', 'breaks off'],
    ['nothing', '', 'application/json', 'empty'],
    ['text', 'OK', 'text/plain', 'no JSON'],
  ])('%s', async (_, body, type, words) => {
    const response = new Response(body, { headers: { 'content-type': type } });
    const error: unknown = await readJson(response).catch((reason: unknown) => reason);
    expect(error).toSatisfy(isUnexpectedResponseError);
    expect(String(error)).toContain(words);
    expect(error).toMatchObject({ status: 200, contentType: type });
  });
});
