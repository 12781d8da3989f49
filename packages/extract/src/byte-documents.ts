/** Documents that stay the bytes they came as: what is needed of each is read out of them, and the rest goes on as it is. */
import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue, parseJson, type Path } from '@millrace/flatten';
import { hashBytes } from './content-hash.ts';
import { UnexpectedDocumentError } from './errors.ts';
import type { BytePage, Feed } from './feed.ts';
import type { ReadDocument } from './reading.ts';
import { PageScanError, PageScanner, type ScannedPage } from './scan-page.ts';
import { parseTimestamp } from './timestamp.ts';

/** What is known of the documents of a page, side by side: there are too many of them for objects of their own. */
interface PageColumns {
  readonly body: Uint8Array;
  /** Start and end of the list of documents. */
  readonly list: readonly [start: number, end: number];
  /** Start and end of each document. */
  readonly bounds: Uint32Array;
  readonly count: number;
  readonly hashes: Buffer;
  /** Absent: the documents have no primary key. */
  readonly keys: PageKeys | undefined;
  /** NaN: none. Absent: they have none at all. */
  readonly instants: Float64Array | undefined;
}

/** Keys one after the other, and start and end of each. */
interface PageKeys {
  readonly bytes: Buffer;
  readonly bounds: Uint32Array;
}

/** A document as a part of its page. */
export class ByteDocument implements ReadDocument {
  readonly #page: PageColumns;
  readonly #index: number;

  constructor(page: PageColumns, index: number) {
    this.#page = page;
    this.#index = index;
  }

  get hashes(): Buffer {
    return this.#page.hashes;
  }

  get hashAt(): number {
    return this.#index * hashBytes;
  }

  get keys(): Buffer {
    return this.#page.keys?.bytes ?? this.#page.hashes;
  }

  get keyAt(): number {
    const { keys } = this.#page;
    return keys === undefined ? this.hashAt : (keys.bounds[this.#index * 2] ?? 0);
  }

  get keyEnd(): number {
    const { keys } = this.#page;
    return keys === undefined ? this.hashAt + hashBytes : (keys.bounds[this.#index * 2 + 1] ?? 0);
  }

  get instant(): number | undefined {
    const instant = this.#page.instants?.[this.#index];
    return instant === undefined || Number.isNaN(instant) ? undefined : instant;
  }

  /** Parsed anew at each call. */
  get document(): JsonObject {
    return parseJson(this.through(this)) as JsonObject;
  }

  /** Bytes. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** Whether `next` stands right after this one in the same page. */
  isFollowedBy(next: ByteDocument): boolean {
    return next.#page === this.#page && next.#index === this.#index + 1;
  }

  /** The bytes from the beginning of this document to the end of `last`, the same or a later one of the same page. */
  through(last: ByteDocument): Uint8Array {
    return this.#page.body.subarray(this.#start, last.#end);
  }

  /** Whether it is the first of its page. */
  get isFirst(): boolean {
    return this.#index === 0;
  }

  /** Of the last of a page: the list of all its documents, from `[` to `]`. */
  get list(): Uint8Array | undefined {
    const { body, list, count } = this.#page;
    return this.#index === count - 1 ? body.subarray(...list) : undefined;
  }

  get #start(): number {
    return this.#page.bounds[this.#index * 2] ?? 0;
  }

  get #end(): number {
    return this.#page.bounds[this.#index * 2 + 1] ?? 0;
  }
}

/** Reads the byte pages of a feed. */
export class BytePages {
  readonly #feed: Feed;
  readonly #keyPaths: readonly Path[];
  readonly #timePath: Path | undefined;
  readonly #scanners = new Map<string, PageScanner>();

  constructor(feed: Feed) {
    this.#feed = feed;
    this.#keyPaths = feed.root.primaryKey ?? [];
    this.#timePath = feed.kind === 'windowed' ? feed.timestamp : feed.kind === 'delta' ? feed.updatedAt : undefined;
  }

  /** The documents of a page, its count and its cursor. */
  read(page: BytePage): {
    readonly documents: readonly ByteDocument[];
    readonly totalCount: number | undefined;
    readonly next: string | undefined;
  } {
    const { body, totalCount, next } = page;
    if (body.length === 0) return { documents: [], totalCount, next: next ?? undefined };
    try {
      return this.#scan(page);
    } catch (error) {
      if (!(error instanceof PageScanError)) throw error;
      throw (
        page.refuse?.(error.message) ??
        new UnexpectedDocumentError(
          this.#feed.name,
          `a page is not what was expected: ${error.message}`,
          'Check that the address is that of the API, and where the feed says that the documents are.',
        )
      );
    }
  }

  #scan({ body, at, countAt, nextAt, totalCount, next }: BytePage): ReturnType<BytePages['read']> {
    const beside = [countAt, nextAt].filter((path) => path !== undefined);
    const scanned = this.#scanner(at, beside).scan(body);
    const { count } = scanned;
    const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const bounds = scanned.bounds.slice();
    const hashes = Buffer.allocUnsafeSlow(count * hashBytes);
    for (let index = 0; index < count; index += 1) {
      const document = buffer.subarray(bounds[index * 2], bounds[index * 2 + 1]);
      // As a text, which is dead at once: a buffer each would cost more.
      hashes.write(hash('sha256', document, 'binary'), index * hashBytes, 'latin1');
    }
    const columns: PageColumns = {
      body,
      count,
      list: scanned.list,
      bounds,
      hashes,
      keys: this.#keyPaths.length === 0 ? undefined : this.#keys(buffer, scanned),
      instants: this.#timePath === undefined ? undefined : this.#instants(buffer, scanned),
    };
    const besideAt = (path: Path | undefined): JsonValue | undefined => {
      const slot = path === undefined ? -1 : beside.indexOf(path);
      return slot < 0 ? undefined : valueOf(buffer, scanned.beside[slot * 2], scanned.beside[slot * 2 + 1]);
    };
    const counted = besideAt(countAt);
    const cursor = besideAt(nextAt);
    return {
      documents: Array.from({ length: count }, (_, index) => new ByteDocument(columns, index)),
      totalCount: totalCount ?? (typeof counted === 'number' ? counted : undefined),
      next: next ?? (typeof cursor === 'string' ? cursor : undefined),
    };
  }

  #keys(body: Buffer, { count, values, keys, keyBounds }: ScannedPage): PageKeys {
    const parts: Uint8Array[] = [keys];
    const bounds = keyBounds.slice();
    let end = keys.length;
    for (let index = 0; index < count; index += 1) {
      if (bounds[index * 2 + 1] !== 0) continue;
      const base = index * this.#width;
      const key = (slot: number): JsonValue =>
        valueOf(body, values[base + slot * 2], values[base + slot * 2 + 1]) ?? null;
      const text = Buffer.from(canonicalJson(this.#keyPaths.map((_, slot) => key(slot))));
      parts.push(text);
      bounds.set([end, end + text.length], index * 2);
      end += text.length;
    }
    return { bytes: Buffer.concat(parts), bounds };
  }

  #instants(body: Buffer, { count, values, times }: ScannedPage): Float64Array {
    const instants = times.slice();
    for (let index = 0; index < count; index += 1) {
      if (!Number.isNaN(instants[index])) continue;
      const slot = (index + 1) * this.#width - 2;
      instants[index] = parseTimestamp(valueOf(body, values[slot], values[slot + 1])) ?? Number.NaN;
    }
    return instants;
  }

  /** Offsets of each document. */
  get #width(): number {
    return (this.#keyPaths.length + (this.#timePath === undefined ? 0 : 1)) * 2;
  }

  #scanner(at: Path, beside: readonly Path[]): PageScanner {
    const name = JSON.stringify([at, beside]);
    let scanner = this.#scanners.get(name);
    if (scanner === undefined) {
      scanner = new PageScanner({ at, keys: this.#keyPaths, time: this.#timePath, beside });
      this.#scanners.set(name, scanner);
    }
    return scanner;
  }
}

/** A value of which the bounds are known; `undefined` where there is none. */
function valueOf(body: Uint8Array, start = -1, end = -1): JsonValue | undefined {
  return start < 0 ? undefined : parseJson(body.subarray(start, end));
}

/** Whether documents can go on as bytes. */
export function areBytes(documents: readonly ReadDocument[]): documents is readonly ByteDocument[] {
  return documents.every((one) => one instanceof ByteDocument);
}

/** Documents as JSON. */
export interface DocumentArray {
  readonly count: number;
  /** A JSON array. */
  readonly json: Uint8Array;
  /** Whether it is a copy that nobody else has. */
  readonly isCopy: boolean;
}

/**
 * Documents as JSON arrays, in their order. A page of at most `most` bytes of which all documents are there is one as it came;
 * others are copied into arrays of about `usual` bytes.
 */
export function* documentArrays(
  documents: readonly ByteDocument[],
  { usual, most }: { readonly usual: number; readonly most: number },
): Generator<DocumentArray> {
  for (let first = 0; first < documents.length; ) {
    const list = wholeList(documents, first);
    let end = first + (list?.count ?? 0);
    if (list !== undefined && list.json.length <= most) yield { ...list, isCopy: false };
    else {
      let bytes = 0;
      for (end = first; end < documents.length && bytes < usual; end += 1) {
        if (end > first && documents[end]?.isFirst === true) break;
        bytes += documents[end]?.size ?? 0;
      }
      yield { count: end - first, json: joined(documents.slice(first, end)), isCopy: true };
    }
    first = end;
  }
}

/** The list of a page of which all documents begin at `first`. */
function wholeList(
  documents: readonly ByteDocument[],
  first: number,
): { readonly count: number; readonly json: Uint8Array } | undefined {
  const begin = documents[first];
  if (begin?.isFirst !== true) return undefined;
  const last = lastOfRun(documents, first);
  const json = documents[last]?.list;
  return json === undefined ? undefined : { count: last + 1 - first, json };
}

/** The last of the documents that stand one after the other in a page. */
function lastOfRun(documents: readonly ByteDocument[], first: number): number {
  for (let last = first; ; last += 1) {
    const next = documents[last + 1];
    if (next === undefined || documents[last]?.isFollowedBy(next) !== true) return last;
  }
}

/** Documents as one JSON array. */
function joined(documents: readonly ByteDocument[]): Uint8Array<ArrayBuffer> {
  const runs: Uint8Array[] = [];
  let length = 1;
  for (let first = 0; first < documents.length; ) {
    const last = lastOfRun(documents, first);
    const [begin, end] = [documents[first], documents[last]];
    if (begin === undefined || end === undefined) break;
    const run = begin.through(end);
    runs.push(run);
    length += run.length + 1;
    first = last + 1;
  }
  const bytes = new Uint8Array(Math.max(length, 2));
  bytes[0] = 0x5b;
  let at = 1;
  for (const run of runs) {
    bytes.set(run, at);
    at += run.length;
    bytes[at] = 0x2c;
    at += 1;
  }
  bytes[bytes.length - 1] = 0x5d;
  return bytes;
}
