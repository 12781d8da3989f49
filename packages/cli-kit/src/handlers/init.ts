/** `init`: a configuration file from flags and answers. */
import { randomUUID } from 'node:crypto';
import { access, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { CommandContext } from '../command.ts';
import type { InitQuestion, NextSteps } from '../commands/init.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { printJson } from '../output.ts';
import { flagOf, Settings } from '../settings.ts';
import { UsageError } from '../usage-error.ts';

const fileName = 'millrace.config.json';

type Parts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Writes the file, and says what to do next. */
export async function runInit(
  program: string,
  questions: readonly InitQuestion[],
  next: NextSteps,
  { io, settings }: CommandContext,
): Promise<ExitCode> {
  const path = join(io.cwd, fileName);
  const parts = await readParts(path, program, io.cwd);
  const given = new Map(settings.explain().flatMap((each) => (each.origin === 'flag' ? [[each.key, each.value]] : [])));
  for (const { option, check } of questions) if (given.has(option.key)) check(settings);
  const values: Record<string, string> = {};
  const ask = asker(io);
  try {
    for (const question of questions) {
      const { key } = question.option;
      const value = given.get(key) ?? (await ask?.(question)) ?? question.option.default;
      if (value !== undefined) values[key] = value;
    }
  } finally {
    ask?.end();
  }
  await writeParts(path, { ...parts, [program]: values }, parts !== undefined);
  const steps = next(values);
  if (settings.on('json')) printJson(io, { path, values, next: steps });
  else {
    io.stdout.write(`written to ${fileName}\n`);
    io.stderr.write(`next:\n${steps.map((step, index) => `  ${index + 1}. ${step}\n`).join('')}`);
  }
  return exitCodes.ok;
}

/** What stands in the file for other programs; undefined where there is no file. @throws UsageError when it has a part for this one */
async function readParts(path: string, program: string, cwd: string): Promise<Parts | undefined> {
  for (const other of ['millrace.config.js', 'millrace.config.mjs']) {
    if (await exists(join(cwd, other)))
      throw new UsageError(`${other} is there already, and is a program of yours: add "${program}" to it by hand.`);
  }
  if (!(await exists(path))) return undefined;
  // Its form was checked when it was read for this command.
  const parts = JSON.parse(await readFile(path, 'utf8')) as Parts;
  if (program in parts)
    throw new UsageError(`${path} has "${program}" already: change it there, or delete it and run init again.`);
  return parts;
}

async function writeParts(path: string, parts: Parts, replaces: boolean): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(parts, undefined, 2)}\n`, { flag: 'wx' });
    // A link fails where a file has come up meanwhile; a rename would replace it.
    await (replaces ? rename(draft, path) : link(draft, path));
  } finally {
    await rm(draft, { force: true });
  }
}

type Asker = ((question: InitQuestion) => Promise<string | undefined>) & { readonly end: () => void };

/** Asks on a terminal, until the answer is good; undefined where nobody is there to be asked. */
function asker(io: Io): Asker | undefined {
  const { stdin, stderr, signal } = io;
  if (stdin === undefined || stdin.isTTY !== true || stderr.isTTY !== true) return undefined;
  // The terminal itself edits lines and turns Ctrl-C into a signal.
  const reader = createInterface({ input: stdin, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  stopped.catch(() => undefined);
  const ask = async (question: InitQuestion): Promise<string | undefined> => {
    const { option } = question;
    const usual = option.default === undefined ? 'empty for none' : option.default;
    for (;;) {
      stderr.write(`${question.ask}? [${usual}] `);
      const { value, done = false } = await Promise.race([lines.next(), stopped]);
      if (done) throw new UsageError(`There was no answer. Give the values as flags: ${flagOf(option)}.`);
      const answer = String(value).trim();
      if (answer === '') return undefined;
      try {
        question.check(
          new Settings([option], new Map([[option.key, { value: answer, origin: 'flag', source: 'The answer' }]])),
        );
        return answer;
      } catch (error) {
        if (!(error instanceof Error) || !('exitCode' in error || error.name === 'DestinationOptionError')) throw error;
        stderr.write(`  ${error.message}\n`);
      }
    }
  };
  return Object.assign(ask, { end: () => reader.close() });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
