import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodes, runProgram, UsageError, type CommandContext, type ProgramSpec } from '../src/index.ts';
import { testIo } from './helpers.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

function program(handler: (context: CommandContext) => Promise<0 | 9>): ProgramSpec {
  return {
    name: 'mill',
    version: '1.2.3',
    description: 'Grinds.',
    commands: [
      {
        name: 'grind',
        summary: 'grind corn',
        description: 'Grinds corn.',
        options: [
          { flags: '--from <date>', key: 'from', description: 'first day', env: 'MILL_FROM' },
          { flags: '--to <url>', key: 'to', description: 'where to', default: 'duckdb:mill.duckdb' },
          { flags: '--json', key: 'json', description: 'print JSON' },
        ],
        secrets: [{ env: 'MILL_KEY', description: 'key of the mill' }],
        examples: [['grind --from 2026-01-01', 'grinds what came since']],
        load: async () => handler,
      },
      {
        name: 'config explain',
        summary: 'say where values come from',
        description: 'Says where values come from.',
        options: [],
        load: async () => handler,
      },
    ],
  };
}

describe('where a value comes from', () => {
  const seen = async (argv: string[], env: Record<string, string>, file?: string): Promise<(string | undefined)[]> => {
    if (file !== undefined) await writeFile(join(folder, 'millrace.config.json'), file);
    let found: (string | undefined)[] = [];
    const code = await runProgram(
      program(async ({ settings }) => {
        found = [settings.text('from'), settings.sourceOf('from')];
        return 0;
      }),
      ['grind', ...argv],
      testIo(env, folder),
    );
    expect(code).toBe(exitCodes.ok);
    return found;
  };

  test('a flag is stronger than the environment and the file', async () => {
    expect(await seen(['--from', 'flag'], { MILL_FROM: 'env' }, '{"mill":{"from":"file"}}')).toEqual([
      'flag',
      '--from',
    ]);
  });

  test('the environment is stronger than the file', async () => {
    expect(await seen([], { MILL_FROM: 'env' }, '{"mill":{"from":"file"}}')).toEqual(['env', 'MILL_FROM']);
  });

  test('the file is used when nothing else has the value, and is named', async () => {
    const [value, source] = await seen([], {}, '{"mill":{"from":"file"}}');
    expect(value).toBe('file');
    expect(source).toBe(`"from" in ${join(folder, 'millrace.config.json')}`);
  });

  test('an empty variable counts as absent', async () => {
    expect(await seen([], { MILL_FROM: '' })).toEqual([undefined, '--from']);
  });
});

describe('wrong calls', () => {
  const cases: readonly (readonly [string, string[], RegExp])[] = [
    ['an unknown flag', ['grind', '--form', 'x'], /mill grind: unknown option '--form'[\s\S]*--from/],
    ['an unknown command', ['grin'], /unknown command 'grin'[\s\S]*grind/],
    ['a missing value', ['grind', '--from'], /argument missing/],
    ['an operand too many', ['grind', 'corn'], /too many arguments/],
    ['no command at all', [], /Usage: mill/],
  ];
  for (const [name, argv, want] of cases) {
    test(`${name} exits 2, says so on stderr and prints nothing on stdout`, async () => {
      const io = testIo({}, folder);
      expect(
        await runProgram(
          program(async () => 0),
          argv,
          io,
        ),
      ).toBe(exitCodes.usage);
      expect(io.stderr.text).toMatch(want);
      expect(io.stdout.text).toBe('');
    });
  }

  test('an option that the file spells wrong exits 2 and lists the right ones', async () => {
    await writeFile(join(folder, 'millrace.config.json'), '{"mill":{"form":"x"}}');
    const io = testIo({}, folder);
    expect(
      await runProgram(
        program(async () => 0),
        ['grind'],
        io,
      ),
    ).toBe(exitCodes.usage);
    expect(io.stderr.text).toMatch(/no option "form"\. It has: from, json, to\./);
  });
});

test('help says of a group of commands what is in it', async () => {
  const io = testIo({}, folder);
  const mill = program(async () => 0);
  expect(await runProgram(mill, ['--help'], io)).toBe(exitCodes.ok);
  expect(io.stdout.text).toMatch(/\n {2}config +explain\n/);
});

test('help goes to stdout, names defaults, variables, credentials and examples, and exits 0', async () => {
  const io = testIo({}, folder);
  expect(
    await runProgram(
      program(async () => 0),
      ['grind', '--help'],
      io,
    ),
  ).toBe(exitCodes.ok);
  expect(io.stdout.text).toMatchInlineSnapshot(`
    "Usage: mill grind [options]

    Grinds corn.

    Options:
      --from <date>  first day (env: MILL_FROM)
      --to <url>     where to (default: duckdb:mill.duckdb)
      --json         print JSON
      --help         print this help

    Credentials come from the environment, never from a flag: from NAME, the file that NAME_FILE names, the
    command in NAME_COMMAND, or the entry of the keychain that NAME_KEYCHAIN names:
      MILL_KEY  key of the mill

    Examples:
      mill grind --from 2026-01-01
          grinds what came since
    "
  `);
});

test('a description is wrapped to the width of the help, not where its source was', async () => {
  const io = testIo({}, folder);
  const spec = program(async () => 0);
  const commands = spec.commands.map((command) => ({ ...command, description: 'Grinds corn\nfinely.\n\nAnd again.' }));
  await runProgram({ ...spec, commands }, ['grind', '--help'], io);
  expect(io.stdout.text).toContain('\nGrinds corn finely.\n\nAnd again.\n');
});

test('a command below another is found', async () => {
  expect(
    await runProgram(
      program(async () => 9),
      ['config', 'explain'],
      testIo({}, folder),
    ),
  ).toBe(exitCodes.drift);
});

test('an error of a handler is told with its causes and gives its own exit code', async () => {
  const io = testIo({}, folder);
  const code = await runProgram(
    program(() =>
      Promise.reject(
        new UsageError('--from: "x" is not a date.', { cause: Object.assign(new Error('low'), { code: 'ENOTFOUND' }) }),
      ),
    ),
    ['grind'],
    io,
  );
  expect(code).toBe(exitCodes.usage);
  expect(io.stderr.text).toBe(
    'mill: --from: "x" is not a date.\n  cause: the host name does not exist: check the spelling of the URL (ENOTFOUND)\n',
  );
});

test('an error without an exit code exits 1', async () => {
  expect(
    await runProgram(
      program(() => Promise.reject(new Error('broken'))),
      ['grind'],
      testIo({}, folder),
    ),
  ).toBe(exitCodes.error);
});
