import type { TableSchema } from '@millrace/flatten';
import { mergeSchemas } from '@millrace/flatten/schemas';
import { DestinationUsageError, messageOf } from './errors.ts';

/** Tables are told apart without regard to letter case, as in SQL. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/**
 * A table that holds what both hold: the stored columns in their order, then the new ones.
 * @throws {DestinationUsageError} when the two cannot be one table
 */
export function joinTables(url: string, stored: TableSchema | undefined, incoming: TableSchema): TableSchema {
  if (stored === undefined) return incoming;
  try {
    const [joined, other] = mergeSchemas([stored], [incoming]);
    if (joined !== undefined && other === undefined) return joined;
  } catch (error) {
    throw new DestinationUsageError(url, `${url} cannot take the rows: ${messageOf(error)}.`, { cause: error });
  }
  throw new DestinationUsageError(
    url,
    `${url} has a table ${stored.name}, which cannot stand beside ${incoming.name}: rename one of the two.`,
  );
}

/** Whether two tables have the same columns with the same types in the same order. */
export function sameLayout(left: TableSchema, right: TableSchema): boolean {
  return (
    left.columns.length === right.columns.length &&
    left.columns.every((column, index) => {
      const other = right.columns[index];
      return other !== undefined && other.name === column.name && other.type === column.type;
    })
  );
}
