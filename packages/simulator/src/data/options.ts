/** Options that the generators share, and their checks. */

/** Seed that is used when none is given. */
export const DEFAULT_SEED = 1;
/** Time that is used when none is given. */
export const DEFAULT_NOW = '2026-06-01T12:00:00.000Z';

/** Epoch milliseconds of an RFC 3339 time. Throws a `RangeError` that names the option when it is none. */
export function timeOption(name: string, value: string): number {
  const time = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new RangeError(`${name} must be a time with a zone, such as ${DEFAULT_NOW}; got ${JSON.stringify(value)}`);
  }
  return time;
}

/** The value itself. Throws a `RangeError` that names the option unless it is a whole number of at least `least`. */
export function countOption(name: string, value: number, least = 0): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number of at least ${least}; got ${value}`);
  }
  return value;
}

/** The value itself. Throws a `RangeError` that names the option unless it is from 0 to 1. */
export function shareOption(name: string, value: number): number {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} must be a number from 0 to 1; got ${value}`);
  return value;
}
