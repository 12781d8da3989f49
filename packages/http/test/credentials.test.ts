import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  appKey,
  bearer,
  clientCredentials,
  type ClientCredentialsOptions,
  createHttp,
  type Credentials,
  isAuthenticationError,
  isOptionError,
  isPermissionError,
  isUnexpectedResponseError,
} from '../src/index.ts';
import { type Answer, type Asked, fakeFetch, json, status } from './support/fake-fetch.ts';
import { idle, VirtualClock } from './support/virtual-clock.ts';

const API = 'https://team.example/api';
const TOKENS = 'https://team.example/oauth2/token';
const SECRET = 'very-secret-value';

/** An API that takes any token but those refused, and a token endpoint that numbers its tokens. */
function service(options: { expiresIn?: number | string; refuse?: (token: string) => boolean; token?: Answer } = {}) {
  const clock = new VirtualClock();
  let issued = 0;
  const answer = (asked: Asked, signal: AbortSignal): Response | Promise<Response> => {
    if (asked.url !== TOKENS) {
      const header = asked.headers.get('authorization') ?? '';
      return options.refuse?.(header.replace('Bearer ', '')) === true
        ? json({ error: 'Unauthorized' }, { status: 401 })
        : json(1);
    }
    issued += 1;
    if (typeof options.token === 'function') return options.token(asked, signal);
    if (options.token instanceof Response) return options.token.clone();
    return json({ access_token: `token-${issued}`, token_type: 'Bearer', expires_in: options.expiresIn ?? 900 });
  };
  const { fetch, asked } = fakeFetch([answer], clock);
  return {
    clock,
    http: (credentials: Credentials) => createHttp({ fetch, clock, credentials, tokenUrl: TOKENS, random: () => 0 }),
    tokenRequests: () => asked.filter(({ url }) => url === TOKENS),
    headers: () => asked.filter(({ url }) => url !== TOKENS).map(({ headers }) => headers.get('authorization')),
  };
}

describe('keys', () => {
  test('appKey and bearer send their scheme', async () => {
    const { http, headers } = service();
    await http(appKey('k1')).fetch(API);
    await http(bearer('k2')).fetch(API);
    expect(headers()).toEqual(['AppKey k1', 'Bearer k2']);
  });

  test('a request that brings its own Authorization header keeps it', async () => {
    const { http, headers } = service();
    await http(appKey('k1')).fetch(API, { headers: { authorization: 'Bearer mine' } });
    expect(headers()).toEqual(['Bearer mine']);
  });

  test('a fixed key that is refused is not tried again', async () => {
    const { http, headers } = service({ refuse: () => true });
    expect((await http(bearer('k')).fetch(API)).status).toBe(401);
    expect(headers()).toHaveLength(1);
  });

  test('a function is called once for all requests, and once more after a 401', async () => {
    let calls = 0;
    const { http, headers } = service({ refuse: (token) => token === 'k1' });
    const client = http(bearer(async () => `k${(calls += 1)}`));
    const responses = await Promise.all([client.fetch(API), client.fetch(API), client.fetch(API)]);
    expect(responses.map((response) => response.status)).toEqual([200, 200, 200]);
    expect(calls).toBe(2);
    expect(headers()).toEqual(['Bearer k1', 'Bearer k1', 'Bearer k1', 'Bearer k2', 'Bearer k2', 'Bearer k2']);
  });

  test('a function that fails is asked again by the next request', async () => {
    let calls = 0;
    const { http } = service();
    const client = http(
      appKey(() => {
        calls += 1;
        if (calls === 1) throw new Error('key chain is locked');
        return 'k';
      }),
    );
    await expect(client.fetch(API)).rejects.toThrow('key chain is locked');
    expect((await client.fetch(API)).status).toBe(200);
  });

  test.each([[''], ['two words'], [`${SECRET}\n`], ['schlüssel']])('%j is refused without being shown', (key) => {
    const caught: unknown[] = [];
    for (const make of [() => appKey(key), () => bearer(key), () => clientCredentials('id', key)]) {
      try {
        make();
      } catch (error) {
        caught.push(error);
      }
    }
    expect(caught).toHaveLength(3);
    expect(caught.every(isOptionError)).toBe(true);
    expect(caught.map(String).join('')).not.toContain(SECRET);
  });

  test('no credentials show their secret when printed', () => {
    const all = [appKey(SECRET), bearer(SECRET), clientCredentials('id', SECRET)];
    expect(inspect(all, { depth: 9, showHidden: true }) + JSON.stringify(all)).not.toContain(SECRET);
  });
});

describe('client credentials', () => {
  test('post: everything as form fields', async () => {
    const { http, tokenRequests } = service();
    await http(clientCredentials({ clientId: 'id', clientSecret: 's+/=', scopes: ['a:read', 'b:read'] })).fetch(API);
    const [request] = tokenRequests();
    expect(request?.method).toBe('POST');
    expect(request?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(request?.headers.get('authorization')).toBeNull();
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'a:read b:read',
      client_id: 'id',
      client_secret: 's+/=',
    });
  });

  test('basic: form-encoded and in the header, as RFC 6749 section 2.3.1 says', async () => {
    const { http, tokenRequests } = service();
    await http(clientCredentials('my:id', 's%', { method: 'basic' })).fetch(API);
    const [request] = tokenRequests();
    expect(request?.headers.get('authorization')).toBe(`Basic ${btoa('my%3Aid:s%25')}`);
    expect(request?.body).toBe('grant_type=client_credentials');
  });

  test('one token request however many requests wait', async () => {
    const { http, tokenRequests, headers } = service();
    const client = http(clientCredentials('id', 's'));
    await Promise.all(Array.from({ length: 50 }, () => client.fetch(API)));
    expect(tokenRequests()).toHaveLength(1);
    expect(new Set(headers())).toEqual(new Set(['Bearer token-1']));
  });

  test('two clients with the same credentials share the token', async () => {
    const { http, tokenRequests } = service();
    const credentials = clientCredentials('id', 's');
    await http(credentials).fetch(API);
    await http(credentials).fetch(API);
    expect(tokenRequests()).toHaveLength(1);
  });

  test.each<[string, number | string, Partial<ClientCredentialsOptions>, number]>([
    ['60 s before its end', 900, {}, 840_000],
    ['at half its life when that is short', 60, {}, 30_000],
    ['when the margin says so', 900, { renewBefore: 5000 }, 895_000],
    ['when the life comes as text', '900', {}, 840_000],
  ])('a token is renewed %s', async (_, expiresIn, options, ms) => {
    const { http, clock, tokenRequests } = service({ expiresIn });
    const client = http(clientCredentials('id', 's', options));
    await client.fetch(API);
    clock.advance(ms - 1);
    await client.fetch(API);
    expect(tokenRequests()).toHaveLength(1);
    clock.advance(1);
    await client.fetch(API);
    expect(tokenRequests()).toHaveLength(2);
  });

  test.each([0, -1, 'soon'])('a token whose life is given as %j is used until it is refused', async (expiresIn) => {
    const { http, clock, tokenRequests } = service({ expiresIn });
    const client = http(clientCredentials('id', 's'));
    await client.fetch(API);
    clock.advance(86_400_000);
    await client.fetch(API);
    expect(tokenRequests()).toHaveLength(1);
  });

  test('a 401 renews the token once, and the request goes again with its body, a POST too', async () => {
    const { http, tokenRequests, headers } = service({ refuse: (token) => token === 'token-1' });
    const response = await http(clientCredentials('id', 's')).fetch(API, { method: 'POST', body: 'b' });
    expect(response.status).toBe(200);
    expect(tokenRequests()).toHaveLength(2);
    expect(headers()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('many 401s at once renew it once', async () => {
    const { http, tokenRequests } = service({ refuse: (token) => token === 'token-1' });
    const client = http(clientCredentials('id', 's'));
    const responses = await Promise.all(Array.from({ length: 20 }, () => client.fetch(API)));
    expect(responses.every((response) => response.ok)).toBe(true);
    expect(tokenRequests()).toHaveLength(2);
  });

  test('a second 401 is the answer', async () => {
    const { http, tokenRequests, headers } = service({ refuse: () => true });
    expect((await http(clientCredentials('id', 's')).fetch(API)).status).toBe(401);
    expect(tokenRequests()).toHaveLength(2);
    expect(headers()).toHaveLength(2);
  });

  test('without scopes of its own it asks for those of the operation, one token each', async () => {
    const { http, tokenRequests } = service();
    const client = http(clientCredentials('id', 's'));
    for (const scopes of [['a'], ['b'], ['a']]) await client.fetch(API, { scopes });
    expect(tokenRequests().map(({ body }) => new URLSearchParams(body).get('scope'))).toEqual(['a', 'b']);
  });

  test('a caller who gives up does not take the token from the others', async () => {
    let release: (response: Response) => void = () => undefined;
    const waiting = new Promise<Response>((resolve) => {
      release = resolve;
    });
    const { http, tokenRequests } = service({ token: () => waiting });
    const client = http(clientCredentials('id', 's'));
    const controller = new AbortController();
    const first = client.fetch(API, { signal: controller.signal }).catch((error: unknown) => error);
    const second = client.fetch(API);
    await idle();
    controller.abort(new Error('enough'));
    expect(await first).toMatchObject({ message: 'enough' });
    release(json({ access_token: 'late-token', expires_in: 900 }));
    expect((await second).status).toBe(200);
    expect(tokenRequests()).toHaveLength(1);
  });

  test('the token request is retried', async () => {
    let calls = 0;
    const { http, clock } = service({
      token: () => {
        calls += 1;
        return calls < 3 ? status(503) : json({ access_token: 'third', expires_in: 900 });
      },
    });
    expect((await clock.run(http(clientCredentials('id', 's')).fetch(API))).status).toBe(200);
  });

  const refusal = (code: number, body: unknown): Answer => json(body, { status: code });
  test.each<[string, Answer, (error: unknown) => boolean, RegExp]>([
    [
      '401 invalid_client',
      refusal(401, { error: 'invalid_client' }),
      isAuthenticationError,
      /client ID or secret.*method: "basic"/u,
    ],
    [
      '400 invalid_client',
      refusal(400, { error: 'invalid_client', error_description: 'Bad client' }),
      isAuthenticationError,
      /Bad client/u,
    ],
    ['401 in plain text', new Response('no', { status: 401 }), isAuthenticationError, /401/u],
    [
      '400 invalid_scope',
      refusal(400, { error: 'invalid_scope' }),
      isPermissionError,
      /does not have the scope audit\.log:read/u,
    ],
    [
      'an HTML page',
      new Response('<!doctype html><p>Log in', { status: 200 }),
      isUnexpectedResponseError,
      /HTML page/u,
    ],
    ['JSON without a token', json({ ok: true }), isUnexpectedResponseError, /without an access_token/u],
  ])('%s from the token endpoint is a typed error without the secret', async (_, token, guard, words) => {
    const { http, clock } = service({ token });
    const credentials = clientCredentials('id', SECRET, { scopes: ['audit.log:read'] });
    const error: unknown = await clock.run(
      http(credentials)
        .fetch(API)
        .catch((reason: unknown) => reason),
    );
    expect(error).toSatisfy(guard);
    expect(String(error)).toMatch(words);
    expect(inspect(error) + JSON.stringify(error)).not.toContain(SECRET);
  });

  test('a server that echoes the secret does not get it into the error', async () => {
    const { http, clock } = service({
      token: refusal(400, { error: 'invalid_client', error_description: `wrong: ${SECRET}` }),
    });
    const error: unknown = await clock.run(
      http(clientCredentials('id', SECRET))
        .fetch(API)
        .catch((reason: unknown) => reason),
    );
    expect(inspect(error) + JSON.stringify(error)).not.toContain(SECRET);
  });

  test('without any token URL it says which option is missing', async () => {
    const http = createHttp({ credentials: clientCredentials('id', 's') });
    await expect(http.fetch(API)).rejects.toMatchObject({ name: 'OptionError', option: 'tokenUrl' });
  });
});
