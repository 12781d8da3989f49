/** A program as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** What was compiled once is not compiled again: most of the time of a short run. */
const compileCache = join(tmpdir(), 'millrace-compile-cache');

/** A module that kills its process, or has its disk full, at the n-th operation: see there. */
export const killAt: string = fileURLToPath(new URL('kill-at.mjs', import.meta.url));

/**
 * Whether a program that was to be killed at an operation was, or ended before it came to that: how many operations there are
 * differs a little from run to run.
 * @param count the file of `COUNT_TO`
 */
export async function wasKilled(at: number, signal: NodeJS.Signals | null, count: string): Promise<boolean> {
  return signal === 'SIGKILL' || Number(await readFile(count, 'utf8')) < at;
}

export interface Child {
  readonly process: ChildProcess;
  /** Exit code (or signal) and output, once it has ended. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

/** Starts the program of the file `main`; `before` are modules that are loaded first. */
export function startChild(
  main: URL,
  cwd: string,
  argv: readonly string[],
  env: Record<string, string>,
  before: readonly string[] = [],
): Child {
  const preload = before.flatMap((path) => ['--import', path]);
  const child = spawn(process.execPath, ['--conditions=@millrace/source', ...preload, fileURLToPath(main), ...argv], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { process: child, ended };
}
