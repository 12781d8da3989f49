/** The three ways in which APIs cut lists into pages. Each answers: is there a next page, and what request fetches it. */
import { OptionError } from './errors.ts';

/** What one answer says. Counts and cursors are taken as they come: wrong ones must do no harm. */
export interface PageReading {
  readonly items: readonly unknown[];
  /** How many items there are in all, as the server says. */
  readonly totalCount?: unknown;
  /** How long a full page is, as the server says. */
  readonly pageSize?: unknown;
  /** What fetches the next page, for cursor paging. */
  readonly nextCursor?: unknown;
}

/** What comes after a page: the position of the next one, the end, or why there is no going on. */
export type Step<P> =
  | { readonly kind: 'next'; readonly position: P }
  | { readonly kind: 'end' }
  /** The page was the one before it once more, after all items were read: it is dropped. */
  | { readonly kind: 'end-before' }
  | { readonly kind: 'stuck'; readonly why: string };

/** One walk through the pages, from the first or from a resume token. */
export interface Walk<P> {
  readonly start: P;
  /** Takes what the request for the current position brought. */
  after(reading: PageReading): Step<P>;
  /** The token with which another walk can go on at this position. */
  token(position: P): string;
}

/** A way of paging. `P` is what a request needs to know: a page number, an offset, a cursor (undefined at first). */
export interface PageStyle<P> {
  begin(resume?: string): Walk<P>;
}

/** A count that can be believed to be one; everything else is as good as none. */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/u.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/**
 * Page numbers. A page that is empty ends the walk; so does one that is shorter than asked for, unless a count says that
 * there is more, or the server says that its pages are that short. A count never ends the walk by itself: the last page may
 * be full, and counts lag behind. A page that comes twice is an error, or the end when all that was counted has been read.
 */
export function byPageNumber(options: { readonly first: 0 | 1; readonly size: number }): PageStyle<number> {
  return {
    begin: (resume) => {
      const [page, read] = parse(resume, 'page', options.first);
      let number = page;
      const counter = new Counter(options.size, read);
      return {
        start: page,
        after: (reading) => {
          const step = counter.after(reading);
          if (step !== undefined) return step;
          number += 1;
          return { kind: 'next', position: number };
        },
        token: (position) => `page:${position}:${counter.read}`,
      };
    },
  };
}

/** Offsets: as page numbers, except that the next request begins where the items that came end. */
export function byOffset(options: { readonly size: number }): PageStyle<number> {
  return {
    begin: (resume) => {
      const [start, read] = parse(resume, 'offset', 0);
      let offset = start;
      const counter = new Counter(options.size, read);
      return {
        start,
        after: (reading) => {
          const step = counter.after(reading);
          if (step !== undefined) return step;
          offset += reading.items.length;
          return { kind: 'next', position: offset };
        },
        token: (position) => `offset:${position}:${counter.read}`,
      };
    },
  };
}

/**
 * Cursors. Only the cursor decides: an empty page that has one goes on; an absent, null or empty one is the end; one that was
 * seen before is an error, since it would go round for ever.
 */
export function byCursor(): PageStyle<string | undefined> {
  return {
    begin: (resume) => {
      if (resume !== undefined && !resume.startsWith('cursor:')) throw badToken();
      const start = resume?.slice('cursor:'.length);
      const seen = new Set(start === undefined ? [] : [start]);
      return {
        start: start === '' ? undefined : start,
        after: ({ nextCursor }) => {
          if (nextCursor === undefined || nextCursor === null || nextCursor === '') return { kind: 'end' };
          if (typeof nextCursor !== 'string')
            return { kind: 'stuck', why: 'The cursor of the next page is no string.' };
          if (seen.has(nextCursor)) {
            return {
              kind: 'stuck',
              why: 'It repeats a cursor that was used before, so the list would never end: start again, and report it to the vendor if it comes back.',
            };
          }
          seen.add(nextCursor);
          return { kind: 'next', position: nextCursor };
        },
        token: (position) => `cursor:${position ?? ''}`,
      };
    },
  };
}

/** Decides whether there is more, where pages do not say so themselves. */
class Counter {
  read: number;
  readonly #size: number;
  #first: readonly unknown[] | undefined;
  #previous: readonly unknown[] | undefined;

  constructor(size: number, read: number) {
    this.#size = size;
    this.read = read;
  }

  /** Undefined when there may be a next page. */
  after(reading: PageReading): Exclude<Step<never>, { kind: 'next' }> | undefined {
    const { items } = reading;
    if (items.length === 0) return { kind: 'end' };
    const total = countOf(reading.totalCount);
    if (this.#repeats(items) && !(allEqual(items) && total !== undefined && this.read < total)) {
      if (total !== undefined && this.read >= total) return { kind: 'end-before' };
      return {
        kind: 'stuck',
        why: 'It is the same page as before, so the server seems to ignore which page is asked for: check the path and the parameters.',
      };
    }
    this.#first ??= items;
    this.#previous = items;
    this.read += items.length;
    if (items.length >= this.#size) return undefined;
    if (total !== undefined) return this.read < total ? undefined : { kind: 'end' };
    // A server that allows less than was asked for says so.
    const size = countOf(reading.pageSize);
    return size !== undefined && size > 0 && items.length >= size ? undefined : { kind: 'end' };
  }

  #repeats(items: readonly unknown[]): boolean {
    return sameItems(items, this.#previous) || (this.#first !== this.#previous && sameItems(items, this.#first));
  }
}

function sameItems(a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return (
    b !== undefined &&
    a.length === b.length &&
    JSON.stringify(a[0]) === JSON.stringify(b[0]) &&
    JSON.stringify(a) === JSON.stringify(b)
  );
}

// Equal records are no proof of a repeated page: an audit log may hold hundreds of them in one millisecond.
function allEqual(items: readonly unknown[]): boolean {
  const first = JSON.stringify(items[0]);
  return items.every((item) => JSON.stringify(item) === first);
}

function parse(resume: string | undefined, kind: 'page' | 'offset', first: number): [position: number, read: number] {
  if (resume === undefined) return [first, 0];
  const match = /^(page|offset):(\d{1,15}):(\d{1,15})$/u.exec(resume);
  if (match === null || match[1] !== kind) throw badToken();
  return [Number(match[2]), Number(match[3])];
}

const badToken = (): OptionError =>
  new OptionError('resume', 'resume must be the token of an earlier page of the same list, unchanged.');
