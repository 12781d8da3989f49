/** A worker thread that makes Parquet parts, or columns: see `part-workers.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CorpusName } from './corpus.ts';
import { createColumnWork, createPartWork, type PartOptions } from './parts.ts';

/** What a worker does: parts, or without a codec columns that it throws away. */
export type WorkerWork = PartOptions | { readonly corpus: CorpusName };

/** A page in a buffer that may be longer; without one, the end. Buffers go back to the sender. */
export interface PageMessage {
  readonly buffer?: ArrayBuffer;
  readonly length?: number;
}

const given = workerData as WorkerWork;
const work = 'codec' in given ? createPartWork(given) : createColumnWork(given.corpus);
parentPort?.on('message', ({ buffer, length }: PageMessage) => {
  work(buffer === undefined ? undefined : new Uint8Array(buffer, 0, length));
  parentPort?.postMessage({ buffer }, buffer === undefined ? [] : [buffer]);
});
