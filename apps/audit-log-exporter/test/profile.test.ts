import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CelonisSimulator } from '@millrace/simulator';
import { expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, smallTeam } from './support.ts';

/** A home with a profile of content-cli, named acme. */
async function homeOf(fields: object): Promise<string> {
  const home = await emptyFolder();
  await mkdir(join(home, '.celonis-content-cli-profiles'));
  const path = join(home, '.celonis-content-cli-profiles', 'acme.json');
  await writeFile(path, JSON.stringify({ name: 'acme', ...fields }), { mode: 0o600 });
  return home;
}

const kinds: readonly (readonly [string, (team: CelonisSimulator) => object])[] = [
  [
    'an application key',
    ({ credentials }) => ({ type: 'Key', authenticationType: 'AppKey', apiToken: credentials.appKey }),
  ],
  [
    'a user API key',
    ({ credentials }) => ({ type: 'Key', authenticationType: 'Bearer', apiToken: credentials.apiKey }),
  ],
  [
    'an OAuth client',
    ({ credentials: { clientId, clientSecret } }) => ({
      type: 'Client Credentials',
      clientId,
      clientSecret,
      clientAuthenticationMethod: 'client_secret_post',
      expiresAt: 1,
    }),
  ],
];

test.for(kinds)('--profile signs in with %s, whatever the environment says', async ([, fields]) => {
  const team = await smallTeam();
  const HOME = await homeOf({ team: team.url, ...fields(team) });
  const env = { HOME, CELONIS_URL: 'http://127.0.0.1:9', CELONIS_API_TOKEN: 'another', CELONIS_KEY_TYPE: 'Bearer' };
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), ['doctor', '--profile', 'acme'], env);
  expect([code, stderr]).toEqual([0, '']);
});

test('a team that is not the one of the profile gets nothing of it: exit code 2', async () => {
  const team = await smallTeam();
  const HOME = await homeOf({ team: 'https://acme.eu-1.celonis.cloud', type: 'Key', apiToken: 's3cret' });
  const argv = ['export', '--profile', 'acme', '--team', team.url];
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), argv, { HOME });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/--team .* is not what .*acme\.json says: leave one/)]);
  expect(team.requests).toEqual([]);
});

test('config explain says what comes from the profile, and prints no secret', async () => {
  const team = await smallTeam();
  const HOME = await homeOf({ team: team.url, type: 'Key', authenticationType: 'AppKey', apiToken: 's3cret' });
  const env = { HOME, CELONIS_PROFILE: 'acme', CELONIS_URL: 'http://127.0.0.1:9' };
  const { code, stdout } = await celonisAuditIn(await emptyFolder(), ['config', 'explain'], env);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^team +http:\/\/127\.0\.0\.1:\d+ +profile +\S+acme\.json$/m);
  expect(stdout).toMatch(/^CELONIS_API_TOKEN +set +profile +\S+acme\.json$/m);
  expect(stdout).not.toContain('s3cret');
});

test('verify needs no credential, and reads no profile', async () => {
  const { stderr } = await celonisAuditIn(await emptyFolder(), ['verify'], { CELONIS_PROFILE: 'nobody' });
  expect(stderr).toMatch(/Nothing was extracted/);
});
