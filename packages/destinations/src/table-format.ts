import type { ColumnSchema, TableBatch, TableSchema } from '@millrace/flatten';

/** A file to be read by DuckDB. */
export interface ScannedFile {
  readonly path: string;
  readonly bytes: number;
}

/** What a file of rows looks like. Reading gives back what was written, cell by cell. */
export interface TableFormat {
  readonly kind: 'parquet' | 'csv' | 'ndjson';
  /**
   * Whether files of one table may differ in their columns. A reader of CSV takes the header of the first file for all, so there a
   * new column rewrites the files that lack it.
   */
  readonly mixedColumns: boolean;
  /** Encodes rows of one table; all batches have the same columns. */
  encode(batches: readonly TableBatch[]): Uint8Array;
  /** Reads a file back. `table` has the columns that the file was written with. */
  decode(bytes: Uint8Array, table: TableSchema): Promise<TableBatch>;
  /** SQL that reads files with the given columns in DuckDB, with the right types. */
  scan(files: readonly ScannedFile[], columns: readonly Pick<ColumnSchema, 'name' | 'type'>[]): string;
}

/** The most that a line of the files can have: DuckDB must be told, and takes memory by it. */
export function longestLine(files: readonly ScannedFile[]): number {
  return files.reduce((longest, { bytes }) => Math.max(longest, bytes), 1 << 20);
}
