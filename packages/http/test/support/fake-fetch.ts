/** A `fetch` that plays a list of answers and remembers what it was asked. */
import type { VirtualClock } from './virtual-clock.ts';

export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  /** Virtual milliseconds since the first request. */
  readonly at: number;
}

export type Answer = Response | Error | ((asked: Asked, signal: AbortSignal) => Response | Promise<Response>);

export interface FakeFetch {
  readonly fetch: typeof fetch;
  readonly asked: Asked[];
}

/** Plays the answers in order; the last one again and again. */
export function fakeFetch(answers: readonly Answer[], clock: VirtualClock): FakeFetch {
  const asked: Asked[] = [];
  let start: number | undefined;
  const play: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    start ??= clock.now();
    const one: Asked = {
      url: request.url,
      method: request.method,
      headers: request.headers,
      body: await request.text(),
      at: clock.now() - start,
    };
    asked.push(one);
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined) throw new TypeError('No answer was prepared.');
    if (answer instanceof Error) throw answer;
    if (answer instanceof Response) return answer.clone();
    return answer(one, init?.signal ?? request.signal);
  };
  return { fetch: play, asked };
}

export const json = (body: unknown, init: ResponseInit = {}): Response => {
  const headers = new Headers(init.headers);
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(body), { ...init, headers });
};

export const status = (code: number, headers: Record<string, string> = {}): Response =>
  new Response(code === 204 ? null : '', { status: code, headers });
