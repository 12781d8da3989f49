/** One attempt: send, follow redirects within the origin, read the body. */
import { BufferedResponse, readBytes } from './buffered-response.ts';
import type { Call } from './call.ts';
import { type Clock, limitTime, untilAborted } from './clock.ts';
import { UnexpectedResponseError } from './errors.ts';
import { showUrl } from './redact.ts';
import { attemptTimeout } from './time-out.ts';

/** What an attempt needs besides the request. */
export interface AttemptContext {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Limit of this attempt in milliseconds; it covers the body unless the call streams. */
  readonly timeout: number;
  /** Of the whole request. */
  readonly signal: AbortSignal;
  /** Value of `Authorization`, unless the call brings its own. */
  readonly authorization: string | undefined;
  /** Hears the head of the answer, before the body is read. */
  readonly onHead: (response: Response) => void;
}

/** Sends the call once. Rejects with the signal's reason, with a time-out, or with whatever `fetch` rejects with. */
export async function attempt(call: Call, context: AttemptContext): Promise<Response> {
  const limit = limitTime(context.clock, context.signal, context.timeout, () =>
    attemptTimeout(call.method, call.url, context.timeout),
  );
  try {
    // A fetch that does not heed its signal must not keep the caller waiting.
    return await untilAborted(exchange(call, context, limit.signal), limit.signal);
  } catch (error) {
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    limit.end();
  }
}

async function exchange(call: Call, context: AttemptContext, signal: AbortSignal): Promise<Response> {
  const headers = new Headers(call.headers);
  if (context.authorization !== undefined) headers.set('authorization', context.authorization);
  const response = await follow(call, headers, context.fetch, call.stream ? context.signal : signal);
  context.onHead(response);
  if (call.stream) return response;
  const bytes = await readBytes(response);
  return new BufferedResponse(bytes, {
    url: response.url === '' ? call.url : response.url,
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}

const MOST_REDIRECTS = 5;

/**
 * Redirects are followed here, not by `fetch`, so that credentials never travel to another origin: a redirect that leads
 * there is an error.
 */
async function follow(
  call: Call,
  headers: Headers,
  fetch: AttemptContext['fetch'],
  signal: AbortSignal,
): Promise<Response> {
  let { url, method, body } = call;
  for (let hops = 0; ; hops += 1) {
    const response = await fetch(url, {
      ...call.extra,
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: call.redirect === 'follow' ? 'manual' : call.redirect,
      signal,
    });
    if (call.redirect !== 'follow' || !isRedirect(response)) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (location === null && response.type !== 'opaqueredirect') return response;
    const target = location !== null && URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (target === undefined || target.origin !== new URL(url).origin) throw refused(call, response.status, target);
    if (hops === MOST_REDIRECTS) throw tooMany(call, response.status);
    if (response.status === 303 || (method === 'POST' && response.status < 303)) {
      method = method === 'HEAD' ? 'HEAD' : 'GET';
      body = undefined;
      for (const name of ['content-type', 'content-length', 'content-encoding']) headers.delete(name);
    }
    url = target.href;
  }
}

// A browser hides where a redirect leads: its type says that there was one.
const isRedirect = (response: Response): boolean =>
  response.type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(response.status);

function refused(call: Call, status: number, target: URL | undefined): UnexpectedResponseError {
  const where = target === undefined ? 'to an address that cannot be seen' : `to ${showUrl(target.origin)}`;
  return unexpectedRedirect(
    call,
    status,
    `was redirected ${where}, and credentials are not sent on to another origin. Most likely the address is not that of the API, or the server wants a log-in: check it.`,
  );
}

const tooMany = (call: Call, status: number): UnexpectedResponseError =>
  unexpectedRedirect(call, status, `was redirected more than ${MOST_REDIRECTS} times: check the address.`);

function unexpectedRedirect(call: Call, status: number, what: string): UnexpectedResponseError {
  const url = showUrl(call.url);
  return new UnexpectedResponseError(`${call.method} ${url} ${what}`, { method: call.method, url, status });
}
