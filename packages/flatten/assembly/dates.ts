// Dates: the same rules as the host's `dates.ts`, on bytes.

const MIDNIGHT_FULL = 0b010101010101;
const MIDNIGHT_DATE = 0b101010101010;
const MILLIS = 0b000011000011;
const JAVA = 0b001100001100;
const TRIMMED = 0b110000110000;
const ZULU = 0b000000111111;
const OFFSET_ZERO = 0b111111000000;

/** What a bare date allows. */
export const DATE_SPELLINGS = MIDNIGHT_DATE;
/** The spelling of a declared DATETIME. */
export const CANONICAL_SPELLING = 1;

const DAY_MS = 86400000;

/** Days since 1970-01-01 of the date that `spellingsOf` was last asked about and found. */
export let days: i32 = 0;
/** Its milliseconds since 1970. */
export let millis: i64 = 0;

/** Months met last: of each the first bytes of a date in it, `2025-02-`, and from 8 bytes on the day before it and its length. */
const months: usize = memory.data(64 * 16, 16);
/** Makes of the end of those bytes where a month stands: any 36 in a row, from 2015 to 2041, stand in places of their own. */
const PLACES: u32 = 0xdc3bf365;

// @ts-ignore: decorator
@inline
function digit(p: usize): i32 {
  return <i32>load<u8>(p) - 0x30;
}

// @ts-ignore: decorator
@inline
function twoDigits(p: usize): i32 {
  return digit(p) * 10 + digit(p + 1);
}

function areDigits(p: usize, count: i32): bool {
  for (let i = 0; i < count; i++) if (<u32>digit(p + i) > 9) return false;
  return true;
}

/** Reads `2025-02-25`, whose last two are digits, into `days`. Few months stand for most dates. */
// @ts-ignore: decorator
@inline
function readDay(p: usize): bool {
  const text = load<u64>(p);
  const month = months + <usize>(((<u32>(text >> 24) * PLACES) >> 26) << 4);
  if (load<u64>(month) !== text && !readMonth(p, month)) return false;
  const day = twoDigits(p + 8);
  days = load<i32>(month, 8) + day;
  return <u32>(day - 1) < load<u32>(month, 12);
}

function readDate(p: usize): bool {
  return areDigits(p + 8, 2) && readDay(p);
}

function readMonth(p: usize, at: usize): bool {
  if (load<u8>(p, 4) !== 0x2d || load<u8>(p, 7) !== 0x2d || !areDigits(p, 4) || !areDigits(p + 5, 2)) return false;
  const year = twoDigits(p) * 100 + twoDigits(p + 2);
  const month = twoDigits(p + 5);
  if (year < 1 || month < 1 || month > 12) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  // http://howardhinnant.github.io/date_algorithms.html#days_from_civil
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  const dayBefore = era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719469;
  store<u64>(at, load<u64>(p));
  store<i32>(at, dayBefore, 8);
  store<i32>(at, length, 12);
  return true;
}

/** The second half of most times, `25T14:52:10.903Z`: the least character in each place, and how far it may lie above. */
const LEAST: usize = memory.data<u8>([
  0x30, 0x30, 0x54, 0x30, 0x30, 0x3a, 0x30, 0x30, 0x3a, 0x30, 0x30, 0x2e, 0x30, 0x30, 0x30, 0x5a,
], 16);
const ABOVE: usize = memory.data<u8>([9, 9, 0, 2, 9, 0, 5, 9, 0, 5, 9, 0, 9, 9, 9, 0], 16);

/** How many minutes a digit of these stands for in the first half of them, how many milliseconds in the second. */
const MINUTES: usize = memory.data<u16>([0, 0, 0, 600, 60, 0, 10, 1], 16);
const REST: usize = memory.data<u16>([0, 10000, 1000, 0, 100, 10, 1, 0], 16);

/** `spellingsOf` a text of 24 bytes for the spelling that almost all have; 0 when it is not that. */
export function canonicalSpellings(p: usize): i32 {
  const above = i8x16.sub(v128.load(p, 8), v128.load(LEAST));
  if (!i8x16.all_true(i8x16.le_u(above, v128.load(ABOVE))) || !readDay(p)) return 0;
  // All digits at once, each times what it stands for, added up.
  const minutes = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(above), v128.load(MINUTES));
  const rest = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(above), v128.load(REST));
  const sums = i32x4.add(i32x4.mul(minutes, i32x4.splat(60000)), rest);
  const sum = i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1);
  const time = <i32>sum + <i32>(sum >> 32);
  // Minutes and seconds are below 60.
  if (time >= DAY_MS) return 0;
  const fraction = (load<u32>(p, 19) >> 8) - 0x303030;
  millis = <i64>days * DAY_MS + time;
  const styles = MILLIS | (fraction !== 0 ? JAVA : 0) | (load<u8>(p, 22) !== 0x30 ? TRIMMED : 0);
  return ZULU & styles & (time === 0 ? MIDNIGHT_FULL : -1);
}

/** Spellings of a text that is a date or time and can be given back, its value in `days` and `millis`; 0 for any other text. */
export function spellingsOf(p: usize, length: u32): i32 {
  if (length === 24) {
    const canonical = canonicalSpellings(p);
    if (canonical !== 0) return canonical;
  }
  if (length < 10 || length > 29 || load<u8>(p, 4) !== 0x2d) return 0;
  if (length === 10) {
    if (!readDate(p)) return 0;
    millis = <i64>days * DAY_MS;
    return MIDNIGHT_DATE;
  }
  if (load<u8>(p, 10) !== 0x54 || !readDate(p)) return 0;
  if (load<u8>(p, 13) !== 0x3a || load<u8>(p, 16) !== 0x3a) return 0;
  if (!areDigits(p + 11, 2) || !areDigits(p + 14, 2) || !areDigits(p + 17, 2)) return 0;
  const hours = twoDigits(p + 11);
  const minutes = twoDigits(p + 14);
  const seconds = twoDigits(p + 17);
  if (hours > 23 || minutes > 59 || seconds > 59) return 0;
  const time = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  millis = <i64>days * DAY_MS + time;
  let zone: i32;
  let end: u32;
  if (load<u8>(p + length - 1) === 0x5a) {
    zone = ZULU;
    end = length - 1;
  } else {
    const at = p + length - 6;
    if (load<u32>(at) !== 0x3a30302b || load<u16>(at, 4) !== 0x3030) return 0;
    zone = OFFSET_ZERO;
    end = length - 6;
  }
  if (end < 19) return 0;
  if (end === 19) return zone & (JAVA | TRIMMED) & (time === 0 ? MIDNIGHT_FULL : -1);
  const places = <i32>end - 20;
  if (load<u8>(p, 19) !== 0x2e || places < 1 || places > 3 || !areDigits(p + 20, places)) return 0;
  let fraction = 0;
  for (let i = 0; i < 3; i++) fraction = fraction * 10 + (i < places ? digit(p + 20 + i) : 0);
  millis += fraction;
  const styles =
    (places === 3 ? MILLIS : 0) |
    (places === 3 && fraction !== 0 ? JAVA : 0) |
    (load<u8>(p + end - 1) !== 0x30 ? TRIMMED : 0);
  return zone & styles & (time === 0 && fraction === 0 ? MIDNIGHT_FULL : -1);
}
