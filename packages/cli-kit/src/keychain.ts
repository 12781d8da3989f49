/** The keychain of the operating system: macOS Keychain, Windows Credential Manager, Secret Service on Linux. Read, never written. */
import { UsageError } from './usage-error.ts';

/**
 * The password of an entry.
 * @returns undefined when there is no such entry, or this machine has no keychain
 * @throws UsageError when the optional package that reads keychains is not there, or the keychain cannot be opened
 */
export async function readKeychain(service: string, account: string): Promise<string | undefined> {
  const { AsyncEntry } = await import('@napi-rs/keyring').catch((cause: unknown) => {
    throw new UsageError(
      'The keychain cannot be read: the optional package @napi-rs/keyring is not installed, or has no build for this platform.',
      { cause },
    );
  });
  try {
    return (await new AsyncEntry(service, account).getPassword()) ?? undefined;
  } catch (cause) {
    throw new UsageError(`The keychain does not open its entry ${service}/${account}: unlock it and try again.`, {
      cause,
    });
  }
}
