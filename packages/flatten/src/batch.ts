/**
 * Columnar batches. The layout is Parquet's own (dense values, PLAIN strings, dictionary indices), so that a writer of Parquet
 * can compress a buffer as it is, and every other destination reads it in one pass.
 */
import type { SchemaChange, TableSchema, ColumnSchema } from './schema.ts';

/** Values without a dictionary. Only present values are stored: a NULL takes no room. */
export type PlainValues =
  /** BOOLEAN: one byte a value, 0 or 1. */
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  /** DATE: days since 1970-01-01. */
  | { readonly kind: 'int32'; readonly values: Int32Array }
  /** INTEGER, and DATETIME as milliseconds since 1970-01-01T00:00:00Z. */
  | { readonly kind: 'int64'; readonly values: BigInt64Array }
  /** FLOAT. */
  | { readonly kind: 'double'; readonly values: Float64Array }
  /** STRING and JSON: for each value its length in bytes (32-bit little-endian), then its UTF-8 bytes. */
  | { readonly kind: 'bytes'; readonly data: Uint8Array; readonly count: number };

/** Values as indices into a dictionary of distinct (not necessarily all used) values. */
export interface DictionaryValues {
  readonly kind: 'dictionary';
  /** One index a present value. */
  readonly indices: Uint32Array;
  readonly dictionary: PlainValues;
}

/** One column of a batch. */
export interface Column {
  readonly schema: ColumnSchema;
  /** Rows, NULLs included: the same for every column of a batch. */
  readonly rows: number;
  readonly nullCount: number;
  /** Bit `row & 7` of byte `row >> 3` is 1 where the row has a value. Absent when there is no NULL. */
  readonly validity?: Uint8Array;
  readonly values: PlainValues | DictionaryValues;
}

/** Rows of one table. */
export interface TableBatch {
  /** The table as it stands with this batch: at least the columns given below, in the same order. */
  readonly table: TableSchema;
  readonly rows: number;
  /** One for each column of `table.columns`, in that order. */
  readonly columns: readonly Column[];
}

/**
 * Rows of whole documents: a root row and all its child rows are in the same batch.
 * Buffers belong to the reader; the writer never touches them again, unless it was asked for views.
 */
export interface Batch {
  /** Parents stand before their children. Tables without rows may be left out. */
  readonly tables: readonly TableBatch[];
  /** Schema changes since the batch before. */
  readonly changes: readonly SchemaChange[];
  /** Root documents in this batch. */
  readonly documents: number;
}
