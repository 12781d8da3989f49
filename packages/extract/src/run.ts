import { randomUUID } from 'node:crypto';
import type { TableSchema } from '@millrace/flatten';
import { extractDelta } from './delta.ts';
import type { Destination } from './destination.ts';
import type { Feed } from './feed.ts';
import { newTally, type FeedRun, type RunSettings } from './feed-run.ts';
import { checkOptions } from './options.ts';
import type { FeedSummary, ProgressEvent } from './progress.ts';
import type { LedgerHead } from './receipt.ts';
import { Requests } from './requests.ts';
import { extractSnapshot } from './snapshot.ts';
import { ledgerHead } from './state.ts';
import { TableWriter } from './table-writer.ts';
import { extractWindowed } from './windowed.ts';

/** What to extract, where to, and how. */
export interface ExtractionOptions {
  /** Read one after the other, in this order. Names are unique. */
  readonly feeds: readonly Feed[];
  /** The run calls its `open`, also where it is open already, and leaves it open for `transform`. Closing it is the caller's. */
  readonly destination: Destination;
  /**
   * Logs: nothing before it is read. Default: as in earlier runs of this destination; in the first, everything that the source
   * keeps. Moved back later, only what is missing is read.
   */
  readonly from?: Date;
  /** Logs: nothing from it on is read. Default: as far as the source has settled. */
  readonly until?: Date;
  /** Reads everything again, whatever is there. Default `false`. */
  readonly full?: boolean;
  /** Page requests under way at a time, 1 to 64. Default 4. */
  readonly concurrency?: number;
  /** Logs: how long after it happened a record can be expected at the source, in ms, by the server's clock. Default 300,000 (5 min). */
  readonly settleMs?: number;
  /** Logs: how much of what was read before is read again for late records, in ms. Default 86,400,000 (24 h). */
  readonly rereadMs?: number;
  /** Ends the run; what was committed stays, and the next run goes on after it. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** This machine's clock, for durations and for sources that do not tell their own. Default: the real one. */
  readonly now?: () => Date;
  /** ID of the run, in every receipt. Default: a random UUID. */
  readonly runId?: string;
}

/** What a run did. */
export interface ExtractionSummary {
  readonly run: string;
  readonly feeds: readonly FeedSummary[];
  /** What was committed before, and what is committed now: the destination's ledger. */
  readonly ledger: LedgerHead;
  /** Every table of the destination, as it now stands. */
  readonly tables: readonly TableSchema[];
  readonly durationMs: number;
}

/** Clocks this far apart are worth a word. */
const notableSkewMs = 60_000;

/**
 * Reads feeds completely into a destination. Each window, snapshot or load is committed with its receipt and state, so that a
 * run that ends early loses nothing that it had committed; the next goes on after it.
 *
 * @throws {InvalidOptionError} before anything is read
 * @throws {IncompleteReadError} when a reading cannot be shown to be complete
 * @throws {UnexpectedDocumentError} when the source gives something else than the feed says
 * @throws {UnreadableStateError} when the destination's state is another version's
 * @throws whatever a feed's reader, the destination, or the signal's reason is
 */
export async function runExtraction(options: ExtractionOptions): Promise<ExtractionSummary> {
  checkOptions(options);
  const now = options.now ?? (() => new Date());
  const started = now().getTime();
  const settings: RunSettings = {
    run: options.runId ?? randomUUID(),
    from: options.from?.getTime(),
    until: options.until?.getTime(),
    full: options.full ?? false,
    concurrency: options.concurrency ?? 4,
    settleMs: options.settleMs ?? 300_000,
    rereadMs: options.rereadMs ?? 86_400_000,
  };
  options.signal?.throwIfAborted();
  const stored = await options.destination.open();
  const ledger = { head: ledgerHead(stored.feeds) };
  const feeds: FeedSummary[] = [];
  const tables = new Map(stored.tables.map((table) => [table.name, table]));
  for (const feed of options.feeds) {
    const emit = (event: ProgressEvent): void => options.onProgress?.(event);
    try {
      const { summary, written } = await runFeed(feed, { options, settings, stored, ledger, now, emit });
      for (const table of written) tables.set(table.name, table);
      feeds.push(summary);
      emit({ kind: 'feed finished', feed: feed.name, summary });
    } catch (error) {
      emit({ kind: 'feed failed', feed: feed.name, error });
      throw error;
    }
  }
  return {
    run: settings.run,
    feeds,
    ledger: ledger.head,
    tables: [...tables.values()],
    durationMs: now().getTime() - started,
  };
}

async function runFeed(
  feed: Feed,
  context: {
    readonly options: ExtractionOptions;
    readonly settings: RunSettings;
    readonly stored: Awaited<ReturnType<Destination['open']>>;
    readonly ledger: { head: LedgerHead };
    readonly now: () => Date;
    readonly emit: (event: ProgressEvent) => void;
  },
): Promise<{ readonly summary: FeedSummary; readonly written: readonly TableSchema[] }> {
  const { options, settings, stored, ledger, now, emit } = context;
  const started = now().getTime();
  const tally = newTally();
  const requests = new Requests({
    feed,
    concurrency: settings.concurrency,
    signal: options.signal,
    now,
    onPage: () => {
      const seconds = (now().getTime() - started) / 1000;
      emit({
        kind: 'progress',
        feed: feed.name,
        documents: requests.documents,
        ...(tally.estimatedDocuments === undefined ? {} : { estimatedDocuments: tally.estimatedDocuments }),
        pages: requests.pages,
        documentsPerSecond: seconds > 0 ? requests.documents / seconds : 0,
      });
    },
  });
  const writer = new TableWriter({
    destination: options.destination,
    feed,
    tables: stored.tables,
    ledger,
    onChanges: (changes) => {
      tally.schemaChanges.push(...changes.filter((change) => change.kind !== 'length grown'));
      emit({ kind: 'schema changed', feed: feed.name, changes });
    },
  });
  await extractFeed(feed, { settings, requests, writer, state: stored.feeds[feed.name], tally, emit });
  if (Math.abs(requests.skewMs) >= notableSkewMs)
    emit({ kind: 'clock skew', feed: feed.name, skewMs: requests.skewMs });
  const summary: FeedSummary = {
    feed: feed.name,
    kind: feed.kind,
    mode: tally.mode,
    documents: tally.documents,
    read: requests.documents,
    windows: tally.windows,
    pages: requests.pages,
    repeated: tally.repeated,
    late: tally.late,
    missing: tally.missing,
    gaps: tally.gaps,
    ...(tally.completeTo === undefined ? {} : { completeTo: tally.completeTo }),
    schemaChanges: tally.schemaChanges,
    clockSkewMs: requests.skewMs,
    durationMs: now().getTime() - started,
  };
  return { summary, written: tally.windows > 0 ? writer.tables : [] };
}

async function extractFeed(feed: Feed, run: FeedRun): Promise<void> {
  if (feed.kind === 'windowed') await extractWindowed(feed, run);
  else if (feed.kind === 'snapshot') await extractSnapshot(feed, run);
  else await extractDelta(feed, run);
}
