/** A run of the extraction engine as a command: destination, progress, tables of the model, summary. */
import { access, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createDestination, isPushDestination, type PushReport } from '@millrace/destinations';
import {
  runExtraction,
  type Destination,
  type ExtractionOptions,
  type ExtractionSummary,
  type Feed,
  type FeedSummary,
  type ProgressEvent,
} from '@millrace/extract';
import type { TableSchema } from '@millrace/flatten';
import { duckdb, renderTransformations, type Model } from '@millrace/model';
import type { CommandContext } from '../command.ts';
import { destinationPlace } from '../destination-path.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { exitCodeOf, renderFailure, worstOf } from '../failure.ts';
import type { Io } from '../io.ts';
import { printJson, renderTable } from '../output.ts';
import { leanHeap } from '../lean-heap.ts';
import { createProgress, type Progress } from '../progress.ts';
import { span } from '../span.ts';
import { openWindowLog, type WindowLog } from '../window-log.ts';

/** What a program says of its run. */
export interface ExtractionCommand {
  /** Its name, for messages. */
  readonly program: string;
  readonly io: Io;
  /** For what the destination needs of them. */
  readonly settings: CommandContext['settings'];
  /** The destination as the user wrote it. */
  readonly to: string;
  readonly model: Model;
  readonly json: boolean;
  readonly feeds: readonly Feed[];
  /** File that gets a log record for each receipt. */
  readonly logWindows?: string | undefined;
  /** Everything else for the engine. */
  readonly extraction: Omit<ExtractionOptions, 'feeds' | 'destination' | 'signal' | 'onProgress' | 'keepGoing'>;
}

/** A table that a transformation of the model made. */
interface Built {
  readonly transformation: string;
  readonly tables: readonly string[];
}

/**
 * Extracts, builds the activity tables where the destination can, pushes where it has to be told, and prints what happened: on stdout, or on stderr where stdout
 * carries the rows. A feed that fails does not keep the others from going on.
 * @returns the exit code: that of the gravest failure, 4 when records were deleted at the source before they were read
 */
export async function extractToDestination(command: ExtractionCommand): Promise<ExitCode> {
  const { program, io, to, json, logWindows } = command;
  const { url, options, path, spool } = await destinationPlace(command, to);
  const toStdout = path === undefined;
  const progress = createProgress(io);
  const onNote = (text: string): void => progress.note(`note: ${text}`);
  const destination = createDestination(url, { ...options, signal: io.signal, onNote });
  const isNew = path !== undefined && !(await exists(path));
  const log = logWindows === undefined ? undefined : await openWindowLog(resolve(io.cwd, logWindows), program, to);
  const run: RunState = { destination, progress, log, spool, committed: false };
  let result: Awaited<ReturnType<typeof extractAndBuild>>;
  try {
    result = await extractAndBuild(command, run).finally(() => log?.end());
  } catch (error) {
    progress.end();
    // What went wrong first is what the user must see.
    await destination.close({ quick: true }).catch(() => undefined);
    // A wrong credential must not leave an empty database behind. What did not exist before this run is this run's.
    if (isNew && !run.committed) await rm(path, { recursive: true, force: true }).catch(() => undefined);
    // A statement that was interrupted says so; the reason is what the user did.
    throw io.signal.aborted ? io.signal.reason : error;
  }
  progress.end();
  await destination.close({ quick: io.signal.aborted });
  const { summary, built, push } = result;
  const tables = summary.tables.map(({ name, columns }) => ({ name, columns: columns.length }));
  const failures = summary.failures.map(({ feed, error }) => ({ feed, error: messageOf(error) }));
  const pushed = push === undefined ? {} : { push: { ...push, failures: push.failures.map(tellTable) } };
  const report = { destination: to, ...summary, failures, tables, built, ...pushed };
  if (json) printJson(toStdout ? { stdout: io.stderr } : io, report);
  else (toStdout ? io.stderr : io.stdout).write(renderSummary(to, summary, built, push));
  for (const { feed, error } of summary.failures) io.stderr.write(renderFailure(`${program}: ${feed}`, error, io.env));
  const unpushed = push?.failures ?? [];
  for (const { table, error } of unpushed) io.stderr.write(renderFailure(`${program}: ${table}`, error, io.env));
  const gap = summary.feeds.some(({ gaps }) => gaps.length > 0) ? exitCodes.gap : exitCodes.ok;
  return worstOf([gap, ...[...summary.failures, ...unpushed].map(({ error }) => exitCodeOf(error))]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tellTable({ table, error }: PushReport['failures'][number]): { table: string; error: string } {
  return { table, error: messageOf(error) };
}

/** What a run has come to. */
interface RunState {
  readonly destination: Destination;
  readonly progress: Progress;
  readonly log: WindowLog | undefined;
  /** Folder for pages that wait; none beside standard output. */
  readonly spool: string | undefined;
  /** Whether anything was committed. */
  committed: boolean;
}

async function extractAndBuild(
  { io, model, feeds, extraction }: ExtractionCommand,
  run: RunState,
): Promise<{
  readonly summary: ExtractionSummary;
  readonly built: readonly Built[];
  readonly push: PushReport | undefined;
}> {
  const report = reporter(run.progress);
  const keepLean = leanHeap();
  const summary = await runExtraction({
    ...extraction,
    feeds,
    destination: run.destination,
    keepGoing: true,
    ...(run.spool === undefined ? {} : { spool: run.spool }),
    signal: io.signal,
    onProgress: (event) => {
      keepLean(event.kind === 'progress' ? event.bytes / event.pages : 0);
      if (event.kind === 'committed') {
        run.committed = true;
        run.log?.write(event.receipt);
      }
      report(event);
    },
  });
  run.progress.end();
  // Nothing was read, most often for one and the same reason: it is told once.
  const [failure] = summary.failures;
  if (summary.feeds.length === 0 && failure !== undefined) throw failure.error;
  const options = { full: extraction.full ?? false, tables: summary.tables };
  const built = await buildTables(run.destination, model, options, run.progress);
  return { summary, built, push: await pushTables(run, io) };
}

async function pushTables({ destination, progress }: RunState, { signal }: Io): Promise<PushReport | undefined> {
  if (!isPushDestination(destination)) return undefined;
  const report = await destination.push({
    signal,
    onTable: ({ table }, done, total) => progress.report({ what: `pushed ${table}`, done, total, unit: 'tables' }),
  });
  progress.end();
  return report;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Merging gives the same rows as making the tables anew, and touches only those that changed; files have to be written anew anyway. */
async function buildTables(
  destination: Destination,
  model: Model,
  { full, tables }: { readonly full: boolean; readonly tables: readonly TableSchema[] },
  progress: Progress,
): Promise<readonly Built[]> {
  if (destination.transform === undefined) return [];
  const mode = !full && destination.url.startsWith('duckdb:') ? 'delta' : 'full';
  const built: Built[] = [];
  const transformations = renderTransformations(model, { dialect: duckdb, mode, tables });
  for (const transformation of transformations) {
    progress.report({
      what: `building ${transformation.name}`,
      done: built.length,
      total: transformations.length,
      unit: 'tables',
    });
    await destination.transform(transformation);
    built.push({ transformation: transformation.name, tables: transformation.tables });
  }
  return built;
}

/** Shows what happens. Every feed meets the same clock; it is told once. */
function reporter(progress: Progress): (event: ProgressEvent) => void {
  let clockTold = false;
  return (event) => {
    switch (event.kind) {
      case 'progress':
        progress.report({
          what: event.feed,
          done: event.documents,
          unit: 'documents',
          ...(event.estimatedDocuments === undefined ? {} : { total: event.estimatedDocuments }),
        });
        break;
      case 'gap found':
        progress.note(
          `warning: ${event.feed}: what happened from ${event.from} to ${event.to} was deleted at the source before it was read`,
        );
        break;
      case 'difference found':
        if (event.late > 0)
          progress.note(
            `${event.feed}: ${event.late} records from ${event.from} to ${event.to} came later than they were read`,
          );
        break;
      case 'clock skew':
        if (!clockTold) progress.note(clockWarning(event.skewMs));
        clockTold = true;
        break;
      default:
        break;
    }
  };
}

function clockWarning(skewMs: number): string {
  const side = skewMs > 0 ? 'behind' : 'ahead of';
  return `warning: this machine's clock is ${span(Math.abs(skewMs) / 1000)} ${side} the server's, which is the one that counts`;
}

function renderSummary(
  to: string,
  summary: ExtractionSummary,
  built: readonly Built[],
  push: PushReport | undefined,
): string {
  const row = (feed: FeedSummary): (string | number)[] => [
    feed.feed,
    feed.mode,
    feed.documents,
    feed.read,
    feed.pages,
    feed.windows,
    feed.late,
    feed.completeTo ?? '',
  ];
  const table = renderTable(
    ['feed', 'load', 'new or changed', 'read', 'pages', 'receipts', 'late', 'complete to'],
    summary.feeds.map(row),
  );
  const made = built.flatMap(({ tables }) => tables);
  const pushed = push === undefined ? '' : renderPush(push);
  return `${table}${made.length === 0 ? '' : `built: ${made.join(', ')}\n`}${pushed}written to ${to}\n`;
}

function renderPush({ tables, executions }: PushReport): string {
  const table = renderTable(
    ['pushed table', 'load', 'rows sent', 'removed', 'rows in the pool', 'MB'],
    tables.map(({ table: name, mode, sent, removed, rows, bytes }) => [
      name,
      mode,
      sent,
      removed,
      rows,
      (bytes / 1e6).toFixed(1),
    ]),
  );
  return `${table}${executions} executions of Data Push\n`;
}
