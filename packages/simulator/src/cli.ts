/** The program `millrace-simulator`: the simulators from the command line. */
import { readFile } from 'node:fs/promises';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type CelonisSimulator, startCelonisSimulator } from './celonis/simulator.ts';
import { celonisTeamFromAuditPage } from './data/celonis-team.ts';
import { oeFromProcessLog } from './data/process-log.ts';
import { parseFaultPlan } from './fault-plan-file.ts';
import type { FaultPlan } from './faults.ts';
import { type OeSimulator, startOeSimulator } from './oe/simulator.ts';
import type { DataPoolOptions } from './pool/team.ts';

/** What the program needs of the world around it. */
export interface ProgramIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Aborted when the program is to stop serving. */
  readonly stopped: AbortSignal;
}

interface Flags {
  readonly oePort: number;
  readonly celonisPort: number;
  readonly seed: number;
  readonly now: string;
  readonly ticking?: boolean;
  readonly faults?: string;
  readonly days?: number;
  readonly auditEvents?: number;
  readonly loginEvents?: number;
  readonly members?: number;
  readonly adoptionEvents?: number;
  readonly auditPage?: string;
  readonly database?: string;
  readonly poolExport?: string;
  readonly accounts?: number;
  readonly digitalProcesses?: number;
  readonly eventTypes?: number;
  readonly processContexts?: number;
  readonly processLog?: string;
  readonly caseColumn?: string;
  readonly activityColumn?: string;
  readonly timestampColumn?: string;
}

type Which = 'oe' | 'celonis' | 'both';

const celonisFlags = [
  'celonisPort',
  'days',
  'auditEvents',
  'loginEvents',
  'members',
  'adoptionEvents',
  'auditPage',
  'database',
  'poolExport',
] as const;
const generatedCelonisFlags = ['days', 'auditEvents', 'loginEvents', 'members', 'adoptionEvents'] as const;
const generatedOeFlags = ['accounts', 'digitalProcesses', 'eventTypes', 'processContexts'] as const;
const columnFlags = ['caseColumn', 'activityColumn', 'timestampColumn'] as const;
const oeFlags = ['oePort', ...generatedOeFlags, 'processLog', ...columnFlags] as const;

/** Something that the caller can put right; `message` is one sentence. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs the program; gives its exit code: 0 after it was stopped, 1 when it could not serve, 2 for wrong input. */
export async function run(argv: readonly string[], io: ProgramIo): Promise<number> {
  let code = 0;
  const program = createProgram(io).action(async (which: Which, flags: Flags, command: Command) => {
    code = await serve(which, flags, command, io);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function createProgram(io: ProgramIo): Command {
  return new Command('millrace-simulator')
    .description('The Orchestration Engine (OE) and a Celonis team over real HTTP on loopback.')
    .addArgument(new Argument('[which]', 'what to start').choices(['oe', 'celonis', 'both']).default('both'))
    .addOption(new Option('--oe-port <port>', 'port of OE; 0 takes a free one').argParser(port).default(0))
    .addOption(
      new Option('--celonis-port <port>', 'port of the Celonis team; 0 takes a free one').argParser(port).default(0),
    )
    .addOption(new Option('--seed <number>', 'seed of data, credentials and faults').argParser(whole).default(1))
    .addOption(new Option('--now <time>', 'where the clock begins').argParser(time).default('2026-06-01T12:00:00.000Z'))
    .option('--ticking', 'let the clock run; without it time stands still')
    .option('--faults <file>', 'fault plan, JSON')
    .addOption(new Option('--days <number>', 'Celonis: days that the events spread over (90)').argParser(positive))
    .addOption(new Option('--audit-events <number>', 'Celonis: audit events (50000)').argParser(whole))
    .addOption(new Option('--login-events <number>', 'Celonis: login events (20000)').argParser(whole))
    .addOption(new Option('--members <number>', 'Celonis: members (200)').argParser(positive))
    .addOption(new Option('--adoption-events <number>', 'Celonis: studio adoption events (5000)').argParser(whole))
    .option('--audit-page <file>', 'Celonis: a captured page of the audit log (JSON) to serve as the log')
    .option('--database <file>', 'Celonis: DuckDB file for the tables of the data pools; without it they are in memory')
    .option('--pool-export <file>', 'Celonis: an exported data pool (JSON) that is there from the start')
    .addOption(new Option('--accounts <number>', 'OE: accounts (3)').argParser(positive))
    .addOption(new Option('--digital-processes <number>', 'OE: digital processes (8)').argParser(positive))
    .addOption(new Option('--event-types <number>', 'OE: event types (20)').argParser(positive))
    .addOption(new Option('--process-contexts <number>', 'OE: process contexts (3000)').argParser(whole))
    .option('--process-log <file>', 'OE: a process log (CSV) to serve, one process context for each case')
    .option('--case-column <name>', 'OE: its case ID column (case:concept:name)')
    .option('--activity-column <name>', 'OE: its activity column (concept:name)')
    .option('--timestamp-column <name>', 'OE: its timestamp column (time:timestamp)')
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
}

async function serve(which: Which, flags: Flags, command: Command, io: ProgramIo): Promise<number> {
  checkTogether(which, command);
  const faults = await readFaults(flags.faults);
  const common = {
    seed: flags.seed,
    now: flags.now,
    faults,
    clock: flags.ticking === true ? 'ticking' : 'frozen',
  } as const;
  const celonis = which === 'oe' ? undefined : await startCelonis(flags, common);
  let oe: OeSimulator | undefined;
  try {
    oe = which === 'celonis' ? undefined : await startOe(flags, common);
    io.stdout(`${JSON.stringify(summary(flags, celonis, oe), undefined, 2)}\n`);
    await stop(io.stopped);
    return 0;
  } finally {
    await Promise.all([celonis?.close(), oe?.close()]);
  }
}

interface CommonOptions {
  readonly seed: number;
  readonly now: string;
  readonly faults: FaultPlan;
  readonly clock: 'frozen' | 'ticking';
}

async function startCelonis(flags: Flags, common: CommonOptions): Promise<CelonisSimulator> {
  const dataPools = await dataPoolOptions(flags);
  const options = { ...common, port: flags.celonisPort, sizes: picked(flags, generatedCelonisFlags), dataPools };
  if (flags.auditPage === undefined) return listening(flags.celonisPort, startCelonisSimulator(options));
  const text = await readInput('--audit-page', flags.auditPage);
  const data = understood('--audit-page', flags.auditPage, () => celonisTeamFromAuditPage(text));
  return listening(flags.celonisPort, startCelonisSimulator({ ...options, data }));
}

async function dataPoolOptions({ database, poolExport }: Flags): Promise<DataPoolOptions> {
  const stored = database === undefined ? {} : { database };
  if (poolExport === undefined) return stored;
  const text = await readInput('--pool-export', poolExport);
  const document = understood('--pool-export', poolExport, (): unknown => JSON.parse(text));
  return { ...stored, pools: [document] };
}

async function startOe(flags: Flags, common: CommonOptions): Promise<OeSimulator> {
  const options = { ...common, port: flags.oePort, sizes: picked(flags, generatedOeFlags) };
  if (flags.processLog === undefined) return listening(flags.oePort, startOeSimulator(options));
  const text = await readInput('--process-log', flags.processLog);
  const columns = {
    ...(flags.caseColumn === undefined ? {} : { case: flags.caseColumn }),
    ...(flags.activityColumn === undefined ? {} : { activity: flags.activityColumn }),
    ...(flags.timestampColumn === undefined ? {} : { timestamp: flags.timestampColumn }),
  };
  const data = understood('--process-log', flags.processLog, () => oeFromProcessLog(text, columns));
  return listening(flags.oePort, startOeSimulator({ ...options, data }));
}

function summary(flags: Flags, celonis: CelonisSimulator | undefined, oe: OeSimulator | undefined): object {
  return {
    seed: flags.seed,
    now: flags.now,
    clock: flags.ticking === true ? 'ticking' : 'frozen',
    ...(celonis === undefined
      ? {}
      : { celonis: { url: celonis.url, credentials: celonis.credentials, holds: counts(celonis.data) } }),
    ...(oe === undefined ? {} : { oe: { url: oe.url, credentials: oe.credentials, holds: counts(oe.data) } }),
  };
}

function counts(data: object): Record<string, number> {
  return Object.fromEntries(Object.entries(data).map(([name, rows]) => [name, Array.isArray(rows) ? rows.length : 0]));
}

/** Refuses flags that would have no effect. */
function checkTogether(which: Which, command: Command): void {
  const given = (names: readonly string[]): string | undefined =>
    names.find((name) => command.getOptionValueSource(name) === 'cli');
  const idle = which === 'oe' ? given(celonisFlags) : which === 'celonis' ? given(oeFlags) : undefined;
  if (idle !== undefined) {
    const other = which === 'oe' ? 'the Celonis team' : 'OE';
    throw new UsageError(
      `${flagOf(idle)} is about ${other}, which "${which}" does not start; leave it out, or start "both".`,
    );
  }
  const size = given(['auditPage']) && given(generatedCelonisFlags);
  if (size !== undefined)
    throw new UsageError(`${flagOf(size)} is about generated data and does not go with --audit-page.`);
  const oeSize = given(['processLog']) && given(generatedOeFlags);
  if (oeSize !== undefined)
    throw new UsageError(`${flagOf(oeSize)} is about generated data and does not go with --process-log.`);
  const column = given(columnFlags);
  if (column !== undefined && given(['processLog']) === undefined) {
    throw new UsageError(
      `${flagOf(column)} names a column of a process log; give the file with --process-log FILE.csv.`,
    );
  }
}

function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function picked<Name extends keyof Flags>(flags: Flags, names: readonly Name[]): Partial<Pick<Flags, Name>> {
  return Object.fromEntries(
    names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]),
  ) as Partial<Pick<Flags, Name>>;
}

async function readFaults(file: string | undefined): Promise<FaultPlan> {
  if (file === undefined) return {};
  const text = await readInput('--faults', file);
  return understood('--faults', file, () => parseFaultPlan(JSON.parse(text)));
}

async function readInput(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new UsageError(`${flag} ${file}: ${reason}.`, { cause: error });
  }
}

function understood<T>(flag: string, file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${flag} ${file}: ${oneLine(reason)}`, { cause: error });
  }
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

async function listening<T>(wanted: number, starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')))
      throw error;
    const reason = error.code === 'EADDRINUSE' ? 'is taken' : 'may not be used';
    throw new Error(`Port ${wanted} on 127.0.0.1 ${reason}; give another, or 0 for a free one.`, { cause: error });
  }
}

function stop(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, such as 1000.');
  return Number(text);
}

function positive(text: string): number {
  if (whole(text) === 0) throw new InvalidArgumentError('It must be at least 1.');
  return Number(text);
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It must be a port number from 0 to 65535.');
  return Number(text);
}

function time(text: string): string {
  const good =
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text));
  if (!good) throw new InvalidArgumentError('It must be a time with its zone, such as 2026-06-01T12:00:00.000Z.');
  return text;
}
