/** Checks of option values that the clients share. */
import { OptionError } from './errors.ts';

// RFC 3339, with at most milliseconds: the services' own precision, and that of a Date.
const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/u;

/**
 * An instant as ISO 8601 in UTC with milliseconds. Takes a `Date`, a date-time with `Z` or an offset, or a date, which is its
 * midnight UTC. A date-time without a zone is refused, since it means different instants to different readers.
 */
export function isoInstant(value: Date | string, option: string): string {
  const time = typeof value === 'string' ? (INSTANT.test(value) ? Date.parse(value) : Number.NaN) : toTime(value);
  // Date.parse makes 1 March of 30 February.
  const rolled = typeof value === 'string' && !existsInCalendar(value);
  if (Number.isNaN(time) || rolled) {
    throw new OptionError(
      option,
      `${option} must be a Date or an instant such as 2026-01-31T09:00:00Z (with Z or an offset, milliseconds at most) or a date such as 2026-01-31, but is ${show(value)}.`,
    );
  }
  return new Date(time).toISOString();
}

const toTime = (value: unknown): number => (value instanceof Date ? value.getTime() : Number.NaN);

function existsInCalendar(value: string): boolean {
  const [year, month, day] = value.slice(0, 10).split('-').map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}

function show(value: unknown): string {
  if (value instanceof Date) return 'an invalid Date';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : typeof value;
}

/** A whole number within bounds. */
export function wholeNumber(value: number, option: string, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw new OptionError(option, `${option} must be a whole number ${range}, but is ${String(value)}.`);
  }
  return value;
}

/** One of the values listed. */
export function oneOf<T extends string>(value: T, option: string, values: readonly T[]): T {
  if (!values.includes(value)) {
    const list = values.map((each) => `"${each}"`).join(' or ');
    throw new OptionError(option, `${option} must be ${list}, but is ${show(value)}.`);
  }
  return value;
}

/** Refuses options that do not exist, most often a slip of the pen. */
export function knownOptions(options: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new OptionError(name, `${where} has no option "${name}": there are ${known.join(', ')}.`);
    }
  }
}
