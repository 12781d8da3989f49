/** A run of the extraction engine as a command: destination, progress, tables of the model, summary. */
import { createDestination, parseDestinationUrl } from '@millrace/destinations';
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
import { absoluteDestination } from '../destination-path.ts';
import type { Io } from '../io.ts';
import { printJson, renderTable } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';

/** What a program says of its run. */
export interface ExtractionCommand {
  readonly io: Io;
  /** The destination as the user wrote it. */
  readonly to: string;
  readonly model: Model;
  readonly json: boolean;
  readonly feeds: readonly Feed[];
  /** Everything else for the engine. */
  readonly extraction: Omit<ExtractionOptions, 'feeds' | 'destination' | 'signal' | 'onProgress'>;
}

/** A table that a transformation of the model made. */
interface Built {
  readonly transformation: string;
  readonly tables: readonly string[];
}

/**
 * Extracts, builds the activity tables where the destination can, and prints what happened: on stdout, or on stderr where stdout
 * carries the rows.
 */
export async function extractToDestination({
  io,
  to,
  model,
  json,
  feeds,
  extraction,
}: ExtractionCommand): Promise<ExtractionSummary> {
  const toStdout = parseDestinationUrl(to).target === '-';
  const destination = createDestination(absoluteDestination(to, io.cwd), toStdout ? { output: io.stdout } : {});
  const progress = createProgress(io);
  let summary: ExtractionSummary;
  let built: readonly Built[];
  try {
    summary = await runExtraction({
      ...extraction,
      feeds,
      destination,
      signal: io.signal,
      onProgress: (event) => showProgress(progress, event),
    });
    progress.end();
    built = await buildTables(destination, model, { full: extraction.full ?? false, tables: summary.tables }, progress);
  } finally {
    progress.end();
    await destination.close();
  }
  if (json)
    printJson(toStdout ? { stdout: io.stderr } : io, {
      destination: to,
      ...summary,
      tables: summary.tables.map(({ name, columns }) => ({ name, columns: columns.length })),
      built,
    });
  else (toStdout ? io.stderr : io.stdout).write(renderSummary(to, summary, built));
  return summary;
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

function showProgress(progress: Progress, event: ProgressEvent): void {
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
    case 'clock skew':
      progress.note(
        `warning: this machine's clock is ${Math.abs(Math.round(event.skewMs / 1000))} s ${event.skewMs > 0 ? 'behind' : 'ahead of'} the server's; the server's is used`,
      );
      break;
    default:
      break;
  }
}

function renderSummary(to: string, summary: ExtractionSummary, built: readonly Built[]): string {
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
  return `${table}${made.length === 0 ? '' : `built: ${made.join(', ')}\n`}written to ${to}\n`;
}
