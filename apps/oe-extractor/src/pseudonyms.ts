import { createHmac } from 'node:crypto';
import { UsageError, type Io } from '@millrace/cli-kit';
import { readSecret } from '@millrace/cli-kit/secrets';

/** Replaces texts. */
export interface Pseudonyms {
  /** The same text for the same text: 22 characters (132 bits) of an HMAC-SHA256. */
  readonly of: (text: string) => string;
  /** Tells keys apart without telling the key. */
  readonly keyId: string;
}

const variable = 'OE_PSEUDONYM_KEY';
const leastLength = 16;

/**
 * Takes the key from the environment, where there are columns to replace.
 * @throws UsageError when it is missing or too short to keep anything secret
 */
export async function readPseudonyms(io: Pick<Io, 'env' | 'cwd'>, columns: readonly string[]): Promise<Pseudonyms> {
  if (columns.length === 0) return { of: (text) => text, keyId: '' };
  const key = await readSecret(variable, io);
  if (key === undefined || key.length < leastLength)
    throw new UsageError(
      `Pseudonyms need a key that is kept secret: set ${variable} in the environment to ${leastLength} characters or more, as from openssl rand -base64 32. Keep it: with another key the pseudonyms are others.`,
    );
  const of = (text: string): string => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
  return { of, keyId: of('key ID') };
}
