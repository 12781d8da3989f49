/** Logs: closed windows of time, read side by side and committed in order. */
import { hashOf, type ReadDocument } from './reading.ts';
import type { WindowedFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { inOrder } from './in-order.ts';
import { cutRange, inRange, intersectRanges, mergeRanges, type Range, subtractRanges } from './ranges.ts';
import { readWindowed, type RememberedWindow, type WindowedState, writeWindowed } from './state.ts';
import { forget, remember } from './remembered.ts';
import { withWrite } from './table-writer.ts';
import { isoTime } from './timestamp.ts';
import { type ReadWindow, WindowReader } from './window-reader.ts';

const defaultEarliest = Date.UTC(2000, 0, 1);

/** Reads what is new in a log, and the last span of it again. */
export async function extractWindowed(feed: WindowedFeed, run: FeedRun): Promise<void> {
  const { settings, tally, emit } = run;
  const step = feed.boundsStepMs ?? 1;
  const before = run.state === undefined ? undefined : readWindowed(feed.name, run.state);
  tally.mode = before === undefined || settings.full ? 'full' : 'delta';
  emit({ kind: 'feed started', feed: feed.name, mode: tally.mode });

  const earliest = feed.earliest?.getTime() ?? defaultEarliest;
  const from = settings.from ?? before?.from ?? earliest;
  const reader = new WindowReader(feed, run);
  const serverTime = await reader.serverTime(before?.complete.at(-1)?.to ?? from);
  const settled = serverTime - settings.settleMs;
  const to = Math.floor(Math.min(settings.until ?? settled, settled) / step) * step;
  let state: WindowedState = {
    from: Math.min(from, before?.from ?? from),
    complete: before?.complete ?? [],
    recent: before?.recent ?? [],
    gaps: before?.gaps ?? [],
  };
  tally.completeTo = completeTo(state);
  if (to <= from) return;

  const horizon = Math.max(from, to - settings.rereadMs);
  const missing = subtractRanges([{ from, to }], settings.full ? [] : state.complete);
  for (const gap of findGaps(feed, state, missing, serverTime)) {
    const bounds = { from: isoTime(gap.from), to: isoTime(gap.to) };
    state = { ...state, gaps: mergeRanges([...state.gaps, gap]) };
    tally.gaps.push(bounds);
    emit({ kind: 'gap found', feed: feed.name, ...bounds });
  }
  const again = state.recent.filter((window) => window.to > horizon && window.from < to);
  const wanted = mergeRanges([...missing, ...again, ...intersectRanges(state.complete, [{ from: horizon, to }])]);
  const start = before === undefined && settings.from === undefined ? await reader.oldest({ from, to }) : from;
  const edges = again.flatMap((window) => [window.from, window.to]);
  const cuts = [...edges, ...state.complete.flatMap((range) => [range.from, range.to])];
  if (!again.some((window) => window.from < horizon && horizon < window.to)) cuts.push(horizon);
  const broken = new Map<RememberedWindow, number>();

  const commitPart = async (window: ReadWindow, part: Range): Promise<void> => {
    const documents = window.documents.filter((one) => inRange(part, one.instant));
    const known = again.find((one) => one.from <= part.from && part.to <= one.to);
    const contentHash = hashOf(documents);
    const whole = known !== undefined && known.from === part.from && known.to === part.to;
    if (whole && known.contentHash === contentHash && known.documents === documents.length && !settings.full) return;
    const late = whole ? Math.max(0, documents.length - known.documents) : 0;
    if (whole) tally.missing += Math.max(0, known.documents - documents.length);
    else if (known !== undefined) broken.set(known, (broken.get(known) ?? 0) + documents.length);
    const remembered = { ...part, documents: documents.length, contentHash };
    state = {
      ...state,
      complete: mergeRanges([...state.complete, part]),
      recent: remember(forget(state.recent, part), remembered, horizon),
    };
    await write(window, part, documents, contentHash);
    tally.late += late;
    tally.documents += documents.length;
    tally.windows += 1;
    tally.completeTo = completeTo(state);
    emit({
      kind: 'committed',
      feed: feed.name,
      from: isoTime(part.from),
      to: isoTime(part.to),
      documents: documents.length,
      late,
    });
  };

  const write = (
    window: ReadWindow,
    part: Range,
    documents: readonly ReadDocument[],
    contentHash: string,
  ): Promise<void> =>
    withWrite(run.writer, 'upsert', async (open) => {
      await open.write(documents.map((one) => one.document));
      await open.commit({
        state: writeWindowed(state),
        receipt: {
          feed: feed.name,
          run: settings.run,
          from: isoTime(part.from),
          to: isoTime(part.to),
          ...window.evidence,
          documents: documents.length,
          contentHash,
        },
      });
    });

  await inOrder(
    wanted.flatMap((range) => cutRange(range, [start])).map((range) => ({ range, failures: 0 })),
    {
      concurrency: settings.concurrency,
      work: (item) => reader.read(item, edges),
      handOver: async (window) => {
        run.requests.check();
        for (const part of cutRange(window.range, cuts)) await commitPart(window, part);
      },
      stop: (error) => run.requests.stop(error),
    },
  );
  for (const [known, documents] of broken) {
    tally.late += Math.max(0, documents - known.documents);
    tally.missing += Math.max(0, known.documents - documents);
  }
}

/** What a run comes too late for: wanted after the first run, and older than the source keeps. */
function findGaps(feed: WindowedFeed, state: WindowedState, missing: readonly Range[], serverTime: number): Range[] {
  const first = state.complete[0];
  if (feed.retentionMs === undefined || first === undefined) return [];
  const lost = { from: first.from, to: serverTime - feed.retentionMs };
  return subtractRanges(intersectRanges(missing, [lost]), state.gaps);
}

/** Everything wanted is committed up to here. */
function completeTo(state: WindowedState): string | undefined {
  const range = state.complete.find((one) => inRange(one, state.from));
  return range === undefined ? undefined : isoTime(range.to);
}
