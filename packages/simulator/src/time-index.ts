/** Rows in time order with their times beside them, so that a page of a range costs no more than its own rows. */
import { mix } from './chance.ts';
import type { FaultPlan } from './faults.ts';

/** A half-open range of positions. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Rows sorted by time; rows of one time keep the order of the data. */
export interface SortedRows<Row> {
  readonly rows: readonly Row[];
  /** Epoch milliseconds, ascending. */
  readonly times: readonly number[];
  /** Grows with every change. */
  readonly version: number;
}

export class TimeIndex<Row> {
  readonly #source: () => readonly Row[];
  readonly #time: (row: Row) => number;
  #rows: Row[] = [];
  #times: number[] = [];
  #version = 0;
  #stale = true;
  #first: Row | undefined;
  #last: Row | undefined;
  #viewKey = '';
  #view: SortedRows<Row> | undefined;

  /** `source` gives the live array of the data; `time` gives epoch milliseconds. */
  constructor(source: () => readonly Row[], time: (row: Row) => number) {
    this.#source = source;
    this.#time = time;
  }

  /** To be called when rows were changed in place, or as many removed as added. */
  touch(): void {
    this.#stale = true;
  }

  /** The rows as the plan has them: times rounded down, some rows twice. */
  read(plan: FaultPlan, seed: number): SortedRows<Row> {
    this.#refresh();
    const { equalTimestamps = 1, duplicates = 0 } = plan;
    if (equalTimestamps === 1 && duplicates === 0)
      return { rows: this.#rows, times: this.#times, version: this.#version };
    const key = `${this.#version} ${equalTimestamps} ${duplicates} ${seed}`;
    if (this.#view === undefined || this.#viewKey !== key) {
      this.#view = { ...this.#altered(equalTimestamps, duplicates, seed), version: this.#version };
      this.#viewKey = key;
    }
    return this.#view;
  }

  #altered(step: number, duplicates: number, seed: number): { rows: Row[]; times: number[] } {
    const rows: Row[] = [];
    const times: number[] = [];
    for (const [at, row] of this.#rows.entries()) {
      const exact = this.#times[at] ?? 0;
      const twice = duplicates > 0 && mix(seed, 1, exact, tie(this.#times, at)) % duplicates === 0;
      for (let copy = 0; copy < (twice ? 2 : 1); copy += 1) {
        rows.push(row);
        times.push(Math.floor(exact / step) * step);
      }
    }
    return { rows, times };
  }

  #refresh(): void {
    const source = this.#source();
    const known = this.#rows.length;
    const untouched = !this.#stale && source[0] === this.#first && source[known - 1] === this.#last;
    if (untouched && source.length === known) return;
    this.#version += 1;
    if (untouched && known > 0 && source.length > known && source.length - known < 64) {
      for (const row of source.slice(known)) this.#insert(row);
    } else {
      this.#rebuild();
    }
    this.#stale = false;
    this.#first = source[0];
    this.#last = source.at(-1);
  }

  #insert(row: Row): void {
    const time = this.#time(row);
    const at = upperBound(this.#times, time);
    // Copies, because a listing that was given out keeps what it read.
    this.#rows = this.#rows.toSpliced(at, 0, row);
    this.#times = this.#times.toSpliced(at, 0, time);
  }

  #rebuild(): void {
    const source = this.#source();
    const times = source.map(this.#time);
    const ascending = times.every((time, at) => at === 0 || (times[at - 1] ?? 0) <= time);
    if (ascending) {
      this.#rows = [...source];
      this.#times = times;
      return;
    }
    const order = times.map((_, at) => at).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
    this.#rows = order.map((at) => source[at] as Row);
    this.#times = order.map((at) => times[at] ?? 0);
  }
}

/** First position whose time is not before `time`. */
export function lowerBound(times: readonly number[], time: number): number {
  return search(times, (candidate) => candidate < time);
}

/** First position whose time is after `time`. */
export function upperBound(times: readonly number[], time: number): number {
  return search(times, (candidate) => candidate <= time);
}

/** Ordinal of a position among the positions of the same time. */
export function tie(times: readonly number[], at: number): number {
  if (times[at - 1] !== times[at]) return 0;
  return at - lowerBound(times, times[at] ?? 0);
}

function search(times: readonly number[], isBefore: (time: number) => boolean): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(times[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
