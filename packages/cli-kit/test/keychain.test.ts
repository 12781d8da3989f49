import { beforeEach, describe, expect, test, vi } from 'vitest';
import { readSecret } from '../src/secrets.ts';
import { UsageError } from '../src/usage-error.ts';

/** What the keychain holds, by service and account, or why it does not open. */
let entries: Readonly<Record<string, string>> | Error = {};

vi.mock('@napi-rs/keyring', () => ({
  AsyncEntry: class {
    readonly #name: string;
    constructor(service: string, account: string) {
      this.#name = `${service}/${account}`;
    }
    getPassword(): Promise<string | null> {
      return entries instanceof Error ? Promise.reject(entries) : Promise.resolve(entries[this.#name] ?? null);
    }
  },
}));

beforeEach(() => {
  entries = { 'millrace/KEY': 's3cret', 'millrace/acme/eu': 'other\n' };
});

describe('a keychain', () => {
  const read = (entry: string) => readSecret('KEY', { env: { KEY_KEYCHAIN: entry }, cwd: '/' });

  test('gives the entry of a service, whose account is the name of the secret', async () => {
    expect(await read('millrace')).toBe('s3cret');
  });

  test('gives the entry of a service and an account, slashes in it included', async () => {
    expect(await read('millrace/acme/eu')).toBe('other');
  });

  test('without that entry is told as such', async () => {
    await expect(read('millrace/nobody')).rejects.toThrow(
      /^KEY_KEYCHAIN: .* no entry with service millrace and account nobody, or there is no keychain/,
    );
  });

  test('that is locked is told as such, with the reason', async () => {
    entries = new Error('the collection is locked');
    const error: unknown = await read('millrace').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: expect.stringMatching(/millrace\/KEY: unlock it/), cause: entries });
  });
});

test('where the optional package is not installed, the message names it', async () => {
  vi.resetModules();
  vi.doMock('@napi-rs/keyring', () => {
    throw new Error('Cannot find package');
  });
  const fresh = await import('../src/keychain.ts');
  await expect(fresh.readKeychain('a', 'b')).rejects.toThrow(
    /optional package @napi-rs\/keyring is not installed, or has no build/,
  );
});
