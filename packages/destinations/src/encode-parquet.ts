import { constants, zstdCompressSync } from 'node:zlib';
import type { Column, TableBatch } from '@millrace/flatten';
import { encodeParquet as encode } from '@millrace/parquet';

/** How pages of a Parquet file are compressed. */
export type ParquetCodec = 'zstd' | 'snappy' | 'uncompressed';

/** What a caller may say about a Parquet file. */
export interface EncodeParquetOptions {
  /** Default `zstd`. */
  readonly codec?: ParquetCodec;
  /** Column names in the file; default the columns' own. */
  readonly columnName?: (name: string, index: number) => string;
}

/**
 * Encodes the rows of one or more batches of one table, all with the same columns, as a Parquet file.
 * BOOLEAN, INT64, DOUBLE, DATE, TIMESTAMP_MILLIS (UTC), and UTF8 for STRING and JSON; every column is optional.
 */
export function encodeParquet(batches: readonly TableBatch[], options: EncodeParquetOptions = {}): Uint8Array {
  const { codec = 'zstd', columnName } = options;
  return encode(batches.map(jsonAsText), {
    codec,
    ...(codec === 'zstd' ? { compress: zstd } : {}),
    // The older annotation of a timestamp: every reader takes it for an instant in UTC, and DuckDB for its plain TIMESTAMP.
    logicalTypes: false,
    ...(columnName === undefined ? {} : { columnName }),
  });
}

// Level 1 is half again as fast as the default level and gives files a few per cent larger.
function zstd(page: Uint8Array): Uint8Array {
  // The size makes zstd choose tables that fit: small pages take a quarter less time.
  return zstdCompressSync(page, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    pledgedSrcSize: page.length,
  });
}

/** A JSON column is text in every destination: DuckDB's own JSON type refuses what JSON.parse takes, as lone surrogates. */
function jsonAsText(batch: TableBatch): TableBatch {
  if (batch.columns.every(({ schema }) => schema.type !== 'JSON')) return batch;
  const columns = batch.columns.map(
    (column): Column =>
      column.schema.type === 'JSON' ? { ...column, schema: { ...column.schema, type: 'STRING' } } : column,
  );
  return { ...batch, columns, table: { ...batch.table, columns: columns.map(({ schema }) => schema) } };
}
