// JSON into columns: one pass, each byte read once.
import { canonical, canonicalAt, canonicalLength } from './canonical';
import { addContent, addDocument, newArray, newColumn, newKid, newObject, refuse, retry, toJson } from './host';
import { scratch } from './memory';
import { Column, FLOAT, INTEGER, KEY, Kid, LONG, MAP, MIXED, Node, OMIT, Successors, Table, TIME, WHOLE } from './records';
import { addBoolean, addJson, addNumber, addSmallDecimal, addSmallInteger, addString, addText, addTime, formOf } from './columns';
import { firstDigits, leadingDigits, readNumber } from './numbers';
import { addRow, checkKey, clearKeys, lookUp, noteKeyOf } from './tables';
import { skipSpace, skipValue } from './skip';
import { endOfPlain, unescape, unescapedEnd, unescapedLength } from './text';
import { ALSE, CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, NULL, OPEN_ARRAY, OPEN_OBJECT, QUOTE, TRUE } from './tokens';

let maxDepth: i32 = 0;
let stamp: u32 = 0;

/** Nesting level from which on containers are JSON. */
export function setMaxDepth(depth: i32): void {
  maxDepth = depth;
}

/** What makes up the key of a document without a declared one. */
const NO_CONTENT = 0;
const CANONICAL = 1;

let content: i32 = NO_CONTENT;

/** How documents are known: 0 by a declared key, 1 by their canonical text, 2 by what the host makes of them. */
export function setContent(mode: i32): void {
  content = mode;
}

/** A document: a row of the root table and all below it. `start` is at the opening brace. */
export function parseDocument(root: Table, start: usize): usize {
  const row = addRow(root, -1, -1);
  const end = parseObject(objectOf(root.element), start + 1, 0);
  if (root.keyCount > 0) noteKeyOf(root, row);
  if (content !== NO_CONTENT) {
    const length = <u32>(end - start);
    if (content === CANONICAL && canonical(start, length, true)) addContent(canonicalAt, canonicalLength);
    else addDocument(start, length);
  }
  return end;
}

// @ts-ignore: decorator
@inline
function objectOf(kid: Kid): Node {
  const node = kid.object;
  if (node !== null) return node;
  const made = changetype<Node>(newObject(changetype<usize>(kid)));
  kid.object = made;
  return made;
}

function makeColumn(kid: Kid): Column {
  const made = changetype<Column>(newColumn(changetype<usize>(kid), false));
  kid.column = made;
  if ((kid.flags & KEY) === 0) kid.plain = made;
  return made;
}

// @ts-ignore: decorator
@inline
function columnOf(kid: Kid): Column {
  const column = kid.column;
  if (column !== null) return column;
  return makeColumn(kid);
}

/** Whether a key of at most 16 bytes, with its quote and colon, is that of a kid. */
// @ts-ignore: decorator
@inline
function startsWithKey(kid: Kid, p: usize): bool {
  const mask = kid.mask;
  return (i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(changetype<usize>(kid) + offsetof<Kid>()))) & mask) === mask;
}

function startsWithAnyKey(kid: Kid, p: usize): bool {
  if ((kid.mask & LONG) === 0) return startsWithKey(kid, p);
  return hasRestOfKey(changetype<usize>(kid) + offsetof<Kid>(), p, kid.length);
}

function hasRestOfKey(key: usize, p: usize, length: u32): bool {
  let i: u32 = 0;
  for (; i + 16 < length; i += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(p + i), v128.load(key + i))) !== 0xffff) return false;
  }
  const mask = (1 << (length - i)) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(p + i), v128.load(key + i))) & mask) === mask;
}

let afterColon: usize = 0;

/** The kid for the key at `p` when it is not the one expected; leaves what follows its colon, and learns. */
function findKid(node: Node, expected: Successors, p: usize): Kid {
  const next = expected.next;
  if ((next.mask & LONG) !== 0 && startsWithAnyKey(next, p)) {
    afterColon = p + next.length;
    return next;
  }
  const other = expected.other;
  if (startsWithAnyKey(other, p)) {
    expected.other = next;
    expected.next = other;
    afterColon = p + other.length;
    return other;
  }
  let key = p;
  let length: u32;
  const end = endOfPlain(p);
  if (load<u8>(end) === QUOTE) {
    length = <u32>(end - p);
    afterColon = end + 1;
  } else {
    key = unescape(p);
    length = unescapedLength;
    afterColon = unescapedEnd;
  }
  afterColon = skipSpace(afterColon);
  if (load<u8>(afterColon) !== COLON) refuse();
  afterColon++;
  let kid = lookUp(node, key, length);
  if (kid === null) kid = changetype<Kid>(newKid(changetype<usize>(node), key, length));
  expected.other = next;
  expected.next = kid;
  return kid;
}

/** A comma and a quote: what mostly follows a member. */
const NEXT_KEY: u16 = 0x222c;

/** `p` is after the opening brace. */
function parseObject(node: Node, p: usize, level: i32): usize {
  const row = node.table.row;
  const own = ++stamp;
  p = skipSpace(p);
  const first = load<u8>(p);
  if (first === CLOSE_OBJECT) return p + 1;
  if (first !== QUOTE) refuse();
  let expected: Successors = node;
  while (true) {
    p++;
    let kid = expected.next;
    if (startsWithKey(kid, p)) p += kid.length;
    else {
      kid = findKid(node, expected, p);
      p = afterColon;
    }
    // Of equal keys the last would win.
    if (kid.stamp === own) refuse();
    kid.stamp = own;
    const char = load<u8>(p);
    // What a kid has already it takes: only of the columns are some left to `parseMember`.
    const column = kid.plain;
    const object = kid.object;
    if (char === QUOTE && column !== null) p = parseText(column, row, p + 1);
    else if (char === OPEN_OBJECT && object !== null) p = parseObject(object, p + 1, level + 1);
    else {
      let end: usize = 0;
      if (char - 0x30 < 10 && column !== null) end = parseSmallNumber(column, row, p);
      p = end !== 0 ? end : parseMember(kid, p, row, level + 1);
    }
    expected = kid;
    if (load<u16>(p) === NEXT_KEY) {
      p++;
      continue;
    }
    p = skipSpace(p);
    const after = load<u8>(p);
    if (after === CLOSE_OBJECT) return p + 1;
    if (after !== COMMA) refuse();
    p = skipSpace(p + 1);
    if (load<u8>(p) !== QUOTE) refuse();
  }
}

/** A member that is not one of those. */
function parseMember(kid: Kid, p: usize, row: u32, level: i32): usize {
  p = skipSpace(p);
  const char = load<u8>(p);
  const flags = kid.flags & ~MIXED;
  if (flags !== 0) {
    if ((flags & OMIT) !== 0) return skipValue(p, 0);
    if ((flags & WHOLE) !== 0) return parseWhole(kid, p, row);
    if ((flags & MAP) !== 0 && char === OPEN_OBJECT) refuse();
    if ((flags & KEY) !== 0) noteKey(kid, p, char, row);
  }
  if (char === OPEN_OBJECT) {
    if (level > maxDepth) return parseDeepObject(kid, p, row);
    return parseObject(objectOf(kid), p + 1, level);
  }
  if (char === OPEN_ARRAY) return parseArray(kid, p, row, level);
  return parseScalar(kid, p, char, row);
}

/** A number of few digits of the column's type, written as almost all are; 0 when it is not such a one. */
// @ts-ignore: decorator
@inline
function parseSmallNumber(column: Column, row: u32, p: usize): usize {
  const kind = column.kind;
  return kind === INTEGER ? parseSmallInteger(column, row, p) : kind === FLOAT ? parseSmallDecimal(column, row, p) : 0;
}

// @ts-ignore: decorator
@inline
function parseSmallInteger(column: Column, row: u32, p: usize): usize {
  const bytes = load<u64>(p);
  const digits = leadingDigits(bytes);
  const end = p + digits;
  const after = load<u8>(end);
  if (digits > 7 || after === 0x2e || (after | 0x20) === 0x65 || (digits > 1 && <u8>bytes === 0x30)) return 0;
  addSmallInteger(column, row, firstDigits(bytes, digits), digits);
  return end;
}

function parseSmallDecimal(column: Column, row: u32, p: usize): usize {
  const bytes = load<u64>(p);
  const digits = leadingDigits(bytes);
  const point = p + digits;
  if (digits - 1 > 6 || load<u8>(point) !== 0x2e || (digits > 1 && <u8>bytes === 0x30)) return 0;
  const fraction = load<u64>(point, 1);
  const places = leadingDigits(fraction);
  const end = point + 1 + places;
  // Zeros at the end make it a whole number, or shorter; more places could make its text have an exponent.
  if (places - 1 > 5 || load<u8>(end - 1) === 0x30 || (load<u8>(end) | 0x20) === 0x65) return 0;
  addSmallDecimal(column, row, firstDigits(bytes, digits), firstDigits(fraction, places), places, digits + 1 + places);
  return end;
}

function parseScalar(kid: Kid, p: usize, char: u8, row: u32): usize {
  if (char === QUOTE) return parseString(columnOf(kid), row, p + 1);
  const word = load<u32>(p);
  if (word === NULL) return p + 4;
  const column = columnOf(kid);
  if (word === TRUE) {
    addBoolean(column, row, true);
    return p + 4;
  }
  if (char === 0x66) {
    if (load<u32>(p, 1) !== ALSE) refuse();
    addBoolean(column, row, false);
    return p + 5;
  }
  return parseNumber(column, row, p, char);
}

function parseNumber(column: Column, row: u32, p: usize, char: u8): usize {
  let end: usize = 0;
  if (char - 0x30 < 10) end = parseSmallNumber(column, row, p);
  if (end === 0) {
    end = readNumber(p);
    addNumber(column, row, p, <u32>(end - p));
  }
  return end;
}

/** `p` is after the opening quote. */
// @ts-ignore: decorator
@inline
function parseText(column: Column, row: u32, p: usize): usize {
  if (formOf(column) === TIME && load<u8>(p, 24) === QUOTE && addTime(column, row, p)) return p + 25;
  const end = endOfPlain(p);
  if (load<u8>(end) !== QUOTE) return parseEscaped(column, row, p);
  return p + addText(column, row, p, <u32>(end - p)) + 1;
}

/** The same as a function: for elements of arrays, and first values. */
function parseString(column: Column, row: u32, p: usize): usize {
  const end = endOfPlain(p);
  if (load<u8>(end) !== QUOTE) return parseEscaped(column, row, p);
  addString(column, row, p, <u32>(end - p));
  return end + 1;
}

function parseEscaped(column: Column, row: u32, p: usize): usize {
  const text = unescape(p);
  const end = unescapedEnd;
  addString(column, row, text, unescapedLength);
  return end;
}

/** A declared key as text: strings without escapes and whole numbers only, which are almost all. */
function noteKey(kid: Kid, p: usize, char: u8, row: u32): void {
  let start = p;
  let end: usize;
  if (char === QUOTE) {
    start++;
    end = endOfPlain(start);
    if (load<u8>(end) !== QUOTE) refuse();
  } else {
    end = p;
    while (load<u8>(end) - 0x30 < 10) end++;
    const after = load<u8>(end);
    if (end === p || after === 0x2e || (after | 0x20) === 0x65) refuse();
  }
  const value = kid.value;
  if (value === null) return;
  value.row = row;
  value.at = start;
  value.length = <u32>(end - start);
}

/** A value that its path takes whole. */
function parseWhole(kid: Kid, p: usize, row: u32): usize {
  const end = skipValue(p, 0);
  if (load<u32>(p) !== NULL) addWhole(kid, p, end, row);
  return end;
}

function addWhole(kid: Kid, p: usize, end: usize, row: u32): void {
  let column = kid.json;
  if (column === null) {
    column = changetype<Column>(newColumn(changetype<usize>(kid), true));
    kid.json = column;
  }
  if (canonical(p, <u32>(end - p), false)) addJson(column, row, canonicalAt, canonicalLength);
  else {
    const length = toJson(p, <u32>(end - p));
    addJson(column, row, scratch(0), length);
  }
}

/** An object below the depth: JSON, unless it is empty. */
function parseDeepObject(kid: Kid, p: usize, row: u32): usize {
  const end = skipValue(p, 0);
  if (load<u8>(skipSpace(p + 1)) !== CLOSE_OBJECT) addWhole(kid, p, end, row);
  return end;
}

/** `p` is at the opening bracket. */
function parseArray(kid: Kid, open: usize, row: u32, level: i32): usize {
  let p = skipSpace(open + 1);
  if (load<u8>(p) === CLOSE_ARRAY) return p + 1;
  if (level > maxDepth || ((kid.flags & MIXED) !== 0 && isMixed(p, level))) {
    const end = skipValue(open, 0);
    addWhole(kid, open, end, row);
    return end;
  }
  let table = kid.array;
  if (table === null) {
    table = changetype<Table>(newArray(changetype<usize>(kid)));
    kid.array = table;
  }
  if (table.keyCount > 0) clearKeys(table);
  const element = table.element;
  let position = 0;
  let kinds = 0;
  while (true) {
    const own = addRow(table, row, position);
    const char = load<u8>(p);
    if (char === OPEN_OBJECT) {
      if ((kinds & ~OBJECTS) !== 0 || level >= maxDepth) tryMixed(kid);
      kinds = OBJECTS;
      p = parseObject(objectOf(element), p + 1, level + 1);
    } else if (char === OPEN_ARRAY) {
      if ((kinds & ~ARRAYS) !== 0 || level >= maxDepth) tryMixed(kid);
      kinds = ARRAYS;
      p = parseArray(element, p, own, level + 1);
    } else if (load<u32>(p) === NULL) p += 4;
    else {
      if ((kinds & ~SCALARS) !== 0) tryMixed(kid);
      kinds = SCALARS;
      p = parseScalar(element, p, char, own);
    }
    if (table.keyCount > 0) checkKey(table, noteKeyOf(table, own));
    p = skipSpace(p);
    const after = load<u8>(p);
    if (after === CLOSE_ARRAY) break;
    if (after !== COMMA) refuse();
    p = skipSpace(p + 1);
    position++;
  }
  if (<u32>position > table.lastPosition) table.lastPosition = position;
  return p + 1;
}

const SCALARS = 1;
const ARRAYS = 2;
const OBJECTS = 4;

/** From now on arrays of this path are looked over before their rows are made. */
function tryMixed(kid: Kid): void {
  kid.flags |= MIXED;
  retry();
}

/** Whether an array is JSON, its first element at `p`: its elements are of several kinds, or lie too deep. */
function isMixed(p: usize, level: i32): bool {
  let kinds = 0;
  while (true) {
    const char = load<u8>(p);
    if (char === OPEN_OBJECT) kinds |= OBJECTS;
    else if (char === OPEN_ARRAY) kinds |= ARRAYS;
    else if (load<u32>(p) !== NULL) kinds |= SCALARS;
    p = skipSpace(skipValue(p, 0));
    if (load<u8>(p) !== COMMA) break;
    p = skipSpace(p + 1);
  }
  return (kinds & (kinds - 1)) !== 0 || (kinds > SCALARS && level >= maxDepth);
}
