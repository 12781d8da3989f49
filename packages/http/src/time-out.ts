/** The two time limits of a request. */
import { TimeoutError } from './errors.ts';
import { showUrl } from './redact.ts';

/** The error of an attempt that took too long. */
export function attemptTimeout(method: string, url: string, timeout: number): TimeoutError {
  const shown = showUrl(url);
  return new TimeoutError(
    `${method} ${shown} was not answered in full within ${timeout / 1000} s. The server or the way to it is slow: try again, ask for smaller pages, or raise the option timeout.`,
    { method, url: shown, limit: 'attempt', timeout },
  );
}

/** The error of a request that used up its whole time, waits and retries included. */
export function totalTimeout(method: string, url: string, timeout: number): TimeoutError {
  const shown = showUrl(url);
  return new TimeoutError(
    `${method} ${shown} did not succeed within ${timeout / 1000} s, waits and retries included. The server is slow, failing or limiting: try again later, or raise the option totalTimeout.`,
    { method, url: shown, limit: 'total', timeout },
  );
}
