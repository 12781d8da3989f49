import type { Writable } from 'node:stream';
import type { CelonisPoolOptions } from './celonis-options.ts';
import type { DuckDBOptions } from './duckdb-engine.ts';
import type { ParquetCodec } from './encode-parquet.ts';
import { DestinationOptionError } from './errors.ts';

/** Options of every destination; each takes those that concern it. */
export interface DestinationOptions extends DuckDBOptions {
  /** Compression of Parquet files. Default `zstd`. */
  readonly codec?: ParquetCodec;
  /** Rows a file of a folder destination holds at most, give or take a batch. Smaller files are merged until they reach it. Default 100,000. */
  readonly maxPartRows?: number;
  /** Told what a user should know and what stops nothing: that the lock of a dead process was taken over. */
  readonly onNote?: (text: string) => void;
  /** What `celonis:POOL` needs: the team, its credential, and a folder for the state. */
  readonly celonis?: CelonisPoolOptions;
  /** Where `ndjson:-` writes to, as `process.stdout`. */
  readonly output?: Writable;
}

/** How a destination is stored. */
export type DestinationScheme = 'duckdb' | 'parquet' | 'csv' | 'ndjson' | 'celonis';

/** A destination's URL in its parts. */
export interface DestinationUrl {
  readonly scheme: DestinationScheme;
  /** A path, `-` for the stream, or the name or ID of a data pool. */
  readonly target: string;
}

const FORMS = 'duckdb:FILE, parquet:DIR, csv:DIR, ndjson:DIR, ndjson:- or celonis:POOL';
const SCHEMES: readonly string[] = ['duckdb', 'parquet', 'csv', 'ndjson', 'celonis'] satisfies DestinationScheme[];

const NAMED: Partial<Readonly<Record<DestinationScheme, readonly [what: string, form: string]>>> = {
  duckdb: ['file', 'duckdb:audit.duckdb'],
  celonis: ['data pool', 'celonis:Audit'],
};

function isScheme(text: string): text is DestinationScheme {
  return SCHEMES.includes(text);
}

/**
 * Takes a destination's URL apart.
 * @throws {DestinationOptionError} when it has none of the forms `duckdb:FILE`, `parquet:DIR`, `csv:DIR`, `ndjson:DIR`, `ndjson:-`, `celonis:POOL`
 */
export function parseDestinationUrl(url: string): DestinationUrl {
  const colon = url.indexOf(':');
  const scheme = url.slice(0, Math.max(colon, 0));
  const target = url.slice(colon + 1);
  if (!isScheme(scheme)) {
    throw new DestinationOptionError(url, `'${url}' is not a destination: write ${FORMS}.`);
  }
  if (target.trim() === '' || target.includes('\0') || (target === '-' && scheme !== 'ndjson')) {
    const [what, form] = NAMED[scheme] ?? ['folder', `${scheme}:./out`];
    throw new DestinationOptionError(url, `'${url}' names no ${what}: write it as in ${form}.`);
  }
  return { scheme, target };
}

/**
 * Takes the URL of a destination apart that is to be read.
 * @throws {DestinationOptionError} when it has a wrong form, or keeps nothing that could be read
 */
export function parseReadableUrl(
  url: string,
): DestinationUrl & { readonly scheme: Exclude<DestinationScheme, 'celonis'> } {
  const { scheme, target } = parseDestinationUrl(url);
  if (target === '-') throw new DestinationOptionError(url, `${url} is a stream and cannot be read again.`);
  if (scheme !== 'celonis') return { scheme, target };
  throw new DestinationOptionError(
    url,
    `${url} cannot be read back: read the database in its state folder, duckdb:STATE/store.duckdb.`,
  );
}

const CODECS: readonly string[] = ['zstd', 'snappy', 'uncompressed'] satisfies ParquetCodec[];

/** Checks the options that concern folders. */
export function checkFolderOptions(url: string, options: DestinationOptions): void {
  const { codec, maxPartRows } = options;
  if (codec !== undefined && !CODECS.includes(codec)) {
    throw new DestinationOptionError(url, `codec '${codec}' is not known: write 'zstd', 'snappy' or 'uncompressed'.`);
  }
  if (maxPartRows !== undefined && !(Number.isInteger(maxPartRows) && maxPartRows > 0)) {
    throw new DestinationOptionError(url, `maxPartRows ${maxPartRows} is not a whole number above 0.`);
  }
}
