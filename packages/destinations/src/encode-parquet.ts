import { zstdCompressSync } from 'node:zlib';
import type { ColumnType, TableBatch } from '@millrace/flatten';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { columnCells } from './cells.ts';
import type { Cell } from './canonical-text.ts';

/** How pages of a Parquet file are compressed. */
export type ParquetCodec = 'zstd' | 'snappy' | 'uncompressed';

/** What a caller may say about a Parquet file. */
export interface EncodeParquetOptions {
  /** Default `zstd`. */
  readonly codec?: ParquetCodec;
  /** Column names in the file; default the columns' own. */
  readonly columnName?: (name: string, index: number) => string;
}

// The older annotation of a timestamp: every reader takes it for an instant in UTC, and DuckDB for its plain TIMESTAMP.
const ELEMENTS = {
  BOOLEAN: { type: 'BOOLEAN' },
  INTEGER: { type: 'INT64' },
  FLOAT: { type: 'DOUBLE' },
  DATE: { type: 'INT32', converted_type: 'DATE' },
  DATETIME: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  STRING: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  JSON: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
} as const satisfies Record<ColumnType, object>;

const CODECS = { zstd: 'ZSTD', snappy: 'SNAPPY', uncompressed: 'UNCOMPRESSED' } as const;

function cellsOf(batches: readonly TableBatch[], index: number): Cell[] {
  const parts = batches.map((batch) => {
    const column = batch.columns[index];
    return column === undefined ? [] : columnCells(column);
  });
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : parts.flat();
}

/**
 * Encodes the rows of one or more batches of one table, all with the same columns, as a Parquet file.
 * BOOLEAN, INT64, DOUBLE, DATE, TIMESTAMP_MILLIS (UTC), and UTF8 for STRING and JSON; every column is optional.
 */
export function encodeParquet(batches: readonly TableBatch[], options: EncodeParquetOptions = {}): Uint8Array {
  const { codec = 'zstd', columnName = (name: string): string => name } = options;
  const columns = batches[0]?.columns ?? [];
  const names = columns.map((column, index) => columnName(column.schema.name, index));
  const file = parquetWriteBuffer({
    columnData: columns.map((_, index) => ({ name: names[index] ?? '', data: cellsOf(batches, index) })),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map((column, index) => ({
        name: names[index] ?? '',
        repetition_type: 'OPTIONAL' as const,
        ...ELEMENTS[column.schema.type],
      })),
    ],
    codec: CODECS[codec],
    compressors: { ZSTD: (input) => zstdCompressSync(input) },
    rowGroupSize: 100_000,
    createdBy: 'millrace',
  });
  return new Uint8Array(file);
}
