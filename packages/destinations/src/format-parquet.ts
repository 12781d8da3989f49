import { zstdDecompressSync } from 'node:zlib';
import type { TableBatch, TableSchema } from '@millrace/flatten';
import type { Cell } from './canonical-text.ts';
import { columnFromCells } from './cells.ts';
import { quoteList, quoteName } from './duckdb-sql.ts';
import { openParquet, type ParquetCodec } from './encode-parquet.ts';
import type { TableFormat } from './table-format.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Keeps the numbers as they are stored, and a byte order mark at the start of a text. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint): bigint => millis,
  dateFromDays: (days: number): number => days,
  stringFromBytes: (bytes: Uint8Array): string => decoder.decode(bytes),
};

/** Into one buffer: Node takes another of the same size when one is filled to the last byte. */
function decompress(input: Uint8Array, size: number): Uint8Array {
  return zstdDecompressSync(input, { chunkSize: Math.max(64, size + 1) });
}

/** One row group after the other: its cells are many times as large as it is. */
async function* decode(bytes: Uint8Array, table: TableSchema): AsyncGenerator<TableBatch> {
  const { parquetMetadataAsync, parquetRead } = await import('hyparquet');
  const file = {
    byteLength: bytes.byteLength,
    slice: (start: number, end?: number): ArrayBuffer => Uint8Array.from(bytes.subarray(start, end)).buffer,
  };
  const metadata = await parquetMetadataAsync(file);
  let from = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const cells = new Map<string, Cell[]>(table.columns.map((column) => [column.name, []]));
    await parquetRead({
      file,
      metadata,
      rowStart: from,
      rowEnd: from + rows,
      compressors: { ZSTD: decompress },
      parsers: PARSERS,
      geoparquet: false,
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = cells.get(columnName);
        if (column === undefined) return;
        const values = Array.from<unknown>(columnData);
        for (const [index, value] of values.entries()) column[rowStart - from + index] = (value ?? null) as Cell;
      },
    });
    const columns = table.columns.map((schema) => columnFromCells(schema, cells.get(schema.name) ?? []));
    yield { table, rows, columns };
    from += rows;
  }
}

/** Parquet files. `numbered`: the columns are named by their place. */
export function parquetFormat({
  codec = 'zstd',
  numbered = false,
}: {
  readonly codec?: ParquetCodec;
  readonly numbered?: boolean;
} = {}): TableFormat {
  return {
    kind: 'parquet',
    codec,
    mixedColumns: true,
    open: (table) =>
      openParquet(table, { codec, ...(numbered ? { columnName: (_name: string, index: number) => `c${index}` } : {}) }),
    decode,
    scan: (files, columns) =>
      `SELECT ${columns.map(({ name }) => quoteName(name)).join(', ')} FROM read_parquet(${quoteList(files.map(({ path }) => path))})`,
  };
}
