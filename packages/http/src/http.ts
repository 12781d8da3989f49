/** One `fetch` for all: credentials, then retry, then limits, then time-outs, then the `fetch` that was given. */
import { attempt } from './attempt.ts';
import { keepFacts } from './buffered-response.ts';
import { type Call, type HttpRequestInit, prepare } from './call.ts';
import { type Clock, limitTime, sleep, systemClock, untilAborted } from './clock.ts';
import { connectionError, isPermanent } from './connection-error.ts';
import type { Credentials } from './credentials.ts';
import { isConnectionError, isOptionError, isTimeoutError, isUnexpectedResponseError, OptionError } from './errors.ts';
import { knownOptions } from './option-values.ts';
import { parseBaseUrl } from './origin.ts';
import { type Budget, Pacer } from './pacing.ts';
import { showUrl } from './redact.ts';
import { milliseconds, type RetryOptions, type RetryPolicy, retryPolicy } from './retry.ts';
import { backOff, serverWait, type Wait } from './retry-timing.ts';
import { totalTimeout } from './time-out.ts';

/** A wait that is about to begin; for progress displays. */
export interface WaitEvent {
  /** `retry`: an attempt failed. `limit`: a rate limit or budget is used up. */
  readonly reason: 'retry' | 'limit';
  readonly ms: number;
  readonly method: string;
  readonly url: string;
  /** The attempt that comes after the wait, counted from 1. */
  readonly attempt: number;
  /** Status of the answer that is tried again; absent when there was none. */
  readonly status?: number;
}

/** Options of {@link createHttp}. */
export interface HttpOptions {
  /** Sends the requests. Default: the runtime's `fetch`. Give another to go through a proxy, to record, or to test. */
  readonly fetch?: typeof fetch;
  /** Default: none. A request that brings its own `Authorization` header keeps it. */
  readonly credentials?: Credentials;
  /** Where tokens are issued, for credentials that do not say. */
  readonly tokenUrl?: string;
  /** `false` turns retrying off. */
  readonly retry?: RetryOptions | false;
  /** Limit of one attempt, its body included, in milliseconds. An attempt that runs out is retried. Default 60,000. */
  readonly timeout?: number;
  /** Limit of a request as a whole, with retries and waits for limits, in milliseconds. Default 900,000 (15 min). */
  readonly totalTimeout?: number;
  /** Limits known beforehand. What the server says of its limits in `x-ratelimit-*` headers is followed in any case. */
  readonly budgets?: readonly Budget[];
  /** Sent with every request that does not set them itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Hears of every wait before it begins. */
  readonly onWait?: (wait: WaitEvent) => void;
  /** Default: the runtime's clock. */
  readonly clock?: Clock;
  /** From 0 to 1; spreads the back-off. Default `Math.random`. */
  readonly random?: () => number;
}

/** What {@link createHttp} gives. */
export interface Http {
  /**
   * A plain `fetch`, for openapi-fetch and for you. It resolves to the last answer, whatever its status, and rejects with
   * `ConnectionError`, `TimeoutError`, `UnexpectedResponseError` (a redirect elsewhere), the errors of the token endpoint, or
   * the reason of the caller's signal. The body is read inside the attempt, so that a torn connection is retried, too.
   */
  readonly fetch: (input: RequestInfo | URL, init?: HttpRequestInit) => Promise<Response>;
}

/**
 * Composes the `fetch` of a client. Nothing happens before its first request: no timer, no token.
 * Throws {@link OptionError} when an option is wrong.
 */
export function createHttp(options: HttpOptions = {}): Http {
  const sender = new Sender(options);
  return { fetch: (input, init) => sender.fetch(input, init) };
}

const KNOWN: readonly (keyof HttpOptions)[] = [
  'fetch',
  'credentials',
  'tokenUrl',
  'retry',
  'timeout',
  'totalTimeout',
  'budgets',
  'headers',
  'onWait',
  'clock',
  'random',
];

class Sender {
  readonly #options: HttpOptions;
  readonly #policy: RetryPolicy;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #timeout: number;
  readonly #totalTimeout: number;
  readonly #headers: Headers;
  readonly #pacer: Pacer;

  constructor(options: HttpOptions) {
    knownOptions(options, KNOWN, 'createHttp');
    if (options.fetch !== undefined && typeof options.fetch !== 'function') {
      throw new OptionError('fetch', 'fetch must be a function like the global fetch.');
    }
    if (options.tokenUrl !== undefined)
      parseBaseUrl(options.tokenUrl, 'tokenUrl', 'https://api.emporix.io/oauth/token');
    this.#options = options;
    this.#policy = retryPolicy(options.retry);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#timeout = milliseconds('timeout', options.timeout, 60_000);
    this.#totalTimeout = milliseconds('totalTimeout', options.totalTimeout, 900_000);
    this.#headers = new Headers(options.headers);
    this.#pacer = new Pacer(this.#clock, options.budgets ?? [], this.#policy.maxWait);
  }

  async fetch(input: RequestInfo | URL, init: HttpRequestInit | undefined): Promise<Response> {
    const call = await prepare(input, init, this.#headers);
    return this.#send(call, call.headers.has('authorization') ? undefined : this.#options.credentials);
  }

  async #send(call: Call, credentials: Credentials | undefined): Promise<Response> {
    const limit = limitTime(this.#clock, call.signal, this.#totalTimeout, () =>
      totalTimeout(call.method, call.url, this.#totalTimeout),
    );
    const ends = this.#clock.now() + this.#totalTimeout;
    let mayRenew = credentials !== undefined;
    try {
      for (let attempts = 1, retries = 0; ; attempts += 1) {
        const outcome = await this.#try(call, credentials, limit.signal, attempts);
        if (
          mayRenew &&
          outcome.response?.status === 401 &&
          credentials?.refused(outcome.authorization ?? '') === true
        ) {
          mayRenew = false;
          continue;
        }
        const wait = this.#waitBefore(retries, call, outcome);
        if (wait === undefined || this.#clock.now() + wait.ms > ends) return settle(outcome);
        retries += 1;
        this.#say('retry', wait.ms, call, attempts + 1, outcome.response?.status);
        await sleep(this.#clock, wait.ms, limit.signal);
      }
    } finally {
      limit.end();
    }
  }

  /** One attempt, from its credentials to its outcome. Throws only what ends the request as a whole. */
  async #try(
    call: Call,
    credentials: Credentials | undefined,
    signal: AbortSignal,
    attempts: number,
  ): Promise<Outcome> {
    const authorize = async (): Promise<string | undefined> =>
      credentials && untilAborted(credentials.authorization(this.#need(call, signal)), signal);
    // Before the queue, since a token takes a request of its own; and again behind it, in case it expired there.
    await authorize();
    const slot = await this.#pacer.enter(call, signal, (ms) => this.#say('limit', ms, call, attempts));
    let head: Headers | undefined;
    let wait: number | undefined;
    try {
      const authorization = await authorize();
      const response = await attempt(call, {
        fetch: this.#options.fetch ?? globalThis.fetch,
        clock: this.#clock,
        timeout: this.#timeout,
        signal,
        authorization,
        onHead: (answer) => {
          head = answer.headers;
          if (answer.status === 429) wait = serverWait(head, this.#clock.now())?.ms;
        },
      });
      const asked = serverWait(response.headers, this.#clock.now());
      keepFacts(response, {
        method: call.method,
        url: call.url,
        attempts,
        secrets: secretsOf(authorization ?? call.headers.get('authorization')),
        ...(asked === undefined ? {} : { retryAt: this.#clock.now() + asked.ms }),
      });
      return { response, authorization };
    } catch (error) {
      if (signal.aborted || isOptionError(error) || isUnexpectedResponseError(error)) throw error;
      if (isTimeoutError(error)) return { error };
      return { error: connectionError(error, call.method, call.url, attempts) };
    } finally {
      slot.done(head, wait);
    }
  }

  #need(call: Call, signal: AbortSignal) {
    const { tokenUrl } = this.#options;
    return {
      ...(tokenUrl === undefined ? {} : { tokenUrl }),
      ...(call.scopes === undefined ? {} : { scopes: call.scopes }),
      signal,
      clock: this.#clock,
      send: (url: string, init: RequestInit) => this.#sendBare(url, init),
    };
  }

  /** For token requests: no credentials, no share in the API's limits, and no caller whose abort would take it from others. */
  async #sendBare(url: string, init: RequestInit): Promise<Response> {
    const { credentials: _, budgets: __, tokenUrl: ___, ...options } = this.#options;
    return createHttp(options).fetch(url, { ...init, idempotent: true });
  }

  /** How long to wait before the next attempt; undefined when there is to be none. */
  #waitBefore(retries: number, call: Call, { response, error }: Outcome): Wait | undefined {
    const policy = this.#policy;
    if (retries >= policy.maxRetries || !(call.idempotent || policy.methods.has(call.method))) return undefined;
    if (isConnectionError(error) && isPermanent(error)) return undefined;
    if (response !== undefined && !policy.statuses.has(response.status)) return undefined;
    const asked = response === undefined ? undefined : serverWait(response.headers, this.#clock.now());
    if (asked !== undefined) return asked.ms <= policy.maxWait ? asked : undefined;
    return backOff(retries, policy.baseDelay, policy.maxDelay, this.#random);
  }

  #say(reason: WaitEvent['reason'], ms: number, call: Call, attempt: number, status?: number): void {
    const { method } = call;
    this.#options.onWait?.({
      reason,
      ms,
      method,
      url: showUrl(call.url),
      attempt,
      ...(status === undefined ? {} : { status }),
    });
  }
}

/** Either an answer or the error in its place. */
interface Outcome {
  readonly response?: Response;
  readonly authorization?: string | undefined;
  readonly error?: Error;
}

function settle({ response, error }: Outcome): Response {
  if (response !== undefined) return response;
  throw error;
}

const secretsOf = (authorization: string | null): readonly string[] =>
  authorization === null ? [] : [authorization, authorization.replace(/^\S+\s+/u, '')];
