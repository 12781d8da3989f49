/** Logs: closed windows of time, read side by side and committed in order. */
import type { WindowedFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { inOrder } from './in-order.ts';
import { isoRange } from './ranges.ts';
import { readWindowed } from './state.ts';
import { WindowCommit } from './window-commit.ts';
import { planWindows } from './window-plan.ts';

/** Reads what is new in a log, and the last span of it again. */
export async function extractWindowed(feed: WindowedFeed, run: FeedRun): Promise<void> {
  const { settings, tally, emit } = run;
  const before = run.state === undefined ? undefined : readWindowed(feed.name, run.state);
  tally.mode = before === undefined || settings.full ? 'full' : 'delta';
  emit({ kind: 'feed started', feed: feed.name, mode: tally.mode });
  const plan = await planWindows(feed, run, before);
  if (plan === undefined) return;
  const { windows, again, reader, gap } = plan;
  const edges = again.flatMap((window) => [window.from, window.to]);
  const commit = new WindowCommit(feed, run, plan, before);
  try {
    await inOrder(
      windows.map((range) => ({ range, failures: 0 })),
      {
        // Each has many pages: a few windows keep all requests under way.
        concurrency: Math.max(2, Math.ceil(settings.concurrency / 3)),
        work: (item) => reader.read(item, edges),
        handOver: (window) => commit.take(window),
        stop: (error) => run.requests.stop(error),
      },
    );
    await commit.end();
  } catch (error) {
    // What was shown to be complete is kept; what went wrong first is what the caller must see.
    await commit.end().catch(() => undefined);
    throw error;
  } finally {
    if (gap.found !== undefined) {
      tally.gaps.push(isoRange(gap.found));
      emit({ kind: 'gap found', feed: feed.name, ...isoRange(gap.found) });
    }
  }
  commit.countBroken();
}
