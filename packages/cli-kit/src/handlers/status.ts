import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createDestination, parseDestinationUrl } from '@millrace/destinations';
import type { Receipt } from '@millrace/extract';
import type { CommandContext } from '../command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { printJson, renderTable } from '../output.ts';
import { span } from '../span.ts';
import { UsageError } from '../usage-error.ts';
import { spanSetting } from '../values.ts';
import { absoluteDestination } from '../destination-path.ts';

/** How far one feed is. */
interface FeedStatus {
  readonly feed: string;
  /** The end of the last window, or the server's clock when the last reading began. */
  readonly completeTo: string;
  readonly lagSeconds: number;
  readonly receipts: number;
  readonly lastRun: string;
  readonly lastProof: Receipt['proof'];
  readonly stale: boolean;
}

/** Prints how far each feed is; exit code 3 when one is behind `--max-lag`. */
export async function runStatus({ io, settings }: CommandContext): Promise<ExitCode> {
  const url = settings.text('to') ?? '';
  const maxLag = spanSetting(settings, 'maxLag');
  await refuseMissing(url, io);
  const destination = createDestination(absoluteDestination(url, io.cwd));
  let feeds: FeedStatus[];
  try {
    await destination.open();
    feeds = await readStatus(destination.receipts(), Date.now(), maxLag);
  } finally {
    await destination.close();
  }
  if (settings.on('json')) printJson(io, { destination: url, feeds });
  else {
    const rows = feeds.map(({ feed, completeTo, lagSeconds, receipts, lastProof, stale }) => [
      feed,
      completeTo,
      span(lagSeconds),
      receipts,
      lastProof,
      stale ? 'stale' : '',
    ]);
    io.stdout.write(renderTable(['feed', 'complete to', 'lag', 'receipts', 'last proof', ''], rows));
  }
  return feeds.some(({ stale }) => stale) ? exitCodes.stale : exitCodes.ok;
}

async function readStatus(
  receipts: AsyncIterable<Receipt>,
  now: number,
  maxLag: number | undefined,
): Promise<FeedStatus[]> {
  const feeds = new Map<string, FeedStatus>();
  for await (const { feed, to, serverTime, run, proof } of receipts) {
    const before = feeds.get(feed);
    const end = to ?? serverTime;
    const completeTo = before === undefined || end > before.completeTo ? end : before.completeTo;
    const lagMs = now - Date.parse(completeTo);
    feeds.set(feed, {
      feed,
      completeTo,
      lagSeconds: Math.round(lagMs / 1000),
      receipts: (before?.receipts ?? 0) + 1,
      lastRun: run,
      lastProof: proof,
      stale: maxLag !== undefined && lagMs > maxLag,
    });
  }
  return [...feeds.values()];
}

/** Opening a destination makes it; asking for the status of nothing must not. */
async function refuseMissing(url: string, io: Pick<Io, 'cwd'>): Promise<void> {
  const { target } = parseDestinationUrl(url);
  if (target === '-')
    throw new UsageError('--to: standard output keeps no state. Name the file or folder that an export wrote to.');
  try {
    await access(resolve(io.cwd, target));
  } catch {
    throw new UsageError(`--to: nothing is at ${url}. Name the file or folder that an export wrote to.`);
  }
}
