/** Checks of option values that both programs take. Each failure is one sentence with the right form. */
import { z } from 'zod';
import type { Settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]);

/**
 * A date (`2026-01-31`, meaning its first instant in UTC) or an instant (`2026-01-31T08:00:00Z`; without a zone UTC is meant).
 * @returns the instant as ISO 8601 in UTC with milliseconds; undefined when the setting has no value.
 */
export function instantSetting(settings: Settings, key: string): string | undefined {
  const text = settings.text(key);
  if (text === undefined) return undefined;
  if (!instant.safeParse(text).success) {
    throw new UsageError(
      `${settings.sourceOf(key)}: "${text}" is not a date. Write 2026-01-31 or 2026-01-31T08:00:00Z.`,
    );
  }
  const zoned = day.test(text) ? `${text}T00:00:00Z` : /(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`;
  return new Date(zoned).toISOString();
}

/** A whole number within bounds. */
export function integerSetting(settings: Settings, key: string, least: number, most: number): number | undefined {
  const text = settings.text(key);
  if (text === undefined) return undefined;
  const parsed = z.coerce.number().int().min(least).max(most).safeParse(text);
  if (!parsed.success)
    throw new UsageError(`${settings.sourceOf(key)}: "${text}" is not a whole number from ${least} to ${most}.`);
  return parsed.data;
}

const spanUnits: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A span of time: `30s`, `5m`, `24h`, `7d`; `0` for none.
 * @returns milliseconds
 */
export function spanSetting(settings: Settings, key: string): number | undefined {
  const text = settings.text(key);
  if (text === undefined || text === '0') return text === undefined ? undefined : 0;
  const parts = /^(\d{1,9})([smhd])$/.exec(text);
  const unit = spanUnits[parts?.[2] ?? ''];
  if (parts === null || unit === undefined) {
    throw new UsageError(
      `${settings.sourceOf(key)}: "${text}" is not a span of time. Write a whole number and s, m, h or d: 5m, 24h, 7d.`,
    );
  }
  return Number(parts[1]) * unit;
}

/** A list of words with commas between them, each one of `words`, none twice. */
export function wordListSetting<Word extends string>(
  settings: Settings,
  key: string,
  words: readonly Word[],
): readonly Word[] {
  const text = settings.text(key);
  if (text === undefined) return [];
  const found = text.split(',').map((part) => {
    const word = words.find((each) => each === part.trim());
    if (word === undefined)
      throw new UsageError(`${settings.sourceOf(key)}: "${part.trim()}" is not one of ${words.join(', ')}.`);
    return word;
  });
  return [...new Set(found)];
}

/** One of several words. */
export function wordSetting<Word extends string>(
  settings: Settings,
  key: string,
  words: readonly Word[],
): Word | undefined {
  const text = settings.text(key);
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text);
  if (found === undefined)
    throw new UsageError(`${settings.sourceOf(key)}: "${text}" is not one of ${words.join(', ')}.`);
  return found;
}

const loopback = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;

/**
 * The base address of a server: https, or http on this machine only, without path parts after the last slash, query or credentials.
 * A bare host is taken as https.
 */
export function serverSetting(settings: Settings, key: string, example: string): string | undefined {
  const text = settings.text(key);
  if (text === undefined) return undefined;
  const source = settings.sourceOf(key);
  const url = URL.parse(/^[a-z][a-z\d+.-]*:/i.test(text) && !/^[^/:]+:\d+/.test(text) ? text : `https://${text}`);
  if (url === null || url.hostname === '' || /\s/.test(text))
    throw new UsageError(`${source}: "${text}" is not a URL. Write ${example}.`);
  // The text is not repeated here: it may hold a password.
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${source} must not hold a user name or password. Write ${example}.`);
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    throw new UsageError(
      `${source}: plain http would send the credential in clear text to ${url.hostname}. Write https://${url.host}.`,
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new UsageError(`${source}: "${text}" is not an https URL. Write ${example}.`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
