import type { TableBatch, TableSchema } from '@millrace/flatten';
import { conform, selectRows } from './conform.ts';
import type { DraftTable, FolderStore, WrittenPart } from './folder-store.ts';
import { rootKeys, type KeySet } from './row-keys.ts';
import { sameLayout } from './schema-union.ts';

/** The most that a part is let grow to by merging, in bytes of the file. */
const MAX_MERGED_BYTES = 64 * 1024 * 1024;

/** Parts of about one size that make a commit merge them. */
const MERGE_AT = 8;
/** Parts that fit together which make the end merge them. */
const MERGE_AT_END = 4;

function mustRewrite(store: FolderStore, part: TableSchema, wanted: TableSchema): boolean {
  if (!store.format.mixedColumns) return !sameLayout(part, wanted);
  const types = new Map(wanted.columns.map((column) => [column.name, column.type]));
  return part.columns.some((column) => types.get(column.name) !== column.type);
}

/** The part without the rows of some documents and in the wanted columns; the part itself if nothing has to change; undefined if no row is left. */
async function rewritePart(
  store: FolderStore,
  folder: string,
  part: WrittenPart,
  wanted: TableSchema,
  gone: KeySet | undefined,
): Promise<WrittenPart | undefined> {
  const widened = mustRewrite(store, part.schema, wanted);
  const touched = gone !== undefined && gone.hasAny(await store.readKeys(folder, part));
  if (!widened && !touched) return part;
  const batches: TableBatch[] = [];
  for await (const read of store.readPart(folder, part)) {
    const batch = touched ? without(read, gone) : read;
    if (batch.rows > 0) batches.push(widened ? conform(batch, wanted) : batch);
  }
  return batches.length === 0 ? undefined : store.writePart(folder, batches, true);
}

function without(batch: TableBatch, gone: KeySet): TableBatch {
  const keys = rootKeys(batch);
  return selectRows(batch, (row) => !gone.has(keys, row));
}

/** Rewrites those parts of a table that hold rows of documents which are gone, or whose columns no longer fit. */
export async function rewriteParts(
  store: FolderStore,
  folder: string,
  parts: readonly WrittenPart[],
  wanted: TableSchema,
  gone: KeySet | undefined,
): Promise<WrittenPart[]> {
  const kept: WrittenPart[] = [];
  for (const part of parts) {
    const now = await rewritePart(store, folder, part, wanted, gone);
    if (now !== undefined) kept.push(now);
  }
  return kept;
}

/** Whether any of the parts holds rows of one of the documents. */
export async function holdsAny(
  store: FolderStore,
  table: Pick<DraftTable, 'folder' | 'parts'>,
  keys: KeySet,
): Promise<boolean> {
  for (const part of table.parts) if (keys.hasAny(await store.readKeys(table.folder, part))) return true;
  return false;
}

function sizeClass(part: WrittenPart): number {
  return Math.floor(Math.log2(Math.max(part.rows, 1)) / 3);
}

/**
 * Merges small parts. In a commit only parts of about one size, eight or more, so that a row is rewritten a few times at most
 * however many commits there are; in the end (`all`) whatever fits together.
 */
export async function compact(
  store: FolderStore,
  table: DraftTable,
  maxRows: number,
  all: boolean,
): Promise<WrittenPart[]> {
  // A merge reads rows back and writes them again, which costs more than writing them did.
  const small = table.parts.filter((part) => part.rows * 4 <= maxRows && part.bytes * 4 <= MAX_MERGED_BYTES);
  const groups = all ? [small] : Object.values(Object.groupBy(small, (part) => String(sizeClass(part))));
  const merged: WrittenPart[] = [];
  const replaced = new Set<WrittenPart>();
  for (const group of groups) {
    if (group === undefined || group.length < (all ? MERGE_AT_END : MERGE_AT)) continue;
    for (const run of fill(group, maxRows)) {
      if (run.length < (all ? MERGE_AT_END : 2)) continue;
      merged.push(await store.mergeParts(table.folder, run, table.schema, !table.derived));
      for (const part of run) replaced.add(part);
    }
  }
  return [...table.parts.filter((part) => !replaced.has(part)), ...merged];
}

/** Cuts parts into runs that stay below the limits of one part. */
function fill(parts: readonly WrittenPart[], maxRows: number): WrittenPart[][] {
  const runs: WrittenPart[][] = [];
  let rows = Infinity;
  let bytes = 0;
  for (const part of parts) {
    if (rows + part.rows > maxRows || bytes + part.bytes > MAX_MERGED_BYTES) {
      runs.push([]);
      rows = 0;
      bytes = 0;
    }
    runs.at(-1)?.push(part);
    rows += part.rows;
    bytes += part.bytes;
  }
  return runs;
}
