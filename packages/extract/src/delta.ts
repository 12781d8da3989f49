/** Documents that change: what changed since the last run, read while it goes on changing. */
import type { SweepResult } from './destination.ts';
import { IncompleteReadError } from './errors.ts';
import type { DeltaFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { KnownDocuments } from './known-documents.ts';
import { newPassFacts, type PassFacts, streamPages } from './page-stream.ts';
import { hashOf, keyText, type Question, type ReadDocument, type ReadPage } from './reading.ts';
import type { Receipt } from './receipt.ts';
import { shapeOf } from './shape.ts';
import { quietMs, type DeltaState, readDelta, writeDelta } from './state.ts';
import { keyBatches, type KeyReading, readAllKeys } from './sweep.ts';
import { type OpenWrite, withWrite } from './table-writer.ts';
import { isoTime, parseTimestamp, valueAt } from './timestamp.ts';

const defaultOverlapMs = 300_000;
const maxAttempts = 6;
const maxClosingPasses = 5;
/** Readings until one is taken in which documents vanished. Where that never ends, a sweep finds what slipped past. */
const maxShrinking = 3;
/** Documents kept back before they are handed over, so that one that comes twice is written once. */
const heldBack = 2500;
/** Pages that they are of, at most: they stay in memory as long. */
const heldPages = 32;
/** Hashes kept in the state at most; without them a document of the overlap is written again, to the same effect. */
const maxRemembered = 10_000;

/** Reads what changed, or everything, and upserts or replaces; then a sweep, where one is due. */
export async function extractDelta(feed: DeltaFeed, run: FeedRun): Promise<void> {
  const { settings, tally, emit } = run;
  const filters = filtersOf(feed);
  const stored = run.state === undefined ? undefined : readDelta(feed.name, run.state);
  const before = settings.full || stored?.filters !== filters ? undefined : stored;
  tally.mode = before === undefined ? 'full' : 'delta';
  emit({ kind: 'feed started', feed: feed.name, mode: tally.mode });

  const { state, end, keys } = await loadDelta(feed, run, before, before === undefined ? 'replace' : 'upsert');
  tally.completeTo = isoTime(end.startedAt);
  if (keys === undefined) return;
  const swept = await sweepDelta(feed, run, { state, end, keys });
  if (swept.missing === 0) return;
  const reason = `${swept.missing} documents that the source has were never read`;
  tally.repeated += 1;
  emit({ kind: 'read again', feed: feed.name, attempt: 2, reason });
  await loadDelta(feed, run, { ...swept.state, mark: undefined, recent: {} }, 'upsert');
}

/** A fingerprint of what decides which documents are there, and as what. */
function filtersOf(feed: DeltaFeed): string {
  const lowest = feed.updatedSince?.getTime();
  return shapeOf(feed.root, {
    ...feed.filters,
    ...(lowest === undefined ? {} : { updatedSince: isoTime(lowest) }),
  });
}

interface Loaded {
  readonly state: DeltaState;
  readonly end: LoadEnd;
  /** Where a sweep is due: all keys that the source has. */
  readonly keys: KeyReading | undefined;
}

async function loadDelta(
  feed: DeltaFeed,
  run: FeedRun,
  before: DeltaState | undefined,
  mode: 'replace' | 'upsert',
): Promise<Loaded> {
  const { settings, tally, emit } = run;
  return withWrite(run.writer, mode, async (write) => {
    const load = new DeltaLoad(feed, run, before, write);
    const end = await load.read();
    const due = before !== undefined && isSweepDue(feed, before, end.startedAt);
    const keys = due ? await load.readKeys() : undefined;
    const state: DeltaState = {
      filters: filtersOf(feed),
      ...load.mark(end.lastPassAt),
      sweptAt: before === undefined ? end.startedAt : before.sweptAt,
      readAt: end.startedAt,
    };
    if (before !== undefined && load.changed === 0 && end.startedAt - (before.readAt ?? 0) < quietMs) {
      await write.rollback();
      return { state, end, keys };
    }
    const { receipt } = await write.commit({
      state: writeDelta(state),
      receipt: {
        feed: feed.name,
        run: settings.run,
        ...(load.since === undefined ? {} : { from: isoTime(load.since) }),
        documents: load.changed,
        served: end.served,
        ...(end.counted === undefined ? {} : { counted: end.counted }),
        proof: end.proof,
        contentHash: load.contentHash,
        pages: run.requests.pages,
        attempts: end.attempts,
        serverTime: isoTime(end.startedAt),
      },
    });
    tally.documents += load.changed;
    tally.windows += 1;
    emit({ kind: 'committed', feed: feed.name, documents: load.changed, late: 0, receipt });
    return { state, end, keys };
  });
}

function isSweepDue(feed: DeltaFeed, before: DeltaState, now: number): boolean {
  if (feed.sweepMs === undefined || before.mark === undefined) return false;
  return before.sweptAt === undefined || now - before.sweptAt >= feed.sweepMs;
}

/** Marks what the source no longer has. The load has been committed: whatever the keys name must be there. */
async function sweepDelta(
  feed: DeltaFeed,
  run: FeedRun,
  { state, end, keys: reading }: { readonly state: DeltaState; readonly end: LoadEnd; readonly keys: KeyReading },
): Promise<SweepResult & { readonly state: DeltaState }> {
  const { settings, tally, emit, requests } = run;
  const { keys, counted, proof, passes } = reading;
  const swept: DeltaState = { ...state, sweptAt: end.startedAt };
  const { result, receipt } = await withWrite(run.writer, 'upsert', async (write) => {
    const result = await write.sweep(keyBatches(feed, keys), new Date(end.startedAt));
    const { receipt } = await write.commit({
      state: writeDelta(swept),
      receipt: {
        feed: feed.name,
        run: settings.run,
        documents: 0,
        served: keys.size,
        ...(counted === undefined ? {} : { counted }),
        proof,
        contentHash: hashOf([]),
        pages: requests.pages,
        attempts: passes,
        serverTime: isoTime(end.startedAt),
        sweep: { deleted: result.deleted, restored: result.restored, missing: result.missing },
      },
    });
    return { result, receipt };
  });
  tally.windows += 1;
  tally.sweep = result;
  emit({ kind: 'committed', feed: feed.name, documents: 0, late: 0, receipt });
  return { ...result, state: swept };
}

interface Pass extends PassFacts {
  /** Documents that were not known, or not so. */
  fresh: number;
}

interface LoadEnd {
  readonly startedAt: number;
  readonly lastPassAt: number;
  readonly served: number;
  readonly counted: number | undefined;
  readonly proof: Receipt['proof'];
  readonly attempts: number;
}

class DeltaLoad {
  readonly since: number | undefined;
  changed = 0;
  readonly #feed: DeltaFeed;
  readonly #run: FeedRun;
  readonly #before: DeltaState | undefined;
  readonly #write: OpenWrite;
  readonly #overlapMs: number;
  readonly #known = new KnownDocuments();
  /** Changed ones that were not handed over yet. */
  #held: ReadDocument[] = [];
  /** Their places among those that are known. */
  #heldPlaces: number[] = [];
  /** Pages that these are of. */
  #pages: ReadPage[] = [];
  /** Whether everything is read again into tables that are there. */
  readonly #readsAgain: boolean;
  /** Documents known that the source counts. */
  #counted = 0;
  /** Keys of documents that are not wanted, and that the source counts nevertheless. */
  readonly #older = new Set<string>();

  constructor(feed: DeltaFeed, run: FeedRun, before: DeltaState | undefined, write: OpenWrite) {
    this.#feed = feed;
    this.#run = run;
    this.#before = before;
    this.#write = write;
    this.#overlapMs = feed.overlapMs ?? defaultOverlapMs;
    this.#readsAgain = before !== undefined && before.mark === undefined;
    const lowest = feed.updatedSince?.getTime();
    const mark = before?.mark;
    this.since = mark === undefined ? lowest : Math.max(mark - this.#overlapMs, lowest ?? Number.NEGATIVE_INFINITY);
  }

  /**
   * Reads until the documents known are as many as the source counts. Pages shift while documents change: one that moves to
   * where it was not yet read comes twice, one that slips past comes in the closing pass, and one that another pushed over a
   * page's edge is missing from the count, so everything is read again.
   */
  async read(): Promise<LoadEnd> {
    let reason = '';
    let counted: number | undefined;
    let startedAt: number | undefined;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      if (attempt > 1) this.#repeat(attempt, reason);
      const pass = await this.#pass(this.since);
      startedAt ??= pass.startedAt;
      const last = pass.pages > 1 ? await this.#close(pass) : pass;
      const end = { startedAt, lastPassAt: last.startedAt, attempts: attempt };
      if (pass.broken !== undefined) {
        reason = pass.broken;
      } else if (this.#feed.paging.kind === 'cursor') {
        return { ...end, served: this.#served, counted: pass.counted, proof: 'cursor' };
      } else if (pass.counted === undefined) {
        if (attempt > 1 && pass.fresh === 0) {
          return { ...end, served: this.#served, counted, proof: 'twice-equal' };
        }
        reason = 'the source gives no count, so a second reading has to show the same';
      } else if (pass.shrank && attempt < maxShrinking) {
        reason = 'documents vanished while the pages were read, so that others may have slipped past';
      } else {
        counted = pass.pages > 1 ? await this.#askCount() : pass.counted;
        if (counted === this.#served) return { ...end, served: counted, counted, proof: 'counted' };
        reason = `the source counts ${counted} documents, and ${this.#served} were read`;
        // Some were deleted, or no longer match the filters: what is counted must be learnt anew.
        if (counted !== undefined && this.#served > counted) this.#countAnew();
      }
    }
    throw new IncompleteReadError({
      feed: this.#feed.name,
      ...(this.since === undefined ? {} : { from: isoTime(this.since) }),
      attempts: maxAttempts,
      served: this.#served,
      ...(counted === undefined ? {} : { counted }),
      reason,
    });
  }

  /**
   * The keys of all documents that the source has, and after it once more what changed: whatever the keys name is then known,
   * or was written by an earlier load. `undefined` where it could not be shown that none is left out.
   */
  async readKeys(): Promise<KeyReading | undefined> {
    const lowest = this.#feed.updatedSince?.getTime();
    const reading = await readAllKeys(this.#question(lowest, true), this.#run, this.#feed.name);
    if (reading === undefined) return undefined;
    await this.#pass(this.since);
    return { ...reading, keys: new Set([...reading.keys, ...this.#known.keys()]) };
  }

  /** The order-free hash of those that were handed over. */
  get contentHash(): string {
    return this.#known.changedHash();
  }

  /** Where the next run goes on: the latest change seen, but not later than the last pass began. */
  mark(lastPassAt: number): Pick<DeltaState, 'mark' | 'recent'> {
    let latest = this.#before?.mark ?? Number.NEGATIVE_INFINITY;
    for (let place = 0; place < this.#known.size; place += 1) {
      const instant = this.#known.instantOf(place);
      if (!Number.isNaN(instant)) latest = Math.max(latest, Math.min(instant, lastPassAt));
    }
    if (latest === Number.NEGATIVE_INFINITY) return { mark: undefined, recent: {} };
    const recent: Record<string, string> = {};
    let remembered = 0;
    for (let place = 0; place < this.#known.size; place += 1) {
      if (!(this.#known.instantOf(place) >= latest - this.#overlapMs)) continue;
      remembered += 1;
      if (remembered > maxRemembered) return { mark: latest, recent: {} };
      recent[this.#known.keyOf(place)] = this.#known.hashOf(place).toString('base64url');
    }
    return { mark: latest, recent };
  }

  /** Reads what changed since the pass began, until nothing new comes. */
  async #close(pass: Pass): Promise<Pass> {
    let last = pass;
    for (let round = 1; round <= maxClosingPasses; round += 1) {
      const began = last.startedAt - this.#overlapMs;
      last = await this.#pass(this.since === undefined ? began : Math.max(began, this.since));
      if (last.fresh === 0 || last.pages === 1) break;
    }
    return last;
  }

  async #pass(since: number | undefined): Promise<Pass> {
    const pass: Pass = { ...newPassFacts(), fresh: 0 };
    for await (const page of streamPages(this.#question(since), this.#run.settings.concurrency, pass)) {
      const before = pass.fresh;
      for (const one of page.documents) if (this.#take(one)) pass.fresh += 1;
      if (pass.fresh > before) this.#pages.push(page);
      else page.release?.();
      if (this.#held.length >= heldBack || this.#pages.length >= heldPages) await this.#handOver();
    }
    await this.#handOver();
    return pass;
  }

  /** Documents read, of those that the source counts. */
  get #served(): number {
    return this.#counted + this.#older.size;
  }

  async #askCount(): Promise<number | undefined> {
    const { paging } = this.#feed;
    const page = await this.#question(this.since).readPage({ page: paging.kind === 'numbered' ? paging.first : 0 });
    return page.totalCount;
  }

  #countAnew(): void {
    this.#counted = 0;
    this.#older.clear();
    this.#known.clearCounted();
  }

  /** Takes a document; `false` if it is known as it is, or in a later form. */
  #take(one: ReadDocument): boolean {
    const lowest = this.#feed.updatedSince?.getTime();
    const instant = one.instant ?? parseTimestamp(valueAt(one.document, this.#feed.updatedAt));
    const known = this.#known.placeOf(one);
    if (known >= 0 && !this.#known.isCounted(known)) this.#count(known);
    if (lowest !== undefined && instant !== undefined && instant < lowest) {
      if (known < 0) this.#older.add(keyText(one));
      return false;
    }
    if (known < 0) return this.#takeNew(one, instant);
    if (this.#known.hasHashOf(one, known)) return false;
    if (instant !== undefined && this.#known.instantOf(known) > instant) return false;
    if (this.#known.isUnchanged(known)) this.changed += 1;
    const before = this.#known.heldAt(known);
    const held = this.#heldPlaces[before] === known ? before : this.#held.length;
    this.#hold(held, one, known);
    this.#known.describe(known, one, instant, held);
    this.#known.setUnchanged(known, false);
    return true;
  }

  #takeNew(one: ReadDocument, instant: number | undefined): boolean {
    if (this.#older.size > 0) this.#older.delete(keyText(one));
    const place = this.#known.add(one);
    const held = this.#held.length;
    this.#known.describe(place, one, instant, held);
    const before = this.#before === undefined ? undefined : this.#before.recent[keyText(one)];
    const unchanged = before !== undefined && before === this.#known.hashOf(place).toString('base64url');
    this.#known.setUnchanged(place, unchanged);
    if (!unchanged) this.#hold(held, one, place);
    this.#count(place);
    if (!unchanged) this.changed += 1;
    return !unchanged;
  }

  #count(place: number): void {
    this.#known.setCounted(place);
    this.#counted += 1;
  }

  #hold(at: number, one: ReadDocument, place: number): void {
    this.#held[at] = one;
    this.#heldPlaces[at] = place;
  }

  async #handOver(): Promise<void> {
    const documents = this.#held;
    this.#held = [];
    this.#heldPlaces = [];
    await this.#write.writeRead(documents);
    await this.#write.flush();
    for (const page of this.#pages) page.release?.();
    this.#pages = [];
  }

  #question(since: number | undefined, all = this.#readsAgain): Question {
    const filters = this.#feed.filters ?? {};
    // The bound may be exclusive. The overlap makes up for that, and where there is none, a millisecond.
    const isLowest = since === this.#feed.updatedSince?.getTime();
    const bound = since === undefined ? {} : { updatedSince: new Date(isLowest ? since - 1 : since) };
    const everything = all ? { all: true as const } : {};
    return this.#run.requests.question((request) =>
      this.#feed.readPage({ ...request, ...bound, filters, ...everything }),
    );
  }

  #repeat(attempt: number, reason: string): void {
    this.#run.tally.repeated += 1;
    this.#run.emit({ kind: 'read again', feed: this.#feed.name, attempt, reason });
  }
}
