/** Where secrets come from: never a flag, which every process list shows. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** What may follow the name of a secret in the environment, in the order in which it is looked for, and how it is read. */
const ways: readonly (readonly [
  ending: string,
  read: (variable: string, value: string, cwd: string) => string | Promise<string>,
])[] = [
  ['', (_variable, value) => value],
  ['_FILE', (variable, value, cwd) => readSecretFile(variable, resolve(cwd, value))],
  ['_COMMAND', (variable, value) => runSecretCommand(variable, value)],
  ['_KEYCHAIN', (variable, value) => readSecretEntry(variable, value)],
];

/** Names of the variables that can give a secret. */
export function secretVariables(name: string): string[] {
  return ways.map(([ending]) => `${name}${ending}`);
}

/** The variable that gives a secret; undefined when none is set. */
export function secretVariable(name: string, env: Io['env']): string | undefined {
  return secretVariables(name).find((variable) => (env[variable]?.trim() ?? '') !== '');
}

/**
 * Reads a secret from the environment variable `name`, from the file named by `name_FILE`, from the first line that the command in
 * `name_COMMAND` prints (`op read op://vault/celonis/key`; words are split at spaces, no shell is involved), or from the entry
 * of the keychain that `name_KEYCHAIN` names as `service` or `service/account`, where `name` is the account unless one is given.
 * @returns undefined when none of the four is set.
 * @throws UsageError when the file can be read by others, the command fails, or there is no such entry. The message never holds the secret.
 */
export async function readSecret(name: string, io: Pick<Io, 'env' | 'cwd'>): Promise<string | undefined> {
  for (const [ending, read] of ways) {
    const variable = `${name}${ending}`;
    const value = io.env[variable]?.trim() ?? '';
    if (value !== '') return read(variable, value, io.cwd);
  }
  return undefined;
}

/** Reads a file that holds a secret. @throws UsageError when it is not there, or others than its owner can read it */
export async function readSecretFile(namedBy: string, path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || !info.isFile())
    throw new UsageError(`${namedBy} names ${path}, which is not a file that can be read.`);
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

async function readSecretEntry(variable: string, entry: string): Promise<string> {
  const { readKeychain } = await import('./keychain.ts');
  const [service = '', ...rest] = entry.split('/');
  const account = rest.length === 0 ? variable.replace(/_KEYCHAIN$/, '') : rest.join('/');
  const secret = (await readKeychain(service, account))?.trim() ?? '';
  if (secret !== '') return secret;
  throw new UsageError(
    `${variable}: the keychain of this machine has no entry with service ${service} and account ${account}, or there is no keychain. Write SERVICE or SERVICE/ACCOUNT.`,
  );
}
