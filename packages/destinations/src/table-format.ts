import type { ColumnSchema, TableBatch, TableSchema } from '@millrace/flatten';
import type { ParquetCodec } from './encode-parquet.ts';

/** A file to be read by DuckDB. */
export interface ScannedFile {
  readonly path: string;
  readonly bytes: number;
}

/** Encodes one file. What its calls give, one after the other, is the file. */
export interface FileWriter {
  /** Takes rows with the columns of the file's table, in its order. */
  write(batch: TableBatch): Uint8Array[];
  finish(): Uint8Array[];
}

/** What a file of rows looks like. Reading gives back what was written, cell by cell. */
export interface TableFormat {
  readonly kind: 'parquet' | 'csv' | 'ndjson';
  /** How its pages are compressed; of Parquet. */
  readonly codec: ParquetCodec;
  /**
   * Whether files of one table may differ in their columns. A reader of CSV takes the header of the first file for all, so there a
   * new column rewrites the files that lack it.
   */
  readonly mixedColumns: boolean;
  /** Begins a file of a table's rows. */
  open(table: TableSchema): FileWriter;
  /** Reads a file back, some rows at a time. `table` has the columns that the file was written with. */
  decode(bytes: Uint8Array, table: TableSchema): AsyncIterable<TableBatch>;
  /** SQL that reads files with the given columns in DuckDB, with the right types. */
  scan(files: readonly ScannedFile[], columns: readonly Pick<ColumnSchema, 'name' | 'type'>[]): string;
}

/** The most that a line of the files can have: DuckDB must be told, and takes memory by it. */
export function longestLine(files: readonly ScannedFile[]): number {
  return files.reduce((longest, { bytes }) => Math.max(longest, bytes), 1 << 20);
}
