// Values into columns. A value whose type the column has not is left to the host, which widens the column and begins the page again.
import { copyText, reserve } from './data';
import { addToDictionary, findOrAdd } from './dictionary';
import { refuse, toDateTime, toText, widen } from './host';
import { allocate, scratch } from './memory';
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
import { utf16Length } from './text';

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

/** The same as a function: for elements of arrays and texts with escapes. */
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
