/** Documents that stay the bytes they came as: what is needed of each is read out of them, and the rest goes on as it is. */
import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue, parseJson, type Path } from '@millrace/flatten';
import { UnexpectedDocumentError } from './errors.ts';
import type { BytePage, Feed } from './feed.ts';
import type { ReadDocument } from './reading.ts';
import { PageScanError, PageScanner } from './scan-page.ts';
import { parseTimestamp } from './timestamp.ts';

/** What is known of the documents of a page, side by side: there are too many of them for objects and strings of their own. */
interface PageColumns {
  readonly body: Uint8Array;
  /** Start and end of each document. */
  readonly bounds: Uint32Array;
  /** 32 bytes of each document. */
  readonly hashes: Buffer;
  /** Absent: the documents have no primary key. */
  readonly keys: readonly string[] | undefined;
  /** NaN: none. Absent: they have none at all. */
  readonly instants: Float64Array | undefined;
}

/** A document as a part of its page. */
export class ByteDocument implements ReadDocument {
  readonly #page: PageColumns;
  readonly #index: number;

  constructor(page: PageColumns, index: number) {
    this.#page = page;
    this.#index = index;
  }

  get hash(): string {
    return this.#page.hashes.toString('latin1', this.#index * 32, this.#index * 32 + 32);
  }

  get key(): string {
    return this.#page.keys?.[this.#index] ?? this.hash;
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
    return (
      next.#page === this.#page &&
      next.#index === this.#index + 1 &&
      onlyBetween(this.#page.body, this.#end, next.#start)
    );
  }

  /** The bytes from the beginning of this document to the end of `last`, the same or a later one of the same page. */
  through(last: ByteDocument): Uint8Array {
    return this.#page.body.subarray(this.#start, last.#end);
  }

  get #start(): number {
    return this.#page.bounds[this.#index * 2] ?? 0;
  }

  get #end(): number {
    return this.#page.bounds[this.#index * 2 + 1] ?? 0;
  }
}

function onlyBetween(body: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) {
    const byte = body[i] ?? 0;
    if (byte !== 0x2c && byte > 0x20) return false;
  }
  return true;
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
    const { count, bounds, values, beside: found } = this.#scanner(at, beside).scan(body);
    const width = (this.#keyPaths.length + (this.#timePath === undefined ? 0 : 1)) * 2;
    const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const keyed = this.#keyPaths.length > 0;
    const keys: string[] = [];
    const hashes = Buffer.allocUnsafeSlow(count * 32);
    const instants = this.#timePath === undefined ? undefined : new Float64Array(count);
    for (let index = 0; index < count; index += 1) {
      const content = buffer.subarray(bounds[index * 2], bounds[index * 2 + 1]);
      hashes.write(hash('sha256', content, 'binary'), index * 32, 32, 'latin1');
      const base = index * width;
      const time = base + this.#keyPaths.length * 2;
      if (keyed) keys.push(this.#key(buffer, values, base));
      if (instants !== undefined) instants[index] = instantOf(buffer, values[time], values[time + 1]) ?? Number.NaN;
    }
    const columns = { body, bounds: Uint32Array.from(bounds), hashes, keys: keyed ? keys : undefined, instants };
    const besideAt = (path: Path | undefined): JsonValue | undefined => {
      const slot = path === undefined ? -1 : beside.indexOf(path);
      return slot < 0 ? undefined : valueOf(buffer, found[slot * 2], found[slot * 2 + 1]);
    };
    const counted = besideAt(countAt);
    const cursor = besideAt(nextAt);
    return {
      documents: Array.from({ length: count }, (_, index) => new ByteDocument(columns, index)),
      totalCount: totalCount ?? (typeof counted === 'number' ? counted : undefined),
      next: next ?? (typeof cursor === 'string' ? cursor : undefined),
    };
  }

  #key(body: Buffer, values: readonly number[], base: number): string {
    return canonicalJson(
      this.#keyPaths.map((_, slot) => valueOf(body, values[base + slot * 2], values[base + slot * 2 + 1]) ?? null),
    );
  }

  #scanner(at: Path, beside: readonly Path[]): PageScanner {
    const name = JSON.stringify([at, beside]);
    let scanner = this.#scanners.get(name);
    if (scanner === undefined) {
      const wanted = this.#timePath === undefined ? this.#keyPaths : [...this.#keyPaths, this.#timePath];
      scanner = new PageScanner({ at, wanted, beside });
      this.#scanners.set(name, scanner);
    }
    return scanner;
  }
}

/** A value of which the bounds are known; `undefined` where there is none. */
function valueOf(body: Buffer, start = -1, end = -1): JsonValue | undefined {
  if (start < 0) return undefined;
  return body[start] === 0x22
    ? (plainText(body, start + 1, end - 1) ?? parsed(body, start, end))
    : parsed(body, start, end);
}

function parsed(body: Uint8Array, start: number, end: number): JsonValue {
  return parseJson(body.subarray(start, end));
}

/** Short ASCII without escapes, as keys and times are. */
function plainText(body: Buffer, start: number, end: number): string | undefined {
  if (end - start > 128) return undefined;
  for (let i = start; i < end; i += 1) {
    const byte = body[i] ?? 0;
    if (byte === 0x5c || byte > 0x7e) return undefined;
  }
  return body.toString('latin1', start, end);
}

/** The instant that a value names. The form in which most times come is read from its bytes. */
function instantOf(body: Buffer, start = -1, end = -1): number | undefined {
  const at = start + 1;
  // "2025-02-25T14:52:10.903Z"
  if (end - start === 26 && body[at + 23] === 0x5a && body[at + 10] === 0x54 && body[at + 19] === 0x2e) {
    const month = twoDigits(body, at + 5);
    const day = twoDigits(body, at + 8);
    const hour = twoDigits(body, at + 11);
    const minute = twoDigits(body, at + 14);
    const second = twoDigits(body, at + 17);
    const year = twoDigits(body, at) * 100 + twoDigits(body, at + 2);
    const milliseconds = twoDigits(body, at + 20) * 10 + (body[at + 22] ?? 0) - 0x30;
    const punctuated =
      body[at + 4] === 0x2d && body[at + 7] === 0x2d && body[at + 13] === 0x3a && body[at + 16] === 0x3a;
    // What is out of range, or may be, is left to the one that knows every form.
    const isPlain = month > 0 && month <= 12 && day > 0 && day <= 28 && hour < 24 && minute < 60 && second < 60;
    if (punctuated && isPlain && year >= 1900 && milliseconds >= 0 && milliseconds <= 999)
      return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  }
  return parseTimestamp(valueOf(body, start, end));
}

/** NaN where they are no digits. */
function twoDigits(body: Buffer, at: number): number {
  const high = (body[at] ?? 0) - 0x30;
  const low = (body[at + 1] ?? 0) - 0x30;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : Number.NaN;
}

/** Whether documents can go on as bytes. */
export function areBytes(documents: readonly ReadDocument[]): documents is readonly ByteDocument[] {
  return documents.every((one) => one instanceof ByteDocument);
}

/** Documents as one JSON array. */
export function joinDocuments(documents: readonly ByteDocument[]): Uint8Array<ArrayBuffer> {
  const runs: Uint8Array[] = [];
  let length = 1;
  for (let first = 0; first < documents.length; ) {
    let last = first;
    for (;;) {
      const next = documents[last + 1];
      if (next === undefined || documents[last]?.isFollowedBy(next) !== true) break;
      last += 1;
    }
    const [begin, end] = [documents[first], documents[last]];
    if (begin === undefined || end === undefined) break;
    const run = begin.through(end);
    runs.push(run);
    length += run.length + 1;
    first = last + 1;
  }
  const joined = new Uint8Array(Math.max(length, 2));
  joined[0] = 0x5b;
  let at = 1;
  for (const run of runs) {
    joined.set(run, at);
    at += run.length;
    joined[at] = 0x2c;
    at += 1;
  }
  joined[joined.length - 1] = 0x5d;
  return joined;
}
