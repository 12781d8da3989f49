/** From windows that were read to commits, with what is then known of the log. */
import { completeTo } from './complete-to.ts';
import type { WindowedFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { addGap } from './gaps.ts';
import { cutRange, inRange, intersectRanges, isoRange, mergeRanges, type Range } from './ranges.ts';
import { hashOf } from './reading.ts';
import { emptyLedger } from './receipt.ts';
import { forget, remember } from './remembered.ts';
import { type RememberedWindow, stateJson, type WindowedState, writeWindowed } from './state.ts';
import { WindowGroup } from './window-group.ts';
import type { WindowPlan } from './window-plan.ts';
import type { ReadWindow } from './window-reader.ts';

/** Takes windows in the order of time, and commits them, cut where what is known of them has its edges. */
export class WindowCommit {
  readonly #feed: WindowedFeed;
  readonly #run: FeedRun;
  readonly #plan: WindowPlan;
  readonly #before: WindowedState | undefined;
  readonly #cuts: readonly number[];
  readonly #group: WindowGroup;
  /** Documents of remembered windows that were read in other pieces. */
  readonly #broken = new Map<RememberedWindow, number>();
  #state: WindowedState;

  constructor(feed: WindowedFeed, run: FeedRun, plan: WindowPlan, before: WindowedState | undefined) {
    const { again, state, horizon } = plan;
    this.#feed = feed;
    this.#run = run;
    this.#plan = plan;
    this.#before = before;
    this.#state = state;
    this.#group = new WindowGroup(run.writer);
    const cuts = [...again, ...state.complete].flatMap((range) => [range.from, range.to]);
    const isInside = again.some((window) => window.from < horizon && horizon < window.to);
    this.#cuts = isInside ? cuts : [...cuts, horizon];
  }

  async take(window: ReadWindow): Promise<void> {
    const { requests, spool } = this.#run;
    requests.check();
    for (const part of cutRange(window.range, this.#cuts)) await this.#takePart(window, part);
    window.release();
    // The window itself, with its documents, is not kept until then.
    const { range } = window;
    await this.#group.after(() => spool?.drop(this.#feed.name, range));
  }

  /** Commits what was taken and is not committed. */
  async end(): Promise<void> {
    await this.#group.commit();
  }

  /** Counts what came late in windows that were read in other pieces, or is gone from them. */
  countBroken(): void {
    const { tally } = this.#run;
    for (const [known, documents] of this.#broken) {
      tally.late += Math.max(0, documents - known.documents);
      tally.missing += Math.max(0, known.documents - documents);
    }
  }

  async #takePart(window: ReadWindow, part: Range): Promise<void> {
    const { settings } = this.#run;
    const documents = window.documents.filter((one) => inRange(part, one.instant));
    const known = this.#plan.again.find((one) => one.from <= part.from && part.to <= one.to);
    const contentHash = hashOf(documents);
    const whole = known !== undefined && known.from === part.from && known.to === part.to;
    if (whole && known.contentHash === contentHash && known.documents === documents.length && !settings.full) return;
    const late = whole ? Math.max(0, documents.length - known.documents) : 0;
    const gone = whole ? Math.max(0, known.documents - documents.length) : 0;
    if (!whole && known !== undefined) this.#broken.set(known, (this.#broken.get(known) ?? 0) + documents.length);
    const lost = this.#plan.gap.take(part, documents);
    const state = this.#after(part, documents, contentHash, lost);
    this.#state = state;
    const count = documents.length;
    await this.#group.add(documents, {
      state: writeWindowed(state),
      receipt: {
        feed: this.#feed.name,
        run: settings.run,
        ...isoRange(part),
        ...window.evidence,
        documents: count,
        contentHash,
        ...(late === 0 ? {} : { late }),
        ...(gone === 0 ? {} : { missing: gone }),
        ...(lost === undefined ? {} : { gaps: [isoRange(lost)] }),
      },
      mode: this.#isNew(part) ? 'append' : 'upsert',
      onCommit: (receipt) => {
        const { tally, emit } = this.#run;
        tally.late += late;
        tally.missing += gone;
        tally.documents += count;
        tally.windows += 1;
        tally.completeTo = completeTo(state);
        emit({ kind: 'committed', feed: this.#feed.name, ...isoRange(part), documents: count, late, receipt });
        this.#run.state = stateJson('windowed', writeWindowed(state), emptyLedger);
      },
    });
  }

  /** The state with one more part. */
  #after(part: Range, documents: ReadWindow['documents'], contentHash: string, lost: Range | undefined): WindowedState {
    const state = this.#state;
    const remembered = { ...part, documents: documents.length, contentHash };
    const newest = documents.reduce((latest, { instant }) => Math.max(latest, instant), state.newest ?? -Infinity);
    return {
      ...state,
      complete: mergeRanges([...state.complete, part]),
      recent: remember(forget(state.recent, part), remembered, this.#plan.horizon),
      gaps: addGap(state.gaps, lost),
      newest: newest === -Infinity ? undefined : newest,
    };
  }

  /** Records are known by their content, their time included: those of a window that was never read cannot be there. */
  #isNew(part: Range): boolean {
    return (
      this.#run.writesAlone &&
      this.#feed.root.primaryKey === undefined &&
      intersectRanges([part], this.#before?.complete ?? []).length === 0
    );
  }
}
