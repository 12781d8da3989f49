import { randomUUID } from 'node:crypto';
import type { TableSchema } from '@millrace/flatten';
import { extractDelta } from './delta.ts';
import type { Destination, StoredState } from './destination.ts';
import type { Feed } from './feed.ts';
import { newTally, type FeedRun, type RunSettings } from './feed-run.ts';
import { compareWindowed } from './deep.ts';
import { checkOptions } from './options.ts';
import type { FeedSummary, ProgressEvent } from './progress.ts';
import type { LedgerHead } from './receipt.ts';
import { Requests } from './requests.ts';
import { extractSnapshot } from './snapshot.ts';
import { Spool } from './spool.ts';
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
  /**
   * Logs: reads everything again that earlier runs read, compares it with what the destination holds record by record, and takes
   * in what came late, however late. Default `false`.
   */
  readonly heal?: boolean;
  /** Goes on with the next feed when one fails; the failures are in the summary. Default `false`: the first one ends the run. */
  readonly keepGoing?: boolean;
  /** Reads everything again, whatever is there. Default `false`. */
  readonly full?: boolean;
  /** Page requests under way at a time, 1 to 64. Default 4. */
  readonly concurrency?: number;
  /** Logs: how long after it happened a record can be expected at the source, in ms, by the server's clock. Default 300,000 (5 min). */
  readonly settleMs?: number;
  /** Logs: how much of what was read before is read again for late records, in ms. Default 86,400,000 (24 h). */
  readonly rereadMs?: number;
  /**
   * Folder in which the pages of a log wait, compressed, until their window is committed: a run that is killed goes on with the
   * next page. It is made when it is needed, and gone after a run that came to its end. Default: pages wait in memory.
   */
  readonly spool?: string;
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
  /** Feeds that failed; empty unless `keepGoing` is set. What they had committed before stays. */
  readonly failures: readonly { readonly feed: string; readonly error: unknown }[];
  /** What was committed before, and what is committed now: the destination's ledger. */
  readonly ledger: LedgerHead;
  /** Every table of the destination, as it now stands. */
  readonly tables: readonly TableSchema[];
  readonly durationMs: number;
}

/** What is done with the feeds: `compare` only looks. */
type Task = 'extract' | 'heal' | 'compare';

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
  return runFeeds(options, options.heal === true ? 'heal' : 'extract');
}

/**
 * Reads everything again that earlier runs read of the logs among the feeds, and compares it with what the destination holds,
 * record by record. Writes nothing. `differences` of each feed's summary says what is late and what is gone.
 * @throws as `runExtraction`
 */
export async function compareWithSource(options: ExtractionOptions): Promise<ExtractionSummary> {
  const feeds = options.feeds.filter(({ kind }) => kind === 'windowed');
  return runFeeds({ ...options, feeds }, 'compare');
}

async function runFeeds(options: ExtractionOptions, task: Task): Promise<ExtractionSummary> {
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
  const failures: { feed: string; error: unknown }[] = [];
  const tables = new Map(stored.tables.map((table) => [table.name, table]));
  for (const feed of options.feeds) {
    const emit = (event: ProgressEvent): void => options.onProgress?.(event);
    try {
      const { summary, written } = await runFeed(feed, { options, task, settings, stored, ledger, now, emit });
      for (const table of written) tables.set(table.name, table);
      feeds.push(summary);
      emit({ kind: 'feed finished', feed: feed.name, summary });
    } catch (error) {
      emit({ kind: 'feed failed', feed: feed.name, error });
      if (options.keepGoing !== true || options.signal?.aborted === true) throw error;
      failures.push({ feed: feed.name, error });
    }
  }
  if (options.spool !== undefined && failures.length === 0) await new Spool(options.spool).clear();
  return {
    run: settings.run,
    feeds,
    failures,
    ledger: ledger.head,
    tables: [...tables.values()],
    durationMs: now().getTime() - started,
  };
}

async function runFeed(
  feed: Feed,
  context: {
    readonly options: ExtractionOptions;
    readonly task: Task;
    readonly settings: RunSettings;
    readonly stored: StoredState;
    readonly ledger: { head: LedgerHead };
    readonly now: () => Date;
    readonly emit: (event: ProgressEvent) => void;
  },
): Promise<{ readonly summary: FeedSummary; readonly written: readonly TableSchema[] }> {
  const { options, task, settings, stored, ledger, now, emit } = context;
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
        bytes: requests.bytes,
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
  const spool = options.spool === undefined || task === 'compare' ? undefined : new Spool(options.spool);
  const writesAlone = isOnlyWriter(feed, options.feeds, stored);
  const run: FeedRun = { settings, requests, writer, writesAlone, state: stored.feeds[feed.name], spool, tally, emit };
  if (task !== 'compare') await extractFeed(feed, run);
  if (task !== 'extract' && feed.kind === 'windowed') {
    await compareWindowed(feed, run, options.destination, task === 'heal');
  }
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
    differences: tally.differences,
    ...(tally.completeTo === undefined ? {} : { completeTo: tally.completeTo }),
    schemaChanges: tally.schemaChanges,
    ...(tally.sweep === undefined ? {} : { sweep: tally.sweep }),
    clockSkewMs: requests.skewMs,
    durationMs: now().getTime() - started,
  };
  return { summary, written: tally.windows > 0 ? writer.tables : [] };
}

/** Whether no other feed writes, or has written, the tables of this one. */
function isOnlyWriter(feed: Feed, feeds: readonly Feed[], { tables, feeds: states }: StoredState): boolean {
  const { table } = feed.root;
  const isShared =
    feeds.some((other) => other !== feed && other.root.table === table) ||
    Object.entries(states).some(([name, state]) => name !== feed.name && state['table'] === table);
  return !isShared && (states[feed.name] !== undefined || tables.every(({ root }) => root !== table));
}

async function extractFeed(feed: Feed, run: FeedRun): Promise<void> {
  if (feed.kind === 'windowed') await extractWindowed(feed, run);
  else if (feed.kind === 'snapshot') await extractSnapshot(feed, run);
  else await extractDelta(feed, run);
}
