import { mkdtemp, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { celonisAuditLog, oeActivityLog, oeEventLog, type Model } from '@millrace/model';
import { EventFormatOptionError } from './errors.ts';
import { eventSource } from './event-source.ts';
import { openLogDatabase, type LogDatabase } from './log-database.ts';
import { ocelSource } from './ocel-source.ts';
import { writeOcelJson } from './write-ocel-json.ts';
import { writeOcelSqlite } from './write-ocel-sqlite.ts';
import { writeXes } from './write-xes.ts';
import { xesRows } from './xes-source.ts';

/** Formats of event logs. */
export const eventLogFormats = ['xes', 'ocel-json', 'ocel-sqlite'] as const;

/** A format of event logs: XES, or OCEL 2.0 as JSON or as an SQLite database. */
export type EventLogFormat = (typeof eventLogFormats)[number];

/** What to convert, and to what. */
export interface ExportEventLogOptions {
  /** What a run wrote: `duckdb:FILE` or `parquet:DIR`. */
  readonly database: string;
  readonly format: EventLogFormat;
  /** Path of the file to write. What stands there is replaced when the new one is whole. */
  readonly output: string;
  /** The model whose activity table is converted. Default: the built-in one whose activity table is there. */
  readonly model?: Model;
}

/** What was written. */
export interface ExportEventLogSummary {
  readonly format: EventLogFormat;
  readonly output: string;
  /** Name of the model. */
  readonly model: string;
  readonly events: number;
  /** Events without a timestamp, which neither format has. */
  readonly eventsLeftOut: number;
  /** For XES. */
  readonly cases?: number;
  /** For OCEL, as is everything below. */
  readonly objects?: number;
  /** Objects that no event is about. */
  readonly objectsLeftOut?: number;
  readonly eventObjectRelations?: number;
  readonly objectObjectRelations?: number;
}

/**
 * Converts the activity table of a destination to a file that process mining tools read. Memory stays bounded whatever its size; the work
 * takes room on the disk beside `output`, for the time being about as much as the tables that are read.
 * Throws an `EventFormatOptionError`, whose name is `OptionError`, for a wrong format or path and when the database cannot be read;
 * an `EventFormatError` when the log breaks a rule of the format.
 */
export async function exportEventLog(options: ExportEventLogOptions): Promise<ExportEventLogSummary> {
  const { format, output } = options;
  if (!eventLogFormats.includes(format))
    throw new EventFormatOptionError(`'${format as string}' is not a format: write ${eventLogFormats.join(', ')}.`);
  const path = resolve(output);
  await checkOutput(output, path);
  const folder = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
  let database: LogDatabase | undefined;
  try {
    database = await openLogDatabase(options.database, folder);
    const model = options.model ?? (await findModel(database, options.database));
    const source = await eventSource(database, model);
    const head = { format, output, model: model.name };
    const total = await count(database, `SELECT count(*) FROM ${source.from}`);
    if (format === 'xes') {
      const rows = xesRows(database, source);
      const counts = await writeXes({ name: model.name, attributes: source.attributes, rows, output: path });
      return { ...head, ...counts, eventsLeftOut: total - counts.events };
    }
    const log = await ocelSource(database, model, source);
    const write = format === 'ocel-json' ? writeOcelJson : writeOcelSqlite;
    const counts = await write({ log, output: path });
    return { ...head, ...counts, eventsLeftOut: total - counts.events, objectsLeftOut: log.objectsLeftOut };
  } finally {
    database?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkOutput(output: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (output.trim() === '' || output === '-' || found?.isDirectory())
    throw new EventFormatOptionError(`'${output}' is not a file to write: give a path such as log.xes.`);
  const parent = await stat(dirname(path)).catch(() => undefined);
  if (!parent?.isDirectory())
    throw new EventFormatOptionError(`${output} cannot be written: there is no folder ${dirname(output)}.`);
}

async function findModel(database: LogDatabase, url: string): Promise<Model> {
  const models = [oeActivityLog, oeEventLog, celonisAuditLog];
  for (const model of models)
    for (const { table } of model.activityTables.slice(0, 1)) if (await database.columns(table)) return model;
  const tables = models.map(({ activityTables: [activity] }) => activity?.table).join(', ');
  throw new EventFormatOptionError(`${url} has no activity table (${tables}): convert what a run wrote.`);
}

async function count(database: LogDatabase, sql: string): Promise<number> {
  for await (const [value] of database.rows(sql)) return Number(value);
  return 0;
}
