/** Small tables: read whole, replaced whole. */
import { IncompleteReadError } from './errors.ts';
import type { SnapshotFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { readUntilProven } from './proof.ts';
import { keyText, type ReadDocument } from './reading.ts';
import { shapeOf } from './shape.ts';
import { quietMs, readSnapshot, type SnapshotState, writeSnapshot } from './state.ts';
import { withWrite } from './table-writer.ts';
import { isoTime } from './timestamp.ts';

const attempts = 6;

/** Reads a snapshot and replaces the tables, unless they hold the same already. */
export async function extractSnapshot(feed: SnapshotFeed, run: FeedRun): Promise<void> {
  const { settings, tally, emit } = run;
  const before = run.state === undefined ? undefined : readSnapshot(feed.name, run.state);
  tally.mode = 'full';
  emit({ kind: 'feed started', feed: feed.name, mode: 'full' });
  const outcome = await readUntilProven(run.requests.question(feed.readPage), {
    attempts,
    maxPages: Number.POSITIVE_INFINITY,
    onRepeat: (attempt, reason) => {
      tally.repeated += 1;
      emit({ kind: 'read again', feed: feed.name, attempt, reason });
    },
  });
  if (outcome.kind !== 'proven') {
    const facts =
      outcome.kind === 'unproven' ? outcome : { attempts, served: 0, counted: undefined, reason: outcome.kind };
    throw new IncompleteReadError({
      feed: feed.name,
      attempts: facts.attempts,
      served: facts.served,
      ...(facts.counted === undefined ? {} : { counted: facts.counted }),
      reason: facts.reason,
    });
  }
  const { reading, proof } = outcome;
  tally.completeTo = isoTime(reading.serverTime.getTime());
  const documents = onePerKey(feed, reading.documents);
  const state: SnapshotState = {
    shape: shapeOf(feed.root),
    documents: documents.length,
    contentHash: reading.contentHash,
    readAt: reading.serverTime.getTime(),
  };
  const unchanged =
    before?.shape === state.shape && before.contentHash === state.contentHash && before.documents === state.documents;
  const written = !unchanged || settings.full;
  if (!written && (state.readAt ?? 0) - (before.readAt ?? 0) < quietMs) return;
  const { receipt } = await withWrite(run.writer, written ? 'replace' : 'upsert', async (write) => {
    if (written) await write.writeRead(documents);
    return write.commit({
      state: writeSnapshot(state),
      receipt: {
        feed: feed.name,
        run: settings.run,
        documents: documents.length,
        served: reading.documents.length,
        ...(reading.counted === undefined ? {} : { counted: reading.counted }),
        proof,
        contentHash: reading.contentHash,
        pages: reading.pages,
        attempts: outcome.attempts,
        serverTime: isoTime(reading.serverTime.getTime()),
      },
    });
  });
  const count = written ? documents.length : 0;
  tally.documents += count;
  tally.windows += 1;
  emit({ kind: 'committed', feed: feed.name, documents: count, late: 0, receipt });
}

/** With a declared key, the last document of each: a batch holds a document once. */
function onePerKey(feed: SnapshotFeed, documents: readonly ReadDocument[]): readonly ReadDocument[] {
  if (feed.root.primaryKey === undefined) return documents;
  return [...new Map(documents.map((one): [string, ReadDocument] => [keyText(one), one])).values()];
}
