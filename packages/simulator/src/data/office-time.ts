/** When people work: the rhythm that generated events follow. */
import type { Random } from './random.ts';

/** Milliseconds. */
export const SECOND = 1000;
/** Milliseconds. */
export const MINUTE: number = 60 * SECOND;
/** Milliseconds. */
export const HOUR: number = 60 * MINUTE;
/** Milliseconds. */
export const DAY: number = 24 * HOUR;

// Relative activity per hour of the day, UTC: a European office with a few colleagues further west.
const HOURS = [
  0.01, 0.01, 0.01, 0.02, 0.05, 0.15, 0.4, 0.8, 1, 0.95, 0.85, 0.6, 0.8, 0.95, 0.9, 0.7, 0.4, 0.25, 0.18, 0.12, 0.08,
  0.05, 0.03, 0.02,
];
// From Sunday.
const WEEKDAYS = [0.04, 0.9, 1, 1, 0.95, 0.75, 0.06];

/** A time in `[from, to)` (epoch milliseconds), mostly on a weekday and in office hours. */
export function officeTime(random: Random, from: number, to: number): number {
  for (let attempt = 0; attempt < 200; attempt++) {
    const time = Math.floor(from + random.float() * (to - from));
    const day = Math.floor(time / DAY);
    const hour = Math.floor((time - day * DAY) / HOUR);
    // The epoch was a Thursday.
    const activity = (WEEKDAYS[(((day + 4) % 7) + 7) % 7] ?? 1) * (HOURS[hour] ?? 1);
    if (random.chance(activity)) return time;
  }
  // A span without office hours.
  return Math.floor(from + random.float() * (to - from));
}

/** A time in `[from, to)` (epoch milliseconds) between 22:00 and 05:00 UTC, when scheduled jobs run. */
export function nightTime(random: Random, from: number, to: number): number {
  for (let attempt = 0; attempt < 200; attempt++) {
    const time = Math.floor(from + random.float() * (to - from));
    const hour = Math.floor((time % DAY) / HOUR);
    if (hour >= 22 || hour < 5 || random.chance(0.08)) return time;
  }
  return Math.floor(from + random.float() * (to - from));
}

/** RFC 3339 UTC text with milliseconds, such as `2026-01-02T03:04:05.678Z`. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
