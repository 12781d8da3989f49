/** `report`: one HTML file of what a destination holds and how it came there. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inspectDestination, listTables, verifyDestination } from '@millrace/destinations';
import { readFeedStatus, type Receipt } from '@millrace/extract';
import type { Model } from '@millrace/model';
import type { CommandContext } from '../command.ts';
import { readableDestination } from '../destination-path.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { FigureCollector } from '../report/figures.ts';
import { renderReport, type ReportData } from '../report/page.ts';
import { readProcess, type ProcessFigures } from '../report/process-figures.ts';
import { createProgress } from '../progress.ts';

/** Writes the report. Exit code 6 when the data was changed after it was written; the report says what. */
export async function runReport(program: string, models: readonly Model[], context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const to = settings.text('to') ?? '';
  const out = settings.text('out') ?? '';
  const url = readableDestination(context, to);
  const progress = createProgress(io);
  const step = (what: string, done: number): void => progress.report({ what, done, total: 3, unit: 'steps' });
  try {
    step('receipts', 0);
    const history = await readHistory(url);
    step('activity tables', 1);
    const tables = await listTables(url);
    const processes = await readProcesses(url, models, new Set(tables.map(({ table }) => table)));
    step('verification', 2);
    const verification = settings.on('skipVerify') ? undefined : await verifyDestination(url);
    const data: ReportData = {
      program,
      destination: to,
      generatedAt: new Date().toISOString(),
      ...history,
      tables: tables.map(({ table, rows }) => ({ table, rows })),
      processes,
      ...(verification === undefined ? {} : { verification }),
    };
    progress.end();
    await writeFile(resolve(io.cwd, out), renderReport(data));
    if (settings.on('json')) printJson(io, { out, ...data });
    else io.stdout.write(`written to ${out}\n`);
    return (verification?.findings.length ?? 0) > 0 ? exitCodes.tampered : exitCodes.ok;
  } finally {
    progress.end();
  }
}

async function readHistory(url: string): Promise<Pick<ReportData, 'feeds' | 'runs'>> {
  const inspection = await inspectDestination(url);
  const collector = new FigureCollector();
  try {
    const feeds = await readFeedStatus(inspection.state, noted(inspection.receipts(), collector));
    return { feeds: feeds.map((status) => collector.feed(status)), runs: collector.runs };
  } finally {
    inspection.close();
  }
}

async function* noted(receipts: AsyncIterable<Receipt>, collector: FigureCollector): AsyncGenerator<Receipt> {
  for await (const receipt of receipts) {
    collector.add(receipt);
    yield receipt;
  }
}

async function readProcesses(
  url: string,
  models: readonly Model[],
  tables: ReadonlySet<string>,
): Promise<ProcessFigures[]> {
  const found: ProcessFigures[] = [];
  for (const activity of models.flatMap(({ activityTables }) => activityTables)) {
    if (tables.has(activity.table) && !found.some(({ table }) => table === activity.table))
      found.push(await readProcess(url, activity));
  }
  return found;
}
