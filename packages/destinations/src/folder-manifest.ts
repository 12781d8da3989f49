import { readFile } from 'node:fs/promises';
import { canonicalJson, parseJson, type ColumnType, type JsonObject, type TableSchema } from '@millrace/flatten';
import { replaceDurably } from './durable.ts';
import { DestinationUnusableError, messageOf, systemCode } from './errors.ts';

/** Version of the layout of `manifest.json`. */
export const FORMAT = 1;

/** The columns a file was written with. */
export type Layout = readonly { readonly name: string; readonly type: ColumnType }[];

/** A file of rows. */
export interface Part {
  /** Its name in the table's folder. */
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  /** Of its rows, in whatever order (`RowHash`), hexadecimal. */
  readonly rowsHash: string;
  /** Index in the table's `layouts`. */
  readonly layout: number;
}

/** A table and the files that hold it. */
export interface ManifestTable {
  readonly folder: string;
  /** Made by a transformation: it has no keys. */
  readonly derived: boolean;
  /** The columns that the table has over all its files. */
  readonly schema: TableSchema;
  readonly layouts: readonly Layout[];
  readonly parts: readonly Part[];
}

/** What a folder holds. Its replacement is the commit: a file that it does not name does not exist. */
export interface Manifest {
  readonly millrace: number;
  readonly kind: 'parquet' | 'csv' | 'ndjson';
  /** Commits so far. */
  readonly version: number;
  readonly feeds: Readonly<Record<string, JsonObject>>;
  /** How much of `receipts.ndjson` is committed. */
  readonly receipts: { readonly count: number; readonly bytes: number; readonly sha256: string };
  readonly tables: readonly ManifestTable[];
}

/** The manifest of a folder that holds nothing. */
export function emptyManifest(kind: Manifest['kind'], sha256OfNothing: string): Manifest {
  return {
    millrace: FORMAT,
    kind,
    version: 0,
    feeds: {},
    receipts: { count: 0, bytes: 0, sha256: sha256OfNothing },
    tables: [],
  };
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'millrace' in value &&
    typeof value.millrace === 'number' &&
    'kind' in value &&
    'tables' in value &&
    Array.isArray(value.tables) &&
    'receipts' in value &&
    'feeds' in value
  );
}

/**
 * Reads a manifest; undefined when there is none.
 * @throws {DestinationUnusableError} when it cannot be read, or is of a later version
 */
export async function readManifest(url: string, path: string): Promise<Manifest | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new DestinationUnusableError(url, 'not-writable', path, `${path} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw damagedManifest(url, path, error);
  }
  if (!isManifest(value)) throw damagedManifest(url, path, undefined);
  if (value.millrace > FORMAT) {
    throw new DestinationUnusableError(
      url,
      'newer-format',
      path,
      `${path} was written by a later version (format ${value.millrace}, this one knows ${FORMAT}): use that version, or another folder.`,
    );
  }
  return value;
}

function damagedManifest(url: string, path: string, cause: unknown): DestinationUnusableError {
  return new DestinationUnusableError(
    url,
    'damaged',
    path,
    `${path} is not a manifest that this program wrote: restore it from a backup, or choose another folder.`,
    { cause },
  );
}

/** Puts a manifest in the place of the one before, whole or not at all. The name is on the disk once the folder is synced. */
export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await replaceDurably(path, Buffer.from(`${canonicalJson(manifest as unknown as JsonObject)}\n`));
}
