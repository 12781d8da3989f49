/** How an answer goes out: time, compression, and connections that break. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { VirtualClock } from './clock.ts';
import { toJsonText } from './data/json-text.ts';
import type { Failure, FaultPlan } from './faults.ts';
import { type Answer, contentTypeOf } from './api.ts';

/** Bytes from which a body is compressed. */
const compressFrom = 1024;

export class Transmitter {
  readonly #clock: VirtualClock;
  readonly #stopped = new AbortController();
  /** Real time at which the one worker that makes pages is free again. */
  #busyUntil = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Gives up every wait. */
  stop(): void {
    this.#stopped.abort();
  }

  async send(
    request: IncomingMessage,
    response: ServerResponse,
    answer: Answer,
    { plan, failures }: { readonly plan: FaultPlan; readonly failures: readonly Failure[] },
  ): Promise<void> {
    const kinds = new Set(failures.map(({ kind }) => kind));
    const slow = failures.find((failure) => failure.kind === 'slow');
    const lateAnswer = slow !== undefined && slow.where !== 'body' ? slow.milliseconds : 0;
    await this.#wait(this.#pageWork(answer, plan) + (plan.latency?.answer ?? 0) + lateAnswer);
    if (kinds.has('no-answer') || response.destroyed) {
      response.destroy();
      return;
    }
    const body = encode(request, response, answer, plan.gzip !== false);
    response.sendDate = false;
    response.setHeader('date', this.#clock.now().toUTCString());
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    response.statusCode = answer.status;
    if (answer.status !== 204) response.setHeader('content-length', body.length);
    const half = body.subarray(0, Math.floor(body.length / 2));
    if (kinds.has('torn')) {
      response.write(half, () => response.destroy());
    } else if (kinds.has('stall')) {
      response.write(half);
    } else if (slow?.where === 'body') {
      response.write(half);
      await this.#wait(slow.milliseconds);
      if (!response.destroyed) response.end(body.subarray(half.length));
    } else {
      response.end(body);
    }
  }

  /** Milliseconds until the worker has made this page, which waits for the pages before it. */
  #pageWork(answer: Answer, plan: FaultPlan): number {
    const work = plan.latency?.page ?? 0;
    if (work === 0 || answer.rows === undefined) return 0;
    const now = performance.now();
    this.#busyUntil = Math.max(now, this.#busyUntil) + work;
    return this.#busyUntil - now;
  }

  async #wait(milliseconds: number): Promise<void> {
    if (milliseconds <= 0 || this.#stopped.signal.aborted) return;
    try {
      await delay(milliseconds, undefined, { signal: this.#stopped.signal });
    } catch {
      // Stopped while waiting: the connection is being cut anyway.
    }
  }
}

function encode(request: IncomingMessage, response: ServerResponse, answer: Answer, gzip: boolean): Buffer {
  const type = contentTypeOf(answer);
  if (type === undefined) return Buffer.alloc(0);
  response.setHeader('content-type', type.startsWith('text/') ? `${type}; charset=utf-8` : type);
  const plain = Buffer.from(answer.text ?? jsonText(answer.body), 'utf8');
  if (!gzip) return plain;
  response.setHeader('vary', 'accept-encoding');
  if (plain.length < compressFrom || !acceptsGzip(request.headers['accept-encoding'])) return plain;
  response.setHeader('content-encoding', 'gzip');
  return gzipSync(plain, { level: 1 });
}

function jsonText(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    // A bigint, which JSON.stringify alone refuses. The exact form costs a call per value.
    return toJsonText(body);
  }
}

function acceptsGzip(header: string | readonly string[] | undefined): boolean {
  const accepted = [header ?? []].flat().join(',').split(',');
  return accepted.some((entry) => {
    const [coding = '', quality = ''] = entry.trim().split(/\s*;\s*/);
    return (coding === 'gzip' || coding === '*') && !/^q=0(?:\.0+)?$/.test(quality);
  });
}
