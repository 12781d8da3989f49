/** Sweeps: the keys of all documents, compared with what was written, tell which the source no longer gives. */
import {
  createFlattener,
  type JsonObject,
  type JsonValue,
  type Path,
  parseJson,
  type RootSpec,
  type TableBatch,
} from '@millrace/flatten';
import { contracts } from '@millrace/flatten/contracts';
import { deletedAt } from './destination.ts';
import type { DeltaFeed, Feed } from './feed.ts';
import type { FeedRun } from './feed-run.ts';
import { newPassFacts, streamPages } from './page-stream.ts';
import { keyText, type Question, type ReadDocument } from './reading.ts';
import type { Receipt } from './receipt.ts';

const maxPasses = 6;
/** Keys per batch. */
const batchSize = 20_000;

/**
 * How documents are written: with sweeps the root table has the column `_deleted_at`, NULL in what is written. Its path begins
 * with an empty key, so that a document's own field of that name is another column.
 */
export function writtenRoot(feed: Feed): RootSpec {
  if (feed.kind !== 'delta' || feed.sweepMs === undefined) return feed.root;
  const column = { path: ['', deletedAt], column: deletedAt, type: 'DATETIME' as const };
  return { ...feed.root, paths: [...(feed.root.paths ?? []), column] };
}

/** All keys that a source has. */
export interface KeyReading {
  readonly keys: ReadonlySet<string>;
  readonly counted: number | undefined;
  readonly proof: Receipt['proof'];
  readonly passes: number;
}

/**
 * Reads the keys of all documents. A key that is left out wrongly would mark its document as deleted, so all passes count
 * together, and they end when one met a set that stood still, or brought nothing that was there before the first began.
 * `undefined` where neither happens.
 */
export async function readAllKeys(question: Question, run: FeedRun, feed: string): Promise<KeyReading | undefined> {
  const keys = new Set<string>();
  let began: number | undefined;
  let reason = '';
  for (let pass = 1; pass <= maxPasses; pass += 1) {
    if (pass > 1) {
      run.tally.repeated += 1;
      run.emit({ kind: 'read again', feed, attempt: pass, reason });
    }
    const facts = newPassFacts();
    const seen = new Set<string>();
    let fresh = 0;
    for await (const page of streamPages(question, run.settings.concurrency, facts)) {
      began ??= page.serverTime.getTime();
      for (const one of page.documents) {
        const key = keyText(one);
        seen.add(key);
        if (keys.has(key)) continue;
        keys.add(key);
        if (!isLaterThan(one, began)) fresh += 1;
      }
      page.release?.();
    }
    const { broken, counted, moved, served } = facts;
    if (broken !== undefined) reason = broken;
    else if (question.paging.kind === 'cursor') return { keys, counted, proof: 'cursor', passes: pass };
    else if (!moved && counted === served && counted === seen.size)
      return { keys, counted, proof: 'counted', passes: pass };
    else if (pass > 1 && fresh === 0) return { keys, counted, proof: 'twice-equal', passes: pass };
    else if (counted === undefined) reason = 'the source gives no count, so a second reading has to show the same keys';
    else reason = `the source counted ${counted} documents, and ${seen.size} keys were read while it changed`;
  }
  return undefined;
}

function isLaterThan({ instant }: ReadDocument, time: number): boolean {
  return instant !== undefined && instant > time;
}

/** Keys as a destination takes them: in the primary key's columns of the root table. */
export function keyBatches({ root }: Pick<DeltaFeed, 'root'>, keys: Iterable<string>): TableBatch[] {
  const paths = root.primaryKey ?? [];
  const isKey = (path: Path): boolean => paths.some((key) => JSON.stringify(key) === JSON.stringify(path));
  const flattener = createFlattener(
    {
      table: root.table,
      primaryKey: paths,
      paths: (root.paths ?? []).filter((each) => isKey(each.path)),
    },
    { contracts },
  );
  const batches: TableBatch[] = [];
  const take = (): void => {
    const table = flattener.take().tables.find((each) => each.table.parent === undefined);
    if (table !== undefined && table.rows > 0) batches.push(table);
  };
  for (const key of keys) {
    flattener.push([documentOf(paths, parseJson(key))]);
    if (flattener.pendingDocuments >= batchSize) take();
  }
  take();
  return batches;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A document of nothing but its key. */
function documentOf(paths: readonly Path[], values: JsonValue): JsonObject {
  const document: { [key: string]: JsonValue } = {};
  const list: readonly JsonValue[] = Array.isArray(values) ? values : [];
  for (const [index, path] of paths.entries()) {
    let inside = document;
    for (const key of path.slice(0, -1)) {
      const below = inside[key];
      const next: { [key: string]: JsonValue } = isObject(below) ? { ...below } : {};
      inside[key] = next;
      inside = next;
    }
    inside[path.at(-1) ?? ''] = list[index] ?? null;
  }
  return document;
}
