// Values into columns. A value whose type the column has not is left to the host, which widens the column and begins the page again.
import { refuse, toDateTime, toText, widen } from './host';
import { allocate, enlarge, release, scratch } from './memory';
import {
  BOOLEAN,
  Column,
  DATE,
  DATETIME,
  DECLARED_DATETIME,
  DECLARED_FLOAT,
  DICTIONARY,
  FLOAT,
  INTEGER,
  JSON_TEXT,
  NONE,
  PLAIN_TEXT,
  STRING,
} from './records';
import { CANONICAL_SPELLING, DATE_SPELLINGS, canonicalSpellings, days, millis, spellingsOf } from './dates';
import { decimal, double, isWide, lengthOfInteger, mostChars, numberKind, textLength, whole, writeInteger } from './numbers';
import { copyBytes, equalBytes, firstBytes, hashOf, hashOfFew, utf16Length } from './text';

/** As in the host's `encode.ts`. */
const DICTIONARY_TRIAL: u32 = 1024;
const DICTIONARY_TRIAL_DISTINCT: u32 = 600;
const DICTIONARY_LIMIT: u32 = 4000;

/** Sixteen bytes are copied at a time, four are a length. */
const SLACK = 40;

// @ts-ignore: decorator
@inline
function setValid(column: Column, row: u32): void {
  const count = column.count;
  if (row !== count) setBit(column, row);
  column.count = count + 1;
}

function setBit(column: Column, row: u32): void {
  if (!column.gaps) startBits(column);
  const at = column.valid + (row >> 3);
  store<u8>(at, load<u8>(at) | (<u8>1 << (<u8>row & 7)));
}

/** Says which rows have a value where so far it was the first ones. */
export function startBits(column: Column): void {
  const count = column.count;
  const size = <usize>column.table.room >> 3;
  if (column.valid === 0) column.valid = allocate(size);
  const whole = <usize>count >> 3;
  memory.fill(column.valid, 0xff, whole);
  memory.fill(column.valid + whole, 0, size - whole);
  if (whole < size) store<u8>(column.valid + whole, (1 << (<u8>count & 7)) - 1);
  column.gaps = count < column.table.rows;
}

/** Room for `size` more bytes of data. */
// @ts-ignore: decorator
@inline
function reserve(column: Column, size: u32): usize {
  if (column.limit - column.to < size) growData(column, size);
  return column.to;
}

function growData(column: Column, size: u32): void {
  const used = column.to - column.data;
  const old = column.limit + SLACK - column.data;
  const needed = <u64>used + size + SLACK;
  let room = <u64>old * 2;
  while (room < needed) room *= 2;
  if (room > 0x40000000) room = needed;
  if (room > 0x40000000) refuse();
  setData(column, enlarge(column.data, used, old, <usize>room), used, <usize>room);
}

/** Where the values of a column go. */
export function setData(column: Column, data: usize, used: usize, room: usize): void {
  column.data = data;
  column.to = data + used;
  column.limit = data + room - SLACK;
}

// @ts-ignore: decorator
@inline
function measure(column: Column, length: u32): void {
  if (length > column.maxChars) growLength(column, length);
}

function growLength(column: Column, length: u32): void {
  column.maxChars = length;
  if (length > column.maxBytes) column.maxBytes = length;
}

// @ts-ignore: decorator
@inline
function measureText(column: Column, p: usize, length: u32): void {
  if (length > column.maxChars) growLengths(column, p, length);
}

function growLengths(column: Column, p: usize, length: u32): void {
  if (length > column.maxBytes) column.maxBytes = length;
  const chars = utf16Length(p, length);
  if (chars > column.maxChars) column.maxChars = chars;
}

/** The first four fields of a column: what it takes without further questions. */
// @ts-ignore: decorator
@inline
export function formOf(column: Column): u32 {
  return load<u32>(changetype<usize>(column));
}

/** A string, whose length it gives. Fifteen bytes after it can be read. */
// @ts-ignore: decorator
@inline
export function addText(column: Column, row: u32, p: usize, length: u32): u32 {
  const form = formOf(column);
  if ((form & ~DICTIONARY) !== PLAIN_TEXT) {
    addTypedText(column, row, p, length);
    return length;
  }
  setValid(column, row);
  // Of a length that is foretold what follows need not wait for the one that was found.
  const most = column.maxChars;
  if (length === most) length = most;
  else if (length > most) growLengths(column, p, length);
  if (form === PLAIN_TEXT) copyText(column, p, length);
  else addToDictionary(column, p, length);
  return length;
}

/** The same where it matters less. */
export function addString(column: Column, row: u32, p: usize, length: u32): void {
  if ((formOf(column) & ~DICTIONARY) === PLAIN_TEXT) putText(column, row, p, length);
  else addTypedText(column, row, p, length);
}

/** Adds the date-time of 24 bytes at `p`, when it is one in the spelling that almost all have and that the column takes. */
// @ts-ignore: decorator
@inline
export function addTime(column: Column, row: u32, p: usize): bool {
  const common = canonicalSpellings(p) & column.spellings;
  if (common === 0) return false;
  column.spellings = common;
  putLong(column, row, millis);
  measure(column, 24);
  return true;
}

function addTypedText(column: Column, row: u32, p: usize, length: u32): void {
  const spellings = spellingsOf(p, length);
  if ((column.flags & DECLARED_DATETIME) !== 0) addDeclaredDateTime(column, row, p, length, spellings);
  else if (spellings === 0) addOther(column, row, p, length);
  else if (spellings === DATE_SPELLINGS) addDate(column, row, p, length);
  else addDateTime(column, row, p, length, spellings);
}

function addOther(column: Column, row: u32, p: usize, length: u32): void {
  if (column.kind === NONE) column.kind = STRING;
  else if (column.kind !== STRING) widen(changetype<usize>(column), STRING, 0);
  putText(column, row, p, length);
}

/** Puts a text into a column of STRING or JSON. */
export function putText(column: Column, row: u32, p: usize, length: u32): void {
  setValid(column, row);
  measureText(column, p, length);
  if (column.kind === STRING && column.dictionary) findOrAdd(column, p, length);
  else copyText(column, p, length);
}

function addDate(column: Column, row: u32, p: usize, length: u32): void {
  if (column.kind === NONE) column.kind = DATE;
  if (column.kind === DATE) putDate(column, row, days);
  else if (column.kind === DATETIME && (column.spellings & DATE_SPELLINGS) !== 0) {
    column.spellings &= DATE_SPELLINGS;
    putLong(column, row, millis);
  } else if (column.kind === STRING) {
    putText(column, row, p, length);
    return;
  } else widen(changetype<usize>(column), DATE, 0);
  measure(column, length);
}

function addDateTime(column: Column, row: u32, p: usize, length: u32, spellings: i32): void {
  if (column.kind === NONE) {
    column.kind = DATETIME;
    column.spellings = spellings;
  }
  if (column.kind === DATETIME && (column.spellings & spellings) !== 0) {
    column.spellings &= spellings;
    putLong(column, row, millis);
    measure(column, length);
  } else if (column.kind === STRING) putText(column, row, p, length);
  else widen(changetype<usize>(column), DATETIME, spellings);
}

/** Every ISO 8601 form is written canonically, 24 characters. */
function addDeclaredDateTime(column: Column, row: u32, p: usize, length: u32, spellings: i32): void {
  if (column.kind === DATETIME && column.spellings === CANONICAL_SPELLING && spellings !== 0) {
    putLong(column, row, millis);
    measure(column, 24);
    return;
  }
  const newLength = toDateTime(p, length);
  const at = scratch(0);
  const newSpellings = spellingsOf(at, newLength);
  if (newSpellings === 0) addOther(column, row, at, newLength);
  else if (newSpellings === DATE_SPELLINGS) addDate(column, row, at, newLength);
  else addDateTime(column, row, at, newLength, newSpellings);
}

function putDate(column: Column, row: u32, value: i32): void {
  setValid(column, row);
  const to = reserve(column, 4);
  store<i32>(to, value);
  column.to = to + 4;
}

function putLong(column: Column, row: u32, value: i64): void {
  setValid(column, row);
  const to = reserve(column, 8);
  store<i64>(to, value);
  column.to = to + 8;
}

function putDouble(column: Column, row: u32, value: f64): void {
  setValid(column, row);
  const to = reserve(column, 8);
  store<f64>(to, value);
  column.to = to + 8;
}

function putBoolean(column: Column, row: u32, value: bool): void {
  setValid(column, row);
  const to = reserve(column, 1);
  store<u8>(to, value ? 1 : 0);
  column.to = to + 1;
}

/** `true` or `false`. */
export function addBoolean(column: Column, row: u32, value: bool): void {
  if (column.kind === NONE) column.kind = BOOLEAN;
  if (column.kind === BOOLEAN) {
    putBoolean(column, row, value);
    measure(column, value ? 4 : 5);
    return;
  }
  if (column.kind !== STRING) widen(changetype<usize>(column), BOOLEAN, 0);
  const at = scratch(8);
  store<u64>(at, value ? 0x65757274 : 0x65736c6166);
  putText(column, row, at, value ? 4 : 5);
}

/** The number that `readNumber` read last, its literal at `p`. What a declared FLOAT rounds is left to the TypeScript path. */
export function addNumber(column: Column, row: u32, p: usize, length: u32): void {
  const rounds = numberKind === STRING || (numberKind === INTEGER && isWide);
  if (rounds && (column.flags & DECLARED_FLOAT) !== 0) refuse();
  if (numberKind === INTEGER) addInteger(column, row, p);
  else if (numberKind === FLOAT) addDouble(column, row, p, length);
  else addHuge(column, row, p, length);
}

/** A whole number of so many digits, fifteen at most, for a column of INTEGER. */
// @ts-ignore: decorator
@inline
export function addSmallInteger(column: Column, row: u32, value: u64, digits: u32): void {
  setValid(column, row);
  const to = reserve(column, 8);
  store<u64>(to, value);
  column.to = to + 8;
  measure(column, digits);
}

/** A number below 10^13 with so many places, six at most, for a column of FLOAT. */
// @ts-ignore: decorator
@inline
export function addSmallDecimal(column: Column, row: u32, integer: u64, fraction: u64, places: u32, length: u32): void {
  putDouble(column, row, decimal(integer, fraction, places));
  measure(column, length);
}

function addInteger(column: Column, row: u32, p: usize): void {
  if (column.kind === NONE) column.kind = INTEGER;
  if (column.kind === INTEGER) {
    putLong(column, row, whole);
    measure(column, textLength !== 0 ? textLength : lengthOfInteger(whole));
    if (isWide) column.wide = true;
    return;
  }
  if (column.kind === FLOAT) {
    if (isWide) widen(changetype<usize>(column), INTEGER, 1);
    measure(column, textLength !== 0 ? textLength : lengthOfInteger(whole));
    putDouble(column, row, <f64>whole);
    return;
  }
  if (column.kind !== STRING) widen(changetype<usize>(column), INTEGER, isWide ? 1 : 0);
  if (textLength !== 0) putText(column, row, p, textLength);
  else {
    const at = scratch(24);
    putText(column, row, at, writeInteger(at, whole));
  }
}

function addDouble(column: Column, row: u32, p: usize, length: u32): void {
  if (column.kind === NONE) column.kind = FLOAT;
  if (column.kind === FLOAT) {
    if (mostChars === 0 || mostChars > column.maxChars) {
      measure(column, textLength !== 0 ? textLength : toText(p, length));
    }
    putDouble(column, row, double);
    return;
  }
  if (column.kind !== STRING) widen(changetype<usize>(column), FLOAT, 0);
  if (textLength !== 0) putText(column, row, p, textLength);
  else {
    const newLength = toText(p, length);
    putText(column, row, scratch(0), newLength);
  }
}

/** A whole number beyond 64 bits is the text of its digits. */
function addHuge(column: Column, row: u32, p: usize, length: u32): void {
  if (column.kind === NONE) column.kind = STRING;
  if (column.kind !== STRING) widen(changetype<usize>(column), STRING, 0);
  putText(column, row, p, length);
}

/** Canonical JSON. */
export function addJson(column: Column, row: u32, p: usize, length: u32): void {
  if (column.kind === NONE) column.kind = JSON_TEXT;
  if (column.kind !== JSON_TEXT && column.kind !== STRING) widen(changetype<usize>(column), JSON_TEXT, 0);
  putText(column, row, p, length);
}

/** A value of the host's that is no text: its bits as they are stored. */
export function putBits(column: Column, row: u32, bits: i64): void {
  if (column.kind === DATE) putDate(column, row, <i32>bits);
  else if (column.kind === BOOLEAN) putBoolean(column, row, bits !== 0);
  else putLong(column, row, bits);
}

// @ts-ignore: decorator
@inline
function copyText(column: Column, p: usize, length: u32): void {
  const at = reserve(column, length + 4);
  store<u32>(at, length);
  copyBytes(at + 4, p, length);
  column.to = at + 4 + length;
}

/** The last slot of a column's hash table. */
// @ts-ignore: decorator
@inline
function slotMask(column: Column): u32 {
  return <u32>-1 >>> column.slotShift;
}

// @ts-ignore: decorator
@inline
export function sizeOfSlots(column: Column): usize {
  return (<usize>slotMask(column) + 1) << 3;
}

/** Bits of a slot's first word that are an index; half of the hash has the rest. The second word is the value's place in `data`. */
const INDEX: u32 = 0xffff;

// @ts-ignore: decorator
@inline
function addToDictionary(column: Column, p: usize, length: u32): void {
  if (length <= 16) {
    const bytes = firstBytes(p, length);
    const hash = hashOfFew(bytes, length);
    const slot = slotAt(column, hash >>> column.slotShift);
    const found = load<u32>(slot);
    if (found !== 0 && ((found ^ (hash << 16)) & ~INDEX) === 0) {
      const at = column.data + load<u32>(slot, 4);
      if (load<u32>(at) === length && !v128.any_true(v128.xor(firstBytes(at + 4, length), bytes))) {
        addIndex(column, (found & INDEX) - 1);
        return;
      }
    }
  }
  findOrAdd(column, p, length);
}

function findOrAdd(column: Column, p: usize, length: u32): void {
  const hash = hashOf(p, length);
  let slot = hash >>> column.slotShift;
  let place: usize;
  while (true) {
    place = slotAt(column, slot);
    const found = load<u32>(place);
    if (found === 0) break;
    if (((found ^ (hash << 16)) & ~INDEX) === 0) {
      const at = column.data + load<u32>(place, 4);
      if (load<u32>(at) === length && equalBytes(at + 4, p, length)) {
        addIndex(column, (found & INDEX) - 1);
        return;
      }
    }
    slot = (slot + 1) & slotMask(column);
  }
  const index = column.entryCount;
  // The value is counted already.
  const before = column.count - 1;
  if (
    index >= DICTIONARY_LIMIT ||
    (before >= DICTIONARY_TRIAL && index > DICTIONARY_TRIAL_DISTINCT && index * 2 > before)
  ) {
    dropDictionary(column, before);
    copyText(column, p, length);
    return;
  }
  fillSlot(place, hash, index, <u32>(column.to - column.data));
  column.entryCount = index + 1;
  copyText(column, p, length);
  addIndex(column, index);
  if (index * 4 > slotMask(column)) growSlots(column);
}

// @ts-ignore: decorator
@inline
function addIndex(column: Column, index: u32): void {
  const at = column.count - 1;
  if (at >= column.indexRoom) growIndices(column);
  store<u32>(column.indices + (<usize>at << 2), index);
}

function growIndices(column: Column): void {
  const size = <usize>column.indexRoom << 2;
  column.indices = enlarge(column.indices, size, size, size * 2);
  column.indexRoom *= 2;
}

function growSlots(column: Column): void {
  const size = sizeOfSlots(column);
  const larger = allocate(size * 2);
  release(column.slots, size);
  column.slots = larger;
  column.slotShift--;
  hashEntries(column);
}

// @ts-ignore: decorator
@inline
function slotAt(column: Column, slot: u32): usize {
  return column.slots + (<usize>slot << 3);
}

// @ts-ignore: decorator
@inline
function fillSlot(place: usize, hash: u32, index: u32, offset: u32): void {
  store<u32>(place, (hash << 16) | (index + 1));
  store<u32>(place, offset, 4);
}

/** Fills the hash table with the dictionary. */
export function hashEntries(column: Column): void {
  memory.fill(column.slots, 0, sizeOfSlots(column));
  let at = column.data;
  for (let index: u32 = 0; index < column.entryCount; index++) {
    const length = load<u32>(at);
    const hash = hashOf(at + 4, length);
    let slot = hash >>> column.slotShift;
    while (load<u32>(slotAt(column, slot)) !== 0) slot = (slot + 1) & slotMask(column);
    fillSlot(slotAt(column, slot), hash, index, <u32>(at - column.data));
    at += 4 + length;
  }
}

/** Writes the first `count` values out in full. */
export function dropDictionary(column: Column, count: u32): void {
  const entries = allocate(DICTIONARY_LIMIT << 2);
  let at = column.data;
  for (let i: u32 = 0; i < column.entryCount; i++) {
    store<u32>(entries + (<usize>i << 2), <u32>at);
    at += 4 + load<u32>(at);
  }
  let size: u64 = 0;
  for (let i: u32 = 0; i < count; i++) size += 4 + load<u32>(entryOf(column, entries, i));
  const room = size + size / 2 + 4096;
  if (room > 0x40000000) refuse();
  const data = allocate(<usize>room);
  let to = data;
  for (let i: u32 = 0; i < count; i++) {
    at = entryOf(column, entries, i);
    const length = 4 + load<u32>(at);
    copyBytes(to, at, length);
    to += length;
  }
  release(entries, DICTIONARY_LIMIT << 2);
  release(column.data, column.limit + SLACK - column.data);
  setData(column, data, <usize>size, <usize>room);
  column.dictionary = false;
}

/** Where the entry of a value is. */
// @ts-ignore: decorator
@inline
function entryOf(column: Column, entries: usize, value: u32): usize {
  return <usize>load<u32>(entries + (<usize>load<u32>(column.indices + (<usize>value << 2)) << 2));
}
