// What the kernel asks of the TypeScript host. All of it is rare.

/** Writes the next bytes of the page to an address. */
@external("host", "fetch") declare function fetch(at: usize, length: u32): void;
/** Makes the kid of an object node for a key (decoded UTF-8 at `at`). */
@external("host", "newKid") declare function newKid(node: usize, at: usize, length: u32): usize;
/** Makes the column for scalars (or, `json`, for JSON texts) at a kid. */
@external("host", "newColumn") declare function newColumn(kid: usize, json: bool): usize;
/** Makes the node for objects at a kid. */
@external("host", "newObject") declare function newObject(kid: usize): usize;
/** Makes the table for the array at a kid. */
@external("host", "newArray") declare function newArray(kid: usize): usize;
/** The double of a JSON number. */
@external("host", "toDouble") declare function toDouble(at: usize, length: u32): f64;
/** Writes the canonical text of a JSON number to the scratch and gives its length. */
@external("host", "toText") declare function toText(at: usize, length: u32): u32;
/** Writes the canonical JSON of a JSON text to the scratch and gives its length. */
@external("host", "toJson") declare function toJson(at: usize, length: u32): u32;
/** Takes the canonical text that makes up the key of the document. */
@external("host", "addContent") declare function addContent(at: usize, length: u32): void;
/** The same for a document whose canonical text is left to the host. */
@external("host", "addDocument") declare function addDocument(at: usize, length: u32): void;
/** Writes the canonical JSON of what counts in place of a member of the document to the scratch and gives its length. */
@external("host", "memberValue") declare function memberValue(rule: u32, at: usize, length: u32): u32;
/** Writes what a declared DATETIME makes of a text to the scratch and gives its length. */
@external("host", "toDateTime") declare function toDateTime(at: usize, length: u32): u32;
/** Ends the page: the host throws, and rolls back. */
@external("host", "leave") declare function leave(reason: i32, column: usize, kind: i32, detail: i32): void;

export {
  addContent,
  addDocument,
  fetch,
  memberValue,
  newArray,
  newColumn,
  newKid,
  newObject,
  toDateTime,
  toDouble,
  toJson,
  toText,
};

const REFUSE = 0;
const RETRY = 1;
const WIDEN = 2;

// They do not return, which the compiler cannot know: it is told wherever they are called, and keeps nothing for what would follow.

/** The page is not for the kernel: not JSON, or something that only the TypeScript path can do. */
// @ts-ignore: decorator
@inline
export function refuse(): void {
  leaveRefused();
  unreachable();
}

function leaveRefused(): void {
  leave(REFUSE, 0, 0, 0);
}

/** The page will do when it is begun again. */
export function retry(): void {
  leave(RETRY, 0, 0, 0);
  unreachable();
}

/** A column must first be joined with the type of a value. `detail`: spellings of a DATETIME, 1 for a wide INTEGER. */
// @ts-ignore: decorator
@inline
export function widen(column: usize, kind: i32, detail: i32): void {
  leaveToWiden(column, kind, detail);
  unreachable();
}

function leaveToWiden(column: usize, kind: i32, detail: i32): void {
  leave(WIDEN, column, kind, detail);
}
