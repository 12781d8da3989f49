/** Timestamps of process logs. */

/** A point in time, exact to the nanosecond. */
export interface LogTime {
  /** Epoch milliseconds, cut and not rounded. */
  readonly ms: number;
  /** Nanoseconds within the millisecond. */
  readonly nanos: number;
}

const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(?:Z|UTC|([+-])(\d{2}):?(\d{2})?)?$/;

/** Reads a timestamp such as `2011-10-11 13:45:40.276000+02:00`. Without a zone it is UTC. `undefined` when the text is none. */
export function parseLogTime(text: string): LogTime | undefined {
  const match = PATTERN.exec(text.trim());
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const check = new Date(local);
  // Date.UTC carries a 13th month or a 30th of February over.
  if (check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  const fraction = (match[7] ?? '').padEnd(9, '0');
  const offset = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * 60_000 * (match[8] === '-' ? -1 : 1);
  return { ms: local - offset + Number(fraction.slice(0, 3)), nanos: Number(fraction.slice(3)) };
}

/** Negative when `a` is earlier, positive when it is later, 0 when they are equal. */
export function compareTimes(a: LogTime, b: LogTime): number {
  return a.ms - b.ms || a.nanos - b.nanos;
}
