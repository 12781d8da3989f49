/** A request as a value that can be sent any number of times. */
import { untilAborted } from './clock.ts';
import { OptionError } from './errors.ts';
import { assertCallable } from './origin.ts';

/** What a request may say beyond the standard. With a `Request`, the same may be set as properties of it. */
export interface HttpRequestInit extends RequestInit {
  /** May be sent twice without harm, whatever its method: it is retried. */
  readonly idempotent?: boolean;
  /** Give the response back as soon as its head is here; its body is then neither read inside the attempt nor retried. */
  readonly stream?: boolean;
  /** OAuth scopes that the operation needs, for credentials that ask for a token by scope. */
  readonly scopes?: readonly string[];
}

/** A request, ready to be sent again and again: its body is bytes, and each attempt gets its own. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | string | undefined;
  readonly redirect: RequestRedirect;
  readonly signal: AbortSignal | undefined;
  readonly idempotent: boolean;
  readonly stream: boolean;
  readonly scopes: readonly string[] | undefined;
  /** What the runtime knows beyond the standard (`dispatcher`, `cf`), handed through. */
  readonly extra: RequestInit;
}

const OWN = new Set([
  'method',
  'headers',
  'body',
  'redirect',
  'signal',
  'idempotent',
  'stream',
  'scopes',
  'duplex',
  'window',
]);

/** Reads a request once. A body that is a stream is read into memory here, so that a retry can send it again. */
export async function prepare(
  input: RequestInfo | URL,
  init: HttpRequestInit | undefined,
  defaults: Headers,
): Promise<Call> {
  const marks: HttpRequestInit = { ...(input instanceof Request ? marksOf(input) : {}), ...init };
  const plain = typeof init?.body === 'string' || init?.body === undefined;
  const simple = !(input instanceof Request) && plain;
  const request = simple ? undefined : new Request(input, init);
  const url = urlOf(request?.url ?? input);
  const headers = new Headers(request?.headers ?? init?.headers);
  for (const [name, value] of defaults) if (!headers.has(name)) headers.set(name, value);
  const signal = init?.signal ?? request?.signal ?? undefined;
  return {
    method: (request?.method ?? init?.method ?? 'GET').toUpperCase(),
    url: url.href,
    headers,
    body: request === undefined ? (init?.body as string | undefined) : await bodyOf(request),
    redirect: request?.redirect ?? init?.redirect ?? 'follow',
    signal,
    idempotent: marks.idempotent === true || headers.has('idempotency-key'),
    stream: marks.stream === true,
    scopes: marks.scopes,
    extra: Object.fromEntries(Object.entries(init ?? {}).filter(([name]) => !OWN.has(name))),
  };
}

/** openapi-fetch copies options that it does not know onto the `Request`. */
const marksOf = (request: Request & HttpRequestInit): HttpRequestInit => ({
  ...(request.idempotent === undefined ? {} : { idempotent: request.idempotent }),
  ...(request.stream === undefined ? {} : { stream: request.stream }),
  ...(request.scopes === undefined ? {} : { scopes: request.scopes }),
});

function urlOf(input: string | URL | Request): URL {
  const given = input instanceof Request ? input.url : input;
  if (!URL.canParse(given))
    throw new OptionError('url', 'The request needs an absolute URL, such as https://api.emporix.io/oe/accounts.');
  const url = new URL(given);
  assertCallable(url, 'url');
  return url;
}

async function bodyOf(request: Request): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (request.body === null) return undefined;
  return new Uint8Array(await untilAborted(request.arrayBuffer(), request.signal));
}
