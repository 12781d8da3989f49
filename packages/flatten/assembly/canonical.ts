// Canonical JSON, as the host's `canonical-json.ts` writes it, of texts that were checked before. What is rare is left to the host.
import { memberValue, toText } from './host';
import { allocate, enlarge, release, scratch } from './memory';
import { INTEGER } from './records';
import { numberKind, readNumber, textLength, whole, writeInteger } from './numbers';
import { skipSpace, skipValue } from './skip';
import { copyBytes, endOfPlain, equalBytes, unescape, unescapedEnd, unescapedLength } from './text';
import { COMMA, NULL, QUOTE, TRUE } from './tokens';

/** Each level of an object out of order copies what is in it. */
const DEEPEST = 64;

/** Bytes by which a text may grow: numbers are rarely longer in canonical form. */
const SLACK: i32 = 1024;

let block: usize = 0;
let blockSize: usize = 0;
/** Where the text goes on. */
let to: usize = 0;
let slack: i32 = 0;

/** Members of the objects under way: where each begins in the text, its length, its key's bytes. */
let members: usize = 0;
let memberRoom: u32 = 0;
let memberCount: u32 = 0;

/** The members of a document that count as something else: address and length of each key. */
let rules: usize = 0;
let ruleCount: u32 = 0;
let skipsNulls: bool = false;

/** Forgets its memory, after `resetMemory`. */
export function resetCanonical(): void {
  block = 0;
  blockSize = 0;
  memberRoom = 64;
  members = allocate(memberRoom << 4);
  ruleCount = 0;
  skipsNulls = false;
}

/** Says what makes up the identity of a document. */
export function setIdentity(nulls: bool, keys: usize, count: u32): void {
  skipsNulls = nulls;
  rules = keys;
  ruleCount = count;
}

/** Length of the text that `canonical` wrote last; it is at `canonicalAt`. */
export let canonicalLength: u32 = 0;
export let canonicalAt: usize = 0;

/** Writes the canonical text of a value (`isDocument`: of its identity). False when that is left to the host. */
export function canonical(p: usize, length: u32, isDocument: bool): bool {
  const needed = <usize>length + SLACK + 64;
  if (needed > blockSize) {
    release(block, blockSize);
    block = 0;
    blockSize = 0;
    block = allocate(needed + (needed >> 1));
    blockSize = needed + (needed >> 1);
  }
  to = block;
  slack = SLACK;
  memberCount = 0;
  if (writeValue(p, 0, isDocument && (skipsNulls || ruleCount !== 0)) === 0) return false;
  canonicalAt = block;
  canonicalLength = <u32>(to - block);
  return true;
}

/** Gives what follows the value at `p`; 0 when it is left to the host. */
function writeValue(p: usize, depth: i32, isIdentity: bool): usize {
  const char = load<u8>(p);
  if (char === QUOTE) return writeString(p);
  if (char === 0x7b) return writeObject(p + 1, depth + 1, isIdentity);
  if (char === 0x5b) return writeArray(p + 1, depth + 1);
  const word = load<u32>(p);
  if (word === NULL || word === TRUE) return writeRaw(p, 4);
  if (char === 0x66) return writeRaw(p, 5);
  return writeNumber(p);
}

// @ts-ignore: decorator
@inline
function writeRaw(p: usize, length: u32): usize {
  copyBytes(to, p, length);
  to += length;
  return p + length;
}

function writeString(p: usize): usize {
  const end = endOfPlain(p + 1);
  if (load<u8>(end) === QUOTE) return writeRaw(p, <u32>(end + 1 - p));
  const text = unescape(p + 1);
  const after = unescapedEnd;
  store<u8>(to++, QUOTE);
  for (let i: u32 = 0; i < unescapedLength; i++) writeChar(load<u8>(text + i));
  store<u8>(to++, QUOTE);
  return after;
}

function writeChar(char: u8): void {
  if (char >= 0x20 && char !== QUOTE && char !== 0x5c) {
    store<u8>(to++, char);
    return;
  }
  const short = shortEscape(char);
  store<u8>(to, 0x5c);
  if (short !== 0) {
    store<u8>(to, short, 1);
    to += 2;
    return;
  }
  store<u32>(to, 0x30303075, 1);
  store<u8>(to, 0x30 + (char >> 4), 4);
  const low = char & 15;
  store<u8>(to, low < 10 ? 0x30 + low : 0x57 + low, 5);
  to += 6;
}

function shortEscape(char: u8): u8 {
  switch (char) {
    case 8:
      return 0x62;
    case 9:
      return 0x74;
    case 10:
      return 0x6e;
    case 12:
      return 0x66;
    case 13:
      return 0x72;
    case 0x22:
    case 0x5c:
      return char;
  }
  return 0;
}

function writeNumber(p: usize): usize {
  const end = readNumber(p);
  if (textLength !== 0) {
    writeRaw(p, textLength);
    return end;
  }
  const old = <i32>(end - p);
  if (numberKind === INTEGER) {
    const length = writeInteger(to, whole);
    to += length;
    slack -= max(<i32>length - old, 0);
  } else {
    const length = toText(p, old);
    slack -= max(<i32>length - old, 0);
    if (slack < 0) return 0;
    copyBytes(to, scratch(0), length);
    to += length;
  }
  return slack < 0 ? 0 : end;
}

function writeArray(p: usize, depth: i32): usize {
  if (depth > DEEPEST) return 0;
  store<u8>(to++, 0x5b);
  p = skipSpace(p);
  if (load<u8>(p) === 0x5d) {
    store<u8>(to++, 0x5d);
    return p + 1;
  }
  while (true) {
    p = writeValue(p, depth, false);
    if (p === 0) return 0;
    p = skipSpace(p);
    const after = load<u8>(p);
    store<u8>(to++, after);
    if (after !== COMMA) return p + 1;
    p = skipSpace(p + 1);
  }
}

/** `p` is after the opening brace. The members are written as they come, and put into order when they are not. */
function writeObject(p: usize, depth: i32, isIdentity: bool): usize {
  if (depth > DEEPEST) return 0;
  store<u8>(to++, 0x7b);
  const first = memberCount;
  const start = to;
  let inOrder = true;
  p = skipSpace(p);
  while (load<u8>(p) === QUOTE) {
    const keyEnd = endOfPlain(p + 1);
    if (load<u8>(keyEnd) !== QUOTE) return 0;
    const keyLength = <u32>(keyEnd - p - 1);
    if (sortsOddly(p + 1, keyLength)) return 0;
    const valueAt = skipSpace(skipSpace(keyEnd + 1) + 1);
    if (isIdentity && skipsNulls && load<u32>(valueAt) === NULL) p = valueAt + 4;
    else {
      if (memberCount === memberRoom) growMembers();
      const index = memberCount++;
      const member = memberAt(index);
      store<u32>(member, <u32>to);
      store<u32>(member, keyLength, 8);
      store<u32>(member, <u32>p + 1, 12);
      writeRaw(p, keyLength + 2);
      store<u8>(to++, 0x3a);
      p = isIdentity ? writeMember(p + 1, keyLength, valueAt, depth) : writeValue(valueAt, depth, false);
      if (p === 0) return 0;
      // What was written within may have moved the members.
      const written = memberAt(index);
      store<u32>(written, <u32>to - load<u32>(written), 4);
      store<u8>(to++, COMMA);
      if (index > first && inOrder) {
        const order = compareKeys(memberAt(index - 1), written);
        if (order === 0) return 0;
        inOrder = order < 0;
      }
    }
    p = skipSpace(p);
    if (load<u8>(p) !== COMMA) break;
    p = skipSpace(p + 1);
  }
  if (!inOrder && !putInOrder(first, start)) return 0;
  memberCount = first;
  if (to > start) to--;
  store<u8>(to++, 0x7d);
  return p + 1;
}

/** A member's value, or what counts in its place. */
function writeMember(key: usize, keyLength: u32, valueAt: usize, depth: i32): usize {
  for (let i: u32 = 0; i < ruleCount; i++) {
    const rule = rules + (<usize>i << 3);
    if (load<u32>(rule, 4) !== keyLength || !equalBytes(load<u32>(rule), key, keyLength)) continue;
    const end = skipValue(valueAt, 0);
    const length = memberValue(i, valueAt, <u32>(end - valueAt));
    slack -= max(<i32>length - <i32>(end - valueAt), 0);
    if (slack < 0) return 0;
    memory.copy(to, scratch(0), length);
    to += length;
    return end;
  }
  return writeValue(valueAt, depth, false);
}

// @ts-ignore: decorator
@inline
function memberAt(index: u32): usize {
  return members + (<usize>index << 4);
}

function growMembers(): void {
  const size = <usize>memberRoom << 4;
  members = enlarge(members, size, size, size * 2);
  memberRoom *= 2;
}

/** Whether a key has bytes whose order is not that of UTF-16: those of U+E000 on. */
function sortsOddly(key: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i += 16) {
    const high = i8x16.bitmask(i8x16.ge_u(v128.load(key + i), i8x16.splat(<i8>0xee)));
    const left = length - i;
    if ((left >= 16 ? high : high & ((1 << left) - 1)) !== 0) return true;
  }
  return false;
}

/** Order of two members by key: below 0 when the first comes first, 0 when they are equal. */
function compareKeys(a: usize, b: usize): i32 {
  const lengthA = load<u32>(a, 8);
  const lengthB = load<u32>(b, 8);
  const common = min(lengthA, lengthB);
  const keyA = <usize>load<u32>(a, 12);
  const keyB = <usize>load<u32>(b, 12);
  for (let i: u32 = 0; i < common; i += 16) {
    let differ = i8x16.bitmask(i8x16.ne(v128.load(keyA + i), v128.load(keyB + i)));
    if (common - i < 16) differ &= (1 << (common - i)) - 1;
    if (differ === 0) continue;
    const at = i + ctz(differ);
    return <i32>load<u8>(keyA + at) - <i32>load<u8>(keyB + at);
  }
  return <i32>lengthA - <i32>lengthB;
}

/** Puts the members from `first` on, whose text begins at `start`, into the order of their keys. False when two are equal. */
function putInOrder(first: u32, start: usize): bool {
  if (!sort(first, memberCount)) return false;
  const copy = scratch(<u32>(to - start));
  let end = copy;
  for (let i = first; i < memberCount; i++) {
    const member = memberAt(i);
    const length = load<u32>(member, 4);
    copyBytes(end, load<u32>(member), length);
    store<u8>(end + length, COMMA);
    end += length + 1;
  }
  memory.copy(start, copy, end - copy);
  return true;
}

/** Sorts members by key: short lists by insertion, longer ones by merging halves. */
function sort(from: u32, end: u32): bool {
  if (end - from > 24) {
    const middle = (from + end) >> 1;
    return sort(from, middle) && sort(middle, end) && merge(from, middle, end);
  }
  for (let i = from + 1; i < end; i++) {
    const member = v128.load(memberAt(i));
    v128.store(held, member);
    let at = i;
    for (; at > from; at--) {
      const order = compareKeys(memberAt(at - 1), held);
      if (order === 0) return false;
      if (order < 0) break;
      v128.store(memberAt(at), v128.load(memberAt(at - 1)));
    }
    v128.store(memberAt(at), member);
  }
  return true;
}

const held: usize = memory.data(16, 16);

function merge(from: u32, middle: u32, end: u32): bool {
  const size = <usize>(middle - from) << 4;
  const half = scratch(<u32>size);
  memory.copy(half, memberAt(from), size);
  let a = half;
  let b = middle;
  let at = from;
  while (a < half + size) {
    const order = b < end ? compareKeys(a, memberAt(b)) : -1;
    if (order === 0) return false;
    if (order < 0) {
      v128.store(memberAt(at++), v128.load(a));
      a += 16;
    } else v128.store(memberAt(at++), v128.load(memberAt(b++)));
  }
  return true;
}
