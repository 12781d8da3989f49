/** Rows that appear, grow old and vanish while a client reads. */
import { fraction, mix } from './chance.ts';
import type { VirtualClock } from './clock.ts';
import type { AgeingRows, FaultPlan, FeedName } from './faults.ts';

/** A feed whose rows can change between pages. */
export interface ChangingFeed {
  readonly name: FeedName;
  /** Earliest and latest time of its rows, epoch milliseconds; `undefined` when it has none. */
  readonly span: () => { readonly first: number; readonly last: number } | undefined;
  /** Adds a row of that time, made from another row that `choice` picks. */
  readonly add: (time: number, choice: number) => void;
  /** Removes the oldest rows; gives how many there were to remove. */
  readonly removeOldest: (rows: number) => number;
  /** Marks so many rows as changed now. */
  readonly update?: (rows: number, choice: number) => void;
}

/** What a plan has done so far. */
interface Progress {
  readonly pages: Map<FeedName, number>;
  arrived: number;
  aged: number;
  updated: number;
  readonly lateDone: Set<number>;
}

export class RowChanges {
  readonly #clock: VirtualClock;
  readonly #main: FeedName;
  readonly #feeds: readonly ChangingFeed[];
  readonly #progress = new WeakMap<FaultPlan, Progress>();

  /** `feeds[0]` is the feed that late rows belong to when the plan does not name one. */
  constructor(clock: VirtualClock, feeds: readonly [ChangingFeed, ...ChangingFeed[]]) {
    this.#clock = clock;
    this.#feeds = feeds;
    this.#main = feeds[0].name;
  }

  /** Late rows whose virtual time has come. */
  wake(plan: FaultPlan, seed: number): void {
    if (plan.late === undefined) return;
    const now = this.#clock.milliseconds();
    this.#late(plan, seed, ({ at }) => at !== undefined && Date.parse(at) <= now);
  }

  /** What happens after a page of a feed was made for a range. */
  afterPage(
    name: FeedName,
    plan: FaultPlan,
    seed: number,
    range: { readonly from?: number; readonly to?: number },
  ): void {
    const feed = this.#feeds.find((candidate) => candidate.name === name);
    const { arriving, ageing, updating, late } = plan;
    if (feed === undefined || (arriving ?? ageing ?? updating ?? late) === undefined) return;
    const progress = this.#of(plan);
    const page = (progress.pages.get(name) ?? 0) + 1;
    progress.pages.set(name, page);
    const due = (rule: AgeingRows | undefined, done: number): number =>
      rule === undefined || page % rule.every !== 0
        ? 0
        : Math.min(rule.rows, (rule.total ?? Number.POSITIVE_INFINITY) - done);

    for (let rows = due(arriving, progress.arrived); rows > 0; rows -= 1) {
      progress.arrived += 1;
      const time = this.#arrivalTime(feed, seed, progress.arrived, arriving?.where === 'now' ? undefined : range);
      if (time !== undefined) feed.add(time, mix(seed, 3, progress.arrived));
    }
    const old = due(ageing, progress.aged);
    if (old > 0) progress.aged += feed.removeOldest(old);
    const changed = due(updating, progress.updated);
    if (changed > 0) {
      progress.updated += changed;
      feed.update?.(changed, mix(seed, 4, progress.updated));
    }
    this.#late(
      plan,
      seed,
      ({ afterRequest, feed: of = this.#main }) => of === name && afterRequest !== undefined && afterRequest <= page,
    );
  }

  #late(plan: FaultPlan, seed: number, isDue: (rule: NonNullable<FaultPlan['late']>[number]) => boolean): void {
    const done = this.#of(plan).lateDone;
    for (const [at, rule] of (plan.late ?? []).entries()) {
      if (done.has(at) || !isDue(rule)) continue;
      done.add(at);
      const feed = this.#feeds.find(({ name }) => name === (rule.feed ?? this.#main));
      const oldest = this.#clock.milliseconds() - rule.age;
      for (let row = 0; row < rule.rows; row += 1) feed?.add(oldest + row, mix(seed, 5, at, row));
    }
  }

  #arrivalTime(
    feed: ChangingFeed,
    seed: number,
    ordinal: number,
    range: { readonly from?: number; readonly to?: number } | undefined,
  ): number | undefined {
    const now = this.#clock.milliseconds();
    if (range === undefined) return now;
    const from = range.from ?? feed.span()?.first ?? now;
    const to = Math.min(range.to ?? now, now);
    return to > from ? Math.floor(from + fraction(seed, 2, ordinal) * (to - from)) : undefined;
  }

  #of(plan: FaultPlan): Progress {
    const known = this.#progress.get(plan);
    if (known !== undefined) return known;
    const fresh: Progress = { pages: new Map(), arrived: 0, aged: 0, updated: 0, lateDone: new Set() };
    this.#progress.set(plan, fresh);
    return fresh;
  }
}
