/** How long to wait before the next attempt. */

/** A wait, and whose wish it is. */
export interface Wait {
  readonly ms: number;
  readonly from: 'retry-after' | 'x-ratelimit-reset' | 'back-off';
}

/** A count of seconds beyond this is a moment (seconds since 1970), as some services write it. */
const LATEST_DELAY_SECONDS = 1_000_000_000;

function seconds(header: string | null): number | undefined {
  if (header === null || !/^\s*\d+(?:\.\d+)?\s*$/u.test(header)) return undefined;
  return Number(header);
}

/**
 * What the server asks for. It is obeyed to the millisecond, without jitter.
 *
 * - First `Retry-After`: seconds, or an HTTP date (RFC 9110, 10.2.3). A date is measured against the server's own `Date`, so
 *   that a wrong clock on either side does no harm.
 * - Then `x-ratelimit-reset`: seconds to wait (https://developer.celonis.com/celonis-apis/rate-limiting).
 *
 * Anything that does not parse, or lies in the past, is passed over.
 */
export function serverWait(headers: Headers, now: number): Wait | undefined {
  const retryAfter = headers.get('retry-after');
  const delay = seconds(retryAfter);
  if (delay !== undefined) return { ms: delay * 1000, from: 'retry-after' };
  if (retryAfter !== null && /[a-z]/iu.test(retryAfter)) {
    const at = Date.parse(retryAfter);
    const serverNow = Date.parse(headers.get('date') ?? '');
    const ms = at - (Number.isNaN(serverNow) ? now : serverNow);
    if (ms >= 0) return { ms, from: 'retry-after' };
  }
  const reset = seconds(headers.get('x-ratelimit-reset'));
  if (reset === undefined) return undefined;
  const ms = reset > LATEST_DELAY_SECONDS ? reset * 1000 - now : reset * 1000;
  return ms >= 0 ? { ms, from: 'x-ratelimit-reset' } : undefined;
}

/** Exponential back-off with full jitter: anything from 0 to `base`·2^`retry`, at most `most`. `retry` counts from 0. */
export function backOff(retry: number, base: number, most: number, random: () => number): Wait {
  return { ms: random() * Math.min(most, base * 2 ** retry), from: 'back-off' };
}
