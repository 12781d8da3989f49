// The byte engine: pages of JSON as UTF-8 into columns as `batch.ts` lays them out. The host says what the plan is, here it is carried out.
import { refuse } from './host';
import { resetCanonical, setIdentity } from './canonical';
import { beginPage, isCut, isEnd, more, resetInput } from './input';
import { allocate, resetMemory, resetScratch, scratch } from './memory';
import { initNumbers } from './numbers';
import { parseDocument, setContent, setMaxDepth } from './parse';
import { skipSpace, skipValue } from './skip';
import { Column, Table } from './records';
import { checkKeys, emptyColumn, emptyTables, markPage, resetTables, rollBack, settle } from './tables';
import { endOfPlain, equalBytes, seedHashes } from './text';
import { putBits, putText, startBits } from './columns';

export { addKeyKid, newColumn, newKid, newNode, newTable } from './tables';
export { allocate, emptyTables, isCut, rollBack, scratch, setContent, setIdentity, settle };

/** Starts without tables. */
export function start(seed: u64, maxDepth: i32): void {
  resetMemory();
  resetScratch();
  resetInput();
  resetTables();
  initNumbers();
  seedHashes(seed);
  setMaxDepth(maxDepth);
  resetCanonical();
  setContent(0);
}

/** Keys that lead to the documents: addresses of zero-ended texts, each with its closing quote. */
let path: usize = 0;
let pathLength: i32 = 0;
let documents: i32 = 0;

/**
 * Takes a page, which the host's `fetch` gives.
 * @param root the root table
 * @param window see `beginPage`
 * @returns how many documents it has
 */
export function takePage(root: Table, length: u32, window: u32, pathAt: usize, pathSteps: i32): i32 {
  markPage();
  let p = beginPage(length, window);
  if ((load<u32>(p) & 0xffffff) === 0xbfbbef) p += 3;
  path = pathAt;
  pathLength = pathSteps;
  documents = 0;
  p = skipSpace(parsePath(root, skipSpace(p), 0));
  if (!isEnd(p)) refuse();
  checkKeys(root);
  return documents;
}

/** The value at a step of the path. */
function parsePath(root: Table, p: usize, step: i32): usize {
  if (step === pathLength) return parseDocuments(root, p);
  if (load<u8>(p) !== 0x7b) refuse();
  const key = <usize>load<u32>(path + (<usize>step << 2));
  let keyLength: u32 = 0;
  while (load<u8>(key + keyLength) !== 0x22) keyLength++;
  let found = false;
  p = skipSpace(p + 1);
  while (load<u8>(p) !== 0x7d) {
    if (load<u8>(p) !== 0x22) refuse();
    const keyEnd = endOfPlain(++p);
    if (load<u8>(keyEnd) !== 0x22) refuse();
    const isKey = <u32>(keyEnd - p) === keyLength && equalBytes(p, key, keyLength);
    p = skipSpace(keyEnd + 1);
    if (load<u8>(p) !== 0x3a) refuse();
    p = skipSpace(p + 1);
    if (isKey) {
      if (found) refuse();
      found = true;
      p = parsePath(root, p, step + 1);
    } else p = skipValue(p, 0);
    p = skipSpace(p);
    if (load<u8>(p) === 0x2c) {
      p = skipSpace(more(p) + 1);
      if (load<u8>(p) !== 0x22) refuse();
    } else if (load<u8>(p) !== 0x7d) refuse();
  }
  if (!found) refuse();
  return p + 1;
}

function parseDocuments(root: Table, p: usize): usize {
  if (load<u32>(p) === 0x6c6c756e) return p + 4;
  if (load<u8>(p) === 0x7b) {
    documents = 1;
    return parseDocument(root, p);
  }
  if (load<u8>(p) !== 0x5b) refuse();
  p = skipSpace(p + 1);
  if (load<u8>(p) === 0x5d) return p + 1;
  while (true) {
    if (load<u8>(p) !== 0x7b) refuse();
    documents++;
    p = more(p);
    p = skipSpace(parseDocument(root, p));
    const after = load<u8>(p);
    if (after === 0x5d) return more(p) + 1;
    if (after !== 0x2c) refuse();
    p = skipSpace(p + 1);
  }
}

/** The bit set of a column's rows that have a value. */
export function validOf(column: Column): usize {
  if (!column.gaps) startBits(column);
  return column.valid;
}

/** Writes the column's texts in full from the next batch on. */
export function setPlain(column: Column): void {
  column.plain = true;
}

// What the host writes when it widens a column.

/** Gives a column another type, and no values. */
export function retype(column: Column, kind: i32, wide: i32, spellings: i32): void {
  emptyColumn(column);
  column.kind = <u8>kind;
  column.wide = wide !== 0;
  column.spellings = spellings;
}

export function appendText(column: Column, row: u32, length: u32): void {
  putText(column, row, scratch(0), length);
}

export function appendBits(column: Column, row: u32, bits: i64): void {
  putBits(column, row, bits);
}
