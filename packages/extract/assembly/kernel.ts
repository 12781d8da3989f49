// Finds the documents of a page: see `src/scan-page.ts`.
import { canonicalSpellings, millis } from '../../flatten/assembly/dates';
import { childOf } from './host';

/** What went wrong: see `FAILURES` in `src/scan-page.ts`. */
const BROKEN_OFF: i32 = 1;
const NO_KEY: i32 = 2;
const NO_COLON: i32 = 3;
const NO_COMMA: i32 = 4;
const NO_DOCUMENT: i32 = 5;
const MORE: i32 = 6;
const NO_ROOM: i32 = 7;

/**
 * What stands at a place that matters. The host writes it; after it come its children, then the slots at and below it, which are
 * emptied when it is met again.
 */
@unmanaged
class Node {
  /** Which wanted value stands here; -1: none. */
  slot: i32;
  /** The list of documents stands here. */
  isList: u32;
  children: u32;
  slots: u32;
}

const NODE_BYTES: usize = 16;

@unmanaged
class Child {
  key: usize;
  length: u32;
  node: usize;
}

const CHILD_BYTES: usize = 12;

/** Where values are: start and end of each slot. */
const SLOT_BYTES: usize = 8;
const NONE: u64 = u64.MAX_VALUE;

let page: usize = 0;
let end: usize = 0;
let document: usize = 0;
/** Slots of a document, of which the first are its keys, and after them its time, if it has one. */
let width: usize = 0;
let keys: usize = 0;
let hasTime: bool = false;

/** What is found of each document; all end at what can be held. */
let bounds: usize = 0;
let values: usize = 0;
let times: usize = 0;
let keyBounds: usize = 0;
let room: u32 = 0;
let texts: usize = 0;
let textsEnd: usize = 0;
let text: usize = 0;

let count: u32 = 0;
let found: bool = false;
let listStart: usize = 0;
let listEnd: usize = 0;
let failure: i32 = 0;
let failedAt: usize = 0;

export function memoryStart(): usize {
  return (__heap_base + 15) & ~15;
}

/** What the documents are looked through for. */
export function prepare(documentNode: usize, keyCount: u32, timed: bool): void {
  document = documentNode;
  keys = keyCount;
  hasTime = timed;
  width = (<usize>keyCount + (timed ? 1 : 0)) * SLOT_BYTES;
}

/** Where what is found is written: room for so many documents, and for texts of keys. */
export function setRoom(
  documents: u32,
  boundsAt: usize,
  valuesAt: usize,
  timesAt: usize,
  keyBoundsAt: usize,
  textsAt: usize,
  textsLength: usize,
): void {
  room = documents;
  bounds = boundsAt;
  values = valuesAt;
  times = timesAt;
  keyBounds = keyBoundsAt;
  texts = textsAt;
  textsEnd = textsAt + textsLength;
}

/** Looks through a page, after which 80 bytes of zeros stand. 0, or what is wrong with it. */
export function scan(at: usize, length: u32, root: usize, beside: usize): i32 {
  page = at;
  end = at + length;
  count = 0;
  text = texts;
  found = false;
  failure = 0;
  const start = skipSpace(length > 2 && load<u8>(at) === 0xef ? at + 3 : at);
  const after = value(start, root, beside);
  if (after === 0) return failure;
  const rest = skipSpace(after);
  if (rest !== end) fail(MORE, rest);
  return failure;
}

export function documentCount(): u32 {
  return count;
}

/** Bytes of the keys that were written. */
export function textsLength(): u32 {
  return <u32>(text - texts);
}

export function foundList(): bool {
  return found;
}

/** Bytes before the list, and up to its end. */
export function beforeList(): u32 {
  return <u32>(listStart - page);
}

export function throughList(): u32 {
  return <u32>(listEnd - page);
}

export function failureAt(): u32 {
  return <u32>(failedAt - page);
}

/** Gives 0, which no value ends at. */
function fail(why: i32, at: usize): usize {
  if (failure === 0) {
    failure = why;
    failedAt = at;
  }
  return 0;
}

/** Goes over the value at `p`, and gives what follows it; 0: it is wrong. */
function value(p: usize, at: usize, slots: usize): usize {
  const node = changetype<Node>(at);
  const first = load<u8>(p);
  let after: usize;
  if (node.isList !== 0 && (first === 0x5b || first === 0x6e)) {
    found = true;
    after = first === 0x5b ? list(p) : skipValue(p);
    listStart = p;
    listEnd = after;
  } else {
    empty(node, at, slots);
    after = first === 0x7b && node.children !== 0 ? object(p, at, slots) : skipValue(p);
  }
  if (after === 0) return fail(BROKEN_OFF, p);
  if (node.slot >= 0) {
    const slot = slots + <usize>node.slot * SLOT_BYTES;
    store<u32>(slot, <u32>(p - page));
    store<u32>(slot, <u32>(after - page), 4);
  }
  return after;
}

/** Of equal keys in one object the last counts. */
// @ts-ignore: decorator
@inline
function empty(node: Node, at: usize, slots: usize): void {
  const list = at + NODE_BYTES + <usize>node.children * CHILD_BYTES;
  for (let i: u32 = 0; i < node.slots; i++) {
    store<u64>(slots + <usize>load<u32>(list + (<usize>i << 2)) * SLOT_BYTES, NONE);
  }
}

function object(start: usize, node: usize, slots: usize): usize {
  let p = skipSpace(start + 1);
  if (load<u8>(p) === 0x7d) return p + 1;
  while (true) {
    if (load<u8>(p) !== 0x22) return fail(NO_KEY, p);
    const keyEnd = skipString(p + 1);
    if (keyEnd === 0) return 0;
    const child = childAt(node, p + 1, keyEnd - 1);
    p = skipSpace(keyEnd);
    if (load<u8>(p) !== 0x3a) return fail(NO_COLON, p);
    p = skipSpace(p + 1);
    p = child === 0 ? skipValue(p) : value(p, child, slots);
    if (p === 0) return 0;
    p = skipSpace(p);
    const byte = load<u8>(p);
    if (byte === 0x7d) return p + 1;
    if (byte !== 0x2c) return fail(NO_COMMA, p);
    p = skipSpace(p + 1);
  }
}

function list(start: usize): usize {
  // Of equal keys in one object the last counts.
  count = 0;
  text = texts;
  let p = skipSpace(start + 1);
  if (load<u8>(p) === 0x5d) return p + 1;
  while (true) {
    if (load<u8>(p) !== 0x7b) return fail(NO_DOCUMENT, p);
    if (count === room) return fail(NO_ROOM, p);
    const slots = values + <usize>count * width;
    for (let at: usize = 0; at < width; at += SLOT_BYTES) store<u64>(slots + at, NONE);
    const after = width === 0 ? skipValue(p) : object(p, document, slots);
    if (after === 0) return fail(BROKEN_OFF, p);
    const bound = bounds + (<usize>count << 3);
    store<u32>(bound, <u32>(p - page));
    store<u32>(bound, <u32>(after - page), 4);
    if (keys !== 0) writeKey(slots);
    if (hasTime) writeTime(slots + keys * SLOT_BYTES);
    count++;
    p = skipSpace(after);
    const byte = load<u8>(p);
    if (byte === 0x5d) return p + 1;
    if (byte !== 0x2c) return fail(NO_COMMA, p);
    p = skipSpace(p + 1);
  }
}

/** The canonical JSON of the key, where that is its bytes: a list of texts in plain ASCII. Else its bounds are 0. They are counted from `texts`. */
function writeKey(slots: usize): void {
  const bound = keyBounds + (<usize>count << 3);
  store<u64>(bound, 0);
  let to = text;
  for (let key: usize = 0; key < keys; key++) {
    const slot = slots + key * SLOT_BYTES;
    if (load<u64>(slot) === NONE) return;
    const from = page + load<u32>(slot);
    const length = <usize>load<u32>(slot, 4) - load<u32>(slot);
    if (load<u8>(from) !== 0x22 || to + length + 18 > textsEnd || !isPlain(from + 1, length - 2)) return;
    store<u8>(to, key === 0 ? 0x5b : 0x2c);
    copy(to + 1, from, length);
    to += 1 + length;
  }
  store<u8>(to, 0x5d);
  store<u32>(bound, <u32>(text - texts));
  store<u32>(bound, <u32>(to + 1 - texts), 4);
  text = to + 1;
}

/** The instant of a time as `2025-02-25T14:52:10.903Z`; NaN where it is written in another way, or is none. */
function writeTime(slot: usize): void {
  const isLong = load<u64>(slot) !== NONE && load<u32>(slot, 4) - load<u32>(slot) === 26;
  const isCanonical = isLong && canonicalSpellings(page + load<u32>(slot) + 1) !== 0;
  store<f64>(times + (<usize>count << 3), isCanonical ? <f64>millis : NaN);
}

/** Whether bytes are ASCII without escapes. */
function isPlain(from: usize, length: usize): bool {
  for (let at: usize = 0; at < length; at += 16) {
    const bytes = v128.load(from + at);
    const special = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x5c)), i8x16.gt_u(bytes, i8x16.splat(0x7e))),
    );
    const inside = length - at < 16 ? (1 << <i32>(length - at)) - 1 : 0xffff;
    if ((special & inside) !== 0) return false;
  }
  return true;
}

// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, length: usize): void {
  // Both have room for whole steps.
  for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}

function childAt(node: usize, from: usize, to: usize): usize {
  const length = <u32>(to - from);
  let at = node + NODE_BYTES;
  for (let left = changetype<Node>(node).children; left !== 0; left--, at += CHILD_BYTES) {
    const child = changetype<Child>(at);
    if (child.length !== length) continue;
    let i: usize = 0;
    while (i < length && load<u8>(child.key + i) === load<u8>(from + i)) i++;
    if (i === length) return child.node;
  }
  for (let p = from; p < to; p++) if (load<u8>(p) === 0x5c) return childOf(node, from - 1, to + 1);
  return 0;
}

// @ts-ignore: decorator
@inline
function skipSpace(p: usize): usize {
  return load<u8>(p) > 0x20 ? p : skipSpaces(p);
}

function skipSpaces(p: usize): usize {
  while (true) {
    const byte = load<u8>(p);
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return p;
    p++;
  }
}

/** From the byte after the opening quote to the one after the closing quote; 0 where there is none. */
function skipString(p: usize): usize {
  while (p < end) {
    const bytes = v128.load(p);
    const stops = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
    );
    if (stops === 0) {
      p += 16;
      continue;
    }
    p += ctz(stops);
    if (load<u8>(p) === 0x22) return p + 1;
    p += 2;
  }
  return 0;
}

/** What follows the value that begins at `p`; 0 where it breaks off or none begins. */
function skipValue(p: usize): usize {
  const first = load<u8>(p);
  if (first === 0x22) return skipString(p + 1);
  return first === 0x7b || first === 0x5b ? skipNested(p) : skipScalar(p);
}

/** Bits of the 64 bytes at `p` that are, after `folding`, the given one. */
// @ts-ignore: decorator
@inline
function bitsOf(p: usize, folding: i8, byte: i8): u64 {
  const fold = i8x16.splat(folding);
  const same = i8x16.splat(byte);
  const a = <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(v128.load(p), fold), same)));
  const b = <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(v128.load(p, 16), fold), same)));
  const c = <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(v128.load(p, 32), fold), same)));
  const d = <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.and(v128.load(p, 48), fold), same)));
  return a | (b << 16) | (c << 32) | (d << 48);
}

/** { and [ differ in one bit, and so do } and ]. */
const FOLD: i8 = <i8>0xdf;

/**
 * Takes 64 bytes at a time, without a look at where each string begins and ends: the bits between quotes are those of which an odd
 * number of quotes stands before. https://arxiv.org/abs/1902.08318
 */
function skipNested(p: usize): usize {
  let depth: u32 = 0;
  let isInside: u64 = 0;
  while (p < end) {
    if (bitsOf(p, -1, 0x5c) !== 0) {
      // Escapes are rare: such bytes one by one.
      const last = p + 64;
      while (p < last) {
        const byte = load<u8>(p);
        if (byte === 0x22) isInside = ~isInside;
        else if (isInside !== 0) {
          if (byte === 0x5c) p++;
        } else if ((byte & 0xdf) === 0x5b) depth++;
        else if ((byte & 0xdf) === 0x5d && --depth === 0) return p + 1;
        p++;
      }
      continue;
    }
    let inside = bitsOf(p, -1, 0x22);
    inside ^= inside << 1;
    inside ^= inside << 2;
    inside ^= inside << 4;
    inside ^= inside << 8;
    inside ^= inside << 16;
    inside ^= inside << 32;
    inside ^= isInside;
    isInside = <u64>(<i64>inside >> 63);
    let opening = bitsOf(p, FOLD, 0x5b) & ~inside;
    let closing = bitsOf(p, FOLD, 0x5d) & ~inside;
    if (<u32>popcnt(closing) < depth) {
      depth += <u32>popcnt(opening) - <u32>popcnt(closing);
    } else {
      while (closing !== 0) {
        const before = (closing & -closing) - 1;
        depth += <u32>popcnt(opening & before) - 1;
        if (depth === 0) return p + <usize>ctz(closing) + 1;
        opening &= ~before;
        closing &= closing - 1;
      }
      depth += <u32>popcnt(opening);
    }
    p += 64;
  }
  return 0;
}

function skipScalar(from: usize): usize {
  let p = from;
  while (p < end) {
    const byte = load<u8>(p);
    if (byte === 0x2c || byte === 0x7d || byte === 0x5d || byte <= 0x20) break;
    p++;
  }
  return p > from ? p : 0;
}
