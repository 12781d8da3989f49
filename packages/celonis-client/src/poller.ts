/** Waiting for what takes long on the server. */
import { type Clock, OptionError } from '@millrace/http';

/** How often to look. */
export interface PollOptions {
  /** Milliseconds before the second look. Default 250. */
  readonly first?: number;
  /** Each wait is so many times the one before. Default 1.6. */
  readonly factor?: number;
  /** Longest wait in milliseconds. Default 5000. */
  readonly most?: number;
}

/** {@link PollOptions} with every default filled in. */
export type PollTiming = Required<PollOptions>;

/** Checks the options and fills in the defaults. */
export function pollTiming(options: PollOptions = {}): PollTiming {
  const { first = 250, factor = 1.6, most = 5000 } = options;
  if (!(first >= 0) || !(most >= first) || !(factor >= 1)) {
    throw new OptionError('poll', 'poll must be such as { first: 250, factor: 1.6, most: 5000 }, in milliseconds.');
  }
  return { first, factor, most };
}

/** Options of {@link Poller.wait}. */
export interface WaitOptions<State> {
  /** Ends the waiting with its reason. What goes on at the server goes on. */
  readonly signal?: AbortSignal;
  /** Hears of every look. */
  readonly onProgress?: (state: State) => void;
}

/** Something that goes on at the server. */
export interface Poller<State, Result, Token> {
  /** All that is needed to go on in another process: a JSON value. */
  readonly token: Token;
  /** Looks once. */
  look(options?: { readonly signal?: AbortSignal }): Promise<State>;
  /** Waits for the end. Rejects with the error of the operation when it failed there. */
  wait(options?: WaitOptions<State>): Promise<Result>;
  /** Asks the server to stop it. */
  cancel(options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** Looks until `finished`, with growing waits in between. */
export async function pollUntil<State>(
  look: (signal: AbortSignal | undefined) => Promise<State>,
  finished: (state: State) => boolean,
  { clock, timing, options }: { clock: Clock; timing: PollTiming; options: WaitOptions<State> },
): Promise<State> {
  const { signal, onProgress } = options;
  for (let wait = timing.first; ; wait = Math.min(wait * timing.factor, timing.most)) {
    signal?.throwIfAborted();
    const state = await look(signal);
    onProgress?.(state);
    if (finished(state)) return state;
    await pause(clock, wait, signal);
  }
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(reasonOf(signal));
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('This operation was aborted.', 'AbortError');
}
