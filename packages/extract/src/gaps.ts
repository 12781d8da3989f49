/** What a source had deleted before it was read: found by asking for what it must still have if it had not. */
import type { WindowedFeed } from './feed.ts';
import type { Range } from './ranges.ts';
import type { Gap } from './state.ts';
import type { DatedDocument, WindowReader } from './window-reader.ts';

/**
 * Follows a run over what may have been deleted. A source deletes its oldest records first, so as long as it has the newest
 * record that was read, it has everything after it. If not, nothing shows that what happened from the checkpoint up to the first
 * record that it still has was ever there to be read: that is the gap.
 */
export class GapWatch {
  readonly #feed: WindowedFeed;
  readonly #checkpoint: number | undefined;
  readonly #serverTime: number;
  #open = false;
  #found: Range | undefined;

  constructor(
    feed: WindowedFeed,
    at: {
      /** Up to where earlier runs read. */
      readonly checkpoint: number | undefined;
      readonly serverTime: number;
    },
  ) {
    this.#feed = feed;
    this.#checkpoint = at.checkpoint;
    this.#serverTime = at.serverTime;
  }

  /** The gap as far as it is known. */
  get found(): Range | undefined {
    return this.#found;
  }

  /**
   * Called when the newest record is not there any more: a single one may have been deleted by hand, so older ones are asked for.
   * Where there never was one, only a declared retention can tell a gap from a quiet time.
   */
  async look(reader: WindowReader, newest: number | undefined, earliest: number): Promise<void> {
    const { retentionMs } = this.#feed;
    const isOver = retentionMs !== undefined && this.#serverTime - retentionMs > (this.#checkpoint ?? 0);
    this.#open = newest === undefined ? isOver : !(await reader.any(earliest, newest));
  }

  /** The part of the gap that lies in a part of time, where there is a gap. Parts come in the order of time. */
  take(part: Range, documents: readonly DatedDocument[]): Range | undefined {
    if (!this.#open || this.#checkpoint === undefined || part.from < this.#checkpoint) return undefined;
    const first = documents.reduce((least, { instant }) => Math.min(least, instant), part.to);
    const to = Math.min(first, this.#lostTo);
    if (documents.length > 0 || to < part.to) this.#open = false;
    if (to <= part.from) return undefined;
    this.#found = { from: this.#found?.from ?? part.from, to };
    return { from: part.from, to };
  }

  /** With a declared retention nothing younger is lost. */
  get #lostTo(): number {
    const { retentionMs } = this.#feed;
    if (retentionMs === undefined) return Number.POSITIVE_INFINITY;
    const edge = this.#serverTime - retentionMs;
    return this.#checkpoint !== undefined && edge <= this.#checkpoint ? Number.POSITIVE_INFINITY : edge;
  }
}

/** With one more gap that nobody has acknowledged yet. */
export function addGap(gaps: readonly Gap[], added: Range | undefined): readonly Gap[] {
  if (added === undefined) return gaps;
  const last = gaps.at(-1);
  if (last === undefined || last.acknowledged || last.to !== added.from) {
    return [...gaps, { ...added, acknowledged: false }];
  }
  return [...gaps.slice(0, -1), { ...last, to: added.to }];
}
