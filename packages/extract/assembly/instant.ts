/** In `25T14:52:10.903Z`, the second half of most times: where digits are, where the other characters. */
const DIGITS = 0b0111011011011011;
const OTHERS = 0b1000100100100100;

/** In `2025-02-25T14:52`, the first half, the same. */
const DATE_DIGITS = 0b1101101101101111;
const DATE_OTHERS = 0b0010010010010000;

/** The first bytes of the time read last, `2025-02-`: the day before that month, and its length. */
let monthText: u64 = 0;
let dayBefore: i32 = 0;
let monthLength: i32 = 0;

// @ts-ignore: decorator
@inline
function twoDigits(p: usize): i32 {
  return (<i32>load<u8>(p) - 0x30) * 10 + <i32>load<u8>(p, 1) - 0x30;
}

// @ts-ignore: decorator
@inline
function digitsOf(bytes: v128): i32 {
  return i8x16.bitmask(i8x16.le_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(9)));
}

/** The instant, in ms, of a text as `2025-02-25T14:52:10.903Z`, of 24 bytes; NaN for what is not so, or out of range. */
export function instantOf(p: usize): f64 {
  const head = v128.load(p);
  const tail = v128.load(p, 8);
  const headOthers = i8x16.bitmask(
    i8x16.eq(head, i8x16(0, 0, 0, 0, 0x2d, 0, 0, 0x2d, 0, 0, 0x54, 0, 0, 0x3a, 0, 0)),
  );
  const tailOthers = i8x16.bitmask(
    i8x16.eq(tail, i8x16(0, 0, 0x54, 0, 0, 0x3a, 0, 0, 0x3a, 0, 0, 0x2e, 0, 0, 0, 0x5a)),
  );
  if ((digitsOf(head) & DATE_DIGITS) !== DATE_DIGITS || (digitsOf(tail) & DIGITS) !== DIGITS) return NaN;
  if ((headOthers & DATE_OTHERS) !== DATE_OTHERS || (tailOthers & OTHERS) !== OTHERS) return NaN;
  if (load<u64>(p) !== monthText && !readMonth(p)) return NaN;
  const day = twoDigits(p + 8);
  const hours = twoDigits(p + 11);
  const minutes = twoDigits(p + 14);
  const seconds = twoDigits(p + 17);
  if (day < 1 || day > monthLength || hours > 23 || minutes > 59 || seconds > 59) return NaN;
  const fraction = (<i32>load<u8>(p, 20) - 0x30) * 100 + twoDigits(p + 21);
  return <f64>(dayBefore + day) * 86400000 + <f64>(((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction);
}

function readMonth(p: usize): bool {
  const year = twoDigits(p) * 100 + twoDigits(p + 2);
  const month = twoDigits(p + 5);
  if (year < 1900 || month < 1 || month > 12) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  monthLength = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  // http://howardhinnant.github.io/date_algorithms.html#days_from_civil
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  dayBefore = era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719469;
  monthText = load<u64>(p);
  return true;
}
