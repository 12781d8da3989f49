/** Servers and measured work in processes of their own, and what is made of their figures. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundleJob } from './bundle.ts';
import type { Job, JobResult } from './job.ts';

function start(file: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(
    process.execPath,
    [
      '--conditions=@millrace/source',
      ...(process.env['BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean),
      path,
      ...args,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
}

/** A server under way: what it printed, and how to end it. */
export interface Running<Said> {
  readonly said: Said;
  readonly stop: () => void;
}

/** Starts a server and waits until it has printed its one JSON document. */
export async function startServer<Said>(file: string, args: readonly string[]): Promise<Running<Said>> {
  const child = start(file, args);
  const stop = (): void => void child.kill('SIGKILL');
  if (child.stdout === null) throw new Error('The server has no output.');
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    try {
      return { said: JSON.parse(text) as Said, stop };
    } catch {
      // The document has more lines.
    }
  }
  throw new Error(`${file} ended before it served`);
}

let bundled: Promise<string> | undefined;

/** Does a job in a process of its own. */
export async function doJob(job: Job): Promise<JobResult> {
  bundled ??= bundleJob();
  const child = start(await bundled, [JSON.stringify(job)]);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  if (code !== 0) throw new Error(`a job ended with ${code}: ${JSON.stringify(job)}`);
  return JSON.parse(text) as JobResult;
}

/** Calls `body` with an empty folder that is gone afterwards. */
export async function withFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Does several jobs `rounds` times in turn, so that a busy moment of the machine meets them all. */
export async function inTurn<Name extends string>(
  rounds: number,
  jobs: Readonly<Record<Name, () => Promise<JobResult>>>,
): Promise<Record<Name, JobResult[]>> {
  const names = Object.keys(jobs) as Name[];
  const results = Object.fromEntries(names.map((name): [Name, JobResult[]] => [name, []])) as Record<Name, JobResult[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const result = await jobs[name]();
      results[name].push(result);
      process.stderr.write(`${name}: ${Math.round(result.ms)} ms, ${Math.round(result.peakRssMb)} MB\n`);
    }
  }
  return results;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** The median of what two jobs took in the same round, one divided by the other. */
export function ratioOf(over: readonly JobResult[], under: readonly JobResult[]): number {
  return median(over.map((result, round) => result.ms / (under[round]?.ms ?? Number.NaN)));
}
