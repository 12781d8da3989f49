/** From values to a program: commander parses and prints help, everything else is ours. */
import { Command, CommanderError, Option } from 'commander';
import type { CommandSpec, OptionSpec, ProgramSpec } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { exitCodeOf, renderFailure } from './failure.ts';
import type { Io } from './io.ts';
import { resolveSettings } from './settings.ts';

/** Runs a parsed command. */
type Execute = (
  spec: CommandSpec,
  flags: Readonly<Record<string, unknown>>,
  operands: readonly string[],
) => Promise<void>;

/** Builds the commander tree. Parses nothing and touches nothing. */
export function createProgram(spec: ProgramSpec, io: Pick<Io, 'stdout' | 'stderr'>, execute: Execute): Command {
  const root = prepare(new Command(spec.name), io)
    .description(spec.description)
    .version(spec.version, '--version', 'print the version')
    .helpOption('--help', 'print this help');
  for (const command of spec.commands) addCommand(root, spec.name, command, io, execute);
  return root;
}

function prepare(command: Command, io: Pick<Io, 'stdout' | 'stderr'>): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: false, helpWidth: 100 })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, `${nameOf(command)}: `)),
    });
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function addCommand(
  root: Command,
  program: string,
  spec: CommandSpec,
  io: Pick<Io, 'stdout' | 'stderr'>,
  execute: Execute,
): void {
  const words = spec.name.split(' ');
  let parent = root;
  for (const word of words.slice(0, -1)) {
    const known = parent.commands.find((each) => each.name() === word);
    parent = known ?? prepare(parent.command(word), io).helpOption('--help', 'print this help');
  }
  const command = prepare(parent.command(words.at(-1) ?? ''), io)
    .summary(spec.summary)
    .description(unwrap(spec.description))
    .helpOption('--help', 'print this help')
    .allowExcessArguments(false);
  // A group has no text of its own: what is in it says what it is for.
  if (parent !== root) parent.summary(parent.commands.map((each) => each.name()).join(', '));
  for (const option of spec.options) command.addOption(toCommander(option));
  command.addHelpText('after', afterHelp(program, spec));
  command.action(async (...args: unknown[]) => {
    await execute(spec, byKey(spec.options, command.opts()), args.slice(0, -2).map(String));
  });
}

/** A line break within a paragraph is only the source's; help wraps to its own width. */
function unwrap(text: string): string {
  return text.replaceAll(/(?<!\n)\n(?!\n)/g, ' ');
}

function toCommander(option: OptionSpec): Option {
  const notes = [
    option.default === undefined ? '' : `default: ${option.default}`,
    option.env === undefined ? '' : `env: ${option.env}`,
  ];
  const note = notes.filter((each) => each !== '').join(', ');
  return new Option(option.flags, note === '' ? option.description : `${option.description} (${note})`);
}

/** Commander names a value after its flag in camel case; ours have their own keys. */
function byKey(options: readonly OptionSpec[], opts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(options.map((option) => [option.key, opts[new Option(option.flags).attributeName()]]));
}

function afterHelp(program: string, spec: CommandSpec): string {
  const parts: string[] = [];
  if (spec.secrets !== undefined && spec.secrets.length > 0) {
    const width = Math.max(...spec.secrets.map(({ env }) => env.length));
    const lines = spec.secrets.map(({ env, description }) => `  ${env.padEnd(width)}  ${description}`);
    parts.push(
      `\nCredentials come from the environment, never from a flag: from NAME, the file that NAME_FILE names, the\ncommand in NAME_COMMAND, or the entry of the keychain that NAME_KEYCHAIN names:\n${lines.join('\n')}`,
    );
  }
  if (spec.examples !== undefined && spec.examples.length > 0) {
    parts.push(`\nExamples:\n${spec.examples.map(([line, what]) => `  ${program} ${line}\n      ${what}`).join('\n')}`);
  }
  return parts.join('\n');
}

/**
 * Runs a program.
 * @param argv the words after the program's name
 * @returns the exit code; never throws, never ends the process
 */
export async function runProgram(spec: ProgramSpec, argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = createProgram(spec, io, async (command, flags, operands) => {
    code = await runCommand(spec, command, flags, operands, io);
  });
  try {
    if (argv.length === 0) {
      io.stderr.write(program.helpInformation());
      return exitCodes.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Help and version leave commander as an error with code 0; its other errors are already printed.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    io.stderr.write(renderFailure(spec.name, error, io.env));
    return exitCodeOf(error);
  }
}

async function runCommand(
  spec: ProgramSpec,
  command: CommandSpec,
  flags: Readonly<Record<string, unknown>>,
  operands: readonly string[],
  io: Io,
): Promise<ExitCode> {
  const { readConfigFile } = await import('./config-file.ts');
  const keys = new Set(spec.commands.flatMap(({ options }) => options.map(({ key }) => key)));
  const file = await readConfigFile(spec.name, io.cwd, keys);
  const settings = resolveSettings(command.options, flags, io.env, file);
  const profile = await command.readProfile?.(settings, io);
  const handler = await command.load();
  if (profile === undefined) return handler({ io, settings, operands });
  return handler({
    io: { stdout: io.stdout, stderr: io.stderr, cwd: io.cwd, signal: io.signal, env: { ...io.env, ...profile.env } },
    settings: resolveSettings(command.options, flags, io.env, file, profile),
    operands,
    profile,
  });
}
