/** Rows and values since the last batch that are held elsewhere than in the plan. */
import type { Column } from './batch.ts';
import type { ColumnSchema } from './schema.ts';

/** The rows of a table. */
export interface PendingRows {
  /** The parent's row of each. */
  readonly parentRows: Uint32Array;
  /** Position of each in its array. */
  readonly positions: BigInt64Array;
  readonly lastPosition: number;
}

/** The values of a column, in their last layout. */
export interface PendingValues {
  encode(schema: ColumnSchema, rows: number): Column;
}
