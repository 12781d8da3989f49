/** An encoding on a thread of its own: while it encodes and compresses, further pages are read. */
import { Worker } from 'node:worker_threads';
import { release, rowBuffers } from './buffers.ts';
import type { Encoding, PartChunks, PartWrite } from './encoding.ts';
import { type PackedWrites, packWrites } from './packed-writes.ts';

/** What is asked of the thread. */
export type EncodingCall =
  | { readonly id: number; readonly write: PackedWrites }
  | { readonly id: number; readonly finish: readonly number[] };

/** What the thread answers. */
export type EncodingAnswer =
  /** `buffer` comes back, to be used again. */
  | { readonly id: number; readonly chunks: readonly PartChunks[]; readonly buffer?: ArrayBuffer }
  | { readonly id: number; readonly error: unknown };

interface Waiting {
  readonly resolve: (chunks: readonly PartChunks[]) => void;
  readonly reject: (error: unknown) => void;
}

type Call = EncodingCall extends infer Each ? (Each extends EncodingCall ? Omit<Each, 'id'> : never) : never;

/** Bytes of buffers that are kept for the next rows. */
const MOST_SPARE_BYTES = 4 * 2 ** 20;
const LEAST_BYTES = 2 ** 20;

/** Starts its thread when it is needed. Nothing waits for the thread when the process ends. */
export class ThreadEncoding implements Encoding {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #calls = 0;
  #spare: ArrayBuffer[] = [];

  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  prepare(): void {
    this.#worker ??= this.#start();
  }

  write(writes: readonly PartWrite[]): Promise<readonly PartChunks[]> {
    const packed = packWrites(writes, (bytes) => this.#buffer(bytes));
    release(rowBuffers(writes));
    return this.#call({ write: packed }, [packed.buffer]);
  }

  #buffer(bytes: number): ArrayBuffer {
    const found = this.#spare.findIndex(({ byteLength }) => byteLength >= bytes);
    const [spare] = found === -1 ? [] : this.#spare.splice(found, 1);
    // Of few sizes, so that those which come back fit.
    return spare ?? new ArrayBuffer(Math.max(LEAST_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
  }

  finish(parts: readonly number[]): Promise<readonly PartChunks[]> {
    return this.#call({ finish: parts });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#spare = [];
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
      if ('buffer' in answer) this.#keep(answer.buffer);
      if ('error' in answer) waiting?.reject(answer.error);
      else waiting?.resolve(answer.chunks);
    });
    worker.on('error', (error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, new Error('The thread that encodes files ended')));
    worker.unref();
    return worker;
  }

  #keep(buffer: ArrayBuffer): void {
    const kept = this.#spare.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (kept + buffer.byteLength <= MOST_SPARE_BYTES) this.#spare.push(buffer);
  }

  #fail(worker: Worker, error: unknown): void {
    if (this.#worker === worker) this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
