/** A worker thread that makes Parquet parts: see `part-workers.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { createPartWork, type PartOptions } from './parts.ts';

/** A page in a buffer that may be longer; without one, the end. Buffers go back to the sender. */
export interface PageMessage {
  readonly buffer?: ArrayBuffer;
  readonly length?: number;
}

const work = createPartWork(workerData as PartOptions);
parentPort?.on('message', ({ buffer, length }: PageMessage) => {
  work(buffer === undefined ? undefined : new Uint8Array(buffer, 0, length));
  parentPort?.postMessage({ buffer }, buffer === undefined ? [] : [buffer]);
});
