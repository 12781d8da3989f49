/** Where the `Authorization` header comes from. */
import type { Clock } from './clock.ts';
import { untilAborted } from './clock.ts';
import { OptionError } from './errors.ts';

/** A secret, or a function that fetches it: from a key chain, a vault, a file. */
export type Secret = string | (() => string | Promise<string>);

/** What credentials may need to know and use. */
export interface CredentialNeed {
  /** Where tokens are issued, when the credentials do not say. */
  readonly tokenUrl?: string;
  /** Scopes that the operation at hand needs. */
  readonly scopes?: readonly string[];
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Sends a request that carries no credentials, with the client's retries and time-outs. */
  readonly send: (url: string, init: RequestInit) => Promise<Response>;
}

/** Credentials of a client. One value may serve several clients, and then they share its tokens. */
export interface Credentials {
  /** The value of the `Authorization` header. */
  authorization(need: CredentialNeed): Promise<string>;
  /** Hears that the server refused that header. Answers whether asking again may give another. */
  refused(authorization: string): boolean;
}

/**
 * A Celonis application key: `Authorization: AppKey …`. A function is called at the first request and, once, after a 401;
 * in between its value is kept in memory.
 */
export const appKey = (key: Secret): Credentials => fixed('AppKey', 'appKey', key);

/** A bearer token, or a Celonis user API key: `Authorization: Bearer …`. A function is called as for {@link appKey}. */
export const bearer = (token: Secret): Credentials => fixed('Bearer', 'bearer', token);

function fixed(scheme: string, option: string, secret: Secret): Credentials {
  if (typeof secret !== 'function') {
    const header = `${scheme} ${checkSecret(option, secret)}`;
    return { authorization: () => Promise.resolve(header), refused: () => false };
  }
  let header: Promise<string> | undefined;
  let current: string | undefined;
  const load = async (): Promise<string> => {
    current = `${scheme} ${checkSecret(option, await secret())}`;
    return current;
  };
  const forget = (): void => {
    header = undefined;
    current = undefined;
  };
  return {
    authorization: ({ signal }) => {
      if (header === undefined) {
        header = load();
        header.catch(forget);
      }
      return untilAborted(header, signal);
    },
    refused: (authorization) => {
      // Another request may have had it refused before, and the new one is here or on its way.
      if (authorization === current) forget();
      return true;
    },
  };
}

/** Checks a secret without ever showing it. */
export function checkSecret(option: string, secret: unknown): string {
  if (typeof secret !== 'string' || secret === '') {
    throw new OptionError(option, `${option} needs the key as a non-empty string, or a function that gives one.`);
  }
  if (!/^[\u0021-\u007E]+$/u.test(secret)) {
    throw new OptionError(
      option,
      `${option} was given a key with a space, a line break or a character outside ASCII in it: give the key alone, as it was issued.`,
    );
  }
  return secret;
}

/** Refuses what is no credentials, at the door of a client. */
export function assertCredentials(credentials: unknown, example: string): void {
  const given: { readonly authorization?: unknown } =
    typeof credentials === 'object' && credentials !== null ? credentials : {};
  if (typeof given.authorization !== 'function') {
    throw new OptionError('credentials', `credentials are missing: give ${example}.`);
  }
}
