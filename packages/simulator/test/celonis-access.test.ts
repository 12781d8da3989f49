import { expect, test } from 'vitest';
import { appKey, celonis, celonisToken, get, paths, requestToken } from './helpers.ts';

test('an application key, a user API key and an access token each open every feed', async () => {
  const team = await celonis();
  const { appKey: key, apiKey } = team.credentials;
  const token = await celonisToken(team);
  for (const authorization of [`AppKey ${key}`, `appkey ${key}`, `Bearer ${apiKey}`, `bearer ${token}`]) {
    for (const path of Object.values(paths)) {
      const answer = await get(team, `${path}${path === paths.members ? '?includeInternal=true' : ''}`, {
        authorization,
      });
      expect(`${path} ${answer.status}`).toBe(`${path} 200`);
    }
  }
  expect(new Set(team.requests.map(({ credentials }) => credentials))).toEqual(
    new Set(['client-secret', 'app-key', 'api-key', 'access-token']),
  );
});

test.each([
  ['none', undefined, 'application/json', '{"error":"Unauthorized"}'],
  ['a key that nobody has', 'AppKey wrong', 'application/json', '{"error":"Unauthorized"}'],
  ['a token that nobody has', 'Bearer wrong', 'application/json', '{"error":"Unauthorized"}'],
  [
    'a key without a scheme',
    'c2VjcmV0',
    'text/plain; charset=utf-8',
    'The Authorization header must start with Bearer or AppKey.',
  ],
  [
    'another scheme',
    'Basic YTpi',
    'text/plain; charset=utf-8',
    'The Authorization header must start with Bearer or AppKey.',
  ],
])('a request with %s gets 401 in the shape of the catalogue', async (_name, authorization, type, body) => {
  const team = await celonis();
  const answer = await get(team, paths.audit, authorization === undefined ? {} : { authorization });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('content-type')).toBe(type);
  expect(await answer.text()).toBe(body);
});

test('a key without team permission gets 403 ADMIN_ACCESS_ERROR', async () => {
  const team = await celonis();
  const answer = await get(team, paths.audit, { authorization: `AppKey ${team.credentials.noPermissionAppKey}` });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toEqual({
    title: 'Access Denied.',
    status: 403,
    detail: expect.any(String),
    errorCode: 'ADMIN_ACCESS_ERROR',
  });
});

test('a scope without the permission and the permission without a scope are both 403', async () => {
  const team = await celonis();
  const loginsOnly = { authorization: `Bearer ${await celonisToken(team, 'team.login-history:read')}` };
  expect((await get(team, paths.logins, loginsOnly)).status).toBe(200);
  expect((await get(team, paths.audit, loginsOnly)).status).toBe(403);

  team.faults = { auth: { permissions: ['members'] } };
  expect((await get(team, paths.logins, loginsOnly)).status).toBe(403);
  expect((await get(team, paths.members + '?includeInternal=true')).status).toBe(200);
  expect((await get(team, paths.audit)).status).toBe(403);
});

test('the shapes of 401 and 403 follow the fault plan', async () => {
  const team = await celonis({ faults: { auth: { unauthorized: 'text', forbidden: 'empty' } } });
  expect(await (await get(team, paths.audit, {})).text()).toBe('Unauthorized');
  const denied = await get(team, paths.audit, { authorization: `AppKey ${team.credentials.noPermissionAppKey}` });
  expect([denied.status, await denied.text()]).toEqual([403, '']);
  team.faults = { auth: { unauthorized: 'empty' } };
  const unknown = await get(team, paths.audit, {});
  expect([unknown.status, await unknown.text()]).toEqual([401, '']);
});

test('the token answer has the documented fields, by Basic and by post', async () => {
  const team = await celonis();
  const { clientId, clientSecret } = team.credentials;
  const url = `${team.url}/oauth2/token`;
  const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
  const scope = 'audit.log:read team.login-history:read';
  const byBasic = await requestToken(url, { grant_type: 'client_credentials', scope }, basic);
  const byPost = await requestToken(url, {
    grant_type: 'client_credentials',
    scope,
    client_id: clientId,
    client_secret: clientSecret,
  });
  for (const answer of [byBasic, byPost]) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({
      access_token: expect.stringMatching(/^\w{32}$/),
      token_type: 'Bearer',
      expires_in: 899,
      scope,
    });
  }
});

const good = { grant_type: 'client_credentials', client_id: 'ID', client_secret: 'SECRET' };

test.each([
  ['no grant type', { client_id: 'ID', client_secret: 'SECRET' }, {}, 400, 'invalid_request'],
  ['another grant type', { ...good, grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
  ['a wrong secret', { ...good, client_secret: 'no' }, {}, 401, 'invalid_client'],
  ['no secret', { grant_type: 'client_credentials', client_id: 'ID' }, {}, 401, 'invalid_client'],
  ['a scope that the client has not', { ...good, scope: 'audit.log:read studio' }, {}, 400, 'invalid_scope'],
  [
    'the secret twice',
    good,
    { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` },
    400,
    'invalid_request',
  ],
])('a token request with %s is refused as RFC 6749 says', async (_name, fields, headers, status, error) => {
  const team = await celonis();
  const filled = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === 'ID' ? team.credentials.clientId : value === 'SECRET' ? team.credentials.clientSecret : value,
    ]),
  );
  const answer = await requestToken(`${team.url}/oauth2/token`, filled, headers);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual({ error, error_description: expect.any(String) });
});

test('a token request that is no form is refused', async () => {
  const team = await celonis();
  const answer = await fetch(`${team.url}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials' }),
  });
  expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
});

test('the registered method of client authentication is the only one that works', async () => {
  const team = await celonis({ faults: { auth: { method: 'basic' } } });
  const { clientId, clientSecret } = team.credentials;
  const url = `${team.url}/oauth2/token`;
  const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
  const posted = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  expect((await requestToken(url, posted)).status).toBe(401);
  expect((await requestToken(url, { grant_type: 'client_credentials' }, basic)).status).toBe(200);
  team.faults = { auth: { method: 'post' } };
  expect((await requestToken(url, posted)).status).toBe(200);
  const refused = await requestToken(url, { grant_type: 'client_credentials' }, basic);
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="token"']);
});

test('a token expires after 899 seconds of virtual time', async () => {
  const team = await celonis();
  const headers = { authorization: `Bearer ${await celonisToken(team)}` };
  team.clock.advance(898_999);
  expect((await get(team, paths.audit, headers)).status).toBe(200);
  team.clock.advance(1);
  const answer = await get(team, paths.audit, headers);
  expect([answer.status, await answer.json()]).toEqual([401, { error: 'Unauthorized' }]);
  expect(team.requests.at(-1)?.credentials).toBe('expired-token');
});

test('a token can be good for a number of requests only, and all can expire in the middle', async () => {
  const team = await celonis({ faults: { auth: { tokenRequests: 2 } } });
  const headers = { authorization: `Bearer ${await celonisToken(team)}` };
  const statuses = [];
  for (let at = 0; at < 3; at += 1) statuses.push((await get(team, paths.audit, headers)).status);
  expect(statuses).toEqual([200, 200, 401]);

  team.faults = { failures: [{ kind: 'expire-tokens', requests: [2] }] };
  const renewed = { authorization: `Bearer ${await celonisToken(team)}` };
  expect((await get(team, paths.audit, renewed)).status).toBe(200);
  expect((await get(team, paths.audit, renewed)).status).toBe(401);
  expect((await get(team, paths.audit, { authorization: `Bearer ${await celonisToken(team)}` })).status).toBe(200);
});

test.each([
  ['a page size that is no number', '?pageSize=many', 'GENERAL_PARAMETER_MISSMATCH', 'Query parameter type mismatch.'],
  ['a time that is none', '?from=yesterday', 'GENERAL_PARAMETER_MISSMATCH', 'Query parameter type mismatch.'],
  [
    'a parameter given twice',
    '?pageSize=1&pageSize=2',
    'GENERAL_PARAMETER_MISSMATCH',
    'Query parameter type mismatch.',
  ],
  ['a page size above the maximum', '?pageSize=201', 'GENERAL_PARAMETER_INVALID', 'Invalid query parameter.'],
  ['a negative page number', '?pageNumber=-1', 'GENERAL_PARAMETER_INVALID', 'Invalid query parameter.'],
])('%s gets 400', async (_name, query, errorCode, title) => {
  const team = await celonis();
  const answer = await get(team, `${paths.audit}${query}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ title, status: 400, detail: expect.any(String), errorCode });
});

test('members are refused without includeInternal, which the API declares as required', async () => {
  const team = await celonis();
  expect((await get(team, paths.members)).status).toBe(400);
});

test('an unknown path gets 404 and a known one with another method 405', async () => {
  const team = await celonis();
  const missing = await get(team, '/log/api/external/audits');
  expect([missing.status, await missing.json()]).toMatchObject([404, { errorCode: 'GENERAL_NOTFOUND_PATH' }]);
  const other = await fetch(`${team.url}${paths.logins}`, { method: 'DELETE', headers: appKey(team) });
  expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET']);
});

test('a slash before the query is tolerated', async () => {
  const team = await celonis();
  expect((await get(team, `${paths.audit}/?pageSize=1`)).status).toBe(200);
});

test('the Team API answers under the prefix of the plan alone', async () => {
  const team = await celonis({ faults: { teamApiPrefix: '/team' } });
  expect((await get(team, paths.logins)).status).toBe(404);
  expect((await get(team, `/team${paths.logins}`)).status).toBe(200);
  expect((await get(team, `/team${paths.audit}`)).status).toBe(404);
  expect((await get(team, paths.audit)).status).toBe(200);
});

test('no secret gets into the request log', async () => {
  const team = await celonis();
  const token = await celonisToken(team);
  await get(team, paths.audit, { authorization: `Bearer ${token}` });
  await get(team, `${paths.audit}?access_token=${token}&client_secret=${team.credentials.clientSecret}`);
  const log = JSON.stringify(team.requests);
  for (const secret of [
    ...Object.values(team.credentials).filter((value) => value !== team.credentials.clientId),
    token,
  ]) {
    expect(log).not.toContain(secret);
  }
});
