/**
 * Dates as text and as numbers.
 *
 * A string is taken for a DATE or DATETIME by itself only when its text can be given back: then a column that later becomes a
 * STRING holds what the documents held, in whatever order they came. A DATETIME column keeps the set of spellings that all its
 * values agree with, as bits:
 *
 * - fraction: `millis` always three digits · `java` none or three digits · `trimmed` no trailing zero
 * - zone: `Z` or `+00:00`
 * - midnight: written out, or as a bare date
 *
 * Two columns join to the spellings that both allow; when none is left the column is a STRING.
 */

/** Bits by zone (2) × fraction (3) × midnight (2). */
const MIDNIGHT_FULL = 0b01_01_01_01_01_01;
const MIDNIGHT_DATE = 0b10_10_10_10_10_10;
const MILLIS = 0b00_00_11_00_00_11;
const JAVA = 0b00_11_00_00_11_00;
const TRIMMED = 0b11_00_00_11_00_00;
const ZULU = 0b00_00_00_11_11_11;
const OFFSET_ZERO = 0b11_11_11_00_00_00;

/** The spelling of `2025-02-25T14:52:10.900Z`: that of every declared DATETIME. */
export const CANONICAL_SPELLING = 0b00_00_00_00_00_01;
/** What a bare date allows. */
export const DATE_SPELLINGS: number = MIDNIGHT_DATE;

const DAY_MS = 86_400_000;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days since 1970-01-01 of a day in the proleptic Gregorian calendar, years 1 to 9999; `undefined` when there is none. */
function daysOf(year: number, month: number, day: number): number | undefined {
  // NaN fails each of these.
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= (DAYS_IN_MONTH[month - 1] ?? 0))) return undefined;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return undefined;
  // http://howardhinnant.github.io/date_algorithms.html#days_from_civil
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** The number that `count` digits at `at` make; NaN when one is no digit. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const DASH = 0x2d;
const COLON = 0x3a;

/** Days since 1970-01-01 of `2025-02-25`; `undefined` when the text is not exactly that. */
export function parseDate(text: string): number | undefined {
  if (text.length !== 10) return undefined;
  return leadingDate(text);
}

function leadingDate(text: string): number | undefined {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return undefined;
  return daysOf(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
}

/** Milliseconds of `14:52:10` at an offset of the text; `undefined` when that is no time of a day. */
function timeAt(text: string, at: number): number | undefined {
  if (text.charCodeAt(at + 2) !== COLON || text.charCodeAt(at + 5) !== COLON) return undefined;
  const hours = digits(text, at, 2);
  const minutes = digits(text, at + 3, 2);
  const seconds = digits(text, at + 6, 2);
  if (!(hours <= 23 && minutes <= 59 && seconds <= 59)) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/**
 * Spellings of a date or time that can be given back as text; 0 when the text is none:
 * `2025-02-25`, `2025-02-25T14:52:10Z`, `2025-02-25T14:52:10.9Z`, `2025-02-25T14:52:10.903+00:00`.
 */
export function spellingsOf(text: string): number {
  const length = text.length;
  if (length < 10 || length > 29 || text.charCodeAt(4) !== DASH) return 0;
  if (length === 10) return leadingDate(text) === undefined ? 0 : MIDNIGHT_DATE;
  if (text.charCodeAt(10) !== 0x54 || leadingDate(text) === undefined) return 0;
  const time = timeAt(text, 11);
  if (time === undefined) return 0;
  const zone = text.endsWith('Z') ? ZULU : text.endsWith('+00:00') ? OFFSET_ZERO : 0;
  const end = length - (zone === ZULU ? 1 : 6);
  const places = end - 20;
  if (zone === 0 || end < 19 || (end > 19 && (text.charCodeAt(19) !== 0x2e || places < 1 || places > 3))) return 0;
  if (end === 19) return zone & (JAVA | TRIMMED) & (time === 0 ? MIDNIGHT_FULL : -1);
  const fraction = digits(text, 20, places);
  if (Number.isNaN(fraction)) return 0;
  const styles =
    (places === 3 ? MILLIS : 0) |
    (places === 3 && fraction !== 0 ? JAVA : 0) |
    (text.charCodeAt(end - 1) !== 0x30 ? TRIMMED : 0);
  return zone & styles & (time === 0 && fraction === 0 ? MIDNIGHT_FULL : -1);
}

/** Milliseconds since 1970 of a text for which `spellingsOf` is not 0. */
export function millisOf(text: string): number {
  const date = (leadingDate(text) ?? 0) * DAY_MS;
  if (text.length === 10) return date;
  const places = text.length - (text.endsWith('Z') ? 1 : 6) - 20;
  const fraction = places > 0 ? digits(text, 20, places) * (places === 1 ? 100 : places === 2 ? 10 : 1) : 0;
  return date + (timeAt(text, 11) ?? 0) + fraction;
}

const ANY_ISO =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[Tt ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Milliseconds since 1970 of any ISO 8601 calendar date with or without time: extended or basic form, `T`, `t` or a space, seconds
 * and fraction optional, `Z`, offset or no zone (taken as UTC). Digits beyond the millisecond are cut. `undefined` for all else, week and
 * ordinal dates, years outside 1 to 9999 (in UTC, too), hour 24 and leap seconds among it.
 */
export function parseAnyIso(text: string): number | undefined {
  const match = ANY_ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hours = '00', minutes = '00', seconds = '00', fraction = '', zone = 'Z'] = match;
  const days = daysOf(Number(year), Number(month), Number(day));
  const time = timeAt(`${hours}:${minutes}:${seconds}`, 0);
  const offset = offsetMinutes(zone);
  if (days === undefined || time === undefined || offset === undefined) return undefined;
  const millis = days * DAY_MS + time + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset * 60_000;
  return millis < MIN_MILLIS || millis > MAX_MILLIS ? undefined : millis;
}

/** 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z. */
const MIN_MILLIS = -62_135_596_800_000;
const MAX_MILLIS = 253_402_300_799_999;

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = digits(zone, 1, 2);
  const minutes = zone.length === 3 ? 0 : digits(zone, zone.length - 2, 2);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** `2025-02-25` of days since 1970-01-01. */
export function formatDate(days: number): string {
  return formatDateTime(days * DAY_MS).slice(0, 10);
}

/** `2025-02-25T14:52:10.903Z` of milliseconds since 1970: the canonical form, always with three digits. */
export function formatDateTime(millis: number): string {
  return new Date(millis).toISOString();
}

/** The text that a value had, given the spellings of its column. */
export function spell(millis: number, spellings: number): string {
  const text = formatDateTime(millis);
  const spelling = spellings & -spellings;
  if ((spelling & MIDNIGHT_DATE) !== 0 && millis % DAY_MS === 0) return text.slice(0, 10);
  const zone = (spelling & ZULU) !== 0 ? 'Z' : '+00:00';
  if ((spelling & MILLIS) !== 0) return text.slice(0, 23) + zone;
  const whole = text.slice(0, 19);
  const fraction = text.slice(19, 23);
  if ((spelling & JAVA) !== 0) return whole + (fraction === '.000' ? '' : fraction) + zone;
  return whole + fraction.replace(/\.?0+$/, '') + zone;
}
