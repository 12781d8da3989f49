// JSON numbers, exactly.
import { refuse, toDouble } from './host';
import { FLOAT, INTEGER, STRING } from './records';

const MAX_SAFE: u64 = 9007199254740991;

/** The number read last: INTEGER, FLOAT, or STRING for a whole number beyond 64 bits. */
export let numberKind: u8 = 0;
/** INTEGER: its value. */
export let whole: i64 = 0;
/** INTEGER: whether it lies beyond ±(2^53 − 1). */
export let isWide: bool = false;
/** Its value as a double. */
export let double: f64 = 0;
/**
 * How many bytes of the literal are the canonical text: all, fewer where zeros end a fraction, 0 when the text is another one.
 */
export let textLength: u32 = 0;
/** No canonical text is longer: 0 when that is not known. */
export let mostChars: u32 = 0;

const WHOLE_POWERS: usize = memory.data<u32>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000], 16);
const powers: usize = memory.data(19 * 8, 16);
const doublePowers: usize = memory.data(19 * 8, 16);

/** Fills the tables of powers. */
export function initNumbers(): void {
  let power: u64 = 1;
  for (let i: usize = 0; i < 19; i++) {
    store<u64>(powers + (i << 3), power);
    power *= 5;
  }
  let double: f64 = 1;
  for (let i: usize = 0; i < 19; i++) {
    store<f64>(doublePowers + (i << 3), double);
    double *= 10;
  }
}

// @ts-ignore: decorator
@inline
function digitAt(p: usize): u32 {
  return <u32>load<u8>(p) - 0x30;
}

/** How many of eight bytes are digits before the first that is none. */
// @ts-ignore: decorator
@inline
export function leadingDigits(bytes: u64): u32 {
  // A digit stays below 128 when this is added. What a byte that is none carries on meets only bytes after it.
  const values = bytes ^ 0x3030303030303030;
  return <u32>(ctz(((values + 0x7676767676767676) | values) & 0x8080808080808080) >> 3);
}

/** Their value: neighbours are joined to two digits, to four, to eight. */
// @ts-ignore: decorator
@inline
function eightDigits(bytes: u64): u64 {
  const twos = ((bytes & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  const fours = ((twos & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return ((fours & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}

/** Their value when only the first so many, from one to eight, count. */
// @ts-ignore: decorator
@inline
export function firstDigits(bytes: u64, count: u32): u64 {
  return eightDigits(bytes << (64 - (<u64>count << 3)));
}

/** The double of a number below 10^13 with so many places, six at most: both sides of the division are doubles exactly. */
// @ts-ignore: decorator
@inline
export function decimal(integer: u64, fraction: u64, places: u32): f64 {
  const mantissa = integer * load<u32>(WHOLE_POWERS + (<usize>places << 2)) + fraction;
  return <f64>mantissa / load<f64>(doublePowers + (<usize>places << 3));
}

/** Reads the number at `p` into the variables above and gives what follows it. */
export function readNumber(start: usize): usize {
  let p = start;
  const negative = load<u8>(p) === 0x2d;
  if (negative) p++;
  const first = p;
  let digit = digitAt(p);
  if (digit > 9) refuse();
  let mantissa: u64 = digit;
  const digits = leadingDigits(load<u64>(p));
  if (digit === 0) {
    p++;
    if (digits > 1) refuse();
  } else {
    mantissa = firstDigits(load<u64>(p), digits);
    p += digits;
    while ((digit = digitAt(p)) < 10) {
      mantissa = mantissa * 10 + digit;
      p++;
    }
  }
  const char = load<u8>(p);
  if (char !== 0x2e && (char | 0x20) !== 0x65) {
    setInteger(mantissa, negative, <u32>(p - first));
    textLength = <u32>(p - start);
    if (mantissa === 0 && negative) textLength = 0;
    return p;
  }
  return readFraction(start, p, mantissa, negative);
}

function setInteger(magnitude: u64, negative: bool, digits: u32): void {
  if (digits > 19 || (digits === 19 && magnitude > <u64>i64.MAX_VALUE + (negative ? 1 : 0))) {
    numberKind = STRING;
    return;
  }
  numberKind = INTEGER;
  whole = negative ? -(<i64>magnitude) : <i64>magnitude;
  isWide = magnitude > MAX_SAFE;
}

function readFraction(start: usize, point: usize, integer: u64, negative: bool): usize {
  let p = point;
  let mantissa = integer;
  let digits = <u32>(p - start) - (negative ? 1 : 0);
  let places: u32 = 0;
  let zeros: u32 = 0;
  if (load<u8>(p) === 0x2e) {
    const fraction = ++p;
    let count: u32;
    do {
      const bytes = load<u64>(p);
      count = leadingDigits(bytes);
      if (count === 0) break;
      mantissa = mantissa * load<u32>(WHOLE_POWERS + (<usize>count << 2)) + firstDigits(bytes, count);
      p += count;
    } while (count === 8);
    places = <u32>(p - fraction);
    if (places === 0) refuse();
    while (zeros < places && load<u8>(p - 1 - zeros) === 0x30) zeros++;
    digits += places;
  }
  let exponent = false;
  if ((load<u8>(p) | 0x20) === 0x65) {
    exponent = true;
    p++;
    const sign = load<u8>(p);
    if (sign === 0x2b || sign === 0x2d) p++;
    if (digitAt(p) > 9) refuse();
    while (digitAt(p) < 10) p++;
  }
  const length = <u32>(p - start);
  // Nineteen digits have 64 bits.
  const exact = !exponent && digits <= 19;
  let value: f64;
  if (!exact) {
    value = toDouble(start, length);
    if (!(abs(value) < Infinity)) refuse();
  } else {
    value =
      mantissa <= MAX_SAFE
        ? <f64>mantissa / load<f64>(doublePowers + (<usize>places << 3))
        : divideByPower(mantissa, places);
    if (negative) value = -value;
  }
  if (trunc(value) === value && abs(value) <= <f64>MAX_SAFE) {
    numberKind = INTEGER;
    whole = <i64>value;
    isWide = false;
    textLength = 0;
    return p;
  }
  numberKind = FLOAT;
  double = value;
  // Fifteen digits or fewer are the shortest text of their double; below 1e-6 that text has an exponent.
  const shortest = exact && abs(value) >= 1e-6 && (digits - zeros <= 15 || mantissa < 1000000000000000);
  textLength = shortest ? length - zeros : 0;
  mostChars = exponent ? 0 : length - zeros;
  return p;
}

/**
 * The double nearest to `mantissa / 10^places`: a 128-bit by 64-bit division, whose remainder decides ties.
 * @param mantissa not 0
 * @param places at most 18
 */
function divideByPower(mantissa: u64, places: u32): f64 {
  const divisor = load<u64>(powers + (<usize>places << 3));
  const up = clz(mantissa);
  const divisorUp = clz(divisor);
  const dividend = mantissa << up;
  const quotient = divideWide(dividend >> 1, dividend << 63, divisor << divisorUp);
  const drop = 11 - clz(quotient);
  let bits = quotient >> drop;
  const rest = quotient & ((<u64>1 << drop) - 1);
  const half = <u64>1 << (drop - 1);
  if (rest > half || (rest === half && (remainder !== 0 || (bits & 1) !== 0))) bits++;
  const exponent = <i64>drop + <i64>divisorUp - <i64>up - <i64>places - 63;
  return <f64>bits * reinterpret<f64>((1023 + exponent) << 52);
}

let remainder: u64 = 0;

/**
 * `(high · 2^64 + low) / divisor`, the top bit of the divisor set and `high` less than it; leaves the remainder.
 * H. S. Warren: Hacker's Delight, divlu
 */
function divideWide(high: u64, low: u64, divisor: u64): u64 {
  const divisorHigh = divisor >> 32;
  const divisorLow = divisor & 0xffffffff;
  const first = divideHalf(high, low >> 32, divisorHigh, divisorLow);
  const between = ((high << 32) | (low >> 32)) - first * divisor;
  const second = divideHalf(between, low & 0xffffffff, divisorHigh, divisorLow);
  remainder = ((between << 32) | (low & 0xffffffff)) - second * divisor;
  return (first << 32) + second;
}

/** One digit of 32 bits of a long division. */
function divideHalf(high: u64, next: u64, divisorHigh: u64, divisorLow: u64): u64 {
  let digit = high / divisorHigh;
  let rest = high - digit * divisorHigh;
  while (digit >> 32 !== 0 || digit * divisorLow > ((rest << 32) | next)) {
    digit--;
    rest += divisorHigh;
    if (rest >> 32 !== 0) break;
  }
  return digit;
}

/** Digits of a whole number, its sign included. */
export function lengthOfInteger(value: i64): u32 {
  let length: u32 = value < 0 ? 2 : 1;
  let magnitude = <u64>(value < 0 ? -value : value);
  while (magnitude > 9) {
    magnitude /= 10;
    length++;
  }
  return length;
}

/** Writes a whole number as text. */
export function writeInteger(to: usize, value: i64): u32 {
  const length = lengthOfInteger(value);
  let magnitude = <u64>(value < 0 ? -value : value);
  let p = to + length;
  do {
    store<u8>(--p, <u8>(0x30 + magnitude % 10));
    magnitude /= 10;
  } while (magnitude !== 0);
  if (value < 0) store<u8>(to, 0x2d);
  return length;
}
