import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSecret, secretVariable } from '../src/secrets.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'millrace-secret-'));
});
afterEach(() => rm(cwd, { recursive: true }));

test('the variable itself is read, without blanks around it', async () => {
  expect(await readSecret('KEY', { env: { KEY: ' s3cret\n' }, cwd })).toBe('s3cret');
});

test('a file that only its owner can read is read', async () => {
  await writeFile(join(cwd, 'key'), 's3cret\n', { mode: 0o600 });
  expect(await readSecret('KEY', { env: { KEY_FILE: 'key' }, cwd })).toBe('s3cret');
});

test.skipIf(process.platform === 'win32')(
  'a file that others can read is refused with the command that mends it',
  async () => {
    await writeFile(join(cwd, 'key'), 's3cret\n');
    await chmod(join(cwd, 'key'), 0o644);
    await expect(readSecret('KEY', { env: { KEY_FILE: 'key' }, cwd })).rejects.toThrow(/chmod 600/);
  },
);

test('a file that is not there is refused by the name of its variable', async () => {
  await expect(readSecret('KEY', { env: { KEY_FILE: 'none' }, cwd })).rejects.toThrow(/KEY_FILE names .*none/);
});

test('the first line that a command prints is read', async () => {
  expect(await readSecret('KEY', { env: { KEY_COMMAND: 'echo s3cret' }, cwd })).toBe('s3cret');
});

test('a command that fails is refused without repeating its words', async () => {
  await expect(readSecret('KEY', { env: { KEY_COMMAND: 'false hunter2' }, cwd })).rejects.toThrow(
    /^(?!.*hunter2).*KEY_COMMAND \(false\) failed/,
  );
});

test('the variable itself goes before file, command and keychain, and the one that counts is known', () => {
  const all = { KEY: 's', KEY_FILE: 'f', KEY_COMMAND: 'c', KEY_KEYCHAIN: 'k' };
  expect(secretVariable('KEY', all)).toBe('KEY');
  expect(secretVariable('KEY', { ...all, KEY: ' ' })).toBe('KEY_FILE');
  expect(secretVariable('KEY', { KEY_KEYCHAIN: 'k' })).toBe('KEY_KEYCHAIN');
  expect(secretVariable('KEY', {})).toBeUndefined();
});

test('nothing set gives nothing', async () => {
  expect(await readSecret('KEY', { env: {}, cwd })).toBeUndefined();
});
