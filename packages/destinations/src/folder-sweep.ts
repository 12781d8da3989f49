/** Marks rows of documents that the source no longer has. */
import { deletedAt, type SweepResult } from '@millrace/extract';
import type { TableBatch, TableSchema } from '@millrace/flatten';
import { columnCells, columnFromCells } from './cells.ts';
import { conform } from './conform.ts';
import type { DraftTable, FolderStore, WrittenPart } from './folder-store.ts';
import { KeySet, rootKeys } from './row-keys.ts';

/** The parts of the root table as they are after the sweep: those in which nothing changes are the same. */
export async function sweepParts(
  store: FolderStore,
  stored: Pick<DraftTable, 'folder' | 'parts'>,
  schema: TableSchema,
  present: readonly TableBatch[],
  at: Date,
): Promise<{ readonly parts: readonly WrittenPart[]; readonly result: SweepResult }> {
  const keys = new KeySet();
  for (const batch of present) keys.addAll(rootKeys(batch));
  const parts: WrittenPart[] = [];
  let [deleted, restored, found] = [0, 0, 0];
  for (const part of stored.parts) {
    const before = deleted + restored;
    const batches: TableBatch[] = [];
    for await (const read of store.readPart(stored.folder, part)) {
      const batch = conform(read, schema);
      const rows = rootKeys(batch);
      const mark = batch.columns.findIndex((column) => column.schema.name === deletedAt);
      const column = batch.columns[mark];
      if (column === undefined) throw new TypeError(`Table ${schema.name} has no column ${deletedAt}`);
      const cells = columnCells(column).map((cell, row) => {
        const there = keys.has(rows, row);
        if (there) found += 1;
        if ((cell === null) === there) return cell;
        if (there) restored += 1;
        else deleted += 1;
        return there ? null : BigInt(at.getTime());
      });
      batches.push({ ...batch, columns: batch.columns.with(mark, columnFromCells(column.schema, cells)) });
    }
    const isSame = deleted + restored === before;
    parts.push(isSame ? part : await store.writePart(stored.folder, batches, true));
  }
  return { parts, result: { deleted, restored, missing: keys.size - found } };
}
