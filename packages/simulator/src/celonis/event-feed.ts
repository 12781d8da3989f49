/** One feed of events with timestamps: ranges, pages, and what the fault plan makes of its rows. */
import { mix, mixText } from '../chance.ts';
import type { VirtualClock } from '../clock.ts';
import type { FaultPlan, FeedName } from '../faults.ts';
import { arrangePage, ordersOf, shuffled } from '../page-order.ts';
import type { ChangingFeed } from '../row-changes.ts';
import { lowerBound, type Range, type SortedRows, TimeIndex, tie, upperBound } from '../time-index.ts';

const day = 86_400_000;

/** Bounds of a query, epoch milliseconds, possibly with a fraction. */
export interface Bounds {
  readonly from?: number;
  readonly to?: number;
}

export interface EventFeedOptions<Row> {
  readonly name: FeedName;
  /** Gives the live array of the data. */
  readonly source: () => Row[];
  /** Fields that a row may lack. */
  readonly optional: readonly (keyof Row & string)[];
  /** The row with a value that no published enum has. */
  readonly unknown: (row: Row) => Row;
  /** The row that arrives when there is none to copy. */
  readonly blank: Row;
}

/** Rows of a range in the order of the fault plan, and positions to cut pages from. */
export interface Listing<Row> {
  readonly total: number;
  /** Rows `from` to `to` of the listing, arranged as one page. */
  readonly page: (from: number, to: number) => Row[];
}

export class EventFeed<Row extends { timestamp: string }> implements ChangingFeed {
  readonly name: FeedName;
  readonly #options: EventFeedOptions<Row>;
  readonly #clock: VirtualClock;
  readonly #index: TimeIndex<Row>;
  #permutation: { readonly key: string; readonly positions: Uint32Array } | undefined;

  constructor(options: EventFeedOptions<Row>, clock: VirtualClock) {
    this.name = options.name;
    this.#options = options;
    this.#clock = clock;
    this.#index = new TimeIndex(options.source, (row) => Date.parse(row.timestamp));
  }

  touch(): void {
    this.#index.touch();
  }

  /** What the feed holds for a range, now. A listing does not follow later changes of the data. */
  list(bounds: Bounds, plan: FaultPlan, seed: number): Listing<Row> {
    const sorted = this.#index.read(plan, seed);
    const { low, high } = this.#range(sorted.times, bounds, plan);
    const { across, within } = ordersOf(plan);
    const permutation = across === 'shuffled' ? this.#shuffle(sorted, { low, high }, seed) : undefined;
    const position = (at: number): number => permutation?.[at] ?? (across === 'descending' ? high - 1 - at : low + at);
    return {
      total: high - low,
      page: (from, to) => {
        const positions: number[] = [];
        for (let at = from; at < Math.min(to, high - low); at += 1) positions.push(position(at));
        return arrangePage(positions, within, seed).map((at) => this.#present(sorted, at, plan, seed));
      },
    };
  }

  /** The rows of a range as they are served, ascending by time. */
  truth(bounds: Bounds, plan: FaultPlan, seed: number): Row[] {
    const { low, high } = this.#range(this.#index.read(plan, seed).times, bounds, plan);
    return this.list(bounds, { ...plan, order: 'ascending' }, seed).page(0, high - low);
  }

  span(): { first: number; last: number } | undefined {
    const { times } = this.#index.read({}, 0);
    const [first] = times;
    const last = times.at(-1);
    return first === undefined || last === undefined ? undefined : { first, last };
  }

  add(time: number, choice: number): void {
    const source = this.#options.source();
    const { blank } = this.#options;
    const template = source[choice % Math.max(source.length, 1)] ?? blank;
    source.push({ ...structuredClone(template), timestamp: new Date(time).toISOString() });
  }

  removeOldest(rows: number): number {
    const source = this.#options.source();
    const oldest = this.#index.read({}, 0).rows.slice(0, rows);
    for (const row of oldest) source.splice(source.indexOf(row), 1);
    this.touch();
    return oldest.length;
  }

  #range(times: readonly number[], { from, to }: Bounds, plan: FaultPlan): Range {
    const start = plan.bounds?.from === 'exclusive' ? upperBound : lowerBound;
    const end = plan.bounds?.to === 'inclusive' ? upperBound : lowerBound;
    const retained = plan.retention === undefined ? 0 : lowerBound(times, this.#oldestRetained(plan.retention));
    const low = Math.max(from === undefined ? 0 : start(times, from), retained);
    return { low, high: Math.max(low, to === undefined ? times.length : end(times, to)) };
  }

  #oldestRetained({ days, edge = 'midnight' }: NonNullable<FaultPlan['retention']>): number {
    const now = this.#clock.milliseconds();
    return (edge === 'exact' ? now : Math.floor(now / day) * day) - days * day;
  }

  #shuffle({ times, version }: SortedRows<Row>, { low, high }: Range, seed: number): Uint32Array {
    const key = `${version} ${times.length} ${low} ${high} ${seed}`;
    if (this.#permutation?.key !== key) {
      this.#permutation = { key, positions: shuffled(low, high, seed, (at) => mix(times[at] ?? 0, tie(times, at))) };
    }
    return this.#permutation.positions;
  }

  #present({ rows, times }: SortedRows<Row>, at: number, plan: FaultPlan, seed: number): Row {
    const row = rows[at] as Row;
    const { optionalFields, message, unknownEnums, equalTimestamps } = plan;
    if ((optionalFields ?? message ?? unknownEnums ?? equalTimestamps) === undefined) return row;
    let shown: Row = { ...row };
    if (equalTimestamps !== undefined) shown.timestamp = new Date(times[at] ?? 0).toISOString();
    // Two copies of one row must stay alike, so choices follow the row and not its position.
    const choice = mixText(seed, JSON.stringify(row));
    if (unknownEnums !== undefined && choice % unknownEnums === 0) shown = this.#options.unknown(shown);
    for (const [field, name] of this.#options.optional.entries()) {
      const how =
        optionalFields === 'mixed' ? (['null', 'absent', undefined] as const)[mix(choice, field) % 3] : optionalFields;
      set(shown, name, how);
    }
    if (message !== undefined && 'message' in shown) set(shown, 'message', message);
    return shown;
  }
}

function set(row: object, name: string, how: 'null' | 'absent' | 'empty' | undefined): void {
  if (how === undefined) return;
  if (how === 'absent') Reflect.deleteProperty(row, name);
  else Reflect.set(row, name, how === 'null' ? null : {});
}
