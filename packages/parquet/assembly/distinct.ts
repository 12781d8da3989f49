// When a dictionary of distinct values stops to pay.

/** Entries before the first look; doubled for every further look. */
export const FIRST_LOOK: u32 = 2048;
/** The most entries of a dictionary. */
const MOST_ENTRIES: u32 = 1 << 16;
/** Places of a table looked at before it counts as hopeless: no set of values makes it slow. */
export const MOST_PROBES: u32 = 64;
/** A dictionary is worth its work when its values come this many times, guessed where they come in no order. */
const REPEATED: f64 = 4;

/**
 * Whether a dictionary of so many entries, made of so many values, should be given up because too few of the `expected` values will come
 * again. How many did so far tells how many there are to choose from, as birthdays do: about `values`² / (2 · repeated).
 */
export function givesUp(entries: u32, values: f64, expected: f64): bool {
  if (entries >= MOST_ENTRIES) return true;
  if (<f64>entries * 2 <= values) return false;
  const repeated = values - <f64>entries;
  return values * values * REPEATED > 2 * repeated * expected;
}
