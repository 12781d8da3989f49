import type { JsonObject, Path, RootSpec } from '@millrace/flatten';

interface PageFacts {
  /** Documents that the source says there are in all pages of what was asked. Left out where the source does not say. */
  readonly totalCount?: number | undefined;
  /** Cursor of the next page. Absent, `null` or empty: there is none. */
  readonly next?: string | null | undefined;
  /** The server's clock: the response's `Date` header. Left out: this machine's clock is used. */
  readonly serverTime?: Date | undefined;
}

/** A page that was parsed. */
export interface ParsedPage extends PageFacts {
  /** The documents, as parsed JSON. Empty for an answer without content (204). */
  readonly documents: readonly JsonObject[];
  readonly body?: undefined;
  readonly release?: undefined;
}

/**
 * A page as the source sent it. The engine finds the documents in it, and hands them on as bytes: several times as fast. The
 * content hash of a document is then that of its bytes, so that one that comes with its fields in another order, or with other
 * text in a field that `root.identity` leaves out, is written again, to the same row.
 */
export interface BytePage extends PageFacts {
  /** UTF-8 JSON. Not to be changed afterwards. Empty for an answer without content (204). */
  readonly body: Uint8Array;
  /** Keys that lead to the list of documents: `['content']`; empty where the page is the list. */
  readonly at: Path;
  /** Where in the body the count is, unless `totalCount` says it. */
  readonly countAt?: Path | undefined;
  /** Where in the body the next page's cursor is, unless `next` says it. */
  readonly nextAt?: Path | undefined;
  /** Called once no byte of the body is needed any more: its memory may be given back at once. Left out: it is left to the garbage collector. */
  readonly release?: () => void;
  /** Makes the error for a body that is not such a page. Left out: an `UnexpectedDocumentError`. */
  readonly refuse?: (why: string) => Error;
  readonly documents?: undefined;
}

/** One page as a feed's reader gives it. */
export type Page = ParsedPage | BytePage;

/**
 * How a source cuts its answer into pages.
 * - `numbered`: a page number counted from `first` (0 or 1)
 * - `cursor`: each page names the next
 */
export type Paging = { readonly kind: 'numbered'; readonly first: 0 | 1 } | { readonly kind: 'cursor' };

/** Which page is asked for. */
export interface PageRequest {
  /** With numbered paging: the page, counted as the feed's `paging.first` says. With a cursor: the number of pages read so far. */
  readonly page: number;
  /** With a cursor: what the page before gave as `next`; absent for the first page. */
  readonly cursor?: string;
  /** Aborted when the answer is no longer wanted. */
  readonly signal: AbortSignal;
}

/** Which page of a span of time is asked for. */
export interface WindowPageRequest extends PageRequest {
  /** Lower bound to send. The engine is right whether the server takes it as inclusive or exclusive. */
  readonly from: Date;
  /** Upper bound to send. The engine is right whether the server takes it as inclusive or exclusive. */
  readonly to: Date;
}

/** Which page of a delta load is asked for. */
export interface DeltaPageRequest extends PageRequest {
  /** Documents changed since then are wanted; absent: all. */
  readonly updatedSince?: Date;
  /** The feed's filters, to be sent as they are. */
  readonly filters: Readonly<Record<string, string>>;
  /** All documents that a first load would bring are wanted, whatever later loads leave out: what is not given counts as deleted. */
  readonly all?: true;
}

interface FeedBase {
  /** Name in state, receipts and messages: `audit`. */
  readonly name: string;
  /** How documents become tables. */
  readonly root: RootSpec;
  readonly paging: Paging;
}

/** A log: records with a timestamp that are added and never changed. Read in closed windows of time. */
export interface WindowedFeed extends FeedBase {
  readonly kind: 'windowed';
  /** Where a document's timestamp is. */
  readonly timestamp: Path;
  /** Smallest difference between bounds that the server can tell apart, in ms. 1000 where bounds have no fraction. Default 1. */
  readonly boundsStepMs?: number;
  /** No record is older; a first run without `from` looks for the start from here on. Default 2000-01-01T00:00:00Z. */
  readonly earliest?: Date;
  /** How long the source keeps records, in ms, where known: a checkpoint older than that is reported as a gap. */
  readonly retentionMs?: number;
  /** A window of more pages is split. Default 40. */
  readonly maxPages?: number;
  readonly readPage: (request: WindowPageRequest) => Promise<Page>;
}

/** A small table that is read whole and replaced. */
export interface SnapshotFeed extends FeedBase {
  readonly kind: 'snapshot';
  readonly readPage: (request: PageRequest) => Promise<Page>;
}

/** Documents that change, and say when. The first load takes all, later ones what changed since. `root.primaryKey` is required. */
export interface DeltaFeed extends FeedBase {
  readonly kind: 'delta';
  /** Where a document says when it was last changed. */
  readonly updatedAt: Path;
  /** Sent with every page request. Other filters than at the last run: everything is read again and replaces what is there. */
  readonly filters?: Readonly<Record<string, string>>;
  /** Documents not changed since then are never asked for; counts as a filter. */
  readonly updatedSince?: Date;
  /** A delta load asks from the high-water mark minus this, in ms. Default 300,000 (5 min). */
  readonly overlapMs?: number;
  /**
   * How long after the last sweep the next is due, in ms of the server's clock; 0: at each run. A sweep reads the keys of all
   * documents, and marks those that the source no longer gives: `_deleted_at` in the root table. Their rows stay. Left out: never.
   */
  readonly sweepMs?: number;
  readonly readPage: (request: DeltaPageRequest) => Promise<Page>;
}

/** What to read, and how: a value that `runExtraction` takes. */
export type Feed = WindowedFeed | SnapshotFeed | DeltaFeed;
