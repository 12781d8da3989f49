/** Reads one window of a log until it is shown to be complete, or says how to split it. */
import { IncompleteReadError, UnexpectedDocumentError } from './errors.ts';
import type { Page, PageRequest, WindowedFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import type { Outcome } from './in-order.ts';
import { type Proven, readUntilProven, type Unproven } from './proof.ts';
import { cutRange, inRange, isoRange, type Range, splitRange } from './ranges.ts';
import { hashOf, type Question, type ReadDocument, type ReadPage } from './reading.ts';
import type { ReceiptBody } from './receipt.ts';
import { isoTime, parseTimestamp, valueAt } from './timestamp.ts';

/** A window to be read. */
export interface WindowItem {
  readonly range: Range;
  /** Readings of the windows that this one was split from whose proof did not hold. */
  readonly failures: number;
}

/** A document and when it happened. */
export interface DatedDocument extends ReadDocument {
  readonly instant: number;
}

/** A window that was read completely. */
export interface ReadWindow {
  readonly range: Range;
  /** Those within the range. */
  readonly documents: readonly DatedDocument[];
  /** Gives the memory of the documents back, which are not looked at any more. */
  readonly release: () => void;
  readonly evidence: Omit<ReceiptBody, 'feed' | 'run' | 'from' | 'to' | 'documents' | 'contentHash' | 'rows' | 'state'>;
}

/** The first page of a range. */
export interface Opening {
  readonly range: Range;
  readonly page: ReadPage;
}

const dayMs = 86_400_000;
const defaultMaxPages = 40;
/** Readings of a window before it is split. */
const attemptsPerWindow = 3;
/** Readings without proof along a line of ever smaller windows, or of one that cannot be split. */
const maxFailures = 12;
const maxParts = 64;

export class WindowReader {
  readonly #feed: WindowedFeed;
  readonly #run: FeedRun;
  readonly #step: number;
  readonly #maxPages: number;

  constructor(feed: WindowedFeed, run: FeedRun) {
    this.#feed = feed;
    this.#run = run;
    this.#step = feed.boundsStepMs ?? 1;
    this.#maxPages = feed.maxPages ?? defaultMaxPages;
  }

  /** The server's clock, and whether it has a record at an instant or shortly before: the smallest question there is. */
  async probe(near: number): Promise<{ readonly serverTime: number; readonly found: boolean }> {
    const asked = { from: near, to: near + this.#step };
    const page = await this.#firstPage(asked);
    const found = this.#dated(page.documents, this.#asked(asked)).some((one) => one.instant <= near);
    return { serverTime: page.serverTime.getTime(), found: found || !isWhole(page) };
  }

  /** Whether the source has any record from one instant to another, both included. */
  async any(from: number, to: number): Promise<boolean> {
    const asked = { from, to: to + this.#step };
    const page = await this.#firstPage(asked);
    return !isWhole(page) || this.#dated(page.documents, this.#asked(asked)).some((one) => one.instant <= to);
  }

  /** Compares a span with what is known of it, by its first page. */
  async compare(
    span: Range,
    known: { readonly documents: number; readonly contentHash: string },
  ): Promise<'content' | 'counted' | false> {
    if (this.#feed.paging.kind === 'cursor') return false;
    const page = await this.#firstPage(span);
    if (page.totalCount === undefined) return false;
    if (!isWhole(page)) return page.totalCount === known.documents ? 'counted' : false;
    const inside = this.#dated(page.documents, this.#asked(span)).filter((one) => inRange(span, one.instant));
    return inside.length === known.documents && hashOf(inside) === known.contentHash ? 'content' : false;
  }

  /** The first page of everything: what a first run begins with. */
  async open(range: Range): Promise<Opening> {
    const page = await this.#firstPage(range);
    this.#run.tally.estimatedDocuments = page.totalCount;
    return { range, page };
  }

  /**
   * An instant before which the source has nothing, to about a day. One page a question: no more where all fits a page, one
   * where the source answers oldest first, and a halving of less than twenty where it does not.
   */
  async oldest({ range, page }: Opening): Promise<number> {
    let empty = range.from;
    let latest = range.to;
    const look = (one: Range, { documents }: ReadPage): number[] =>
      this.#dated(documents, this.#asked(one)).flatMap(({ instant }) => (inRange(one, instant) ? [instant] : []));
    const instants = look(range, page);
    if (isWhole(page)) return instants.length > 0 ? range.from : range.to;
    latest = least(instants, latest);
    for (let probe = latest; latest - empty > dayMs; probe = middle(empty, latest)) {
      const part = { from: empty, to: probe };
      const answer = await this.#firstPage(part);
      const found = look(part, answer);
      if (isWhole(answer) && found.length > 0) return least(found, probe);
      if (isWhole(answer)) empty = probe;
      else latest = least(found, probe);
    }
    return empty;
  }

  /**
   * The windows of a range of which all there is from its beginning is known by a count: as many as it will be split into. They are
   * the same in whatever order the source answers.
   */
  windows(range: Range, { page }: Opening): Range[] {
    const { documents, totalCount } = page;
    if (totalCount === undefined || documents.length === 0 || this.#feed.paging.kind === 'cursor') return [range];
    const pages = Math.ceil(totalCount / documents.length);
    return pages > this.#maxPages ? splitRange(range, this.#partsByCount(pages), this.#step) : [range];
  }

  /** Reads a window. Split where it is too deep or does not hold still; at `edges` first, so that what is remembered stays comparable. */
  async read(item: WindowItem, edges: readonly number[]): Promise<Outcome<WindowItem, ReadWindow>> {
    const { range } = item;
    const asked = this.#asked(range);
    const known = cutRange(range, edges);
    const splittable = known.length > 1 || splitRange(range, 2, this.#step).length > 1;
    const question = this.#question(asked, range);
    const outcome = await readUntilProven(question, {
      attempts: splittable ? attemptsPerWindow : maxFailures - item.failures,
      maxPages: splittable ? this.#maxPages : Number.POSITIVE_INFINITY,
      onRepeat: (attempt, reason) => {
        this.#run.tally.repeated += 1;
        this.#run.emit({ kind: 'read again', feed: this.#feed.name, ...isoRange(range), attempt, reason });
      },
    });
    if (outcome.kind === 'proven') {
      return { kind: 'done', result: this.#readWindow(range, asked, outcome) };
    }
    const failures = item.failures + (outcome.kind === 'unproven' ? outcome.attempts : 0);
    if (outcome.kind === 'unproven' && (!splittable || failures >= maxFailures)) {
      throw this.#incomplete(asked, outcome, failures);
    }
    if (outcome.kind === 'too deep') this.#dated(outcome.seen, asked);
    const parts = known.length > 1 ? known : splitRange(range, this.#partsFor(range, outcome), this.#step);
    return { kind: 'split', into: parts.map((part) => ({ range: part, failures })) };
  }

  #readWindow(range: Range, asked: Range, proven: Proven): ReadWindow {
    const { reading, proof, attempts } = proven;
    return {
      range,
      release: reading.release,
      documents: this.#dated(reading.documents, asked).filter((one) => inRange(range, one.instant)),
      evidence: {
        asked: isoRange(asked),
        served: reading.documents.length,
        ...(reading.counted === undefined ? {} : { counted: reading.counted }),
        proof,
        pages: reading.pages,
        attempts,
        serverTime: isoTime(reading.serverTime.getTime()),
      },
    };
  }

  /**
   * What is asked for a window: a step earlier, since `from` may be exclusive, and whole steps, since the server may drop
   * fractions. What is served beyond the window is left out after the count was checked.
   */
  #asked(range: Range): Range {
    return {
      from: (Math.ceil(range.from / this.#step) - 1) * this.#step,
      to: Math.ceil(range.to / this.#step) * this.#step,
    };
  }

  /** What is asked of the source; `window`: its pages go through the spool. */
  #question(asked: Range, window?: Range): Question {
    const bounds = { from: new Date(asked.from), to: new Date(asked.to) };
    const ask = (request: PageRequest): Promise<Page> => this.#feed.readPage({ ...request, ...bounds });
    const { spool, requests } = this.#run;
    return requests.question(
      window === undefined || spool === undefined ? ask : spool.around(this.#feed.name, window, ask),
      asked.from,
    );
  }

  #firstPage(range: Range): ReturnType<Question['readPage']> {
    const question = this.#question(this.#asked(range));
    return question.readPage({ page: question.paging.kind === 'numbered' ? question.paging.first : 0 });
  }

  /** Documents with their instants. Throws for one that has none, or that was not asked for. */
  #dated(documents: readonly ReadDocument[], asked: Range): DatedDocument[] {
    const { name, timestamp } = this.#feed;
    return documents.map((one) => {
      const instant = one.instant ?? parseTimestamp(valueAt(one.document, timestamp));
      if (instant === undefined) {
        const value = valueAt(one.document, timestamp);
        throw new UnexpectedDocumentError(
          name,
          `a document has ${value === undefined ? 'nothing' : 'no time'} at ${timestamp.join('.')}`,
          'A time as in 2025-02-25T14:52:10.903Z was expected; the API may have changed, and the feed must name the field.',
        );
      }
      if (instant < asked.from - this.#step || instant > asked.to + this.#step) {
        throw new UnexpectedDocumentError(
          name,
          `asked for ${isoTime(asked.from)} to ${isoTime(asked.to)}, the source gave a document of ${isoTime(instant)}`,
          'It seems to ignore the bounds, or to read them in another time zone; windows cannot be told apart so.',
        );
      }
      return hasInstant(one) ? one : { ...one, instant };
    });
  }

  #partsFor(range: Range, outcome: Unproven): number {
    if (outcome.kind === 'unproven') return 2;
    // By the count alone: the windows are the same in whatever order the source answers.
    if (outcome.counted === true) return this.#partsByCount(outcome.pages);
    // No count to go by: what was seen, and over what time, says how much there may be.
    const instants = this.#dated(outcome.seen, this.#asked(range)).map((one) => one.instant);
    const span =
      instants.reduce((a, b) => Math.max(a, b), range.from) - instants.reduce((a, b) => Math.min(a, b), range.to);
    return clamp(Math.ceil((1.5 * (range.to - range.from)) / Math.max(1, span)));
  }

  #partsByCount(pages: number): number {
    // Parts that are a little too deep, since they are never even, would each cost a page.
    return Math.max(3, clamp(Math.ceil((1.6 * pages) / this.#maxPages)));
  }

  #incomplete(asked: Range, outcome: Unproven & { kind: 'unproven' }, attempts: number): IncompleteReadError {
    return new IncompleteReadError({
      feed: this.#feed.name,
      ...isoRange(asked),
      attempts,
      served: outcome.served,
      ...(outcome.counted === undefined ? {} : { counted: outcome.counted }),
      reason: outcome.reason,
    });
  }
}

function hasInstant(one: ReadDocument): one is DatedDocument {
  return one.instant !== undefined;
}

/** Whether the first page is all there is. */
function isWhole(page: ReadPage): boolean {
  if (page.next !== undefined) return false;
  return page.totalCount === undefined ? page.documents.length === 0 : page.totalCount <= page.documents.length;
}

function middle(from: number, to: number): number {
  return Math.floor((from + to) / 2);
}

function least(instants: readonly number[], otherwise: number): number {
  return instants.reduce((a, b) => Math.min(a, b), otherwise);
}

function clamp(parts: number): number {
  return Math.min(maxParts, Math.max(2, parts));
}
