import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, smallTenant } from './support.ts';

const nobody = {
  OE_API_URL: 'http://127.0.0.1:9',
  OE_AUTH_URL: 'http://127.0.0.1:9',
  OE_CLIENT_ID: 'id',
  OE_CLIENT_SECRET: 'secret',
};

const calls: readonly (readonly [string, string[], Record<string, string>, RegExp])[] = [
  ['an unknown flag', ['run', '--stauts', 'finished'], nobody, /unknown option '--stauts'.*\n?.*--status/],
  ['a malformed URL', ['run'], { ...nobody, OE_API_URL: 'https://' }, /OE_API_URL: "https:\/\/" is not a URL/],
  ['plain http to a remote host', ['run'], { ...nobody, OE_AUTH_URL: 'http://api.emporix.io' }, /clear text/],
  ['no credential', ['run'], {}, /set OE_CLIENT_ID in the environment/],
  ['a date that is none', ['run', '--created-since', 'monday'], nobody, /--created-since: "monday" is not a date/],
  ['an unknown scope', ['run', '--scopes', 'dead'], nobody, /--scopes: "dead" is not one of live, draft/],
  ['an unknown model', ['run', '--model', 'oe'], nobody, /--model: "oe" is not one of oe\/activity-log, oe\/event-log/],
  ['a path of the wrong form', ['run', '--paths', 'contexts'], nobody, /not of the form operation=\/path/],
  [
    'a page size out of bounds',
    ['run', '--page-size', '0'],
    nobody,
    /--page-size: "0" is not a whole number from 1 to 1000/,
  ],
  ['an unknown destination', ['run', '--to', 'oe.duckdb'], nobody, /'oe\.duckdb' is not a destination/],
];

test.for(calls)('%s: one sentence, exit code 2, nothing on stdout and nothing written', async ([, argv, env, want]) => {
  const folder = await emptyFolder();
  const { code, stdout, stderr } = await oeExtractIn(folder, argv, env);
  expect(stderr).toMatch(want);
  expect([code, stdout]).toEqual([2, '']);
  expect(await readdir(folder)).toEqual([]);
});

test('a wrong secret: the token endpoint is named, exit code 1, nothing is left behind', async () => {
  const engine = await smallTenant();
  const folder = await emptyFolder();
  const { code, stderr } = await oeExtractIn(folder, ['run'], {
    ...credentialsOf(engine),
    OE_CLIENT_SECRET: 'hunter2',
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/\/oauth\/token.*401|401.*\/oauth\/token/s);
  expect(stderr).not.toContain('hunter2');
  expect(await readdir(folder)).toEqual([]);
});

test('a client without permission: 403 is told, exit code 1', async () => {
  const engine = await smallTenant();
  const { noPermissionClientId, noPermissionClientSecret } = engine.credentials;
  const env = {
    ...credentialsOf(engine),
    OE_CLIENT_ID: noPermissionClientId,
    OE_CLIENT_SECRET: noPermissionClientSecret,
  };
  const { code, stderr } = await oeExtractIn(await emptyFolder(), ['run'], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/403/);
});

test('a list path that the tenant does not have: 404 names the URL', async () => {
  const engine = await smallTenant();
  const { code, stderr } = await oeExtractIn(
    await emptyFolder(),
    ['run', '--paths', 'listAccounts=/oe/v9/accounts'],
    credentialsOf(engine),
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/404.*\/oe\/v9\/accounts|\/oe\/v9\/accounts.*404/s);
});
