/** Looking at a destination without changing it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Receipt, StoredState } from '@millrace/extract';
import { folderFormat } from './create-destination.ts';
import { openDuckDB, type DuckDBEngine } from './duckdb-engine.ts';
import { readReceipts, readStore, storeFormat } from './duckdb-store.ts';
import { DestinationUnusableError, messageOf } from './errors.ts';
import { readManifest, type Manifest } from './folder-manifest.ts';
import { FolderStore } from './folder-store.ts';
import { lockedError, lockPath } from './lock.ts';
import { parseReadableUrl } from './options.ts';

/** A destination that is open for reading. */
export interface Inspection {
  readonly url: string;
  readonly state: StoredState;
  /** Every receipt ever committed, oldest first. */
  receipts(): AsyncIterable<Receipt>;
  close(): void;
}

/** What `inspect` opened, with what is behind it. */
export type OpenInspection = Inspection &
  (
    | { readonly kind: 'duckdb'; readonly engine: DuckDBEngine }
    | { readonly kind: 'folder'; readonly store: FolderStore; readonly manifest: Manifest }
  );

/**
 * Opens a destination for reading: its state and its receipts, as last committed. A folder can be read while a run writes to it;
 * a DuckDB file cannot.
 * @throws {DestinationUnusableError} `missing` when nothing was extracted there, `in-use`, `damaged`
 */
export async function inspectDestination(url: string): Promise<Inspection> {
  return openInspection(url);
}

export async function openInspection(url: string): Promise<OpenInspection> {
  const { scheme, target } = parseReadableUrl(url);
  const path = resolve(target);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw missing(url, path);
  return scheme === 'duckdb' ? inspectFile(url, path) : inspectFolder(url, path, folderFormat(scheme));
}

async function inspectFile(url: string, path: string): Promise<OpenInspection> {
  let engine: DuckDBEngine;
  try {
    engine = await openDuckDB(path, { readOnly: true });
  } catch (error) {
    if (/set lock|open already in this process/i.test(messageOf(error)))
      throw await lockedError(url, lockPath('file', path), error);
    throw damaged(url, path, messageOf(error), error);
  }
  try {
    if ((await storeFormat(engine)) === undefined) throw missing(url, path);
    const state = await readStore(engine);
    return { url, kind: 'duckdb', engine, state, receipts: () => readReceipts(engine), close: () => engine.close() };
  } catch (error) {
    engine.close();
    throw error instanceof DestinationUnusableError ? error : damaged(url, path, messageOf(error), error);
  }
}

async function inspectFolder(
  url: string,
  directory: string,
  format: ReturnType<typeof folderFormat>,
): Promise<OpenInspection> {
  const manifest = await readManifest(url, join(directory, 'manifest.json'));
  if (manifest === undefined) throw missing(url, directory);
  return {
    url,
    kind: 'folder',
    store: new FolderStore(url, directory, format),
    manifest,
    state: { tables: manifest.tables.filter((one) => !one.derived).map(({ schema }) => schema), feeds: manifest.feeds },
    receipts: () => readReceiptLines(join(directory, 'receipts.ndjson'), manifest.receipts.bytes),
    close: () => undefined,
  };
}

/** The receipts in the committed part of a file, a line each. A line that is no receipt is left to whoever checks the ledger. */
export async function* readReceiptLines(path: string, bytes: number): AsyncGenerator<Receipt> {
  if (bytes === 0 || (await stat(path).catch(() => undefined)) === undefined) return;
  const input = createReadStream(path, { end: bytes - 1 });
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line !== '') yield JSON.parse(line) as Receipt;
  }
}

function missing(url: string, path: string): DestinationUnusableError {
  return new DestinationUnusableError(
    url,
    'missing',
    path,
    `Nothing was extracted to ${path}: name the file or folder of a run.`,
  );
}

function damaged(url: string, path: string, what: string, cause: unknown): DestinationUnusableError {
  return new DestinationUnusableError(url, 'damaged', path, `${path} cannot be read: ${what}`, { cause });
}
