/** Logs: closed windows of time, read side by side and committed in order. */
import { hashOf } from './reading.ts';
import { ContentHash } from './content-hash.ts';
import type { WindowedFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { addGap, GapWatch } from './gaps.ts';
import { inOrder } from './in-order.ts';
import { cutRange, inRange, intersectRanges, mergeRanges, type Range, subtractRanges } from './ranges.ts';
import { emptyLedger } from './receipt.ts';
import { readWindowed, type RememberedWindow, stateJson, type WindowedState, writeWindowed } from './state.ts';
import { forget, remember } from './remembered.ts';
import { isoTime } from './timestamp.ts';
import { WindowGroup } from './window-group.ts';
import { type ReadWindow, WindowReader } from './window-reader.ts';

const defaultEarliest = Date.UTC(2000, 0, 1);
/** For so long after a full reading of the last span its count stands for its content. */
const countSufficesMs = 6 * 3_600_000;
/** A span of so few documents is read again rather than counted: it takes no more requests. */
const fewDocuments = 100;

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
  const checkpoint = before?.complete.at(-1)?.to;
  const probe = await reader.probe(before?.newest ?? checkpoint ?? from);
  const settled = probe.serverTime - settings.settleMs;
  const to = Math.floor(Math.min(settings.until ?? settled, settled) / step) * step;
  let state: WindowedState = {
    table: feed.root.table,
    timestamp: feed.timestamp,
    from: Math.min(from, before?.from ?? from),
    complete: before?.complete ?? [],
    recent: before?.recent ?? [],
    gaps: before?.gaps ?? [],
    newest: before?.newest,
    rereadAt: before?.rereadAt,
  };
  tally.completeTo = completeTo(state);
  if (to <= from) return;

  const horizon = Math.max(from, to - settings.rereadMs);
  const missing = subtractRanges([{ from, to }], settings.full ? [] : state.complete);
  const gap = new GapWatch(feed, { checkpoint, serverTime: probe.serverTime });
  if (checkpoint !== undefined && to > checkpoint && !probe.found) await gap.look(reader, before?.newest, earliest);
  const again = state.recent.filter((window) => window.to > horizon && window.from < to);
  const past = intersectRanges(state.complete, [{ from: horizon, to }]);
  const unchanged =
    !settings.full && subtractRanges(past, again).length === 0
      ? await isUnchanged(reader, again, before?.rereadAt, probe.serverTime)
      : false;
  const wanted = mergeRanges(unchanged === false ? [...missing, ...again, ...past] : missing);
  if (unchanged !== 'counted') state = { ...state, rereadAt: probe.serverTime };
  const opening = before === undefined && settings.from === undefined ? await reader.open({ from, to }) : undefined;
  const start = opening === undefined ? from : await reader.oldest(opening);
  // Windows that an earlier run began to read keep their bounds, so that its pages fit.
  const begun = ((await run.spool?.windows(feed.name)) ?? []).flatMap((window) => [window.from, window.to]);
  const windows = wanted
    .flatMap((range) => cutRange(range, [start, ...begun]))
    .flatMap((range) => (opening !== undefined && range.from === start ? reader.windows(range, opening) : [range]));
  const edges = again.flatMap((window) => [window.from, window.to]);
  const cuts = [...edges, ...state.complete.flatMap((range) => [range.from, range.to])];
  if (!again.some((window) => window.from < horizon && horizon < window.to)) cuts.push(horizon);
  const broken = new Map<RememberedWindow, number>();
  const group = new WindowGroup(run.writer);

  // Records are known by their content, their time included: those of a window that was never read cannot be there.
  const isNew = (part: Range): boolean =>
    run.writesAlone &&
    feed.root.primaryKey === undefined &&
    intersectRanges([part], before?.complete ?? []).length === 0;

  const commitPart = async (window: ReadWindow, part: Range): Promise<void> => {
    const documents = window.documents.filter((one) => inRange(part, one.instant));
    const known = again.find((one) => one.from <= part.from && part.to <= one.to);
    const contentHash = hashOf(documents);
    const whole = known !== undefined && known.from === part.from && known.to === part.to;
    if (whole && known.contentHash === contentHash && known.documents === documents.length && !settings.full) return;
    const late = whole ? Math.max(0, documents.length - known.documents) : 0;
    const gone = whole ? Math.max(0, known.documents - documents.length) : 0;
    if (!whole && known !== undefined) broken.set(known, (broken.get(known) ?? 0) + documents.length);
    const remembered = { ...part, documents: documents.length, contentHash };
    const lost = gap.take(part, documents);
    state = {
      ...state,
      complete: mergeRanges([...state.complete, part]),
      recent: remember(forget(state.recent, part), remembered, horizon),
      gaps: addGap(state.gaps, lost),
      newest: documents.reduce((latest, { instant }) => Math.max(latest, instant), state.newest ?? -Infinity),
    };
    if (state.newest === -Infinity) state = { ...state, newest: undefined };
    const committed = state;
    const count = documents.length;
    await group.add(documents, {
      state: writeWindowed(committed),
      receipt: {
        feed: feed.name,
        run: settings.run,
        ...isoRange(part),
        ...window.evidence,
        documents: count,
        contentHash,
        ...(late === 0 ? {} : { late }),
        ...(gone === 0 ? {} : { missing: gone }),
        ...(lost === undefined ? {} : { gaps: [isoRange(lost)] }),
      },
      mode: isNew(part) ? 'append' : 'upsert',
      onCommit: (receipt) => {
        tally.late += late;
        tally.missing += gone;
        tally.documents += count;
        tally.windows += 1;
        tally.completeTo = completeTo(committed);
        emit({ kind: 'committed', feed: feed.name, ...isoRange(part), documents: count, late, receipt });
        run.state = stateJson('windowed', writeWindowed(committed), emptyLedger);
      },
    });
  };

  try {
    await inOrder(
      windows.map((range) => ({ range, failures: 0 })),
      {
        // Each has many pages: a few windows keep all requests under way.
        concurrency: Math.max(2, Math.ceil(settings.concurrency / 3)),
        work: (item) => reader.read(item, edges),
        handOver: async (window) => {
          run.requests.check();
          for (const part of cutRange(window.range, cuts)) await commitPart(window, part);
          window.release();
          // The window itself, with its documents, is not kept until then.
          const { range } = window;
          await group.after(() => run.spool?.drop(feed.name, range));
        },
        stop: (error) => run.requests.stop(error),
      },
    );
    await group.commit();
  } catch (error) {
    // What was shown to be complete is kept; what went wrong first is what the caller must see.
    await group.commit().catch(() => undefined);
    throw error;
  } finally {
    if (gap.found !== undefined) {
      tally.gaps.push(isoRange(gap.found));
      emit({ kind: 'gap found', feed: feed.name, ...isoRange(gap.found) });
    }
  }
  for (const [known, documents] of broken) {
    tally.late += Math.max(0, documents - known.documents);
    tally.missing += Math.max(0, known.documents - documents);
  }
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

/** Everything wanted is committed up to here. */
export function completeTo(state: Pick<WindowedState, 'from' | 'complete'>): string | undefined {
  const range = state.complete.find((one) => inRange(one, state.from));
  return range === undefined ? undefined : isoTime(range.to);
}

function isoRange(range: Range): { from: string; to: string } {
  return { from: isoTime(range.from), to: isoTime(range.to) };
}
