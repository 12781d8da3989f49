/** One attempt to read all pages of one question, and what it proves. */
import type { JsonObject } from '@millrace/flatten';
import { ContentHash, hashBytes } from './content-hash.ts';
import type { Paging } from './feed.ts';
import { KeyTable } from './key-table.ts';

/** A document with its hash. */
export interface ReadDocument {
  readonly document: JsonObject;
  /** Where its hash is: `valueHash` of its identity; of a document that came as bytes, the hash of the bytes. */
  readonly hashes: Buffer;
  readonly hashAt: number;
  /** Where its primary key is, as JSON; the hash where it has none. */
  readonly keys: Buffer;
  readonly keyAt: number;
  readonly keyEnd: number;
  /** When it happened or changed, where that was read with it; else it is in the document. */
  readonly instant?: number | undefined;
}

/** A page with its documents hashed. */
export interface ReadPage {
  readonly documents: readonly ReadDocument[];
  readonly totalCount: number | undefined;
  /** Absent: there is no further page. */
  readonly next: string | undefined;
  readonly serverTime: Date;
  /** Over the page's documents, whatever their order. */
  readonly contentHash: string;
  /** Gives the memory of the documents back, which are not looked at any more. */
  readonly release?: (() => void) | undefined;
}

/**
 * Whether the source's counts are of all pages. Celonis describes `totalCount` in words that fit the documents of one page as
 * well, and a full page that is counted so would look like everything.
 */
export interface CountTrust {
  /** Some page had fewer documents than it counted. */
  readonly ofAllPages: boolean;
  /** Documents of the largest page so far. */
  readonly largestPage: number;
}

/** One question to the source, of which any page can be asked for. */
export interface Question {
  readonly paging: Paging;
  readonly counts: CountTrust;
  readonly readPage: (position: { readonly page: number; readonly cursor?: string }) => Promise<ReadPage>;
}

/** All pages of one question. */
export interface Reading {
  readonly kind: 'read';
  readonly documents: readonly ReadDocument[];
  readonly counted: number | undefined;
  readonly pages: number;
  readonly serverTime: Date;
  /** Over all documents as served. */
  readonly contentHash: string;
  /** `undefined`: only a second reading with the same content would show that it is complete, since there is no count. */
  readonly proof: 'counted' | 'cursor' | undefined;
  /** Gives the memory of the documents back, which are not looked at any more. */
  readonly release: () => void;
}

/**
 * What came of an attempt.
 * - `read`: all pages
 * - `too deep`: more than `maxPages` pages; the reading was given up
 * - `moved`: the source changed meanwhile, or contradicts itself
 */
export type Attempt =
  | Reading
  | {
      readonly kind: 'too deep';
      readonly pages: number;
      readonly seen: readonly ReadDocument[];
      /** Whether `pages` are all there are, by the source's count. */
      readonly counted?: boolean;
    }
  | { readonly kind: 'moved'; readonly reason: string; readonly served: number; readonly counted: number | undefined };

/** Empty pages in a row that a cursor may lead over before the reading is given up. */
const maxEmptyPages = 100;

/** Reads all pages of a question once. */
export async function readOnce(question: Question, maxPages: number): Promise<Attempt> {
  const { paging } = question;
  if (paging.kind === 'cursor') return readByCursor(question, maxPages);
  const first = await question.readPage({ page: paging.first });
  return first.totalCount === undefined
    ? readUncounted(question, paging.first, first, maxPages)
    : readCounted(question, paging.first, first, first.totalCount, maxPages);
}

async function readCounted(
  question: Question,
  firstPage: number,
  first: ReadPage,
  counted: number,
  maxPages: number,
): Promise<Attempt> {
  // The size that the server keeps to, which may be less than the size that was asked for.
  const size = first.documents.length;
  if (size === 0) {
    return counted === 0
      ? finish([first], counted, 'counted')
      : { kind: 'moved', reason: `the source counts ${counted} documents and serves none`, served: 0, counted };
  }
  const pageCount = Math.max(1, Math.ceil(counted / size));
  if (pageCount > maxPages) return { kind: 'too deep', pages: pageCount, seen: first.documents, counted: true };
  if (pageCount === 1 && (await countsOnlyThePage(question, firstPage, first))) {
    return { kind: 'moved', reason: 'the source counts the documents of one page, not of all', served: size, counted };
  }
  const numbers = Array.from({ length: pageCount - 1 }, (_, index) => firstPage + 1 + index);
  const pages = [first, ...(await Promise.all(numbers.map((page) => question.readPage({ page }))))];
  for (let served = sum(pages); served < counted; ) {
    // Pages of unequal length: go on to the first empty one.
    const page = await question.readPage({ page: firstPage + pages.length });
    if (page.documents.length === 0) break;
    pages.push(page);
    served += page.documents.length;
  }
  const contradicted = contradiction(pages, counted);
  const again =
    contradicted === undefined
      ? await readAgain(question, firstPage, pages, counted)
      : { pages: 0, moved: contradicted };
  if (again.moved !== undefined) {
    releaseAll(pages);
    return { kind: 'moved', reason: again.moved, served: sum(pages), counted };
  }
  return finish(pages, counted, 'counted', again.pages);
}

/**
 * Reads pages again that a move would have changed: the first, since rows that leave at the front and others that come in at the
 * end keep the count and shift all pages, and those that have a document in common, which are equal records or one that moved from
 * one page to the other in between.
 */
async function readAgain(
  question: Question,
  firstPage: number,
  pages: readonly ReadPage[],
  counted: number,
): Promise<{ readonly pages: number; readonly moved: string | undefined }> {
  if (pages.length === 1) return { pages: 0, moved: undefined };
  const doubtful = [...new Set([0, ...pagesInCommon(pages)])];
  const again = await Promise.all(
    doubtful.map(async (index) => ({ index, page: await question.readPage({ page: firstPage + index }) })),
  );
  const reasons = again.map(({ index, page }) => {
    page.release?.();
    if (page.totalCount !== counted)
      return `the count moved from ${counted} to ${page.totalCount} while the pages were read`;
    if (page.contentHash === pages[index]?.contentHash) return undefined;
    return `page ${index + 1} of ${pages.length} changed while the others were read`;
  });
  return { pages: again.length, moved: reasons.find((reason) => reason !== undefined) };
}

async function readUncounted(
  question: Question,
  firstPage: number,
  first: ReadPage,
  maxPages: number,
): Promise<Attempt> {
  const pages = [first];
  const seen = new Set<string>();
  for (let last = first; last.documents.length > 0; pages.push(last)) {
    if (pages.length > maxPages) return { kind: 'too deep', pages: pages.length, seen: all(pages) };
    seen.add(last.contentHash);
    last = await question.readPage({ page: firstPage + pages.length });
    // A server that answers a page beyond the last with the last would never end.
    if (repeats(seen, last)) {
      const reason = `page ${firstPage + pages.length} repeats an earlier page`;
      return { kind: 'moved', reason, served: sum(pages), counted: undefined };
    }
  }
  return finish(pages, undefined, undefined);
}

async function readByCursor(question: Question, maxPages: number): Promise<Attempt> {
  const pages: ReadPage[] = [];
  const cursors = new Set<string>();
  let empty = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await question.readPage({ page: pages.length, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page);
    empty = page.documents.length === 0 ? empty + 1 : 0;
    const counted = page.totalCount;
    if (page.next === undefined) break;
    if (cursors.has(page.next)) return { kind: 'moved', reason: 'a cursor came twice', served: sum(pages), counted };
    if (empty > maxEmptyPages) {
      return { kind: 'moved', reason: `the cursor led over ${empty} empty pages`, served: sum(pages), counted };
    }
    if (pages.length >= maxPages) return { kind: 'too deep', pages: pages.length + 1, seen: all(pages) };
    cursors.add(page.next);
    cursor = page.next;
  }
  const counted = pages[0]?.totalCount;
  const moved = counted === undefined ? undefined : contradiction(pages, counted);
  if (moved !== undefined) return { kind: 'moved', reason: moved, served: sum(pages), counted };
  return finish(pages, counted, 'cursor');
}

/** Whether a page that is all by its own count is followed by another. Asked only where a count cannot be trusted yet. */
export async function countsOnlyThePage(question: Question, firstPage: number, first: ReadPage): Promise<boolean> {
  const { ofAllPages, largestPage } = question.counts;
  if (ofAllPages || first.documents.length < largestPage) return false;
  const next = await question.readPage({ page: firstPage + 1 });
  return next.documents.length > 0;
}

/** What speaks against the pages being all of an unmoved set, or `undefined`. */
function contradiction(pages: readonly ReadPage[], counted: number): string | undefined {
  const other = pages.find((page) => page.totalCount !== undefined && page.totalCount !== counted);
  if (other !== undefined) return `the count moved from ${counted} to ${other.totalCount} while the pages were read`;
  const served = sum(pages);
  if (served !== counted) return `the source counts ${counted} documents and served ${served}`;
  const seen = new Set<string>();
  for (const [index, page] of pages.entries()) {
    if (repeats(seen, page)) return `page ${index + 1} of ${pages.length} repeats an earlier page`;
    seen.add(page.contentHash);
  }
  return undefined;
}

/** A page that came before. Pages of one document over and over may be equal and both be right. */
function repeats(seen: ReadonlySet<string>, page: ReadPage): boolean {
  const [first] = page.documents;
  return seen.has(page.contentHash) && first !== undefined && page.documents.some((one) => !haveOneHash(one, first));
}

/** Places of pages that have a document in common with another: two equal ones, or one that moved. */
function pagesInCommon(pages: readonly ReadPage[]): Set<number> {
  const known = new KeyTable();
  const placeOf: number[] = [];
  const places = new Set<number>();
  for (const [place, page] of pages.entries()) {
    for (const { keys, keyAt, keyEnd } of page.documents) {
      const seen = (placeOf[known.place(keys, keyAt, keyEnd)] ??= place);
      if (seen !== place) places.add(seen).add(place);
    }
  }
  return places;
}

function haveOneHash(a: ReadDocument, b: ReadDocument): boolean {
  return a.hashes.compare(b.hashes, b.hashAt, b.hashAt + hashBytes, a.hashAt, a.hashAt + hashBytes) === 0;
}

/** A document's key as text. */
export function keyText({ keys, keyAt, keyEnd }: ReadDocument): string {
  return keys.toString('utf8', keyAt, keyEnd);
}

function finish(
  pages: readonly ReadPage[],
  counted: number | undefined,
  proof: Reading['proof'],
  furtherPages = 0,
): Reading {
  const content = new ContentHash();
  for (const page of pages) content.addSum(page.contentHash);
  return {
    kind: 'read',
    documents: all(pages),
    counted,
    pages: pages.length + furtherPages,
    serverTime: pages[0]?.serverTime ?? new Date(0),
    contentHash: content.toString(),
    proof,
    release: () => releaseAll(pages),
  };
}

/** Order-free hash of documents. */
export function hashOf(documents: Iterable<Pick<ReadDocument, 'hashes' | 'hashAt'>>): string {
  const content = new ContentHash();
  for (const { hashes, hashAt } of documents) content.add(hashes, hashAt);
  return content.toString();
}

function releaseAll(pages: readonly ReadPage[]): void {
  for (const page of pages) page.release?.();
}

function sum(pages: readonly ReadPage[]): number {
  return pages.reduce((documents, page) => documents + page.documents.length, 0);
}

function all(pages: readonly ReadPage[]): ReadDocument[] {
  return pages.flatMap((page) => page.documents);
}
