/** Rows of a query as the files of a push job. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column, TableBatch, TableSchema } from '@millrace/flatten';
import { createParquetWriter, type ParquetWriter } from '@millrace/parquet';
import { columnFromCells } from './cells.ts';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { type ResultColumn, streamQuery } from './duckdb-result.ts';

/** A file of rows. */
export interface ChunkFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** How large a chunk becomes, and where it is put. */
export interface ChunkPlace {
  readonly folder: string;
  /** What the names of the files begin with. */
  readonly stem: string;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Writes the rows of a query, in the dialect of the vendor's own client: flat columns, timestamps as INT96, Snappy, plain and dictionary pages.
 * A query without rows gives one file without rows.
 */
export async function writeChunks(
  engine: DuckDBEngine,
  query: string,
  columns: readonly ResultColumn[],
  place: ChunkPlace,
): Promise<ChunkFile[]> {
  const table = flatTable(columns);
  const files: ChunkFile[] = [];
  let file = await ChunkWriter.create(table, place, 0);
  try {
    for await (const chunk of streamQuery(engine, query, columns)) {
      if (file.rows >= place.rows || file.values >= place.bytes) {
        files.push(await file.finish());
        file = await ChunkWriter.create(table, place, files.length);
      }
      const cells = table.columns.map((schema, at) => columnFromCells(schema, chunk.columns[at] ?? []));
      await file.write({ table, rows: chunk.rows, columns: cells });
    }
    files.push(await file.finish());
    return files;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function flatTable(columns: readonly ResultColumn[]): TableSchema {
  return {
    name: 'rows',
    path: [],
    root: 'rows',
    primaryKey: [],
    rootKey: [],
    columns: columns.map(({ name, type }) => ({ name, path: [name], type, role: 'data', maxChars: 0, maxBytes: 0 })),
  };
}

class ChunkWriter {
  rows = 0;
  /** Bytes of the values, before they are encoded. */
  values = 0;
  #bytes = 0;
  readonly #path: string;
  readonly #file: Awaited<ReturnType<typeof open>>;
  readonly #writer: ParquetWriter;

  static async create(table: TableSchema, { folder, stem }: ChunkPlace, number: number): Promise<ChunkWriter> {
    const path = join(folder, `${stem}-${String(number).padStart(4, '0')}.parquet`);
    return new ChunkWriter(path, await open(path, 'w'), table);
  }

  constructor(path: string, file: Awaited<ReturnType<typeof open>>, table: TableSchema) {
    this.#path = path;
    this.#file = file;
    this.#writer = createParquetWriter(table, { timestamps: 'int96', delta: false });
  }

  async write(batch: TableBatch): Promise<void> {
    for (const bytes of this.#writer.write(batch)) await this.#append(bytes);
    this.rows += batch.rows;
    for (const column of batch.columns) this.values += bytesOf(column);
  }

  async finish(): Promise<ChunkFile> {
    for (const bytes of this.#writer.finish()) await this.#append(bytes);
    await this.#file.close();
    return { path: this.#path, rows: this.rows, bytes: this.#bytes };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.byteLength;
  }
}

function bytesOf({ values }: Column): number {
  if (values.kind === 'dictionary') return values.indices.byteLength;
  return values.kind === 'bytes' ? values.data.byteLength : values.values.byteLength;
}
