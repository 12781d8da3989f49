import type { Readable, Writable } from 'node:stream';

/** All that a program touches of the world around it, so that a test can hand it another one. */
export interface Io {
  /** Where answers come from; absent where nobody can be asked. */
  readonly stdin?: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths are taken from here. */
  readonly cwd: string;
  /** Aborted when the program is asked to stop (SIGINT, SIGTERM). */
  readonly signal: AbortSignal;
  /** Asks the person at the terminal, and gives the answer. Absent where there is none. */
  readonly ask?: (question: string) => Promise<string>;
}

/** A stop that takes longer is cut short; what was committed is whole all the same. */
const patienceMs = 4000;

/**
 * The real world: this process. The first SIGINT or SIGTERM asks to stop; the second one, or four seconds, end the process at once.
 */
export function processIo(): Io {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    const end = (): never => process.exit(signal === 'SIGINT' ? 130 : 143);
    if (controller.signal.aborted) end();
    setTimeout(end, patienceMs).unref();
    controller.abort(new Error(`stopped by ${signal}`));
  };
  // The reader of a pipe, as `head`, has seen enough: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    // Looking at it opens it, and an open one keeps a process from ending; few commands ask anything.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askAt(controller.signal) } : {}),
  };
}

function askAt(signal: AbortSignal): (question: string) => Promise<string> {
  return async (question) => {
    const { createInterface } = await import('node:readline/promises');
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question, { signal });
    } finally {
      lines.close();
    }
  };
}
