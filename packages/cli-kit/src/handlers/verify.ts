import { createDestination, strayFiles, verifyDestination, type VerifyReport } from '@millrace/destinations';
import { compareWithSource, type ExtractionSummary, type Feed } from '@millrace/extract';
import type { CommandContext } from '../command.ts';
import { readableDestination } from '../destination-path.ts';
import { renderLoaded, verifyPool } from './pushed.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { exitCodeOf, renderFailure, worstOf } from '../failure.ts';
import { printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { integerSetting } from '../values.ts';
import { UsageError } from '../usage-error.ts';

/** The feeds of a program, for `--deep`. */
export type FeedsOf = (context: CommandContext) => Promise<readonly Feed[]>;

/** Compares a destination with its ledger, and with `--deep` with its source. Exit code 6 when it was changed, 5 when records are late. */
export async function runVerify(program: string, context: CommandContext, feedsOf?: FeedsOf): Promise<ExitCode> {
  const { io, settings } = context;
  const to = settings.text('to') ?? '';
  const url = readableDestination(context, to);
  const expected = settings.text('expect');
  if (expected !== undefined && !/^[\da-f]{64}$/.test(expected)) {
    throw new UsageError(
      `${settings.sourceOf('expect')}: "${expected}" is not a hash: 64 digits 0-9 and a-f, as verify prints it.`,
    );
  }
  const stored = await verifyDestination(url, expected);
  const pool = stored.findings.length === 0 ? await verifyPool(context, to) : undefined;
  for (const note of pool?.notes ?? []) io.stderr.write(note);
  const report = { ...stored, findings: [...stored.findings, ...(pool?.findings ?? [])] };
  const stray = report.findings.length === 0 ? await strayFiles(url) : [];
  for (const path of stray) io.stderr.write(`note: ${path} belongs to no committed run; the next one removes it\n`);
  const tampered = report.findings.length > 0 ? exitCodes.tampered : exitCodes.ok;
  const deep = settings.on('deep') && feedsOf !== undefined && tampered === exitCodes.ok;
  const source = deep ? await compare(program, context, url, await feedsOf(context)) : undefined;
  if (settings.on('json')) {
    const feeds = source?.summary.feeds.map(({ feed, read, late, missing, differences }) => ({
      feed,
      read,
      late,
      missing,
      differences,
    }));
    const pushed = pool === undefined ? {} : { pushed: pool.pushed, loaded: pool.loaded ?? null };
    printJson(io, { destination: to, ...report, ...pushed, ...(feeds === undefined ? {} : { source: feeds }) });
  } else
    io.stdout.write(`${pool === undefined ? '' : renderLoaded(pool.loaded)}${render(to, report, source?.summary)}`);
  return worstOf([tampered, source?.code ?? exitCodes.ok]);
}

async function compare(
  program: string,
  { io, settings }: CommandContext,
  url: string,
  feeds: readonly Feed[],
): Promise<{ readonly summary: ExtractionSummary; readonly code: ExitCode }> {
  const progress = createProgress(io);
  const destination = createDestination(url, { onNote: (text) => progress.note(`note: ${text}`), signal: io.signal });
  const concurrency = integerSetting(settings, 'concurrency', 1, 32);
  try {
    const summary = await compareWithSource({
      feeds,
      destination,
      signal: io.signal,
      keepGoing: true,
      ...(concurrency === undefined ? {} : { concurrency }),
      onProgress: (event) => {
        if (event.kind !== 'progress') return;
        const total = event.estimatedDocuments === undefined ? {} : { total: event.estimatedDocuments };
        progress.report({ what: event.feed, done: event.documents, unit: 'documents', ...total });
      },
    });
    progress.end();
    for (const { feed, error } of summary.failures)
      io.stderr.write(renderFailure(`${program}: ${feed}`, error, io.env));
    const late = summary.feeds.some((feed) => feed.late > 0) ? exitCodes.late : exitCodes.ok;
    return { summary, code: worstOf([late, ...summary.failures.map(({ error }) => exitCodeOf(error))]) };
  } finally {
    progress.end();
    await destination.close({ quick: true });
  }
}

function render(to: string, report: VerifyReport, source: ExtractionSummary | undefined): string {
  const { findings, receipts, head, tables, uncovered } = report;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const lines = findings.map(({ name, message }) => `changed: ${name}: ${message}`);
  if (findings.length === 0) {
    lines.push(
      `${to}: ${receipts.toLocaleString('en-US')} receipts and ${rows.toLocaleString('en-US')} rows in ${tables.length} tables are as they were written`,
    );
    if (uncovered.length > 0)
      lines.push(`made by transformations, and not covered by receipts: ${uncovered.join(', ')}`);
  }
  for (const { feed, read, late, missing, differences } of source?.feeds ?? []) {
    lines.push(
      `${feed}: ${read.toLocaleString('en-US')} records read again, ${late} late, ${missing} no longer at the source`,
    );
    for (const { from, to: end, late: found, times } of differences.filter((one) => one.late > 0)) {
      lines.push(`  late: ${found} in ${from} to ${end}: ${times.join(', ')}${found > times.length ? ', …' : ''}`);
    }
  }
  lines.push(`head: ${head.hash} (receipt ${head.sequence})`);
  return `${lines.join('\n')}\n`;
}
