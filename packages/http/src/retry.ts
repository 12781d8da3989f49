/** What is tried again, and how often. */
import { LONGEST_TIMER } from './clock.ts';
import { OptionError } from './errors.ts';
import { knownOptions } from './option-values.ts';

/** When and how a request is tried again. */
export interface RetryOptions {
  /** Attempts after the first. 0 turns retrying off. Default 5. */
  readonly maxRetries?: number;
  /**
   * Methods that may be tried again. Default `GET`, `HEAD`, `OPTIONS`, `PUT`, `DELETE`, `TRACE`: those that have the same
   * effect once or twice. A single request of another method is marked with `idempotent: true`, or by an `Idempotency-Key` header.
   */
  readonly methods?: readonly string[];
  /** Statuses that are tried again. Default 408, 425, 429, 500, 502, 503, 504. */
  readonly statuses?: readonly number[];
  /** First step of the back-off, in milliseconds; each next one is twice as long. Default 500. */
  readonly baseDelay?: number;
  /** Longest back-off, in milliseconds. Default 30,000. */
  readonly maxDelay?: number;
  /** When the server asks for a longer wait than this many milliseconds, its answer is returned at once. Default 120,000. */
  readonly maxWait?: number;
}

/** {@link RetryOptions} with every default filled in. */
export interface RetryPolicy {
  readonly maxRetries: number;
  readonly methods: ReadonlySet<string>;
  readonly statuses: ReadonlySet<number>;
  readonly baseDelay: number;
  readonly maxDelay: number;
  readonly maxWait: number;
}

/** Checks the options and fills in the defaults. */
export function retryPolicy(options: RetryOptions | false | undefined): RetryPolicy {
  if (options !== undefined && options !== false && (typeof options !== 'object' || options === null)) {
    throw new OptionError('retry', 'retry must be false or options such as { maxRetries: 5 }.');
  }
  const given = options === false ? { maxRetries: 0 } : (options ?? {});
  knownOptions(given, ['maxRetries', 'methods', 'statuses', 'baseDelay', 'maxDelay', 'maxWait'], 'retry');
  const maxRetries = given.maxRetries ?? 5;
  if (!Number.isInteger(maxRetries) || maxRetries < 0) {
    throw new OptionError('retry.maxRetries', 'retry.maxRetries must be a whole number from 0, such as 5.');
  }
  return {
    maxRetries,
    methods: new Set(
      (given.methods ?? ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']).map((method) => method.toUpperCase()),
    ),
    statuses: new Set(given.statuses ?? [408, 425, 429, 500, 502, 503, 504]),
    baseDelay: milliseconds('retry.baseDelay', given.baseDelay, 500),
    maxDelay: milliseconds('retry.maxDelay', given.maxDelay, 30_000),
    maxWait: milliseconds('retry.maxWait', given.maxWait, 120_000),
  };
}

/** Checks a span of time given in milliseconds. */
export function milliseconds(option: string, given: number | undefined, fallback: number): number {
  const value = given ?? fallback;
  if (typeof value !== 'number' || !(value >= 0) || value > LONGEST_TIMER) {
    throw new OptionError(
      option,
      `${option} must be a number of milliseconds from 0 to ${LONGEST_TIMER} (24 days), such as ${fallback}.`,
    );
  }
  return value;
}
