/** Time, as an argument: whoever gives another clock sees every delay without living through it. */

/** What this package needs to know of time. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; gives back what cancels that. */
  after(ms: number, run: () => void): () => void;
}

/** The longest that `setTimeout` can wait; a longer one fires at once. */
export const LONGEST_TIMER = 2_147_483_647;

/** The runtime's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const abort = (): void => {
      cancel();
      reject(reasonOf(signal));
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** Settles as `promise` does, or rejects with the signal's reason when that is aborted first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      promise.catch(() => undefined);
      reject(reasonOf(signal));
      return;
    }
    const abort = (): void => reject(reasonOf(signal));
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** A signal that its parent, or a time limit, aborts. `end` gives timer and listener back. */
export interface Limit {
  readonly signal: AbortSignal;
  end(): void;
}

/** Aborts after `ms` with what `reason` makes, or with the parent. `ms` `Infinity` sets no timer. */
export function limitTime(clock: Clock, parent: AbortSignal | undefined, ms: number, reason: () => unknown): Limit {
  const controller = new AbortController();
  const abort = (): void => controller.abort(parent?.reason);
  if (parent?.aborted) abort();
  else parent?.addEventListener('abort', abort, { once: true });
  const cancel = Number.isFinite(ms) ? clock.after(ms, () => controller.abort(reason())) : () => undefined;
  return {
    signal: controller.signal,
    end: () => {
      cancel();
      parent?.removeEventListener('abort', abort);
    },
  };
}

/** What to throw for an aborted signal: its reason, which is an error unless the caller chose otherwise. */
export function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error
    ? reason
    : new DOMException(`This operation was aborted: ${String(reason)}`, 'AbortError');
}
