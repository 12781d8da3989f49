/** Small tables: read whole, replaced whole. */
import type { JsonObject } from '@millrace/flatten';
import { IncompleteReadError } from './errors.ts';
import type { SnapshotFeed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { readUntilProven } from './proof.ts';
import type { ReadDocument } from './reading.ts';
import { shapeOf } from './shape.ts';
import { readSnapshot, type SnapshotState, writeSnapshot } from './state.ts';
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
  };
  const unchanged =
    before?.shape === state.shape && before.contentHash === state.contentHash && before.documents === state.documents;
  if (unchanged && !settings.full) return;
  await withWrite(run.writer, 'replace', async (write) => {
    await write.write(documents);
    await write.commit({
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
  tally.documents += documents.length;
  tally.windows += 1;
  emit({ kind: 'committed', feed: feed.name, documents: documents.length, late: 0 });
}

/** With a declared key, the last document of each: a batch holds a document once. */
function onePerKey(feed: SnapshotFeed, documents: readonly ReadDocument[]): JsonObject[] {
  if (feed.root.primaryKey === undefined) return documents.map((one) => one.document);
  return [...new Map(documents.map((one): [string, JsonObject] => [one.key, one.document])).values()];
}
