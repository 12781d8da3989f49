/** Which windows of a log a run reads. */
import { ContentHash } from './content-hash.ts';
import type { WindowedFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { GapWatch } from './gaps.ts';
import { cutRange, intersectRanges, mergeRanges, type Range, subtractRanges } from './ranges.ts';
import type { RememberedWindow, WindowedState } from './state.ts';
import { completeTo } from './complete-to.ts';
import { WindowReader } from './window-reader.ts';

const defaultEarliest = Date.UTC(2000, 0, 1);
/** For so long after a full reading of the last span its count stands for its content. */
const countSufficesMs = 6 * 3_600_000;
/** A span of so few documents is read again rather than counted: it takes no more requests. */
const fewDocuments = 100;

/** What a run reads of a log. */
export interface WindowPlan {
  readonly state: WindowedState;
  /** Of what was read before, later parts are remembered, to be read again by a later run. */
  readonly horizon: number;
  /** Windows to be read. */
  readonly windows: readonly Range[];
  /** Windows of earlier runs of which the content is remembered, and that are read again. */
  readonly again: readonly RememberedWindow[];
  readonly reader: WindowReader;
  readonly gap: GapWatch;
}

/** Asks the source as much as it takes to know what is to be read. `undefined`: there is nothing. */
export async function planWindows(
  feed: WindowedFeed,
  run: FeedRun,
  before: WindowedState | undefined,
): Promise<WindowPlan | undefined> {
  const { settings, tally } = run;
  const step = feed.boundsStepMs ?? 1;
  const earliest = feed.earliest?.getTime() ?? defaultEarliest;
  const from = settings.from ?? before?.from ?? earliest;
  const reader = new WindowReader(feed, run);
  const checkpoint = before?.complete.at(-1)?.to;
  const probe = await reader.probe(before?.newest ?? checkpoint ?? from);
  const settled = probe.serverTime - settings.settleMs;
  const to = Math.floor(Math.min(settings.until ?? settled, settled) / step) * step;
  const known: WindowedState = {
    table: feed.root.table,
    timestamp: feed.timestamp,
    from: Math.min(from, before?.from ?? from),
    complete: before?.complete ?? [],
    recent: before?.recent ?? [],
    gaps: before?.gaps ?? [],
    newest: before?.newest,
    rereadAt: before?.rereadAt,
  };
  tally.completeTo = completeTo(known);
  if (to <= from) return undefined;

  const horizon = Math.max(from, to - settings.rereadMs);
  const missing = subtractRanges([{ from, to }], settings.full ? [] : known.complete);
  const gap = new GapWatch(feed, { checkpoint, serverTime: probe.serverTime });
  if (checkpoint !== undefined && to > checkpoint && !probe.found) await gap.look(reader, before?.newest, earliest);
  const again = known.recent.filter((window) => window.to > horizon && window.from < to);
  const past = intersectRanges(known.complete, [{ from: horizon, to }]);
  const unchanged =
    !settings.full && subtractRanges(past, again).length === 0
      ? await isUnchanged(reader, again, before?.rereadAt, probe.serverTime)
      : false;
  const wanted = mergeRanges(unchanged === false ? [...missing, ...again, ...past] : missing);
  const opening = before === undefined && settings.from === undefined ? await reader.open({ from, to }) : undefined;
  const start = opening === undefined ? from : await reader.oldest(opening);
  // Windows that an earlier run began to read keep their bounds, so that its pages fit.
  const begun = ((await run.spool?.windows(feed.name)) ?? []).flatMap((window) => [window.from, window.to]);
  const windows = wanted
    .flatMap((range) => cutRange(range, [start, ...begun]))
    .flatMap((range) => (opening !== undefined && range.from === start ? reader.windows(range, opening) : [range]));
  const state = unchanged === 'counted' ? known : { ...known, rereadAt: probe.serverTime };
  return { state, horizon, windows, again, reader, gap };
}

/**
 * Whether windows that were read before are as they were, shown by one page: `content` where that is all there is, `counted`
 * where only the count was compared. `false`: they are not, or it takes a reading to tell.
 */
async function isUnchanged(
  reader: WindowReader,
  windows: readonly RememberedWindow[],
  rereadAt: number | undefined,
  serverTime: number,
): Promise<'content' | 'counted' | false> {
  const [span, ...others] = mergeRanges(windows);
  const documents = windows.reduce((sum, window) => sum + window.documents, 0);
  const countSuffices = rereadAt !== undefined && Math.abs(serverTime - rereadAt) < countSufficesMs;
  if (span === undefined || others.length > 0 || documents <= fewDocuments || !countSuffices) return false;
  const content = new ContentHash();
  for (const window of windows) content.addSum(window.contentHash);
  return reader.compare(span, { documents, contentHash: content.toString() });
}
