/** What a destination in a Celonis data pool must be told. */
import { join } from 'node:path';
import type { DataPushOptions } from '@millrace/celonis-client/data-push';
import { DestinationOptionError } from './errors.ts';

/** The team that a pool is in, and where the state is kept that a pool cannot keep. */
export interface CelonisPoolOptions
  extends Pick<
    DataPushOptions,
    'team' | 'credentials' | 'prefix' | 'limits' | 'fetch' | 'retry' | 'poll' | 'clock' | 'timeout' | 'onWait'
  > {
  /** Folder for receipts, states and a copy of the tables; made when it is missing. One for each pool. */
  readonly state: string;
  /** Whether tables of the pool that this state folder did not push may be replaced. Default false: they are refused. */
  readonly takeOver?: boolean;
  /** Rows a chunk holds at most, give or take 2,048. Default 100,000, as the vendor's own client has it. */
  readonly chunkRows?: number;
  /** Bytes of values a chunk holds before it is compressed, give or take 2,048 rows. Default 64 MiB; the server takes files of up to 1 GB. */
  readonly chunkBytes?: number;
}

/** {@link CelonisPoolOptions} with every default of its own filled in. */
export type CheckedPoolOptions = CelonisPoolOptions &
  Required<Pick<CelonisPoolOptions, 'takeOver' | 'chunkRows' | 'chunkBytes'>>;

/** Checks the options without touching anything. */
export function checkPoolOptions(url: string, options: CelonisPoolOptions | undefined): CheckedPoolOptions {
  if (options === undefined) {
    throw new DestinationOptionError(
      url,
      `${url} needs the option celonis, the team and a folder for its state, as in { celonis: { team, credentials, state: './state' } }.`,
    );
  }
  const { state, takeOver = false, chunkRows = 100_000, chunkBytes = 64 * 2 ** 20 } = options;
  if (typeof state !== 'string' || state.trim() === '' || state.includes('\0')) {
    throw new DestinationOptionError(url, `celonis.state must be the path of a folder, as in './state'.`);
  }
  for (const [name, value, most] of [
    ['chunkRows', chunkRows, 10_000_000],
    ['chunkBytes', chunkBytes, 2 ** 29],
  ] as const) {
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new DestinationOptionError(url, `celonis.${name} ${value} is not a whole number from 1 to ${most}.`);
    }
  }
  return { ...options, takeOver, chunkRows, chunkBytes };
}

/** The database in a state folder: a destination of its own, `duckdb:<file>`, that everything which reads one can read. */
export function poolStore(state: string): string {
  return join(state, 'store.duckdb');
}
