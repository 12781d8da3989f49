/** A whole log read again and compared with what the destination holds, record by record. */
import { contentHash } from '@millrace/flatten';
import type { Destination } from './destination.ts';
import { InvalidOptionError } from './errors.ts';
import type { WindowedFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { inOrder } from './in-order.ts';
import { cutRange, intersectRanges, inRange, type Range } from './ranges.ts';
import { identityOf } from './content-hash.ts';
import { hashOf } from './reading.ts';
import { forget } from './remembered.ts';
import { emptyLedger } from './receipt.ts';
import { readWindowed, stateJson, type WindowedState, writeWindowed } from './state.ts';
import { withWrite } from './table-writer.ts';
import { isoTime } from './timestamp.ts';
import { type DatedDocument, type ReadWindow, WindowReader } from './window-reader.ts';

/** Times of late records that a difference names at most. */
const maxNamed = 20;

/** Reads again what earlier runs read, and says what is late and what is gone; with `heal`, takes in what is late. */
export async function compareWindowed(
  feed: WindowedFeed,
  run: FeedRun,
  destination: Destination,
  heal: boolean,
): Promise<void> {
  if (run.state === undefined) return;
  let state = readWindowed(feed.name, run.state);
  const time = timeColumn(feed, run);
  if (destination.keys === undefined || time === undefined) {
    throw new InvalidOptionError(
      heal ? 'heal' : 'destination',
      `${feed.name}: ${destination.url} cannot say what records it holds, so they cannot be compared; use a DuckDB file or a folder.`,
    );
  }
  const reader = new WindowReader(feed, run);
  const { from = -Infinity, until = Infinity } = run.settings;
  const ranges = intersectRanges(state.complete, [{ from, to: until }]);
  const [first] = ranges;
  if (first === undefined) return;
  const start = await reader.oldest(await reader.open(first));
  const edges = state.recent.flatMap((window) => [window.from, window.to]);

  const comparePart = async (window: ReadWindow, part: Range): Promise<void> => {
    const documents = window.documents.filter((one) => inRange(part, one.instant));
    const { late, gone } = await difference(destination, feed, time, part, documents);
    if (late.length === 0 && gone === 0) return;
    run.tally.late += late.length;
    run.tally.missing += gone;
    const times = late.slice(0, maxNamed).map(({ instant }) => isoTime(instant));
    const found = { from: isoTime(part.from), to: isoTime(part.to), late: late.length, missing: gone, times };
    run.tally.differences.push(found);
    run.emit({ kind: 'difference found', feed: feed.name, ...found });
    if (!heal || late.length === 0) return;
    state = await takeIn(feed, run, state, window, part, documents, { late: late.length, missing: gone });
    run.tally.documents += late.length;
    run.tally.windows += 1;
  };

  await inOrder(
    ranges.flatMap((range) => cutRange(range, [start])).map((range) => ({ range, failures: 0 })),
    {
      concurrency: run.settings.concurrency,
      work: (item) => reader.read(item, edges),
      handOver: async (window) => {
        run.requests.check();
        for (const part of cutRange(window.range, edges)) await comparePart(window, part);
      },
      stop: (error) => run.requests.stop(error),
    },
  );
}

async function takeIn(
  feed: WindowedFeed,
  run: FeedRun,
  before: WindowedState,
  window: ReadWindow,
  part: Range,
  documents: readonly DatedDocument[],
  facts: { readonly late: number; readonly missing: number },
): Promise<WindowedState> {
  const hash = hashOf(documents);
  const known = before.recent.some((one) => one.from <= part.from && part.to <= one.to);
  const recent = forget(before.recent, part);
  const state = {
    ...before,
    recent: known
      ? [...recent, { ...part, documents: documents.length, contentHash: hash }].sort((a, b) => a.from - b.from)
      : recent,
  };
  await withWrite(run.writer, 'upsert', async (open) => {
    await open.writeRead(documents);
    await open.commit({
      state: writeWindowed(state),
      receipt: {
        feed: feed.name,
        run: run.settings.run,
        from: isoTime(part.from),
        to: isoTime(part.to),
        ...window.evidence,
        documents: documents.length,
        contentHash: hash,
        late: facts.late,
        ...(facts.missing === 0 ? {} : { missing: facts.missing }),
      },
    });
  });
  run.state = stateJson('windowed', writeWindowed(state), emptyLedger);
  return state;
}

/** Documents that the destination does not hold, and how many it holds that the source does not give; equal ones are counted. */
async function difference(
  destination: Destination,
  feed: WindowedFeed,
  time: string,
  part: Range,
  documents: readonly DatedDocument[],
): Promise<{ readonly late: readonly DatedDocument[]; readonly gone: number }> {
  const held = new Map<string, number>();
  const span = { from: isoTime(part.from), to: isoTime(part.to) };
  for await (const key of destination.keys?.(feed.root.table, time, span) ?? []) {
    const hash = key.slice(0, key.lastIndexOf('-'));
    held.set(hash, (held.get(hash) ?? 0) + 1);
  }
  const late: DatedDocument[] = [];
  for (const one of documents) {
    // As the flattener makes it; `one.hash` may be that of the bytes.
    const hash = contentHash(identityOf(one.document, feed.root.identity));
    const left = held.get(hash) ?? 0;
    if (left === 0) late.push(one);
    else held.set(hash, left - 1);
  }
  return { late, gone: held.values().reduce((sum, left) => sum + left, 0) };
}

/** The column in which the destination keeps the timestamp, if it is one that can be compared. */
function timeColumn(feed: WindowedFeed, run: FeedRun): string | undefined {
  const path = JSON.stringify(feed.timestamp);
  const table = run.writer.tables.find(({ name }) => name === feed.root.table);
  return table?.columns.find((column) => column.type === 'DATETIME' && JSON.stringify(column.path) === path)?.name;
}
