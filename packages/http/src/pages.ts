/** Lists that come in pages, as async iterables. */
import { OptionError } from './errors.ts';
import { unexpected } from './json-body.ts';
import { countOf, type PageReading, type PageStyle } from './page-styles.ts';

/** One page of a list. */
export interface Page<T> {
  /** As `JSON.parse` makes them: an integer beyond 2^53 is rounded. For exact numbers read the page as bytes. */
  readonly items: readonly T[];
  /** How many items there are in all, where the server says a usable number. */
  readonly totalCount?: number;
  /** Number of this page as the API counts, where pages have numbers. */
  readonly pageNumber?: number;
  /** Gives the pages after this one to a later `byPage({ resume })` with the same query. Absent on the last page. */
  readonly resume?: string;
  /** The body as it came, parsed. */
  readonly raw: unknown;
  /** The server's clock when it answered, from its `Date` header. */
  readonly serverTime?: Date;
  /** Status and headers; the body has been read. */
  readonly response: Response;
}

/** Options of `byPage`. */
export interface PageOptions {
  /** Token of the page after which to go on. */
  readonly resume?: string;
  /** Ends the iteration with its reason, at any point. */
  readonly signal?: AbortSignal;
}

/** Options of `collect`. */
export interface CollectOptions {
  /** At most so many items are read. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** A list: iterate it for its items, page by page with `byPage`. Nothing is requested before the iteration begins. */
export interface Paginated<T> extends AsyncIterable<T> {
  /** Pages in the order in which the server gives them; each is requested when the one before has been taken. */
  byPage(options?: PageOptions): AsyncIterable<Page<T>>;
  /** The first `limit` items as an array. */
  collect(options: CollectOptions): Promise<T[]>;
}

/** What a page request brought: the page but for what the paging style adds, and what that style needs to know. */
export interface LoadedPage<T> {
  readonly reading: PageReading & { readonly items: readonly T[] };
  readonly raw: unknown;
  readonly serverTime?: Date;
  readonly response: Response;
}

/** How to read a list. */
export interface PageSource<T, P> {
  readonly style: PageStyle<P>;
  /** Requests one page. */
  readonly load: (position: P, signal: AbortSignal | undefined) => Promise<LoadedPage<T>>;
  /** Ends every iteration of this list. */
  readonly signal?: AbortSignal;
}

/** Makes a list of a page request and a paging style. */
export function paginate<T, P>(source: PageSource<T, P>): Paginated<T> {
  const byPage = (options: PageOptions = {}): AsyncGenerator<Page<T>, void, undefined> => walk(source, options);
  const items = async function* (signal?: AbortSignal): AsyncGenerator<T, void, undefined> {
    for await (const page of byPage(signal === undefined ? {} : { signal })) yield* page.items;
  };
  return {
    [Symbol.asyncIterator]: () => items(),
    byPage,
    collect: async ({ limit, signal }) => {
      if (!Number.isSafeInteger(limit) || limit < 1) {
        throw new OptionError(
          'limit',
          'collect needs the most items to read as a whole number from 1: collect({ limit: 1000 }).',
        );
      }
      const collected: T[] = [];
      for await (const item of items(signal)) {
        collected.push(item);
        if (collected.length === limit) break;
      }
      return collected;
    },
  };
}

async function* walk<T, P>(source: PageSource<T, P>, options: PageOptions): AsyncGenerator<Page<T>, void, undefined> {
  const signal = either(source.signal, options.signal);
  const pages = source.style.begin(options.resume);
  let position = pages.start;
  for (;;) {
    signal?.throwIfAborted();
    const { reading, raw, response, serverTime } = await source.load(position, signal);
    const step = pages.after(reading);
    if (step.kind === 'end-before') return;
    if (step.kind === 'stuck') throw unexpected(response, step.why);
    const totalCount = countOf(reading.totalCount);
    yield {
      items: reading.items,
      ...(totalCount === undefined ? {} : { totalCount }),
      ...(typeof position === 'number' ? { pageNumber: position } : {}),
      ...(step.kind === 'next' ? { resume: pages.token(step.position) } : {}),
      raw,
      ...(serverTime === undefined ? {} : { serverTime }),
      response,
    };
    if (step.kind === 'end') return;
    position = step.position;
  }
}

function either(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return AbortSignal.any([a, b]);
}
