/** Pieces of work that are timed side by side. */
import { type Corpus, createPageReader } from './corpora.ts';
import type { PartWorkers } from './part-workers.ts';
import type { PageWork } from './parts.ts';
import { median } from './children.ts';

/** Does its work once and gives the milliseconds that it took. */
export type Task = () => Promise<number>;

/** Milliseconds of every round, by task. */
export interface Comparison {
  /** How many times as fast the second is: the median of the rounds' ratios. */
  readonly ratio: (slow: string, fast: string) => number;
  /** Megabytes of JSON a second. */
  readonly speeds: () => Readonly<Record<string, number>>;
}

/** Does every task `rounds` times in turn, so that a busy moment of the machine meets them all, and once before to warm up. */
export async function compare(
  corpus: Corpus,
  rounds: number,
  tasks: Readonly<Record<string, Task>>,
): Promise<Comparison> {
  const times = new Map<string, number[]>(Object.keys(tasks).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const said: string[] = [];
    for (const [name, task] of Object.entries(tasks)) {
      // Else one pays for the garbage of another.
      globalThis.gc?.();
      const ms = await task();
      said.push(`${name} ${Math.round(ms)} ms`);
      if (round > 0) times.get(name)?.push(ms);
    }
    process.stderr.write(`${corpus.name}, round ${round} of ${rounds}: ${said.join(', ')}\n`);
  }
  return {
    ratio: (slow, fast) =>
      rounded(median((times.get(slow) ?? []).map((ms, round) => ms / (times.get(fast)?.[round] ?? Number.NaN)))),
    speeds: () =>
      Object.fromEntries([...times].map(([name, all]) => [name, Math.round(corpus.bytes / 1e3 / median(all))])),
  };
}

const readPage = createPageReader();

/** Work in this thread; reading the pages is not timed. */
export function alone({ files }: Corpus, work: PageWork): Task {
  return async () => {
    let ms = 0;
    for (const file of [...files, undefined]) {
      const page = file === undefined ? undefined : readPage(file);
      const start = performance.now();
      work(page);
      ms += performance.now() - start;
    }
    return ms;
  };
}

/** The mean of so many times: what takes a fraction of the time of the others would else be a matter of luck. */
export function often(times: number, task: Task): Task {
  return async () => {
    let ms = 0;
    for (let time = 0; time < times; time++) ms += await task();
    return ms / times;
  };
}

/** Work of worker threads; this thread reads the pages meanwhile, which is timed. */
export function together({ files }: Corpus, workers: PartWorkers): Task {
  return async () => {
    const left = [...files];
    const start = performance.now();
    await workers.write((buffer) => {
      const file = left.shift();
      return file === undefined ? undefined : readPage(file, buffer);
    });
    return performance.now() - start;
  };
}

/** Times asynchronous work. */
export function timed(work: () => Promise<void>): Task {
  return async () => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
}

/** With two digits after the point. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
