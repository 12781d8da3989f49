/**
 * Pages to Parquet parts, as one worker makes them: a file for each table, and another where the table's columns change. Each part carries its
 * own schema; whoever reads them together does so by name.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { createFlattener } from '@millrace/flatten';
import { type CompressPage, createParquetWriter, type ParquetOptions, type ParquetWriter } from '@millrace/parquet';
import { AT, BATCH_DOCUMENTS, SPECS } from './corpora.ts';
import type { CorpusName } from './corpus.ts';

export type Codec = 'zstd' | 'snappy' | 'uncompressed';

/** Takes a page at a time; called without one at the end. */
export type PageWork = (page: Uint8Array | undefined) => void;

export interface PartOptions {
  readonly corpus: CorpusName;
  readonly codec: Codec;
  /** Where the parts go. Left out: bytes are made and thrown away. */
  readonly folder?: string;
  /** Distinguishes the workers' parts. */
  readonly worker?: number;
}

const compress: CompressPage = (page) =>
  zstdCompressSync(page, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    pledgedSrcSize: page.length,
  });

/** What the destinations of the project write, with a codec. */
function parquetOptions(codec: Codec): ParquetOptions {
  // Smaller row groups than the default keep a worker with all tables open well within 256 MB.
  return {
    codec,
    logicalTypes: false,
    rowGroupBytes: 6 << 20,
    rowGroupRows: 122_880,
    ...(codec === 'zstd' ? { compress } : {}),
  };
}

/** The files of a table in a folder, as a glob. */
export function partFiles(folder: string, table: string): string {
  return join(folder, `${safeName(table)}-*.parquet`);
}

function safeName(table: string): string {
  return table.replaceAll(/[^A-Za-z0-9]/g, '_');
}

interface Part {
  readonly shape: string;
  readonly writer: ParquetWriter;
  readonly file: number | undefined;
}

/** Work that turns pages into parts. It may be used again after its end. */
export function createPartWork({ corpus, codec, folder, worker = 0 }: PartOptions): PageWork {
  const options = parquetOptions(codec);
  const flattener = createFlattener(SPECS[corpus], { engine: 'wasm' });
  const open = new Map<string, Part>();
  let parts = 0;
  const put = ({ file }: Part, chunks: readonly Uint8Array[]): void => {
    if (file !== undefined) for (const chunk of chunks) writeSync(file, chunk);
  };
  const close = (part: Part): void => {
    put(part, part.writer.finish());
    if (part.file !== undefined) closeSync(part.file);
  };
  const takeBatch = (): void => {
    for (const batch of flattener.take({ views: true }).tables) {
      const { table } = batch;
      const shape = table.columns.map(({ type, name }) => `${type} ${name}`).join('\n');
      let part = open.get(table.name);
      if (part?.shape !== shape) {
        if (part !== undefined) close(part);
        const path = `${safeName(table.name)}-${worker}-${parts++}.parquet`;
        const file = folder === undefined ? undefined : openSync(join(folder, path), 'w');
        part = { shape, writer: createParquetWriter(table, options), file };
        open.set(table.name, part);
      }
      put(part, part.writer.write(batch));
    }
  };
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  return (page) => {
    if (page !== undefined) flattener.push(page, AT);
    if (flattener.pendingDocuments >= (page === undefined ? 1 : BATCH_DOCUMENTS[corpus])) takeBatch();
    if (page === undefined) {
      for (const part of open.values()) close(part);
      open.clear();
    }
  };
}
