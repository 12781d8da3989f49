/** Child processes that never outlive the suite. */
import { spawn, type ChildProcess } from 'node:child_process';

/** How to start one. */
export interface ProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Default `ignore`: it reads nothing. */
  readonly stdin?: 'ignore' | 'pipe';
}

/** What a process left. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/** Starts a process as the head of a group of its own, so that `stopAll` reaches what it starts. */
export function start(command: string, args: readonly string[], options: ProcessOptions = {}): ChildProcess {
  const { stdin = 'ignore', ...rest } = options;
  const child = spawn(command, args, { ...rest, stdio: [stdin, 'pipe', 'pipe'], detached: true });
  running.add(child);
  child.on('error', () => running.delete(child));
  child.on('close', () => running.delete(child));
  return child;
}

/** Runs a process to its end. One that cannot be started ends with code 127. */
export function run(command: string, args: readonly string[], options: ProcessOptions = {}): Promise<Ended> {
  const child = start(command, args, options);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((done) => {
    child.on('error', (error) => done({ code: 127, stdout, stderr: error.message }));
    child.on('close', (code) => done({ code: code ?? 1, stdout, stderr }));
  });
}

/** Ends every process that is left, with what it started. */
export async function stopAll(): Promise<void> {
  const children = [...running];
  for (const child of children) signal(child, 'SIGTERM');
  const gone = Promise.all(children.map((child) => new Promise((done) => child.once('close', done))));
  const patience = new AbortController();
  const late = new Promise((done) => {
    const timer = setTimeout(done, 5_000);
    patience.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  await Promise.race([gone, late]);
  patience.abort();
  for (const child of running) signal(child, 'SIGKILL');
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // It has ended in the meantime.
  }
}
