/** The vendor's own command line client, installed beside the suite from a lockfile of its own. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { run, start } from './processes.ts';
import { Unavailable } from './unavailable.ts';

const folder = join(import.meta.dirname, 'content-cli');
const program = join(folder, 'node_modules/@celonis/content-cli/content-cli.js');

/** Installs what the lockfile says, unless it is there. Throws `Unavailable` when the registry does not answer. */
export async function installContentCli(say: (line: string) => void): Promise<void> {
  const hash = createHash('sha256')
    .update(await readFile(join(folder, 'package-lock.json')))
    .digest('hex');
  const mark = join(folder, 'node_modules/made-from');
  if (existsSync(program) && (await readFile(mark, 'utf8').catch(() => '')) === hash) return;
  say('installing content-cli into interop/content-cli');
  // Its keychain module would be compiled where no built one fits; without it the client keeps its secrets in a file.
  const { code, stderr } = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  if (code !== 0) throw new Unavailable(`content-cli cannot be had: ${stderr.trim().split('\n').at(-1) ?? ''}`);
  await writeFile(mark, hash);
}

/** What the client left. */
export interface Said {
  readonly code: number;
  /** Lines of both streams, without colours. */
  readonly lines: readonly string[];
}

/** The client in a home of its own. */
export interface ContentCli {
  /** Runs a command in `cwd`, with nothing in its environment but what is given. */
  run(args: readonly string[], more?: { readonly env?: NodeJS.ProcessEnv }): Promise<Said>;
  /** Runs a command that asks questions; each answer is given when its question has been asked. */
  answer(args: readonly string[], answers: readonly (readonly [question: string, answer: string])[]): Promise<Said>;
}

/** The client as a child process, unmodified. */
export function contentCli(places: { readonly home: string; readonly cwd: string }): ContentCli {
  const options = (env: NodeJS.ProcessEnv = {}) => ({
    cwd: places.cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: places.home, USERPROFILE: places.home, ...env },
  });
  return {
    run: async (args, { env } = {}) => {
      const { code, stdout, stderr } = await run(process.execPath, [program, ...args], options(env));
      return { code, lines: linesOf(`${stdout}\n${stderr}`) };
    },
    answer: (args, answers) => {
      const child = start(process.execPath, [program, ...args], { ...options(), stdin: 'pipe' });
      const left = [...answers];
      let output = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        // A question may be printed more than once, in pieces.
        const [question, answer] = left[0] ?? [];
        if (question === undefined || !stripVTControlCharacters(output).includes(question)) return;
        left.shift();
        child.stdin?.write(`${answer ?? ''}\n`);
        if (left.length === 0) child.stdin?.end();
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
      return new Promise((done, fail) => {
        child.on('error', fail);
        child.on('close', (code) => done({ code: code ?? 1, lines: linesOf(output) }));
      });
    },
  };
}

function linesOf(text: string): string[] {
  return stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
