/** Keeps requests within what the server allows, before it has to say 429. First come, first served. */
import { reasonOf, type Clock } from './clock.ts';
import { OptionError } from './errors.ts';

/** A limit that is known beforehand. */
export interface Budget {
  /** Requests allowed in each window. */
  readonly requests: number;
  /** Length of the window. */
  readonly per: 'second' | 'minute' | 'hour' | 'day';
  /**
   * - `sliding` (default): never more than `requests` within any span of that length
   * - `utc`: counted anew at each full second, minute, hour or day of UTC
   */
  readonly window?: 'sliding' | 'utc';
  /** Which requests count. Default: all. */
  readonly applies?: (request: { readonly method: string; readonly url: string }) => boolean;
}

/** Something that a request must pass before it is sent. */
interface Gate {
  /** Milliseconds until one more may pass; `Infinity`: not before one of those under way has returned. */
  delay(now: number): number;
  /** One passes. What it gives is to be called when that one has returned. */
  take(now: number): (now: number) => void;
}

const LENGTH = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

class BudgetGate implements Gate {
  readonly #budget: Budget;
  readonly #length: number;
  /**
   * UTC: when each request of the current window was sent. Sliding: when each of the last was answered, `Infinity` while it is
   * under way. A server counts a request at some time between the two, so only that keeps to the limit as the server sees it.
   */
  #counted: { at: number }[] = [];

  constructor(budget: Budget) {
    this.#budget = budget;
    this.#length = LENGTH[budget.per];
  }

  applies(request: { method: string; url: string }): boolean {
    return this.#budget.applies?.(request) ?? true;
  }

  delay(now: number): number {
    const utc = this.#budget.window === 'utc';
    // Clocks show whole milliseconds: only a difference of one more is surely as long as the window.
    const windowStart = utc ? Math.floor(now / this.#length) * this.#length : now - this.#length - 1;
    this.#counted = this.#counted.filter(({ at }) => (utc ? at >= windowStart : at > windowStart));
    if (this.#counted.length < this.#budget.requests) return 0;
    const first = this.#counted.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
    return (utc ? windowStart : first + 1) + this.#length - now;
  }

  take(now: number): (now: number) => void {
    const utc = this.#budget.window === 'utc';
    const request = { at: utc ? now : Number.POSITIVE_INFINITY };
    this.#counted.push(request);
    return (answered) => {
      if (!utc) request.at = answered;
    };
  }
}

/** How long to hold back when a server says "none left" and not until when. Then one request goes to see. */
const UNKNOWN_RESET = 1000;

/**
 * Follows `x-ratelimit-remaining` and `x-ratelimit-reset` of one server: never more requests under way than it last said were
 * left. After a stop, one request goes first to see how things stand.
 */
class ServerGate implements Gate {
  readonly #mostWait: number;
  #left = Number.POSITIVE_INFINITY;
  #until = 0;
  /** How many have passed so far; the number of the last one. */
  taken = 0;
  readonly #underWay = new Set<number>();

  /** A longer wait than `mostWait` is not sat out here: the server shall say 429, and the caller hear when to come back. */
  constructor(mostWait: number) {
    this.#mostWait = mostWait;
  }

  delay(now: number): number {
    if (now < this.#until) return this.#until - now;
    if (this.#left > 0 || this.#underWay.size === 0) return 0;
    return Number.POSITIVE_INFINITY;
  }

  take(): () => void {
    this.#left = Math.max(0, this.#left - 1);
    this.taken += 1;
    this.#underWay.add(this.taken);
    // What a server says in its answer comes by `done`.
    return () => undefined;
  }

  /** The request with this number has returned; `headers` are absent when nothing was heard. */
  done(number: number, now: number, headers: Headers | undefined, wait: number | undefined): void {
    this.#underWay.delete(number);
    if (headers === undefined) return;
    const remaining = count(headers.get('x-ratelimit-remaining'));
    if (wait !== undefined && wait <= this.#mostWait) {
      this.#left = 0;
      this.#until = Math.max(this.#until, now + wait);
    } else if (remaining === undefined) {
      this.#left = Number.POSITIVE_INFINITY;
    } else {
      // Answers overtake each other: whoever passed later, or is still under way, may not be counted in this one.
      const before = [...this.#underWay].filter((other) => other < number).length;
      this.#left = Math.max(0, remaining - (this.taken - number) - before);
      if (remaining === 0) {
        const reset = (count(headers.get('x-ratelimit-reset')) ?? Number.POSITIVE_INFINITY) * 1000;
        this.#until = Math.max(this.#until, now + (reset <= this.#mostWait ? reset : UNKNOWN_RESET));
      }
    }
  }
}

function count(header: string | null): number | undefined {
  return header !== null && /^\s*\d{1,9}(?:\.\d+)?\s*$/u.test(header) ? Number(header) : undefined;
}

interface Waiter {
  readonly gates: readonly Gate[];
  readonly release: (returned: readonly ((now: number) => void)[]) => void;
}

/** A place in the stream of requests; `done` must be called once. `wait` is what the server asks of everybody, in ms. */
export interface Slot {
  done(headers: Headers | undefined, wait?: number): void;
}

/** One queue for all requests of a client. */
export class Pacer {
  readonly #clock: Clock;
  readonly #mostWait: number;
  readonly #budgets: readonly BudgetGate[];
  readonly #servers = new Map<string, ServerGate>();
  #queue: Waiter[] = [];
  #cancelWake: () => void = () => undefined;

  constructor(clock: Clock, budgets: readonly Budget[], mostWait: number) {
    this.#clock = clock;
    this.#mostWait = mostWait;
    this.#budgets = budgets.map((budget) => new BudgetGate(checkBudget(budget)));
  }

  /** Waits for its turn. Rejects with the signal's reason when that is aborted first. `onWait` hears of a wait that has an end. */
  async enter(
    request: { method: string; url: string },
    signal: AbortSignal,
    onWait: (ms: number) => void,
  ): Promise<Slot> {
    const server = this.#server(new URL(request.url).origin);
    const gates = [server, ...this.#budgets.filter((budget) => budget.applies(request))];
    const { number, returned } = await new Promise<{
      readonly number: number;
      readonly returned: readonly ((now: number) => void)[];
    }>((resolve, reject) => {
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const abort = (): void => {
        this.#queue = this.#queue.filter((other) => other !== waiter);
        this.#pump();
        reject(reasonOf(signal));
      };
      const waiter: Waiter = {
        gates,
        release: (returned) => {
          signal.removeEventListener('abort', abort);
          resolve({ number: server.taken, returned });
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#queue.push(waiter);
      this.#pump();
      if (this.#queue.includes(waiter)) {
        const ms = Math.max(...gates.map((gate) => gate.delay(this.#clock.now())));
        if (ms > 0 && Number.isFinite(ms)) onWait(ms);
      }
    });
    return {
      done: (headers, wait) => {
        const now = this.#clock.now();
        server.done(number, now, headers, wait);
        for (const tell of returned) tell(now);
        this.#pump();
      },
    };
  }

  #server(origin: string): ServerGate {
    const known = this.#servers.get(origin) ?? new ServerGate(this.#mostWait);
    this.#servers.set(origin, known);
    return known;
  }

  /** Lets pass whoever may. A gate that is shut for one is shut for all behind, so nobody is overtaken at a gate. */
  #pump(): void {
    this.#cancelWake();
    const now = this.#clock.now();
    let wake = Number.POSITIVE_INFINITY;
    this.#queue = this.#queue.filter(({ gates, release }) => {
      const delay = Math.max(...gates.map((gate) => gate.delay(now)));
      if (delay > 0) {
        wake = Math.min(wake, delay);
        return true;
      }
      release(gates.map((gate) => gate.take(now)));
      return false;
    });
    this.#cancelWake = Number.isFinite(wake) ? this.#clock.after(wake, () => this.#pump()) : () => undefined;
  }
}

function checkBudget(budget: Budget): Budget {
  if (!Number.isInteger(budget.requests) || budget.requests < 1) {
    throw new OptionError(
      'budgets',
      'A budget needs a whole number of requests from 1, such as { requests: 10, per: "second" }.',
    );
  }
  if (!Object.hasOwn(LENGTH, budget.per)) {
    throw new OptionError(
      'budgets',
      'A budget is per "second", "minute", "hour" or "day", as { requests: 10, per: "second" }.',
    );
  }
  return budget;
}
