/** One line on stderr that is written over, and only where a person looks at a terminal. */
import type { Io } from './io.ts';

/** Where a command reports how far it is. */
export interface Progress {
  /** What is done so far. `total` when it is known. */
  report(step: { readonly what: string; readonly done: number; readonly total?: number; readonly unit: string }): void;
  /** A line that stays: a warning, a finished step. Written even without a terminal. */
  note(line: string): void;
  /** Clears the line. */
  end(): void;
}

const redrawMs = 100;

/** Rate and time left are taken from the start of each `what`. */
export function createProgress(io: Pick<Io, 'stderr'>, clock: () => number = () => performance.now()): Progress {
  const terminal = io.stderr.isTTY === true;
  let current = '';
  let started = 0;
  let startedAt = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let shown = false;
  const clear = (): void => {
    if (shown) io.stderr.write('\r\u001B[K');
    shown = false;
  };
  return {
    report: ({ what, done, total, unit }) => {
      if (!terminal) return;
      const now = clock();
      if (what !== current) [current, started, startedAt] = [what, now, done];
      if (now - drawn < redrawMs) return;
      drawn = now;
      const rate = ((done - startedAt) * 1000) / Math.max(now - started, 1);
      const share =
        total === undefined
          ? done.toLocaleString('en-US')
          : `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
      const left = total === undefined || rate === 0 ? '' : `, ${duration((total - done) / rate)} left`;
      const line = `${what}: ${share} ${unit}, ${Math.round(rate).toLocaleString('en-US')}/s${left}`;
      io.stderr.write(`\r\u001B[K${line.slice(0, (io.stderr.columns ?? 80) - 1)}`);
      shown = true;
    },
    note: (line) => {
      clear();
      io.stderr.write(`${line}\n`);
    },
    end: clear,
  };
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
