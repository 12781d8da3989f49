// Texts of a column that are written once each, and where they stand.
import { copyText, moveData } from './data';
import { refuse } from './host';
import { allocate, enlarge, release } from './memory';
import { Column } from './records';
import { copyBytes, equalBytes, firstBytes, hashOf, hashOfFew } from './text';

/** As in the host's `encode.ts`. */
const DICTIONARY_TRIAL: u32 = 1024;
const DICTIONARY_TRIAL_DISTINCT: u32 = 600;
const DICTIONARY_LIMIT: u32 = 4000;

/** Bits of a slot's first word that are an index; half of the hash has the rest. The second word is the value's place in `data`. */
const INDEX: u32 = 0xffff;

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

/** Adds a text that is counted already. */
// @ts-ignore: decorator
@inline
export function addToDictionary(column: Column, p: usize, length: u32): void {
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

/** The same for texts of any length. */
export function findOrAdd(column: Column, p: usize, length: u32): void {
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
  moveData(column, data, <usize>size, <usize>room);
  column.dictionary = false;
}

/** Where the entry of a value is. */
// @ts-ignore: decorator
@inline
function entryOf(column: Column, entries: usize, value: u32): usize {
  return <usize>load<u32>(entries + (<usize>load<u32>(column.indices + (<usize>value << 2)) << 2));
}
