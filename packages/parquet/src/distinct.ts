/** When a dictionary of distinct values stops to pay. */

/** Entries before the first look; doubled for every further look. */
export const FIRST_LOOK: number = 2048;
/** The most entries of a dictionary. */
const MOST_ENTRIES = 1 << 16;

/** A dictionary is worth its work when its values come this many times, guessed where they come in no order. */
const REPEATED = 4;

/**
 * Whether a dictionary of so many entries, made of so many values, should be given up because too few of the `expected` values will come
 * again. How many did so far tells how many there are to choose from, as birthdays do: about `values`² / (2 · repeated).
 */
export function givesUp(entries: number, values: number, expected: number): boolean {
  if (entries >= MOST_ENTRIES) return true;
  if (entries * 2 <= values) return false;
  const repeated = values - entries;
  return values * values * REPEATED > 2 * repeated * expected;
}
