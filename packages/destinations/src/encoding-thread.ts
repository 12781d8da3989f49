/** An encoding on a thread of its own: while it encodes and compresses, further pages are read. */
import { Worker } from 'node:worker_threads';
import { rowBuffers } from './buffers.ts';
import type { Encoding, PartChunks, PartWrite } from './encoding.ts';

/** What is asked of the thread. */
export type EncodingCall =
  | { readonly id: number; readonly write: readonly PartWrite[] }
  | { readonly id: number; readonly finish: readonly number[] };

/** What the thread answers. */
export type EncodingAnswer =
  | { readonly id: number; readonly chunks: readonly PartChunks[] }
  | { readonly id: number; readonly error: unknown };

interface Waiting {
  readonly resolve: (chunks: readonly PartChunks[]) => void;
  readonly reject: (error: unknown) => void;
}

type Call = EncodingCall extends infer Each ? (Each extends EncodingCall ? Omit<Each, 'id'> : never) : never;

/** Starts its thread when it is needed. Nothing waits for the thread when the process ends. */
export class ThreadEncoding implements Encoding {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #calls = 0;

  prepare(): void {
    this.#worker ??= this.#start();
  }

  write(writes: readonly PartWrite[]): Promise<readonly PartChunks[]> {
    return this.#call({ write: writes }, rowBuffers(writes));
  }

  finish(parts: readonly number[]): Promise<readonly PartChunks[]> {
    return this.#call({ finish: parts });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #call(call: Call, buffers: readonly ArrayBuffer[] = []): Promise<readonly PartChunks[]> {
    const worker = (this.#worker ??= this.#start());
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, ...call }, [...buffers]);
    });
  }

  #start(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './encoding-worker.ts' : './encoding-worker.js';
    // What it has in memory at a time is little, and garbage that nobody collects counts as well.
    const worker = new Worker(new URL(file, import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    worker.on('message', (answer: EncodingAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      if ('error' in answer) waiting?.reject(answer.error);
      else waiting?.resolve(answer.chunks);
    });
    worker.on('error', (error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, new Error('The thread that encodes files ended')));
    worker.unref();
    return worker;
  }

  #fail(worker: Worker, error: unknown): void {
    if (this.#worker === worker) this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
