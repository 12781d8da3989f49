// Values that are only looked over, and white space.
import { refuse } from './host';
import { skipString } from './text';
import { ALSE, CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, NULL, OPEN_ARRAY, OPEN_OBJECT, QUOTE, TRUE } from './tokens';

/** What is only looked over may nest this deep; the rest is bounded by `maxDepth`. */
const DEEPEST_SKIPPED = 1000;

// @ts-ignore: decorator
@inline
export function skipSpace(p: usize): usize {
  return load<u8>(p) > 0x20 ? p : skipSpaces(p);
}

function skipSpaces(p: usize): usize {
  while (true) {
    const char = load<u8>(p);
    if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return p;
    p++;
  }
}

/** Checks the value at `p` and gives what follows it. */
export function skipValue(p: usize, depth: i32): usize {
  const char = load<u8>(p);
  if (char === QUOTE) return skipString(p + 1);
  if (char === OPEN_OBJECT) return skipObject(p + 1, depth + 1);
  if (char === OPEN_ARRAY) return skipArray(p + 1, depth + 1);
  const word = load<u32>(p);
  if (word === NULL || word === TRUE) return p + 4;
  if (char === 0x66) {
    if (load<u32>(p, 1) !== ALSE) refuse();
    return p + 5;
  }
  return readNumberOnly(p);
}

/** Digits only: what the number is does not matter. */
function readNumberOnly(p: usize): usize {
  if (load<u8>(p) === 0x2d) p++;
  const first = load<u8>(p) - 0x30;
  if (first > 9) refuse();
  p++;
  if (first !== 0) p = skipDigits(p);
  else if (load<u8>(p) - 0x30 < 10) refuse();
  if (load<u8>(p) === 0x2e) p = skipSomeDigits(p + 1);
  if ((load<u8>(p) | 0x20) === 0x65) {
    const sign = load<u8>(p, 1);
    p = skipSomeDigits(sign === 0x2b || sign === 0x2d ? p + 2 : p + 1);
  }
  return p;
}

function skipDigits(p: usize): usize {
  while (load<u8>(p) - 0x30 < 10) p++;
  return p;
}

function skipSomeDigits(p: usize): usize {
  if (load<u8>(p) - 0x30 > 9) refuse();
  return skipDigits(p);
}

function skipObject(p: usize, depth: i32): usize {
  if (depth > DEEPEST_SKIPPED) refuse();
  p = skipSpace(p);
  if (load<u8>(p) === CLOSE_OBJECT) return p + 1;
  while (true) {
    if (load<u8>(p) !== QUOTE) refuse();
    p = skipSpace(skipString(p + 1));
    if (load<u8>(p) !== COLON) refuse();
    p = skipSpace(skipValue(skipSpace(p + 1), depth));
    const after = load<u8>(p);
    if (after === CLOSE_OBJECT) return p + 1;
    if (after !== COMMA) refuse();
    p = skipSpace(p + 1);
  }
}

function skipArray(p: usize, depth: i32): usize {
  if (depth > DEEPEST_SKIPPED) refuse();
  p = skipSpace(p);
  if (load<u8>(p) === CLOSE_ARRAY) return p + 1;
  while (true) {
    p = skipSpace(skipValue(p, depth));
    const after = load<u8>(p);
    if (after === CLOSE_ARRAY) return p + 1;
    if (after !== COMMA) refuse();
    p = skipSpace(p + 1);
  }
}
