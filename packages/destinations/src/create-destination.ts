import type { Destination, StoredState } from '@millrace/extract';
import { CelonisDestination } from './celonis.ts';
import { DuckDBDestination } from './duckdb.ts';
import { FolderDestination } from './folder.ts';
import { formatOf } from './formats.ts';
import { NdjsonStreamDestination } from './ndjson-stream.ts';
import { parseDestinationUrl, type DestinationOptions, type DestinationScheme } from './options.ts';
import type { TableFormat } from './table-format.ts';

/** The file format of a folder destination. */
export function folderFormat(
  scheme: Exclude<DestinationScheme, 'duckdb' | 'celonis'>,
  options: DestinationOptions = {},
): TableFormat {
  return formatOf(scheme, options);
}

/**
 * Makes a destination from its URL: `duckdb:FILE`, `parquet:DIR`, `csv:DIR`, `ndjson:DIR`, `ndjson:-` or `celonis:POOL`. Touches nothing yet.
 * @throws {DestinationOptionError} when the URL or an option has a wrong form
 */
export function createDestination(url: string, options: DestinationOptions = {}): Destination {
  const { scheme, target } = parseDestinationUrl(url);
  if (scheme === 'duckdb') return new DuckDBDestination(url, target, options);
  if (scheme === 'celonis') return new CelonisDestination(url, target, options);
  if (target === '-') return new NdjsonStreamDestination(url, options.output);
  return new FolderDestination(url, target, folderFormat(scheme, options), options);
}

/** A destination that is open, and what it remembers. */
export interface OpenedDestination {
  readonly destination: Destination;
  readonly state: StoredState;
}

/**
 * Makes a destination from its URL and opens it.
 * @throws {DestinationOptionError} when the URL or an option has a wrong form
 * @throws {DestinationUnusableError} when the place cannot be used; nothing was written
 */
export async function openDestination(url: string, options: DestinationOptions = {}): Promise<OpenedDestination> {
  const destination = createDestination(url, options);
  return { destination, state: await destination.open() };
}
