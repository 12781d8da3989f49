import type { TransactionOptions } from '@millrace/extract';
import type { Batch } from '@millrace/flatten';
import { DestinationUsageError } from './errors.ts';
import { nameKey } from './schema-union.ts';

/** A batch may only hold tables of the family that the transaction is about: others would be neither replaced nor kept. */
export function refuseOtherFamilies(url: string, options: TransactionOptions, batch: Batch): void {
  for (const { table } of batch.tables) {
    if (nameKey(table.root) === nameKey(options.root)) continue;
    const message = `A transaction of ${options.root} was given rows of ${table.name}, which belongs to ${table.root}.`;
    throw new DestinationUsageError(url, message);
  }
}
