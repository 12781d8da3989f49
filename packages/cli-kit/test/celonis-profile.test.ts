import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readCelonisProfile } from '../src/celonis-profile.ts';
import { readSecret } from '../src/secrets.ts';

const inKeychain = vi.hoisted(() => ({ entries: {} as Record<string, string> }));
vi.mock('@napi-rs/keyring', () => ({
  AsyncEntry: class {
    readonly #name: string;
    constructor(service: string, account: string) {
      this.#name = `${service}/${account}`;
    }
    getPassword = (): Promise<string | null> => Promise.resolve(inKeychain.entries[this.#name] ?? null);
  },
}));

const now = new Date('2026-06-01T12:00:00Z');
let home: string;
let folder: string;
beforeEach(async () => {
  inKeychain.entries = {};
  home = await mkdtemp(join(tmpdir(), 'millrace-home-'));
  folder = join(home, '.celonis-content-cli-profiles');
  await mkdir(folder, { mode: 0o700 });
});
afterEach(() => rm(home, { recursive: true }));

/** Writes a profile as content-cli does. */
async function profile(name: string, fields: object, mode = 0o600): Promise<string> {
  const path = join(folder, `${name}.json`);
  await writeFile(path, JSON.stringify({ name, team: 'https://acme.eu-1.celonis.cloud', ...fields }), { mode });
  return path;
}

const read = (name: string, env: Record<string, string> = {}) =>
  readCelonisProfile(name, { env: { HOME: home, ...env } }, now);

describe('a profile of content-cli', () => {
  test.each([
    ['an application key', { type: 'Key', authenticationType: 'AppKey' }, 'AppKey'],
    ['a user API key', { type: 'Key', authenticationType: 'Bearer' }, 'Bearer'],
    ['a key, of its first releases', { authenticationType: 'AppKey' }, 'AppKey'],
    ['a sign-in that still holds', { type: 'Device Code', expiresAt: now.getTime() / 1000 + 60 }, 'Bearer'],
  ])('with %s gives team, token and kind of token', async (_name, fields, keyType) => {
    const path = await profile('acme', { ...fields, apiToken: 's3cret' });
    const { source, env } = await read('acme');
    expect(source).toBe(path);
    expect(env).toMatchObject({
      CELONIS_URL: 'https://acme.eu-1.celonis.cloud',
      CELONIS_API_TOKEN: 's3cret',
      CELONIS_KEY_TYPE: keyType,
    });
  });

  test('with an OAuth client gives the client, whose tokens we get ourselves, and hides a token of the environment', async () => {
    const fields = {
      type: 'Client Credentials',
      clientId: 'id',
      clientSecret: 's3cret',
      apiToken: 'old',
      expiresAt: 1,
    };
    await profile('acme', { ...fields, clientAuthenticationMethod: 'client_secret_basic' });
    const { env } = await read('acme');
    expect(env).toMatchObject({
      OAUTH_CLIENT_ID: 'id',
      OAUTH_CLIENT_SECRET: 's3cret',
      OAUTH_CLIENT_METHOD: 'basic',
    });
    const merged = { CELONIS_API_TOKEN: 'mine', CELONIS_API_TOKEN_COMMAND: 'false', ...env };
    expect(await readSecret('CELONIS_API_TOKEN', { env: merged, cwd: '/' })).toBeUndefined();
  });

  test('that keeps its secrets in the keychain gets them from there', async () => {
    await profile('acme', { type: 'Key', authenticationType: 'AppKey', secretsStoredSecurely: true });
    inKeychain.entries = { 'celonis-content-cli:acme/apiToken': 's3cret' };
    expect((await read('acme')).env).toMatchObject({ CELONIS_API_TOKEN: 's3cret' });
  });

  test('is read and never written', async () => {
    const path = await profile('acme', { type: 'Key', apiToken: 's3cret' });
    const before = [await readFile(path, 'utf8'), (await stat(path)).mtimeMs];
    await read('acme');
    expect([await readFile(path, 'utf8'), (await stat(path)).mtimeMs]).toEqual(before);
    expect(await readdir(folder)).toEqual(['acme.json']);
  });
});

describe('a profile is refused in one sentence that holds no secret', () => {
  test('when there is none of that name: it says which there are', async () => {
    await profile('acme', {});
    await writeFile(join(folder, 'config.json'), '{}');
    await expect(read('acne')).rejects.toThrow(/has no profile "acne"\. There are: acme;/);
    await expect(read('../acme')).rejects.toThrow(/has no profile/);
    await rm(folder, { recursive: true });
    await expect(read('acme')).rejects.toThrow(/There is none; content-cli profile create makes one/);
  });

  test.skipIf(process.platform === 'win32')('when others can read it', async () => {
    await profile('acme', { type: 'Key', apiToken: 's3cret' }, 0o644);
    await expect(read('acme')).rejects.toThrow(/acme\.json can be read by others: run chmod 600/);
  });

  test('when its sign-in has run out', async () => {
    await profile('acme', { type: 'Device Code', apiToken: 's3cret', expiresAt: now.getTime() / 1000 });
    await expect(read('acme')).rejects.toThrow(
      /^The sign-in of the profile acme ran out on 2026-06-01T12:00:00\.000Z\. A command of content-cli with --profile acme renews it/,
    );
  });

  test.each([
    ['no secret', { type: 'Key' }, /acme\.json has no apiToken/],
    ['no secret in the keychain', { type: 'Key', secretsStoredSecurely: true }, /keeps its apiToken in the keychain/],
    ['a field of another kind', { type: 'Key', apiToken: 7 }, /is not a profile .* see apiToken\.$/],
    ['a kind of profile that we do not know', { type: 'Passkey', apiToken: 's3cret' }, /see type\.$/],
  ])('when it has %s', async (_name, fields, want) => {
    await profile('acme', fields);
    await expect(read('acme')).rejects.toThrow(want);
  });

  test('when it is no JSON', async () => {
    await writeFile(join(folder, 'acme.json'), '{"apiToken":"s3cret"', { mode: 0o600 });
    const error: unknown = await read('acme').catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/acme\.json is not JSON/);
    expect(JSON.stringify([error, (error as Error).cause])).not.toContain('s3cret');
  });
});
