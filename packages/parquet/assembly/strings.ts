// Strings: for each its length in four bytes, then its bytes, as PLAIN has them.
import { copy, equal, firstBytes, hash, results } from './bytes';
import { FIRST_LOOK, givesUp, MOST_PROBES } from './distinct';
import { writeDeltas } from './packing';

/** The most bytes of a dictionary page. */
const MOST_BYTES: usize = 4 << 20;
/** Longer strings are no bounds: they would swell the footer. */
const LONGEST: u32 = 64;

/** Where each string begins, and where the last one ends, in words. False where they do not end with the bytes. */
export function findOffsets(strings: usize, length: usize, count: u32, offsets: usize): bool {
  const end = strings + length;
  let at = strings;
  for (let index: u32 = 0; index < count; index++) {
    if (at + 4 > end) return false;
    store<u32>(offsets + ((<usize>index) << 2), <u32>at);
    const size = <usize>load<u32>(at);
    if (size > end - at - 4) return false;
    at += 4 + size;
  }
  store<u32>(offsets + ((<usize>count) << 2), <u32>at);
  return at === end;
}

/**
 * Takes over the entries that `indices` use: copies them to `to` when they are first met, and numbers them from `base` on in place.
 * `known` has a word for each entry, all zero. Gives the end of the entries, their number to the results; 0 for an index without an entry.
 */
export function takeEntries(
  indices: usize,
  count: u32,
  offsets: usize,
  entries: u32,
  known: usize,
  base: u32,
  to: usize,
): usize {
  let taken = base;
  const end = indices + ((<usize>count) << 2);
  for (let at = indices; at < end; at += 4) {
    const entry = load<u32>(at);
    if (entry >= entries) return 0;
    const place = known + ((<usize>entry) << 2);
    let index = load<u32>(place);
    if (index === 0) {
      const from = <usize>load<u32>(offsets + ((<usize>entry) << 2));
      const length = <usize>load<u32>(from) + 4;
      copy(to, from, length);
      to += length;
      index = ++taken;
      store<u32>(place, index);
    }
    store<u32>(at, index - 1);
  }
  store<u32>(results, taken - base);
  return to;
}

/**
 * Numbers distinct strings in the order in which they come: the number of each to `numbers`, the entries to `page`. `table` has 2^`bits` pairs
 * of words, all zero, at least twice as many as entries. `values`: how often strings are used in all; `expected`: how often they and those to
 * come are.
 * Gives the number of entries, the end of the page to the results; -1 where a dictionary is not worth its room. With `keep` it always is,
 * and strings that are too hard to find again are entries of their own.
 */
export function makeStringDictionary(
  offsets: usize,
  count: u32,
  values: u32,
  expected: u32,
  numbers: usize,
  page: usize,
  table: usize,
  bits: u32,
  keep: bool,
): i32 {
  const mask: u32 = ((<u32>1) << bits) - 1;
  const perString = <f64>values / <f64>count;
  let to = page;
  let size: u32 = 0;
  let nextLook = FIRST_LOOK;
  for (let index: u32 = 0; index < count; index++) {
    const from = <usize>load<u32>(offsets + ((<usize>index) << 2));
    const length = <usize>load<u32>(from);
    const hashed = <u32>hash(from + 4, length);
    let slot = hashed & mask;
    let probes: u32 = 0;
    let number: u32;
    while (true) {
      // A pair is the entry's number, counted from 1, and its address in the page.
      const place = table + ((<usize>slot) << 3);
      number = load<u32>(place);
      const isNew = number === 0;
      if (isNew || (keep && probes === MOST_PROBES)) {
        if (!keep && size >= nextLook) {
          if (givesUp(size, <f64>index * perString, expected)) return -1;
          nextLook *= 2;
        }
        if (!keep && to + length + 4 - page > MOST_BYTES) return -1;
        number = ++size;
        if (isNew) {
          store<u32>(place, number);
          store<u32>(place, <u32>to, 4);
        }
        copy(to, from, length + 4);
        to += length + 4;
        break;
      }
      const entry = <usize>load<u32>(place, 4);
      if (load<u32>(entry) === <u32>length && equal(entry + 4, from + 4, length)) break;
      if (++probes > MOST_PROBES) return -1;
      slot = (slot + 1) & mask;
    }
    store<u32>(numbers + ((<usize>index) << 2), number - 1);
  }
  store<u32>(results, <u32>to);
  return size;
}

/** Bytes of the strings that indices stand for, with their lengths. */
export function plainSize(indices: usize, count: u32, offsets: usize): f64 {
  let size: u64 = 0;
  const end = indices + ((<usize>count) << 2);
  for (let at = indices; at < end; at += 4) size += 4 + <u64>load<u32>(load<u32>(offsets + ((<usize>load<u32>(at)) << 2)));
  return <f64>size;
}

/** Takes numbers to what `numbers` has for them, in place. */
export function renumber(indices: usize, count: u32, numbers: usize): void {
  const end = indices + ((<usize>count) << 2);
  for (let at = indices; at < end; at += 4) store<u32>(at, load<u32>(numbers + ((<usize>load<u32>(at)) << 2)));
}

/** The strings that indices stand for, one after the other. Gives the end. */
export function gather(to: usize, indices: usize, count: u32, offsets: usize): usize {
  const end = indices + ((<usize>count) << 2);
  for (let at = indices; at < end; at += 4) {
    const from = <usize>load<u32>(offsets + ((<usize>load<u32>(at)) << 2));
    const length = <usize>load<u32>(from) + 4;
    copy(to, from, length);
    to += length;
  }
  return to;
}

/** DELTA_LENGTH_BYTE_ARRAY: the lengths as differences, then the bytes. `lengths` has room for a word a string. Gives the end. */
export function writeDeltaLengths(to: usize, strings: usize, count: u32, lengths: usize): usize {
  let at = strings;
  for (let index: u32 = 0; index < count; index++) {
    const length = load<u32>(at);
    store<u32>(lengths + ((<usize>index) << 2), length);
    at += 4 + <usize>length;
  }
  to = writeDeltas<u32>(to, lengths, count);
  at = strings;
  for (let index: u32 = 0; index < count; index++) {
    const length = <usize>load<u32>(at);
    copy(to, at + 4, length);
    to += length;
    at += 4 + length;
  }
  return to;
}

/** Addresses of the least and the greatest of at least one string to the results; false where one is too long. */
export function stringBounds(strings: usize, count: u32): bool {
  let least = strings;
  let greatest = strings;
  let leastPrefix = prefix(strings);
  let greatestPrefix = leastPrefix;
  let at = strings;
  for (let index: u32 = 0; index < count; index++) {
    const start = prefix(at);
    if (start <= leastPrefix && (start < leastPrefix || compare(at, least) < 0)) {
      least = at;
      leastPrefix = start;
    }
    if (start >= greatestPrefix && (start > greatestPrefix || compare(at, greatest) > 0)) {
      greatest = at;
      greatestPrefix = start;
    }
    at += 4 + <usize>load<u32>(at);
  }
  store<u32>(results, <u32>least);
  store<u32>(results, <u32>greatest, 4);
  return load<u32>(least) <= LONGEST && load<u32>(greatest) <= LONGEST;
}

/** The first eight bytes, filled up with zeros: their order is the strings', as far as it goes. */
// @ts-ignore: decorator
@inline
function prefix(at: usize): u64 {
  const length = <usize>load<u32>(at);
  const bytes = load<u64>(at, 4);
  return bswap<u64>(length >= 8 ? bytes : firstBytes(bytes, length));
}

function compare(left: usize, right: usize): i32 {
  const leftLength = load<u32>(left);
  const rightLength = load<u32>(right);
  const order = memory.compare(left + 4, right + 4, min<u32>(leftLength, rightLength));
  if (order !== 0) return order;
  return leftLength < rightLength ? -1 : <i32>(leftLength > rightLength);
}
