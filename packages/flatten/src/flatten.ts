import type { Batch } from './batch.ts';
import { SpecError } from './errors.ts';
import { createFlattener, type FlattenerOptions, type Page, type PushOptions } from './flattener.ts';
import type { RootSpec } from './spec.ts';

export interface FlattenOptions extends PushOptions, FlattenerOptions {
  /** A batch is taken when this many documents are pending; pages are never split. Default 10,000. */
  readonly batchDocuments?: number;
}

/**
 * Flattens pages as they come: at most one batch is in memory besides the page. There is always one batch, so that the tables of an
 * empty source are known.
 * @throws what `createFlattener` and `push` throw
 */
export async function* flatten(
  pages: Iterable<Page> | AsyncIterable<Page>,
  spec: RootSpec,
  options: FlattenOptions = {},
): AsyncGenerator<Batch, void, undefined> {
  const { batchDocuments = 10_000, at = [], ...flattenerOptions } = options;
  if (!Number.isInteger(batchDocuments) || batchDocuments < 1) {
    throw new SpecError(`\`batchDocuments\` is a whole number from 1, not ${String(batchDocuments)}`);
  }
  const flattener = createFlattener(spec, flattenerOptions);
  let taken = 0;
  for await (const page of pages) {
    flattener.push(page, { at });
    if (flattener.pendingDocuments < batchDocuments) continue;
    taken++;
    yield flattener.take();
  }
  if (taken === 0 || flattener.pendingDocuments > 0) yield flattener.take();
}
