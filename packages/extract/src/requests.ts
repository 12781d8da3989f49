/** The requests of one feed: bounded, abortable, counted. */
import PQueue from 'p-queue';
import { BytePages } from './byte-documents.ts';
import { identityOf, valueHash } from './content-hash.ts';
import { UnexpectedDocumentError } from './errors.ts';
import type { Feed, Page, PageRequest } from './feed.ts';
import { keyOf } from './shape.ts';
import { hashOf, type Question, type ReadDocument, type ReadPage } from './reading.ts';

/** Sends a feed's page requests, at most `concurrency` at a time. The first failure ends them all. */
export class Requests {
  readonly #feed: Feed;
  readonly #queue: PQueue;
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  readonly #now: () => Date;
  #pages = 0;
  #documents = 0;
  #bytes = 0;
  #skewMs = 0;
  readonly #bytePages: BytePages;
  readonly #counts = { ofAllPages: false, largestPage: 0 };
  readonly #onPage: () => void;

  constructor(options: {
    readonly feed: Feed;
    readonly concurrency: number;
    readonly signal: AbortSignal | undefined;
    readonly now: () => Date;
    readonly onPage: () => void;
  }) {
    this.#feed = options.feed;
    this.#bytePages = new BytePages(options.feed);
    this.#queue = new PQueue({ concurrency: options.concurrency });
    this.#signal =
      options.signal === undefined ? this.#abort.signal : AbortSignal.any([options.signal, this.#abort.signal]);
    this.#now = options.now;
    this.#onPage = options.onPage;
  }

  /** Page requests answered. */
  get pages(): number {
    return this.#pages;
  }

  /** Documents received, those received twice counted twice. */
  get documents(): number {
    return this.#documents;
  }

  /** Bytes of the pages that came as bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The server's clock less this machine's, in ms, as of the last answer. */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** Throws the reason once the run is to stop. */
  check(): void {
    this.#signal.throwIfAborted();
  }

  /** Ends all requests under way and refuses further ones. */
  stop(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /**
   * A question whose pages `ask` reads. `order`: pages of the question with the least are read first; whole questions are done
   * sooner so than if all went on evenly, and less waits. The first page of any goes ahead of all others: how many there are, and
   * whether they held still, is known by it.
   */
  question(ask: (request: PageRequest) => Promise<Page>, order = 0): Question {
    const { paging } = this.#feed;
    const first = paging.kind === 'numbered' ? paging.first : 0;
    return {
      paging,
      counts: this.#counts,
      readPage: (position) =>
        this.#queue.add(
          async () => {
            try {
              this.check();
              const page = await abortable(ask({ ...position, signal: this.#signal }), this.#signal);
              return this.#prepare(page);
            } catch (error) {
              this.stop(error);
              throw error;
            }
          },
          { priority: position.page === first ? Number.MAX_SAFE_INTEGER : -order },
        ),
    };
  }

  #prepare(page: Page): ReadPage {
    const { documents, totalCount, next } = this.#content(page);
    if (totalCount !== undefined && !(Number.isSafeInteger(totalCount) && totalCount >= 0)) {
      throw new UnexpectedDocumentError(
        this.#feed.name,
        `the source gives ${String(totalCount)} as its count of documents`,
        'A whole number was expected; the API may have changed.',
      );
    }
    const localTime = this.#now();
    const serverTime = page.serverTime ?? localTime;
    this.#skewMs = serverTime.getTime() - localTime.getTime();
    const size = documents.length;
    this.#pages += 1;
    this.#documents += size;
    this.#bytes += page.body?.length ?? 0;
    if (size > 0 && (totalCount ?? 0) > size) this.#counts.ofAllPages = true;
    this.#counts.largestPage = Math.max(this.#counts.largestPage, size);
    this.#onPage();
    let contentHash: string | undefined;
    return {
      documents,
      totalCount,
      next: next === null || next === '' ? undefined : next,
      serverTime,
      // Most pages of a stream are never asked for it.
      get contentHash() {
        return (contentHash ??= hashOf(documents));
      },
      release: page.release,
    };
  }

  #content(page: Page): Pick<ReadPage, 'documents' | 'totalCount'> & Pick<Page, 'next'> {
    if (page.body !== undefined) return this.#bytePages.read(page);
    const { root } = this.#feed;
    const documents = page.documents.map((document): ReadDocument => {
      const hashes = valueHash(identityOf(document, root.identity));
      const key = keyOf(root, document);
      const keys = key === undefined ? hashes : Buffer.from(key);
      return { document, hashes, hashAt: 0, keys, keyAt: 0, keyEnd: keys.length };
    });
    return { documents, totalCount: page.totalCount, next: page.next };
  }
}

/** The promise, or the signal's reason once it is aborted: a reader that does not heed its signal holds nothing up. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
