import type { JsonObject, JsonValue, Path } from '@millrace/flatten';

const isoDate = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?/;
const zone = /(?:Z|[+-]\d{2}:?\d{2})$/i;

/**
 * The instant that a document's timestamp names, in milliseconds since 1970-01-01T00:00:00Z, or `undefined` if it names none.
 * Digits beyond the millisecond are dropped. Text without a time zone is UTC, as both vendors' logs are. A number is milliseconds.
 */
export function parseTimestamp(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value) : undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (!isoDate.test(text)) return undefined;
  const hasTime = text.length > 10;
  const instant = Date.parse(hasTime && !zone.test(text) ? `${text.replace(' ', 'T')}Z` : text);
  return Number.isNaN(instant) ? undefined : instant;
}

/** The value at a path, or `undefined` where the path leads nowhere. */
export function valueAt(document: JsonObject, path: Path): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

/** ISO 8601 UTC with milliseconds. */
export function isoTime(instant: number): string {
  return new Date(instant).toISOString();
}
