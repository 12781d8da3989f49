// Tables and columns as a whole: making, growing, marking the start of a page, going back to it, and emptying.
import { refuse } from './host';
import { allocate, enlarge, record, release } from './memory';
import { Column, KeyValue, Kid, LONG, NEVER, Node, NONE, STRING, Table } from './records';
import { setData } from './data';
import { dropDictionary, hashEntries, sizeOfSlots } from './dictionary';
import { copyBytes, equalBytes, firstSlot, hashOf } from './text';

const FIRST_ROWS = 64;
/** Bytes for the first values of a column: a small dictionary stands by its column. */
const FIRST_DATA = 256;

/** Follows where nothing has been seen to follow: a kid that no key matches. */
let nobody: Kid = changetype<Kid>(0);

let tables: usize = 0;
let tableCount: u32 = 0;
let tableRoom: u32 = 0;

// @ts-ignore: decorator
@inline
function clear(at: usize, size: usize): usize {
  memory.fill(at, 0, size);
  return at;
}

/** Forgets every table. */
export function resetTables(): void {
  tableCount = 0;
  tableRoom = 16;
  tables = allocate(tableRoom << 2);
  nobody = changetype<Kid>(record(offsetof<Kid>() + 16));
  nobody.mask = NEVER;
}

/** A table whose declared key has `keyCount` columns (0: none). */
export function newTable(keyCount: u32): usize {
  const table = changetype<Table>(record(offsetof<Table>()));
  table.element = changetype<Kid>(record(offsetof<Kid>() + 16));
  table.room = FIRST_ROWS;
  table.parentRows = allocate(FIRST_ROWS << 2);
  table.positions = allocate(FIRST_ROWS << 3);
  table.columnRoom = 16;
  table.columns = allocate(table.columnRoom << 2);
  table.keyCount = keyCount;
  if (keyCount > 0) {
    table.keyValues = allocate(keyCount << 2);
    table.keysRoom = 1024;
    table.keys = allocate(table.keysRoom);
    table.keyStamp = 1;
    table.keySlotMask = 63;
    table.keySlots = clear(allocate(64 << 3), 64 << 3);
  }
  if (tableCount === tableRoom) {
    tables = enlarge(tables, tableCount << 2, tableRoom << 2, tableRoom << 3);
    tableRoom *= 2;
  }
  store<u32>(tables + (<usize>tableCount << 2), <u32>changetype<usize>(table));
  tableCount++;
  return changetype<usize>(table);
}

/** An object in the documents of a table. */
export function newNode(table: Table): usize {
  const node = changetype<Node>(record(offsetof<Node>()));
  node.table = table;
  node.next = nobody;
  node.other = nobody;
  node.slotMask = 15;
  node.slots = record(16 << 2);
  return changetype<usize>(node);
}

/** A kid of a node; `isPlain` when its key is written without escapes. The key's bytes are at `key`. */
export function newKid(node: Node, key: usize, length: u32, isPlain: bool, flags: i32): usize {
  const kid = changetype<Kid>(record(offsetof<Kid>() + ((length + 17) & ~15)));
  const bytes = changetype<usize>(kid) + offsetof<Kid>();
  memory.copy(bytes, key, length);
  store<u16>(bytes + length, 0x3a22);
  kid.length = length + 2;
  kid.mask = !isPlain ? NEVER : length > 14 ? LONG | 0xffff : (1 << (length + 2)) - 1;
  kid.next = nobody;
  kid.other = nobody;
  kid.flags = flags;
  if (++node.kids * 2 > node.slotMask) growNode(node);
  insertKid(node, kid);
  return changetype<usize>(kid);
}

function insertKid(node: Node, kid: Kid): void {
  let slot = firstSlot(hashOf(changetype<usize>(kid) + offsetof<Kid>(), kid.length - 2), node.slotMask);
  while (load<u32>(node.slots + (<usize>slot << 2)) !== 0) slot = (slot + 1) & node.slotMask;
  store<u32>(node.slots + (<usize>slot << 2), <u32>changetype<usize>(kid));
}

function growNode(node: Node): void {
  const old = node.slots;
  const count = <usize>node.slotMask + 1;
  node.slotMask = node.slotMask * 2 + 1;
  node.slots = clear(allocate(count << 3), count << 3);
  for (let i: usize = 0; i < count; i++) {
    const kid = load<u32>(old + (i << 2));
    if (kid !== 0) insertKid(node, changetype<Kid>(<usize>kid));
  }
  release(old, count << 2);
}

/** The kid for the key at `key` (fifteen bytes after it can be read); `null` when there is none. */
export function lookUp(node: Node, key: usize, length: u32): Kid | null {
  let slot = firstSlot(hashOf(key, length), node.slotMask);
  while (true) {
    const found = load<u32>(node.slots + (<usize>slot << 2));
    if (found === 0) return null;
    const kid = changetype<Kid>(<usize>found);
    if (kid.length === length + 2 && equalBytes(<usize>found + offsetof<Kid>(), key, length)) return kid;
    slot = (slot + 1) & node.slotMask;
  }
}

/** A column of a table, as the host has its type and lengths. */
export function newColumn(
  table: Table,
  flags: i32,
  kind: i32,
  wide: i32,
  spellings: i32,
  maxChars: u32,
  maxBytes: u32,
  plain: bool,
): usize {
  const column = changetype<Column>(record(offsetof<Column>()));
  column.flags = <u8>flags;
  column.kind = <u8>kind;
  column.wide = wide !== 0;
  column.spellings = spellings;
  column.maxChars = maxChars;
  column.maxBytes = maxBytes;
  column.table = table;
  column.plain = plain;
  column.dictionary = !plain;
  column.indexRoom = 16;
  column.indices = allocate(16 << 2);
  column.slotShift = 28;
  column.slots = record(16 << 3);
  setData(column, record(FIRST_DATA), 0, FIRST_DATA);
  markColumn(column);
  if (table.columnCount === table.columnRoom) {
    const size = <usize>table.columnRoom << 2;
    table.columns = enlarge(table.columns, size, size, size * 2);
    table.columnRoom *= 2;
  }
  store<u32>(table.columns + (<usize>table.columnCount << 2), <u32>changetype<usize>(column));
  table.columnCount++;
  return changetype<usize>(column);
}

/** A further row. */
// @ts-ignore: decorator
@inline
export function addRow(table: Table, parentRow: u32, position: i32): u32 {
  const row = table.rows;
  if (row >= table.room) growTable(table);
  store<u32>(table.parentRows + (<usize>row << 2), parentRow);
  store<i64>(table.positions + (<usize>row << 3), position);
  table.row = row;
  table.rows = row + 1;
  return row;
}

function growTable(table: Table): void {
  const room = <usize>table.room;
  if (room >= 0x4000000) refuse();
  table.parentRows = enlarge(table.parentRows, room << 2, room << 2, room << 3);
  table.positions = enlarge(table.positions, room << 3, room << 3, room << 4);
  for (let i: u32 = 0; i < table.columnCount; i++) {
    const column = columnAt(table, i);
    if (column.valid === 0) continue;
    column.valid = enlarge(column.valid, room >> 3, room >> 3, room >> 2);
    clear(column.valid + (room >> 3), room >> 3);
  }
  table.room = <u32>room * 2;
}

// @ts-ignore: decorator
@inline
function columnAt(table: Table, index: u32): Column {
  return changetype<Column>(<usize>load<u32>(table.columns + (<usize>index << 2)));
}

// @ts-ignore: decorator
@inline
function tableAt(index: u32): Table {
  return changetype<Table>(<usize>load<u32>(tables + (<usize>index << 2)));
}

/** Makes a kid part of the declared key of a table. */
export function addKeyKid(table: Table, kid: Kid): void {
  const value = record(offsetof<KeyValue>());
  kid.value = changetype<KeyValue>(value);
  store<u32>(table.keyValues + (<usize>table.keyValueCount << 2), <u32>value);
  table.keyValueCount++;
}

/** A new array begins: keys need only differ within it. */
export function clearKeys(table: Table): void {
  table.keysUsed = 0;
  table.keySlotsUsed = 0;
  table.keyStamp++;
  if (table.keyStamp === 0) {
    clear(table.keySlots, (<usize>table.keySlotMask + 1) << 3);
    table.keyStamp = 1;
  }
}

/** Notes the declared key of a row, and gives where it stands; refuses a page where it is missing. */
export function noteKeyOf(table: Table, row: u32): u32 {
  if (table.keyValueCount !== table.keyCount) refuse();
  let size: u32 = 4;
  for (let i: u32 = 0; i < table.keyCount; i++) {
    const value = keyValue(table, i);
    if (value.row !== row || value.at === 0) refuse();
    size += 4 + value.length;
  }
  if (<u64>table.keysUsed + size + 64 > table.keysRoom) growKeys(table, size);
  const start = table.keys + table.keysUsed;
  store<u32>(start, size - 4);
  let to = start + 4;
  for (let i: u32 = 0; i < table.keyCount; i++) {
    const value = keyValue(table, i);
    store<u32>(to, value.length);
    copyBytes(to + 4, value.at, value.length);
    to += 4 + value.length;
    value.at = 0;
  }
  const offset = table.keysUsed;
  table.keysUsed += size;
  return offset;
}

/** Refuses a page where a key of a document is there already: all of the page at once, since the table that tells is large. */
export function checkKeys(table: Table): void {
  for (let offset = table.pageKeysUsed; offset < table.keysUsed; offset += 4 + load<u32>(table.keys + offset)) {
    checkKey(table, offset);
  }
}

// @ts-ignore: decorator
@inline
function keyValue(table: Table, index: u32): KeyValue {
  return changetype<KeyValue>(<usize>load<u32>(table.keyValues + (<usize>index << 2)));
}

/** Refuses the page when a key is there already. A slot is the stamp of its array and the offset of its key. */
export function checkKey(table: Table, offset: u32): void {
  if (++table.keySlotsUsed * 2 > table.keySlotMask) growKeySlots(table, offset);
  const at = table.keys + offset;
  const length = load<u32>(at);
  let slot = firstSlot(hashOf(at + 4, length), table.keySlotMask);
  while (true) {
    const place = table.keySlots + (<usize>slot << 3);
    if (load<u32>(place) !== table.keyStamp) {
      store<u32>(place, table.keyStamp);
      store<u32>(place, offset, 4);
      return;
    }
    const other = table.keys + load<u32>(place, 4);
    if (load<u32>(other) === length && equalBytes(other + 4, at + 4, length)) refuse();
    slot = (slot + 1) & table.keySlotMask;
  }
}

function growKeys(table: Table, size: u32): void {
  let room = <u64>table.keysRoom * 2;
  while (room < <u64>table.keysUsed + size + 64) room *= 2;
  if (room > 0x40000000) refuse();
  table.keys = enlarge(table.keys, table.keysUsed, table.keysRoom, <usize>room);
  table.keysRoom = <u32>room;
}

function growKeySlots(table: Table, before: u32): void {
  release(table.keySlots, (<usize>table.keySlotMask + 1) << 3);
  table.keySlotMask = table.keySlotMask * 2 + 1;
  table.keySlots = allocate((<usize>table.keySlotMask + 1) << 3);
  hashKeys(table, before);
}

/** Fills the hash table with the keys that stand before an offset, all of which differ. */
function hashKeys(table: Table, before: u32): void {
  clear(table.keySlots, (<usize>table.keySlotMask + 1) << 3);
  table.keyStamp = 1;
  for (let offset: u32 = 0; offset < before; ) {
    const at = table.keys + offset;
    const length = load<u32>(at);
    let slot = firstSlot(hashOf(at + 4, length), table.keySlotMask);
    while (load<u32>(table.keySlots + (<usize>slot << 3)) !== 0) slot = (slot + 1) & table.keySlotMask;
    const place = table.keySlots + (<usize>slot << 3);
    store<u32>(place, 1);
    store<u32>(place, offset, 4);
    offset += 4 + length;
  }
}

/** Marks the start of a page. */
export function markPage(): void {
  for (let i: u32 = 0; i < tableCount; i++) {
    const table = tableAt(i);
    table.pageRows = table.rows;
    table.pageLastPosition = table.lastPosition;
    table.pageKeysUsed = table.keysUsed;
    for (let j: u32 = 0; j < table.columnCount; j++) markColumn(columnAt(table, j));
  }
}

function markColumn(column: Column): void {
  column.pageKind = column.kind;
  column.pageWide = column.wide;
  column.pageSpellings = column.spellings;
  column.pageMaxChars = column.maxChars;
  column.pageMaxBytes = column.maxBytes;
  column.pageCount = column.count;
  column.pageUsed = <u32>(column.to - column.data);
  column.pageEntryCount = column.entryCount;
  column.pageDictionary = column.dictionary;
  column.pageGaps = column.gaps;
}

/** Takes back everything since the start of the page. */
export function rollBack(): void {
  for (let i: u32 = 0; i < tableCount; i++) {
    const table = tableAt(i);
    for (let j: u32 = 0; j < table.columnCount; j++) rollBackColumn(columnAt(table, j), table);
    for (let j: u32 = 0; j < table.keyValueCount; j++) keyValue(table, j).at = 0;
    if (table.keyCount > 0) {
      table.keysUsed = table.pageKeysUsed;
      let count: u32 = 0;
      for (let offset: u32 = 0; offset < table.keysUsed; count++) offset += 4 + load<u32>(table.keys + offset);
      table.keySlotsUsed = count;
      hashKeys(table, table.keysUsed);
    }
    table.rows = table.pageRows;
    table.lastPosition = table.pageLastPosition;
  }
}

function rollBackColumn(column: Column, table: Table): void {
  if (column.pageGaps) clearBits(column.valid, table.pageRows, table.rows);
  column.gaps = column.pageGaps;
  column.kind = column.pageKind;
  column.wide = column.pageWide;
  column.spellings = column.pageSpellings;
  column.maxChars = column.pageMaxChars;
  column.maxBytes = column.pageMaxBytes;
  column.count = column.pageCount;
  if (column.dictionary === column.pageDictionary) column.to = column.data + column.pageUsed;
  else {
    // The dictionary was given up in the page: find the end of the values before, and leave it to the host to make it anew.
    let to = column.data;
    for (let i: u32 = 0; i < column.count; i++) to += 4 + load<u32>(to);
    column.to = to;
    column.unsure = true;
  }
  if (column.dictionary && column.entryCount !== column.pageEntryCount) {
    column.entryCount = column.pageEntryCount;
    hashEntries(column);
  }
}

function clearBits(bits: usize, from: u32, to: u32): void {
  if (to === from) return;
  const first = bits + (from >> 3);
  store<u8>(first, load<u8>(first) & ((1 << (<u8>from & 7)) - 1));
  clear(first + 1, (<usize>to + 7 >> 3) - (<usize>from >> 3) - 1);
}

/** Empties every table; types and lengths stay. */
export function emptyTables(): void {
  for (let i: u32 = 0; i < tableCount; i++) {
    const table = tableAt(i);
    for (let j: u32 = 0; j < table.columnCount; j++) emptyColumn(columnAt(table, j));
    if (table.keyCount > 0) clearKeys(table);
    table.rows = 0;
    table.lastPosition = 0;
  }
}

/** Forgets the values of a column. */
export function emptyColumn(column: Column): void {
  column.gaps = false;
  if (column.entryCount !== 0) clear(column.slots, sizeOfSlots(column));
  column.count = 0;
  column.to = column.data;
  column.entryCount = 0;
  column.dictionary = !column.plain;
  column.unsure = false;
}

/** Brings the texts of a column into the form in which they are taken: a few values that are all different gain nothing from a dictionary. */
export function settle(column: Column): void {
  if (column.kind === NONE || column.kind < STRING || !column.dictionary) return;
  if (column.entryCount * 2 > column.count) dropDictionary(column, column.count);
}
