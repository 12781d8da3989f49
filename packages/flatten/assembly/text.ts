// Strings: where they end, what they are without escapes, how long they are; and UTF-8.
import { refuse } from './host';
import { growScratch, scratch } from './memory';
import { BACKSLASH, QUOTE } from './tokens';

// Vectors in memory: engines make each constant anew, in three instructions, wherever it is used.

const BACKSLASHES: usize = memory.data<u8>([
  0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c,
], 16);
const TWOS: usize = memory.data<u8>([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 16);
const SPACES: usize = memory.data<u8>([
  0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
], 16);

/**
 * The first quote, backslash or control character from `p` on; refuses what before it is not UTF-8. The zeros after the page end every
 * string.
 */
// @ts-ignore: decorator
@inline
export function endOfPlain(start: usize): usize {
  let p = start;
  let all = v128.load(p);
  while (true) {
    const bytes = v128.load(p);
    all = v128.or(all, bytes);
    // Of what becomes a space or less when this bit is turned, the quote alone is no control character.
    const stops = i8x16.bitmask(
      v128.or(
        i8x16.eq(bytes, v128.load(BACKSLASHES)),
        i8x16.le_u(v128.xor(bytes, v128.load(TWOS)), v128.load(SPACES)),
      ),
    );
    if (stops !== 0) {
      if (i8x16.bitmask(all) !== 0) checkUtf8(start, p + 16);
      return p + ctz(stops);
    }
    p += 16;
  }
}

/** Skips the string whose first byte is at `p`, checking its escapes; gives what follows the closing quote. */
export function skipString(p: usize): usize {
  while (true) {
    p = endOfPlain(p);
    const char = load<u8>(p);
    if (char === QUOTE) return p + 1;
    if (char !== BACKSLASH) refuse();
    const escape = load<u8>(p, 1);
    if (escape === 0x75) {
      hex4(p + 2);
      p += 6;
    } else {
      simpleEscape(escape);
      p += 2;
    }
  }
}

/** Bytes of the string that `unescape` wrote last. */
export let unescapedLength: u32 = 0;
/** What follows the closing quote of that string. */
export let unescapedEnd: usize = 0;

/**
 * Writes the string whose first byte is at `p` without escapes to the scratch and gives its address.
 * A lone surrogate is refused: strings that differ in one are different, but not in UTF-8.
 */
export function unescape(p: usize): usize {
  let target = scratch(0);
  let to = target;
  while (true) {
    const stop = endOfPlain(p);
    const length = <u32>(stop - p);
    // What is plain, and one character.
    const used = <u32>(to - target);
    target = growScratch(used, used + length + 4);
    to = target + used;
    copyBytes(to, p, length);
    to += length;
    p = stop;
    const char = load<u8>(p);
    if (char === QUOTE) break;
    if (char !== BACKSLASH) refuse();
    const escape = load<u8>(p, 1);
    if (escape !== 0x75) {
      store<u8>(to++, simpleEscape(escape));
      p += 2;
      continue;
    }
    let point = hex4(p + 2);
    p += 6;
    if (point >= 0xd800 && point < 0xe000) {
      if (point >= 0xdc00 || load<u8>(p) !== BACKSLASH || load<u8>(p, 1) !== 0x75) refuse();
      const low = hex4(p + 2);
      if (low < 0xdc00 || low > 0xdfff) refuse();
      p += 6;
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    to = writePoint(to, point);
  }
  unescapedLength = <u32>(to - target);
  unescapedEnd = p + 1;
  return target;
}

function simpleEscape(escape: u8): u8 {
  switch (escape) {
    case 0x22:
    case 0x5c:
    case 0x2f:
      return escape;
    case 0x62:
      return 8;
    case 0x66:
      return 12;
    case 0x6e:
      return 10;
    case 0x72:
      return 13;
    case 0x74:
      return 9;
  }
  refuse();
  return 0;
}

function hex4(p: usize): u32 {
  return (hexDigit(load<u8>(p)) << 12) | (hexDigit(load<u8>(p, 1)) << 8) | (hexDigit(load<u8>(p, 2)) << 4) | hexDigit(load<u8>(p, 3));
}

function hexDigit(char: u32): u32 {
  const digit = char - 0x30;
  if (digit < 10) return digit;
  const letter = (char | 0x20) - 0x61;
  if (letter >= 6) refuse();
  return letter + 10;
}

function writePoint(to: usize, point: u32): usize {
  if (point < 0x80) {
    store<u8>(to, <u8>point);
    return to + 1;
  }
  if (point < 0x800) {
    store<u8>(to, <u8>(0xc0 | (point >> 6)));
    store<u8>(to, <u8>(0x80 | (point & 63)), 1);
    return to + 2;
  }
  if (point < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (point >> 12)));
    store<u8>(to, <u8>(0x80 | ((point >> 6) & 63)), 1);
    store<u8>(to, <u8>(0x80 | (point & 63)), 2);
    return to + 3;
  }
  store<u8>(to, <u8>(0xf0 | (point >> 18)));
  store<u8>(to, <u8>(0x80 | ((point >> 12) & 63)), 1);
  store<u8>(to, <u8>(0x80 | ((point >> 6) & 63)), 2);
  store<u8>(to, <u8>(0x80 | (point & 63)), 3);
  return to + 4;
}

/** Length of UTF-8 in UTF-16 units: one for each byte that starts a character, one more for those of four bytes. */
export function utf16Length(p: usize, length: u32): u32 {
  let units: u32 = 0;
  for (const end = p + length; p < end; p++) {
    const byte = load<u8>(p);
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

let hashSeed: u64 = 0;
let factor1: u64 = 1;
let factor2: u64 = 1;

/** Makes hashes differ between instances, so that no page can be written to make them meet. */
export function seedHashes(seed: u64): void {
  hashSeed = seed;
  factor1 = (seed * 0x9e3779b97f4a7c15) | 1;
  factor2 = ((seed ^ 0x9e3779b97f4a7c15) * 0xc2b2ae3d27d4eb4f) | 1;
}

/** From sixteen before the middle on: as many bytes of ones as are left to the middle, then zeros. */
const masks: usize = memory.data<u8>([
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** The first bytes at `p`, sixteen at most, and zeros. */
// @ts-ignore: decorator
@inline
export function firstBytes(p: usize, length: u32): v128 {
  return v128.and(v128.load(p), v128.load(masks + 16 - length));
}

/** A hash of bytes, sixteen at a time in two lanes; fifteen bytes more can be read. Its upper bits are the better ones. */
export function hashOf(p: usize, length: u32): u32 {
  let a: u64 = hashSeed ^ length;
  let b: u64 = hashSeed;
  if (length > 16) {
    const last = p + length - 16;
    do {
      a = (a ^ load<u64>(p)) * factor1;
      b = (b ^ load<u64>(p, 8)) * factor2;
      a ^= a >> 32;
      b ^= b >> 32;
      p += 16;
    } while (p < last);
    return mix(a, b, v128.load(last));
  }
  return mix(a, b, firstBytes(p, length));
}

/** The hash of sixteen bytes at most, with zeros behind them. */
// @ts-ignore: decorator
@inline
export function hashOfFew(bytes: v128, length: u32): u32 {
  return mix(hashSeed ^ length, hashSeed, bytes);
}

// @ts-ignore: decorator
@inline
function mix(a: u64, b: u64, bytes: v128): u32 {
  return <u32>(((a ^ i64x2.extract_lane(bytes, 0)) * factor1 + (b ^ i64x2.extract_lane(bytes, 1)) * factor2) >> 32);
}

/** Where to look for a hash first in a table of so many slots and one. */
// @ts-ignore: decorator
@inline
export function firstSlot(hash: u32, mask: u32): u32 {
  return hash >>> clz<u32>(mask);
}

/** Whether two byte sequences are equal; fifteen bytes more of both can be read. */
export function equalBytes(a: usize, b: usize, length: u32): bool {
  while (length > 16) {
    if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
    a += 16;
    b += 16;
    length -= 16;
  }
  return !v128.any_true(v128.xor(firstBytes(a, length), firstBytes(b, length)));
}

/** Copies bytes, sixteen at a time: up to fifteen more are read and written. */
// @ts-ignore: decorator
@inline
export function copyBytes(to: usize, from: usize, length: u32): void {
  v128.store(to, v128.load(from));
  for (let i: u32 = 16; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

const TOO_SHORT: i8 = 1;
const TOO_LONG: i8 = 2;
const OVERLONG_3: i8 = 4;
const TOO_LARGE: i8 = 8;
const SURROGATE: i8 = 16;
const OVERLONG_2: i8 = 32;
const TOO_LARGE_1000: i8 = 64;
const OVERLONG_4: i8 = 64;
const TWO_CONTS: i8 = -128;
const CARRY: i8 = TOO_SHORT | TOO_LONG | TWO_CONTS;

const CONT: i8 = TOO_LONG | OVERLONG_2 | TWO_CONTS;
const LARGE: i8 = CARRY | TOO_LARGE | TOO_LARGE_1000;

const FIRST_HIGH: usize = memory.data<i8>([
  TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
  TWO_CONTS, TWO_CONTS, TWO_CONTS, TWO_CONTS,
  TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
  TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
], 16);
const FIRST_LOW: usize = memory.data<i8>([
  CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY,
  CARRY | TOO_LARGE, LARGE, LARGE, LARGE,
  LARGE, LARGE, LARGE, LARGE,
  LARGE, CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE, LARGE, LARGE,
], 16);
const SECOND_HIGH: usize = memory.data<i8>([
  TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
  CONT | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4, CONT | OVERLONG_3 | TOO_LARGE,
  CONT | SURROGATE | TOO_LARGE, CONT | SURROGATE | TOO_LARGE,
  TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
], 16);

/**
 * Refuses bytes that are not UTF-8, 16 at a time: three table look-ups say of each pair of bytes what would be wrong with it. What stands
 * before them is ASCII. A sequence that is cut at the end is not seen.
 * J. Keiser, D. Lemire: Validating UTF-8 In Less Than One Instruction Per Byte, https://arxiv.org/abs/2010.03090
 */
function checkUtf8(p: usize, end: usize): void {
  const low = i8x16.splat(0x0f);
  const high = i8x16.splat(-128);
  let error = i8x16.splat(0);
  for (; p < end; p += 16) {
    const bytes = v128.load(p);
    const one = v128.load(p - 1);
    const special = v128.and(
      v128.and(
        i8x16.swizzle(v128.load(FIRST_HIGH), i8x16.shr_u(one, 4)),
        i8x16.swizzle(v128.load(FIRST_LOW), v128.and(one, low)),
      ),
      i8x16.swizzle(v128.load(SECOND_HIGH), i8x16.shr_u(bytes, 4)),
    );
    const third = i8x16.sub_sat_u(v128.load(p - 2), i8x16.splat(0x60));
    const fourth = i8x16.sub_sat_u(v128.load(p - 3), i8x16.splat(0x70));
    error = v128.or(error, v128.xor(v128.and(v128.or(third, fourth), high), special));
  }
  if (v128.any_true(error)) refuse();
}
