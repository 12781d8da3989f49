import { resolve } from 'node:path';
import { createDestination, inspectDestination } from '@millrace/destinations';
import { acknowledgeGaps, readFeedStatus, type FeedStatus } from '@millrace/extract';
import type { CommandContext } from '../command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { worstOf } from '../failure.ts';
import type { Io } from '../io.ts';
import { renderMetrics, writeMetrics } from '../metrics.ts';
import { printJson, renderTable } from '../output.ts';
import { span } from '../span.ts';
import { spanSetting } from '../values.ts';
import { readableDestination } from '../destination-path.ts';
import { readPushed, renderPushed } from './pushed.ts';

/** Prints how far each feed is; exit code 4 while a gap is not acknowledged, 3 when a feed is behind `--max-lag`. */
export async function runStatus(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const to = settings.text('to') ?? '';
  const maxLag = spanSetting(settings, 'maxLag');
  const url = readableDestination(context, to);
  if (settings.on('acknowledge')) await acknowledge(url, io);
  const feeds = await readStatus(url);
  const pushed = await readPushed(context, to);
  const now = Date.now();
  const rows = feeds.map((feed) => describe(feed, now, maxLag));
  if (settings.on('json')) printJson(io, { destination: to, feeds: rows, ...(pushed === undefined ? {} : { pushed }) });
  else io.stdout.write(`${asTable(rows)}${pushed === undefined ? '' : renderPushed(pushed)}`);
  const metrics = settings.text('prometheus');
  if (metrics !== undefined) await writeMetrics(resolve(io.cwd, metrics), renderMetrics(to, feeds, now));
  return worstOf([
    rows.some(({ gaps }) => gaps.some(({ acknowledged }) => !acknowledged)) ? exitCodes.gap : exitCodes.ok,
    rows.some(({ stale }) => stale) ? exitCodes.stale : exitCodes.ok,
  ]);
}

async function readStatus(url: string): Promise<FeedStatus[]> {
  const inspection = await inspectDestination(url);
  try {
    return await readFeedStatus(inspection.state, inspection.receipts());
  } finally {
    inspection.close();
  }
}

async function acknowledge(url: string, io: Io): Promise<void> {
  // Opening makes what is missing, and asking for the status of nothing must not.
  (await inspectDestination(url)).close();
  const destination = createDestination(url, { onNote: (text) => void io.stderr.write(`note: ${text}\n`) });
  try {
    for (const { feed, from, to } of await acknowledgeGaps(destination)) {
      io.stderr.write(`acknowledged: ${feed}: ${from} to ${to}\n`);
    }
  } finally {
    await destination.close({ quick: true });
  }
}

type Row = ReturnType<typeof describe>;

function describe(feed: FeedStatus, now: number, maxLag: number | undefined) {
  const { completeTo, last, ...rest } = feed;
  const lagMs = completeTo === undefined ? undefined : now - Date.parse(completeTo);
  return {
    ...rest,
    completeTo: completeTo ?? null,
    lagSeconds: lagMs === undefined ? null : Math.round(lagMs / 1000),
    lastRun: last?.run ?? null,
    lastProof: last?.proof ?? null,
    lastReceipt: last?.sequence ?? null,
    lastHash: last?.hash ?? null,
    lastReadAt: last?.serverTime ?? null,
    stale: maxLag !== undefined && (lagMs === undefined || lagMs > maxLag),
  };
}

function asTable(rows: readonly Row[]): string {
  const table = renderTable(
    ['feed', 'complete to', 'lag', 'receipts', 'last receipt', 'proof', 'late', 'gaps', ''],
    rows.map((row) => [
      row.feed,
      row.completeTo ?? '',
      row.lagSeconds === null ? '' : span(row.lagSeconds),
      row.receipts,
      row.lastReceipt ?? '',
      row.lastProof ?? '',
      row.late,
      row.gaps.filter(({ acknowledged }) => !acknowledged).length,
      row.stale ? 'stale' : '',
    ]),
  );
  const gaps = rows.flatMap(({ feed, gaps }) =>
    gaps.map(
      ({ from, to, acknowledged }) =>
        `gap: ${feed}: ${from} to ${to} was deleted at the source before it was read${acknowledged ? ' (acknowledged)' : ''}\n`,
    ),
  );
  return `${table}${gaps.join('')}`;
}
