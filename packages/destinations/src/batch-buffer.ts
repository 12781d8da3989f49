import type { Batch, Column, TableBatch } from '@millrace/flatten';
import type { TransactionOptions } from '@millrace/extract';
import { DestinationUsageError } from './errors.ts';
import { KeySet, rootKeys } from './row-keys.ts';
import { nameKey, sameLayout } from './schema-union.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const MAX_ROWS = 100_000;

/** Batches of one transaction that can be written as one: no document twice, and each table with one layout. */
export interface BatchGroup {
  /** By table, parents before children. */
  readonly tables: readonly (readonly TableBatch[])[];
  /** Keys of the group's documents. */
  readonly keys: KeySet;
}

function bytesOf(column: Column): number {
  const { values } = column;
  if (values.kind === 'dictionary') return values.indices.byteLength + plainBytes(values.dictionary);
  return plainBytes(values);
}

function plainBytes(values: Exclude<Column['values'], { kind: 'dictionary' }>): number {
  return values.kind === 'bytes' ? values.data.byteLength : values.values.byteLength;
}

/** Gathers the batches of a transaction, which may be as small as a page, into groups worth a file. */
export class BatchBuffer {
  #tables = new Map<string, TableBatch[]>();
  #keys = new KeySet();
  #rows = 0;
  #bytes = 0;

  /** Takes a batch in. Gives the group gathered so far, if the batch cannot go with it. */
  add(batch: Batch): BatchGroup | undefined {
    const root = batch.tables.find(({ table }) => table.parent === undefined);
    const keys = root === undefined ? new Uint32Array() : rootKeys(root);
    const full = this.#rows >= MAX_ROWS || this.#bytes >= MAX_BYTES;
    const group = full || !this.#fits(batch) || this.#keys.hasAny(keys) ? this.take() : undefined;
    this.#keys.addAll(keys);
    for (const table of batch.tables) {
      const name = nameKey(table.table.name);
      const gathered = this.#tables.get(name);
      if (gathered === undefined) this.#tables.set(name, [table]);
      else gathered.push(table);
      this.#rows += table.rows;
      for (const column of table.columns) this.#bytes += bytesOf(column);
    }
    return group;
  }

  /** Gives what was gathered and starts anew. */
  take(): BatchGroup | undefined {
    if (this.#tables.size === 0) return undefined;
    const group = { tables: [...this.#tables.values()], keys: this.#keys };
    this.#tables = new Map();
    this.#keys = new KeySet();
    this.#rows = 0;
    this.#bytes = 0;
    return group;
  }

  #fits(batch: Batch): boolean {
    return batch.tables.every(({ table }) => {
      const last = this.#tables.get(nameKey(table.name))?.at(-1);
      return last === undefined || sameLayout(last.table, table);
    });
  }
}

/** A batch may only hold tables of the family that the transaction is about: others would be neither replaced nor kept. */
export function refuseOtherFamilies(url: string, options: TransactionOptions, batch: Batch): void {
  for (const { table } of batch.tables) {
    if (nameKey(table.root) === nameKey(options.root)) continue;
    const message = `A transaction of ${options.root} was given rows of ${table.name}, which belongs to ${table.root}.`;
    throw new DestinationUsageError(url, message);
  }
}
