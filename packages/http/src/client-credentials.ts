/** OAuth 2 client credentials (RFC 6749, section 4.4). */
import { untilAborted } from './clock.ts';
import { checkSecret, type CredentialNeed, type Credentials, type Secret } from './credentials.ts';
import { OptionError } from './errors.ts';
import { parseBaseUrl } from './origin.ts';
import { readToken } from './token-answer.ts';

/** Options of {@link clientCredentials}. */
export interface ClientCredentialsOptions {
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  /** Where tokens are issued. Default: what the client that uses them knows, as `{team}/oauth2/token`. */
  readonly tokenUrl?: string;
  /** Scopes to ask for. Default: what the operation at hand needs, where the client knows it; else none, so the server decides. */
  readonly scopes?: readonly string[];
  /**
   * How the client was registered to prove itself.
   * - `post` (default): `client_id` and `client_secret` as form fields
   * - `basic`: HTTP Basic
   */
  readonly method?: 'basic' | 'post';
  /** A token is renewed this many milliseconds before it expires, or at half its life if that is shorter. Default 60,000. */
  readonly renewBefore?: number;
}

interface Held {
  readonly header: string;
  readonly renewAt: number;
}

/**
 * OAuth 2 client credentials. Tokens stay in memory; however many requests wait for one, one is asked for. It is renewed
 * before it expires, and once after a 401. Throws `AuthenticationError` when the token endpoint refuses the client, and
 * `PermissionError` when it refuses a scope.
 */
export function clientCredentials(
  clientId: Secret,
  clientSecret: Secret,
  options?: Omit<ClientCredentialsOptions, 'clientId' | 'clientSecret'>,
): Credentials;
export function clientCredentials(options: ClientCredentialsOptions): Credentials;
export function clientCredentials(
  first: Secret | ClientCredentialsOptions,
  clientSecret?: Secret,
  more?: Omit<ClientCredentialsOptions, 'clientId' | 'clientSecret'>,
): Credentials {
  const options = check(
    typeof first === 'object' ? first : { ...more, clientId: first, clientSecret: clientSecret ?? '' },
  );
  const held = new Map<string, Held>();
  const pending = new Map<string, Promise<string>>();

  const renew = async (key: string, tokenUrl: string, scopes: readonly string[], need: CredentialNeed) => {
    const asked = need.clock.now();
    const [id, secret] = await Promise.all([
      reveal('clientId', options.clientId),
      reveal('clientSecret', options.clientSecret),
    ]);
    const response = await need.send(tokenUrl, tokenRequest(id, secret, scopes, options.method ?? 'post'));
    const token = await readToken(response, { scopes, secrets: [secret], method: options.method ?? 'post' });
    const header = `Bearer ${token.accessToken}`;
    const life = token.expiresIn * 1000;
    held.set(key, { header, renewAt: asked + life - Math.min(options.renewBefore ?? 60_000, life / 2) });
    return header;
  };

  return {
    authorization: (need) => {
      const tokenUrl = options.tokenUrl ?? need.tokenUrl;
      if (tokenUrl === undefined) {
        throw new OptionError(
          'tokenUrl',
          'clientCredentials needs tokenUrl, the address that issues tokens, such as https://team.eu-1.celonis.cloud/oauth2/token.',
        );
      }
      const scopes = options.scopes ?? need.scopes ?? [];
      const key = `${tokenUrl} ${scopes.join(' ')}`;
      const known = held.get(key);
      if (known !== undefined && need.clock.now() < known.renewAt) return Promise.resolve(known.header);
      let token = pending.get(key);
      if (token === undefined) {
        token = renew(key, tokenUrl, scopes, need).finally(() => pending.delete(key));
        pending.set(key, token);
      }
      return untilAborted(token, need.signal);
    },
    refused: (authorization) => {
      for (const [key, { header }] of held) if (header === authorization) held.delete(key);
      return true;
    },
  };
}

function check(options: ClientCredentialsOptions): ClientCredentialsOptions {
  for (const name of ['clientId', 'clientSecret'] as const) {
    const value: unknown = options[name];
    if (typeof value !== 'function') checkSecret(name, value);
  }
  if (options.method !== undefined && options.method !== 'basic' && options.method !== 'post') {
    throw new OptionError(
      'method',
      'method must be "basic" or "post", as chosen when the OAuth client was registered.',
    );
  }
  if (
    options.scopes !== undefined &&
    (!Array.isArray(options.scopes) || options.scopes.some((s) => /^$|\s/u.test(s)))
  ) {
    throw new OptionError('scopes', 'scopes must be a list of single scopes, such as ["audit.log:read"].');
  }
  if (options.renewBefore !== undefined && !(options.renewBefore >= 0)) {
    throw new OptionError('renewBefore', 'renewBefore must be a number of milliseconds from 0, such as 60000.');
  }
  if (options.tokenUrl === undefined) return options;
  const tokenUrl = parseBaseUrl(options.tokenUrl, 'tokenUrl', 'https://team.eu-1.celonis.cloud/oauth2/token');
  return { ...options, tokenUrl };
}

const reveal = async (option: string, secret: Secret): Promise<string> =>
  checkSecret(option, typeof secret === 'function' ? await secret() : secret);

function tokenRequest(id: string, secret: string, scopes: readonly string[], method: 'basic' | 'post'): RequestInit {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  const headers: Record<string, string> = {
    'Content-Type': 'application/x-www-form-urlencoded',
    Accept: 'application/json',
  };
  if (method === 'basic') {
    // RFC 6749, 2.3.1: both are form-encoded before they are joined.
    headers['Authorization'] = `Basic ${btoa(`${formEncode(id)}:${formEncode(secret)}`)}`;
  } else {
    form.set('client_id', id);
    form.set('client_secret', secret);
  }
  return { method: 'POST', headers, body: form.toString() };
}

const formEncode = (value: string): string => new URLSearchParams({ v: value }).toString().slice(2);
