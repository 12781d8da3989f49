/** Two readers that others wrote. Cells come back as `batches.ts` has them. */
import { randomUUID } from 'node:crypto';
import { unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { ColumnType, TableBatch } from '@millrace/flatten';
import { parquetMetadata, parquetRead } from 'hyparquet';
import type { CompressPage } from '../src/index.ts';
import type { Cell } from './batches.ts';

export const compress: CompressPage = (bytes, codec) => (codec === 'gzip' ? gzipSync(bytes) : zstdCompressSync(bytes));

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const DUCKDB_FORMS: Record<ColumnType, (column: string) => string> = {
  BOOLEAN: (column) => column,
  INTEGER: (column) => column,
  FLOAT: (column) => column,
  // As bytes: the driver's decoder takes a byte order mark away.
  STRING: (column) => `encode(${column})`,
  JSON: (column) => `encode(CAST(${column} AS VARCHAR))`,
  DATE: (column) => `CAST(${column} - DATE '1970-01-01' AS INTEGER)`,
  DATETIME: (column) => `epoch_ms(${column})`,
};

export class DuckDBReader {
  private readonly connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  static async open(): Promise<DuckDBReader> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    return new DuckDBReader(await instance.connect());
  }

  close(): void {
    this.connection.closeSync();
  }

  /** The columns' cells, in the order of the file. */
  async columns(file: Uint8Array, types: readonly ColumnType[]): Promise<Cell[][]> {
    const names = types.map((_, index) => `c${index}`);
    const list = types.map((type, index) => DUCKDB_FORMS[type](`c${index}`)).join(', ');
    return this.query(file, (path) => `SELECT ${list} FROM read_parquet('${path}') AS file(${names.join(', ')})`);
  }

  /** The columns of what a query of the file gives. */
  async query(file: Uint8Array, sql: (path: string) => string): Promise<Cell[][]> {
    const path = join(tmpdir(), `millrace-${randomUUID()}.parquet`);
    await writeFile(path, file);
    try {
      const result = await this.connection.runAndReadAll(sql(path));
      const columns = result.getColumnsJS();
      return result.columnNames().map((_, index) => (columns[index] ?? []).map(toCell));
    } finally {
      await unlink(path);
    }
  }
}

function toCell(cell: unknown): Cell {
  return cell instanceof Uint8Array ? utf8.decode(cell) : (cell as Cell);
}

/** The columns' cells as hyparquet reads them. */
export async function hyparquetColumns(file: Uint8Array): Promise<Cell[][]> {
  const buffer = arrayBuffer(file);
  const rows: unknown[][] = [];
  await parquetRead({
    file: buffer,
    onComplete: (all) => rows.push(...all),
    compressors: {
      ZSTD: (input) => zstdDecompressSync(input),
      GZIP: (input) => gunzipSync(input),
    },
    parsers: {
      timestampFromMilliseconds: (millis) => millis,
      dateFromDays: (days) => days,
      stringFromBytes: (bytes) => (bytes as Uint8Array | undefined) && utf8.decode(bytes),
      jsonFromBytes: (bytes) => (bytes as Uint8Array | undefined) && utf8.decode(bytes),
    },
  });
  const width = parquetMetadata(buffer).schema.length - 1;
  return Array.from({ length: width }, (_, index) => rows.map((row) => (row[index] ?? null) as Cell));
}

export function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

export function typesOf(batch: TableBatch): ColumnType[] {
  return batch.columns.map(({ schema }) => schema.type);
}
