// The plan as the kernel sees it. The host reads fields of columns and tables by their place: see its `kernel-column.ts` and
// `kernel-table.ts`.

/** Type of a column, in the order of the host's list. */
export const NONE: u8 = 0;
export const BOOLEAN: u8 = 1;
export const INTEGER: u8 = 2;
export const FLOAT: u8 = 3;
export const DATE: u8 = 4;
export const DATETIME: u8 = 5;
export const STRING: u8 = 6;
export const JSON_TEXT: u8 = 7;

/** Column flags: the type is declared, which changes values before their type is asked for. */
export const DECLARED_FLOAT = 1;
export const DECLARED_DATETIME = 2;

/** The first four fields of a column of undeclared type: STRING, with `DICTIONARY` or without, and DATETIME, which would try one. */
export const DICTIONARY: u32 = 1 << 16;
export const PLAIN_TEXT: u32 = <u32>STRING;
export const TIME: u32 = <u32>DATETIME | DICTIONARY;

/** Kid flags. */
export const OMIT = 1;
export const WHOLE = 2;
export const MAP = 4;
export const KEY = 8;
export const MIXED = 16;

/** Key masks: the key has more than 16 bytes; it is never written without escapes. */
export const LONG = 0x10000;
export const NEVER = 0x20000;

// Fields used for every value come first, so that they share a cache line.

@unmanaged
export class Column {
  // These four are compared at once: see `PLAIN_TEXT`.
  kind: u8;
  flags: u8;
  /** Texts: whether `data` is a dictionary. */
  dictionary: bool;
  /** Texts: whether the kernel does not know if a dictionary would have been kept. */
  unsure: bool;
  /** Values present. */
  count: u32;
  maxChars: u32;
  /** Values of a fixed width, or texts with their lengths; with a dictionary the distinct ones. */
  data: usize;
  /** Where the next value goes, and how far the room for it reaches. */
  to: usize;
  limit: usize;
  indices: usize;
  indexRoom: u32;
  /** Open hash table of the dictionary: sixteen bits of a value's hash and its index + 1, and its offset in `data`. */
  slots: usize;
  /** By how much a hash is shifted for the slot where it is looked for first. */
  slotShift: u32;
  /** Bit set of the rows that have a value, as long as the table has room: only where a row before the last value has none. */
  valid: usize;
  gaps: bool;
  /** Texts: whether no dictionary is tried. */
  plain: bool;
  /** INTEGER: a value beyond ±(2^53 − 1) was seen. */
  wide: bool;
  /** DATETIME: see `dates.ts` of the host. */
  spellings: i32;
  maxBytes: u32;
  entryCount: u32;
  table: Table;

  /** As at the start of the page. */
  pageSpellings: i32;
  pageMaxChars: u32;
  pageMaxBytes: u32;
  pageCount: u32;
  pageUsed: u32;
  pageEntryCount: u32;
  pageKind: u8;
  pageWide: bool;
  pageDictionary: bool;
  pageGaps: bool;
}

/** What came next the last two times. */
@unmanaged
export class Successors {
  next: Kid;
  other: Kid;
}

/** A declared key's value in the row under way. */
@unmanaged
export class KeyValue {
  row: u32;
  at: usize;
  length: u32;
}

/** A key of an object, or the elements of an array. The key's bytes, its closing quote and the colon follow the record. */
@unmanaged
export class Kid extends Successors {
  flags: i32;
  /** Bytes of the key with its closing quote and the colon. */
  length: u32;
  /** Those of the first 16 bytes that count, and more that they cannot match: `LONG` or `NEVER`. */
  mask: i32;
  /** The object in which the key was last seen. */
  stamp: u32;
  column: Column | null;
  /** The column of a kid that is not KEY. */
  plain: Column | null;
  object: Node | null;
  array: Table | null;
  json: Column | null;
  /** For KEY. */
  value: KeyValue | null;
}

/** An object. */
@unmanaged
export class Node extends Successors {
  table: Table;
  kids: u32;
  /** Open hash table of kids. */
  slots: usize;
  slotMask: u32;
}

@unmanaged
export class Table {
  /** The elements. */
  element: Kid;
  rows: u32;
  room: u32;
  /** The row under way. */
  row: u32;
  parentRows: usize;
  positions: usize;
  lastPosition: u32;
  columns: usize;
  columnCount: u32;
  columnRoom: u32;
  /** How many values make the declared key, and those of them whose kids are known. */
  keyCount: u32;
  keyValues: usize;
  keyValueCount: u32;
  /** The declared keys that must differ: each with its length, one after the other. */
  keys: usize;
  keysUsed: u32;
  keysRoom: u32;
  keySlots: usize;
  keySlotMask: u32;
  keySlotsUsed: u32;
  keyStamp: u32;
  pageRows: u32;
  pageLastPosition: u32;
  pageKeysUsed: u32;
}
