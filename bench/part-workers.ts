/**
 * Page-per-worker: each worker thread flattens whole pages and writes parts of its own, so that nothing is shared but the pages' buffers,
 * which travel without being copied. While the workers are busy the next page is read.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PageMessage } from './part-worker.ts';
import type { PartOptions } from './parts.ts';

// Bundled, the worker lies beside this as JavaScript: see `bundle.ts`.
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './part-worker.ts' : './part-worker.js', import.meta.url);

interface Hand {
  readonly worker: Worker;
  buffer: ArrayBuffer;
}

/** Worker threads that make Parquet parts out of pages. */
export interface PartWorkers {
  /** Gives every page to a worker that is free, and ends the parts. `read` fills the buffer with the next page, or gives `undefined`. */
  readonly write: (read: (buffer: ArrayBuffer) => Uint8Array | undefined) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts the threads; they stay for several rounds. */
export async function startPartWorkers(count: number, options: PartOptions): Promise<PartWorkers> {
  const hands = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Hand> => {
      const workerData: PartOptions = { ...options, worker: index };
      const worker = new Worker(WORKER, { workerData });
      await once(worker, 'online');
      return { worker, buffer: new ArrayBuffer(8 << 20) };
    }),
  );
  return {
    write: async (read) => {
      await Promise.all(hands.map((hand) => workUntilEnd(hand, read)));
    },
    stop: async () => {
      await Promise.all(hands.map(({ worker }) => worker.terminate()));
    },
  };
}

async function workUntilEnd(hand: Hand, read: (buffer: ArrayBuffer) => Uint8Array | undefined): Promise<void> {
  let spare = new ArrayBuffer(8 << 20);
  let page = read(hand.buffer);
  while (page !== undefined) {
    const done = send(hand.worker, { buffer: page.buffer as ArrayBuffer, length: page.length });
    page = read(spare);
    spare = (await done).buffer ?? spare;
  }
  await send(hand.worker, {});
  hand.buffer = spare;
}

async function send(worker: Worker, message: PageMessage): Promise<PageMessage> {
  const answer = once(worker, 'message') as Promise<[PageMessage]>;
  worker.postMessage(message, message.buffer === undefined ? [] : [message.buffer]);
  return (await answer)[0];
}
