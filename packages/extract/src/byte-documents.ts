/** Documents that stay the bytes they came as: what is needed of each is read out of them, and the rest goes on as it is. */
import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue, parseJson, type Path } from '@millrace/flatten';
import { UnexpectedDocumentError } from './errors.ts';
import type { BytePage, Feed } from './feed.ts';
import type { ReadDocument } from './reading.ts';
import { PageScanError, PageScanner } from './scan-page.ts';
import { parseTimestamp } from './timestamp.ts';

/** A document as a part of its page. */
export class ByteDocument implements ReadDocument {
  readonly hash: string;
  readonly key: string;
  readonly instant: number | undefined;
  readonly #body: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(body: Uint8Array, start: number, end: number, facts: DocumentFacts) {
    this.#body = body;
    this.#start = start;
    this.#end = end;
    this.hash = facts.hash;
    this.key = facts.key;
    this.instant = facts.instant;
  }

  /** Parsed anew at each call. */
  get document(): JsonObject {
    return parseJson(this.#body.subarray(this.#start, this.#end)) as JsonObject;
  }

  /** Bytes. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** Whether `next` stands right after this one in the same page. */
  isFollowedBy(next: ByteDocument): boolean {
    // Between two neighbours there are a comma and white space; a document is two bytes at least.
    return next.#body === this.#body && next.#start > this.#end && onlyBetween(this.#body, this.#end, next.#start);
  }

  /** The bytes from the beginning of this document to the end of `last`, a later one of the same page. */
  through(last: ByteDocument): Uint8Array {
    return this.#body.subarray(this.#start, last.#end);
  }
}

interface DocumentFacts {
  readonly hash: string;
  readonly key: string;
  readonly instant: number | undefined;
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
    const documents: ByteDocument[] = [];
    const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    for (let index = 0; index < count; index += 1) {
      const start = bounds[index * 2] ?? 0;
      const end = bounds[index * 2 + 1] ?? 0;
      documents.push(new ByteDocument(body, start, end, this.#facts(buffer, start, end, values, index * width)));
    }
    const besideAt = (path: Path | undefined): JsonValue | undefined => {
      const slot = path === undefined ? -1 : beside.indexOf(path);
      return slot < 0 ? undefined : valueOf(buffer, found[slot * 2], found[slot * 2 + 1]);
    };
    const counted = besideAt(countAt);
    const cursor = besideAt(nextAt);
    return {
      documents,
      totalCount: totalCount ?? (typeof counted === 'number' ? counted : undefined),
      next: next ?? (typeof cursor === 'string' ? cursor : undefined),
    };
  }

  #facts(body: Buffer, start: number, end: number, values: readonly number[], base: number): DocumentFacts {
    const contentHash = hash('sha256', body.subarray(start, end), 'binary');
    const keys = this.#keyPaths;
    const time = base + keys.length * 2;
    return {
      hash: contentHash,
      key: keys.length === 0 ? contentHash : this.#key(body, values, base),
      instant: this.#timePath === undefined ? undefined : instantOf(body, values[time], values[time + 1]),
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
