/** Where secrets come from: never a flag, which every process list shows. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads a secret from the environment variable `name`, from the file named by `name_FILE`, or from the first line that the
 * command in `name_COMMAND` prints (`op read op://vault/celonis/key`; words are split at spaces, no shell is involved).
 * @returns undefined when none of the three is set.
 * @throws UsageError when the file can be read by others, or the command fails. The message never holds the secret.
 */
export async function readSecret(name: string, io: Pick<Io, 'env' | 'cwd'>): Promise<string | undefined> {
  const direct = io.env[name]?.trim();
  if (direct !== undefined && direct !== '') return direct;
  const file = io.env[`${name}_FILE`];
  if (file !== undefined && file !== '') return readSecretFile(`${name}_FILE`, resolve(io.cwd, file));
  const command = io.env[`${name}_COMMAND`];
  if (command !== undefined && command !== '') return runSecretCommand(`${name}_COMMAND`, command);
  return undefined;
}

async function readSecretFile(variable: string, path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || !info.isFile())
    throw new UsageError(`${variable} names ${path}, which is not a file that can be read.`);
  // Windows has no such bits; its access lists are not visible here.
  if (process.platform !== 'win32' && (info.mode & 0o077) !== 0) {
    throw new UsageError(`${path} can be read by others: run chmod 600 on it first.`);
  }
  return (await readFile(path, 'utf8')).trim();
}

async function runSecretCommand(variable: string, command: string): Promise<string> {
  const [program = '', ...args] = command.split(/\s+/);
  try {
    const { stdout } = await promisify(execFile)(program, args);
    const line = stdout.split('\n')[0]?.trim() ?? '';
    if (line !== '') return line;
  } catch {
    // Neither output nor arguments are repeated: both may hold the secret.
    throw new UsageError(`The command in ${variable} (${program}) failed. Run it by hand to see why.`);
  }
  throw new UsageError(`The command in ${variable} (${program}) printed nothing.`);
}
