/**
 * Finds the documents of a page, and a few values in each, without parsing the page. It believes the text to be JSON: what is
 * wrong inside a document shows when the document is parsed, which whoever makes rows of it does.
 */
import type { Path } from '@millrace/flatten';

/** Where things are in a page. Offsets are bytes; `-1` for a value that is not there. */
export interface ScannedPage {
  readonly count: number;
  /** Start and end of each document, one after the other. */
  readonly bounds: readonly number[];
  /** Start and end of each wanted value of each document, one after the other. */
  readonly values: readonly number[];
  /** Start and end of the values beside the list that were asked for. */
  readonly beside: readonly number[];
}

/** What is looked for. */
export interface ScanOptions {
  /** Keys that lead to the list of documents. Empty: the page is the list. */
  readonly at: Path;
  /** Paths in a document. */
  readonly wanted: readonly Path[];
  /** Paths of values beside the list, from the page's root. */
  readonly beside?: readonly Path[];
}

/** The page is not what it was said to be. */
export class PageScanError extends Error {
  override readonly name = 'PageScanError';
}

interface Node {
  readonly children: readonly { readonly key: Uint8Array; readonly text: string; readonly node: Node }[];
  /** Which wanted value stands here; -1: none. */
  readonly slot: number;
  /** The list of documents stands here. */
  readonly isList: boolean;
}

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();

/** A scan prepared for pages of one kind. */
export class PageScanner {
  readonly #page: Node;
  readonly #document: Node;
  readonly #at: Path;
  readonly #wanted: number;
  readonly #besideCount: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #bounds: number[] = [];
  #values: number[] = [];
  #beside: number[] = [];
  #found = false;

  constructor({ at, wanted, beside = [] }: ScanOptions) {
    this.#page = makeNode(
      beside,
      at,
      0,
      beside.map((_, index) => index),
      true,
    );
    this.#document = makeNode(
      wanted,
      undefined,
      0,
      wanted.map((_, index) => index),
      false,
    );
    this.#at = at;
    this.#wanted = wanted.length;
    this.#besideCount = beside.length;
  }

  /** @throws PageScanError where there is no list, or something else than objects in it */
  scan(bytes: Uint8Array): ScannedPage {
    this.#bytes = bytes;
    this.#bounds = [];
    this.#values = [];
    this.#beside = Array.from({ length: this.#besideCount * 2 }, () => -1);
    this.#found = false;
    const start = skipSpace(bytes, bytes[0] === 0xef ? 3 : 0);
    const end = skipSpace(bytes, this.#value(start, this.#page, this.#beside, 0));
    if (end !== bytes.length) throw this.#error('there is more after its end', end);
    if (!this.#found) throw new PageScanError(`there is no list under ${JSON.stringify(this.#at.join('.'))}`);
    return { count: this.#bounds.length / 2, bounds: this.#bounds, values: this.#values, beside: this.#beside };
  }

  /** Goes over the value at `i`, and gives the offset after it. */
  #value(i: number, node: Node, slots: number[], base: number): number {
    const bytes = this.#bytes;
    const first = bytes[i];
    let end: number;
    if (node.isList && (first === 0x5b || first === 0x6e)) {
      this.#found = true;
      end = first === 0x5b ? this.#list(i) : skipValue(bytes, i);
    } else if (first === 0x7b && node.children.length > 0) {
      end = this.#object(i, node, slots, base);
    } else {
      end = skipValue(bytes, i);
    }
    if (end < 0) throw this.#error('it breaks off, or is no JSON', i);
    if (node.slot >= 0) {
      slots[base + node.slot * 2] = i;
      slots[base + node.slot * 2 + 1] = end;
    }
    return end;
  }

  #object(start: number, node: Node, slots: number[], base: number): number {
    const bytes = this.#bytes;
    let i = skipSpace(bytes, start + 1);
    if (bytes[i] === 0x7d) return i + 1;
    for (;;) {
      if (bytes[i] !== 0x22) throw this.#error('a key was expected', i);
      const keyEnd = skipString(bytes, i + 1);
      if (keyEnd < 0) return -1;
      const child = this.#childAt(node, i + 1, keyEnd - 1);
      i = skipSpace(bytes, keyEnd);
      if (bytes[i] !== 0x3a) throw this.#error('a colon was expected', i);
      i = skipSpace(bytes, i + 1);
      i = child === undefined ? skipValue(bytes, i) : this.#value(i, child, slots, base);
      if (i < 0) return -1;
      i = skipSpace(bytes, i);
      if (bytes[i] === 0x7d) return i + 1;
      if (bytes[i] !== 0x2c) throw this.#error('a comma was expected', i);
      i = skipSpace(bytes, i + 1);
    }
  }

  #list(start: number): number {
    const bytes = this.#bytes;
    const width = this.#wanted * 2;
    // Of equal keys in one object the last counts.
    this.#bounds = [];
    this.#values = [];
    let i = skipSpace(bytes, start + 1);
    if (bytes[i] === 0x5d) return i + 1;
    for (;;) {
      if (bytes[i] !== 0x7b) throw this.#error('a document was expected, which is an object', i);
      const base = this.#values.length;
      for (let slot = 0; slot < width; slot += 1) this.#values.push(-1);
      const end = width === 0 ? skipValue(bytes, i) : this.#object(i, this.#document, this.#values, base);
      if (end < 0) return -1;
      this.#bounds.push(i, end);
      i = skipSpace(bytes, end);
      if (bytes[i] === 0x5d) return i + 1;
      if (bytes[i] !== 0x2c) throw this.#error('a comma was expected', i);
      i = skipSpace(bytes, i + 1);
    }
  }

  #childAt(node: Node, start: number, end: number): Node | undefined {
    const bytes = this.#bytes;
    let escaped = false;
    for (const { key, node: child } of node.children) {
      if (key.length !== end - start) continue;
      let at = 0;
      while (at < key.length && bytes[start + at] === key[at]) at += 1;
      if (at === key.length) return child;
    }
    for (let at = start; at < end && !escaped; at += 1) escaped = bytes[at] === 0x5c;
    if (!escaped) return undefined;
    const text: unknown = JSON.parse(decoder.decode(bytes.subarray(start - 1, end + 1)));
    return node.children.find((each) => each.text === text)?.node;
  }

  #error(what: string, at: number): PageScanError {
    return new PageScanError(`${what} (byte ${at} of ${this.#bytes.length})`);
  }
}

/** The part of the tree of paths that lies below one prefix of `depth` keys. */
function makeNode(
  paths: readonly Path[],
  list: Path | undefined,
  depth: number,
  slots: readonly number[],
  isOnList: boolean,
): Node {
  const below = slots.filter((slot) => (paths[slot]?.length ?? 0) > depth);
  const keys = new Set(below.map((slot) => paths[slot]?.[depth] ?? ''));
  const listKey = isOnList ? list?.[depth] : undefined;
  if (listKey !== undefined) keys.add(listKey);
  return {
    slot: slots.find((slot) => paths[slot]?.length === depth) ?? -1,
    isList: isOnList && list?.length === depth,
    children: [...keys].map((text) => ({
      text,
      key: encoder.encode(text),
      node: makeNode(
        paths,
        list,
        depth + 1,
        below.filter((slot) => paths[slot]?.[depth] === text),
        isOnList && text === listKey,
      ),
    })),
  };
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let i = from;
  for (let byte = bytes[i]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[i]) i += 1;
  return i;
}

/** From the byte after the opening quote to the one after the closing quote; -1 where there is none. */
function skipString(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  for (let i = from; i < length; i += 1) {
    const byte = bytes[i];
    if (byte === 0x22) return i + 1;
    if (byte === 0x5c) i += 1;
  }
  return -1;
}

/** The offset after the value that begins at `from`; -1 where it breaks off or none begins. */
function skipValue(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  const first = bytes[from];
  if (first === 0x22) return skipString(bytes, from + 1);
  if (first !== 0x7b && first !== 0x5b) return skipScalar(bytes, from);
  let depth = 0;
  for (let i = from; i < length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x22) {
      for (i += 1; i < length; i += 1) {
        const inner = bytes[i];
        if (inner === 0x22) break;
        if (inner === 0x5c) i += 1;
      }
    } else if ((byte & 0xdf) === 0x5b) {
      // { and [ differ in one bit, and so do } and ].
      depth += 1;
    } else if ((byte & 0xdf) === 0x5d) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

function skipScalar(bytes: Uint8Array, from: number): number {
  let i = from;
  for (; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x2c || byte === 0x7d || byte === 0x5d || byte <= 0x20) break;
  }
  return i > from ? i : -1;
}
