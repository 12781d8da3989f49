/** One writer at a time, and a name for who it is. */
import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { DestinationUnusableError, messageOf, systemCode, writeError } from './errors.ts';

/** Who holds a destination. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  /** ID of the boot, where the system tells it: a process of an earlier one is gone, whatever its number. */
  readonly boot?: string;
  /** When the process began, as the system counts it: process numbers are used again. */
  readonly started?: string;
  readonly token: string;
}

/** A lock that is held. */
export interface Lock {
  /** The dead process whose lock was taken over, if there was one. */
  readonly takenOver: LockHolder | undefined;
  /** @throws {DestinationUnusableError} `in-use` when the lock is not ours any more */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** The file that says who writes to a destination: beside a file, in a folder. */
export function lockPath(kind: 'file' | 'folder', path: string): string {
  return kind === 'file' ? `${path}.millrace-lock` : join(path, '_lock');
}

/**
 * Takes the lock of a destination. A lock whose process is dead is taken over; one of another machine is never, since from here
 * nothing can be known of it.
 * @throws {DestinationUnusableError} `in-use` with the holder's process, machine and time
 */
export async function acquireLock(url: string, file: string): Promise<Lock> {
  const own = await describeSelf();
  let takenOver: LockHolder | undefined;
  for (let attempt = 0; ; attempt += 1) {
    if (await create(url, file, own)) break;
    const holder = await readHolder(file);
    if (attempt >= 5 || (holder !== undefined && (await isAlive(holder)))) throw inUse(url, file, holder);
    if (await remove(file, holder)) takenOver = holder ?? takenOver;
  }
  return {
    takenOver,
    check: async () => {
      const holder = await readHolder(file);
      if (holder?.token !== own.token) throw inUse(url, file, holder);
    },
    release: async () => {
      if ((await readHolder(file))?.token === own.token) await rm(file, { force: true });
    },
  };
}

/** The error for a destination that another process has open. */
export async function lockedError(url: string, file: string, cause: unknown): Promise<DestinationUnusableError> {
  return inUse(url, file, await readHolder(file), cause);
}

function inUse(url: string, file: string, holder: LockHolder | undefined, cause?: unknown): DestinationUnusableError {
  if (holder?.pid === process.pid && holder.host === hostname()) {
    const message = `${url.slice(url.indexOf(':') + 1)} is open already in this process: close it there first.`;
    return new DestinationUnusableError(url, 'in-use', file, message, { cause });
  }
  const pid = cause instanceof Error ? /PID (\d+)/.exec(cause.message)?.[1] : undefined;
  const who =
    holder === undefined
      ? `another process${pid === undefined ? '' : ` (process ${pid})`}`
      : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  const advice =
    holder === undefined || holder.host === hostname()
      ? 'Wait for its end, or stop it, then run again.'
      : `Wait for its end, then run again; if that machine is gone, delete ${file}.`;
  return new DestinationUnusableError(url, 'in-use', file, `${url} is in use by ${who}. ${advice}`, { cause });
}

async function create(url: string, file: string, own: LockHolder): Promise<boolean> {
  // Written beside and linked: the lock is never there without saying whose it is.
  const draft = `${file}.${own.token}`;
  try {
    const handle = await open(draft, 'wx', 0o644);
    await handle.writeFile(`${JSON.stringify(own)}\n`);
    await handle.close();
    await link(draft, file);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw writeError(url, 'write the lock', error);
    throw new DestinationUnusableError(
      url,
      'not-writable',
      dirname(file),
      `${dirname(file)} cannot be written (${code ?? messageOf(error)}): change its permissions, or choose another place.`,
      { cause: error },
    );
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

async function readHolder(file: string): Promise<LockHolder | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as LockHolder;
    return typeof value.pid === 'number' && typeof value.host === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What to tell a user of a lock that was taken over. */
export function takeoverNote(url: string, dead: LockHolder): string {
  return `${url} was left locked by process ${dead.pid} on ${dead.host}, which began at ${dead.since} and ended without closing it: taken over`;
}

/** Takes a dead lock away. Another process may have done so already and hold it: then it is put back. */
async function remove(file: string, dead: LockHolder | undefined): Promise<boolean> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
  const taken = await readHolder(aside);
  if (taken?.token !== dead?.token) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
  return taken?.token === dead?.token;
}

async function describeSelf(): Promise<LockHolder> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined);
  const started = await startOf(process.pid);
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    ...(boot === undefined ? {} : { boot: boot.trim() }),
    ...(started === undefined ? {} : { started }),
    token: randomUUID(),
  };
}

/** Field 22 of the process's line in /proc; undefined where there is no such thing. */
async function startOf(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name, in brackets, may hold spaces.
  return line?.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}

async function isAlive(holder: LockHolder): Promise<boolean> {
  const self = await describeSelf();
  if (holder.host !== self.host) return true;
  if (holder.boot !== undefined && self.boot !== undefined && holder.boot !== self.boot) return false;
  if (holder.started !== undefined && self.started !== undefined) return (await startOf(holder.pid)) === holder.started;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
