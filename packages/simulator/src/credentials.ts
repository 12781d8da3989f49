/** Who a caller is: keys, clients, and the tokens that were issued to them. */
import { opaque } from './chance.ts';
import type { VirtualClock } from './clock.ts';
import type { FaultPlan, Permission } from './faults.ts';
import type { CredentialKind } from './request-log.ts';

/** Somebody known to the simulator. */
interface Principal {
  /** Permissions that the team gave. */
  readonly permissions: readonly Permission[];
  /** Scopes of the token; `undefined` for keys, which scopes do not limit. */
  readonly scopes?: readonly string[];
}

/** An OAuth client. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whether the team gave it any permission. */
  readonly permitted: boolean;
}

export type Identified =
  | { readonly kind: CredentialKind; readonly principal: Principal }
  | {
      readonly kind: Exclude<CredentialKind, 'app-key' | 'api-key' | 'access-token' | 'client-secret'>;
      readonly principal?: undefined;
    };

interface IssuedToken {
  readonly client: OAuthClient;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
  uses: number;
}

/** The keys that a simulator accepts, by their text. */
export interface KnownKeys {
  readonly appKeys: ReadonlyMap<string, { readonly permitted: boolean }>;
  readonly apiKeys: ReadonlyMap<string, { readonly permitted: boolean }>;
}

export class CredentialDesk {
  readonly #seed: number;
  readonly #clock: VirtualClock;
  readonly #keys: KnownKeys;
  readonly #allPermissions: readonly Permission[];
  readonly #tokens = new Map<string, IssuedToken>();
  #issued = 0;

  constructor(seed: number, clock: VirtualClock, keys: KnownKeys, allPermissions: readonly Permission[]) {
    this.#seed = seed;
    this.#clock = clock;
    this.#keys = keys;
    this.#allPermissions = allPermissions;
  }

  /** A new token, good for `lifetime` seconds of virtual time. */
  issue(client: OAuthClient, scopes: readonly string[], lifetime: number): string {
    this.#issued += 1;
    const token = opaque(this.#seed, `token ${client.clientId} ${this.#issued}`, 32);
    this.#tokens.set(token, { client, scopes, expiresAt: this.#clock.milliseconds() + lifetime * 1000, uses: 0 });
    return token;
  }

  /** Makes every token issued so far expired. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  /** Who an `Authorization` header speaks for. Uses a token up where the plan says that it is good for so many requests. */
  identify(authorization: string | undefined, auth: FaultPlan['auth']): Identified {
    if (authorization === undefined || authorization === '') return { kind: 'none' };
    const [, scheme = '', text = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
    // The vendor matches the scheme without regard to case: https://developer.celonis.com/celonis-apis/api-reference/common-error-catalog
    if (/^appkey$/i.test(scheme)) return this.#key('app-key', this.#keys.appKeys.get(text), auth);
    if (!/^bearer$/i.test(scheme)) return { kind: 'malformed' };
    const apiKey = this.#keys.apiKeys.get(text);
    return apiKey === undefined ? this.#token(text, auth) : this.#key('api-key', apiKey, auth);
  }

  #key(kind: CredentialKind, key: { readonly permitted: boolean } | undefined, auth: FaultPlan['auth']): Identified {
    return key === undefined ? { kind: 'unknown' } : { kind, principal: { permissions: this.#permissions(key, auth) } };
  }

  #token(text: string, auth: FaultPlan['auth']): Identified {
    const token = this.#tokens.get(text);
    if (token === undefined) return { kind: 'unknown' };
    token.uses += 1;
    if (
      this.#clock.milliseconds() >= token.expiresAt ||
      token.uses > (auth?.tokenRequests ?? Number.POSITIVE_INFINITY)
    ) {
      return { kind: 'expired-token' };
    }
    return {
      kind: 'access-token',
      principal: { permissions: this.#permissions(token.client, auth), scopes: token.scopes },
    };
  }

  #permissions(who: { readonly permitted: boolean }, auth: FaultPlan['auth']): readonly Permission[] {
    return who.permitted ? (auth?.permissions ?? this.#allPermissions) : [];
  }
}
