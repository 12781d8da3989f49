/** `frozen` stands still until it is moved; `ticking` follows real time from its starting point. */
export type ClockMode = 'frozen' | 'ticking';

/** The clock of a simulator: it drives the `Date` header, token expiry, retention, and rows that appear later. */
export class VirtualClock {
  readonly mode: ClockMode;
  #base: number;
  #setAt: number;

  /** Throws `RangeError` when `now` is not a point in time. */
  constructor(now: string, mode: ClockMode = 'frozen') {
    this.mode = mode;
    this.#base = instant(now);
    this.#setAt = performance.now();
  }

  now(): Date {
    return new Date(this.milliseconds());
  }

  /** Epoch milliseconds. */
  milliseconds(): number {
    return this.mode === 'frozen' ? this.#base : this.#base + Math.floor(performance.now() - this.#setAt);
  }

  /** Moves the clock forward; a negative number moves it back. */
  advance(milliseconds: number): void {
    this.#base += milliseconds;
  }

  /** Puts the clock at a point in time, for example `2026-06-01T12:00:00.000Z`. Throws `RangeError` when it is none. */
  set(iso: string): void {
    this.#base = instant(iso);
    this.#setAt = performance.now();
  }
}

function instant(iso: string): number {
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds)) {
    throw new RangeError(`"${iso}" is not a point in time. Write it as 2026-06-01T12:00:00.000Z.`);
  }
  return milliseconds;
}
