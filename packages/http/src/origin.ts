/** Where requests may go: https anywhere, plain http to this machine only. */
import { OptionError } from './errors.ts';
import { showUrl } from './redact.ts';

/** Whether a URL's host name is this machine: 127.0.0.0/8, ::1, localhost and names below it. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    // The URL parser has normalised every way to write an IPv4 address (octal, hex, one number) to four decimal parts.
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/u.test(hostname)
  );
}

/** Throws an {@link OptionError} unless the URL may be called. `option` names where it came from. */
export function assertCallable(url: URL, option: string): void {
  if (url.protocol === 'https:') return;
  if (url.protocol !== 'http:') {
    throw new OptionError(option, `${option} must begin with https://, but is ${showUrl(url)}.`);
  }
  if (!isLoopback(url.hostname)) {
    throw new OptionError(
      option,
      `${option} ${showUrl(url)} would send credentials in clear text: use https://${url.host}. Plain http is allowed to this machine only (localhost, 127.0.0.1, [::1]).`,
    );
  }
}

/**
 * Checks a base URL at the door: absolute, callable, without user information, query or fragment.
 * Gives it back without a slash at its end.
 */
export function parseBaseUrl(value: string, option: string, example: string): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new OptionError(option, `${option} is missing: give a URL such as ${example}.`);
  }
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) {
    throw new OptionError(option, `${option} is not a URL: give one such as ${example}.`);
  }
  assertCallable(url, option);
  if (url.username !== '' || url.password !== '') {
    throw new OptionError(option, `${option} must not hold a user name or password: give a URL such as ${example}.`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new OptionError(option, `${option} must have no query and no fragment: give a URL such as ${example}.`);
  }
  return url.href.replace(/\/+$/u, '');
}
