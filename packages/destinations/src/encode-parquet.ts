import { constants, zstdCompressSync } from 'node:zlib';
import type { Column, TableBatch, TableSchema } from '@millrace/flatten';
import { createParquetWriter, encodeParquet as encode, type ParquetOptions } from '@millrace/parquet';
import type { FileWriter } from './table-format.ts';

const ROW_GROUP_BYTES = 4 * 1024 * 1024;
/** Of wide tables they are larger: each page of a column costs zstd a start, whatever is in it. */
const ROW_GROUP_BYTES_A_COLUMN = 64 * 1024;
/** Of a file that is read once, soon, and by us: larger ones only hold more memory. */
const PLAIN_ROW_GROUP_BYTES = 1024 * 1024;

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
  return encode(batches.map(jsonAsText), fileOptions(options));
}

/** A file that takes its rows bit by bit. Its row groups are small, so that many files can be open at a time. */
export function openParquet(table: TableSchema, options: EncodeParquetOptions): FileWriter {
  const compressed = Math.max(ROW_GROUP_BYTES, table.columns.length * ROW_GROUP_BYTES_A_COLUMN);
  const rowGroupBytes = options.codec === 'uncompressed' ? PLAIN_ROW_GROUP_BYTES : compressed;
  const writer = createParquetWriter(tableAsText(table), { ...fileOptions(options), rowGroupBytes });
  return { write: (batch) => writer.write(jsonAsText(batch)), finish: () => writer.finish() };
}

function fileOptions({ codec = 'zstd', columnName }: EncodeParquetOptions): ParquetOptions {
  return {
    codec,
    ...(codec === 'zstd' ? { compress: zstd } : {}),
    // The older annotation of a timestamp: every reader takes it for an instant in UTC, and DuckDB for its plain TIMESTAMP.
    logicalTypes: false,
    ...(columnName === undefined ? {} : { columnName }),
  };
}

/** The least that Node takes, and the most that is allocated for a page at a time: few large pages need more, and what is not needed is garbage. */
const MIN_CHUNK = 64;
const MAX_CHUNK = 65_536;

// Level 1 is half again as fast as the default level and gives files a few per cent larger.
function zstd(page: Uint8Array): Uint8Array {
  // The size makes zstd choose tables that fit: small pages take a quarter less time.
  return zstdCompressSync(page, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    pledgedSrcSize: page.length,
    // Most pages then are one piece.
    chunkSize: Math.min(MAX_CHUNK, Math.max(MIN_CHUNK, page.length >> 1)),
  });
}

/** A JSON column is text in every destination: DuckDB's own JSON type refuses what JSON.parse takes, as lone surrogates. */
function jsonAsText(batch: TableBatch): TableBatch {
  if (batch.columns.every(({ schema }) => schema.type !== 'JSON')) return batch;
  const columns = batch.columns.map(
    (column): Column =>
      column.schema.type === 'JSON' ? { ...column, schema: { ...column.schema, type: 'STRING' } } : column,
  );
  return { ...batch, columns, table: tableAsText(batch.table) };
}

function tableAsText(table: TableSchema): TableSchema {
  return {
    ...table,
    columns: table.columns.map((column) => (column.type === 'JSON' ? { ...column, type: 'STRING' } : column)),
  };
}
