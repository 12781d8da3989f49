// Columns whose values all have the same size.
import { mix, results } from './bytes';
import { FIRST_LOOK, givesUp, MOST_PROBES } from './distinct';

/** Least and greatest to the results, eight bytes each, of at least one value; false where there is a NaN. */
// @ts-ignore: decorator
@inline
export function bounds<T>(values: usize, count: u32): bool {
  let least = load<T>(values);
  let greatest = least;
  const end = values + <usize>count * sizeof<T>();
  for (let at = values; at < end; at += sizeof<T>()) {
    const value = load<T>(at);
    if (isFloat<T>()) {
      if (value !== value) return false;
    }
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  store<T>(results, least);
  store<T>(results, greatest, 8);
  return true;
}

/**
 * Numbers distinct values in the order in which they come: an index a value to `indices`, the entries to `page`. `table` has 2^`bits` words,
 * all zero, at least twice as many as entries. `expected`: how many values there are with those to come. Values are compared as bits: 0 and
 * -0 are two.
 * Gives the number of entries, or -1 where a dictionary is not worth its room.
 */
// @ts-ignore: decorator
@inline
export function makeDictionary<T>(
  values: usize,
  count: u32,
  expected: u32,
  indices: usize,
  page: usize,
  table: usize,
  bits: u32,
): i32 {
  const shift: u64 = 64 - bits;
  const mask: u64 = ((<u64>1) << bits) - 1;
  let size: u32 = 0;
  let nextLook = FIRST_LOOK;
  for (let index: u32 = 0; index < count; index++) {
    const value = load<T>(values + <usize>index * sizeof<T>());
    let slot = mix(<u64>value) >> shift;
    let probes: u32 = 0;
    let entry: u32;
    while (true) {
      const place = table + ((<usize>slot) << 2);
      entry = load<u32>(place);
      if (entry === 0) {
        if (size >= nextLook) {
          if (givesUp(size, index, expected)) return -1;
          nextLook *= 2;
        }
        store<T>(page + <usize>size * sizeof<T>(), value);
        entry = ++size;
        store<u32>(place, entry);
        break;
      }
      if (load<T>(page + <usize>(entry - 1) * sizeof<T>()) === value) break;
      if (++probes > MOST_PROBES) return -1;
      slot = (slot + 1) & mask;
    }
    store<u32>(indices + ((<usize>index) << 2), entry - 1);
  }
  return size;
}

/** The entries that indices stand for. False for an index without an entry. */
// @ts-ignore: decorator
@inline
export function expand<T>(to: usize, indices: usize, count: u32, entries: usize, size: u32): bool {
  for (let index: usize = 0; index < count; index++) {
    const entry = load<u32>(indices + (index << 2));
    if (entry >= size) return false;
    store<T>(to + index * sizeof<T>(), load<T>(entries + <usize>entry * sizeof<T>()));
  }
  return true;
}

const DAY: i64 = 86_400_000;
const NANOS: i64 = 1_000_000;
const JULIAN_DAY_OF_1970: i64 = 2_440_588;

/** Milliseconds since 1970 as INT96: nanoseconds of the day in eight bytes, then the Julian day in four, which must fit. */
export function writeInt96(to: usize, values: usize, count: u32): usize {
  const end = values + ((<usize>count) << 3);
  for (let at = values; at < end; at += 8) {
    const millis = load<i64>(at);
    let day = millis / DAY;
    if (day * DAY > millis) day--;
    store<i64>(to, (millis - day * DAY) * NANOS);
    store<i32>(to, <i32>(day + JULIAN_DAY_OF_1970), 8);
    to += 12;
  }
  return to;
}
