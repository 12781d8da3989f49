import type { TableBatch } from '@millrace/flatten';
import type { ParquetOptions } from './options.ts';
import { createParquetWriter } from './writer.ts';

/**
 * The rows of one or more batches of one table as a Parquet file. The newest batch's table gives the columns; where an older batch lacks
 * one, its rows are NULL.
 * @throws ParquetBatchError when a column's type is not the same in all batches.
 */
export function encodeParquet(batches: TableBatch | readonly TableBatch[], options: ParquetOptions = {}): Uint8Array {
  const list = isOne(batches) ? [batches] : batches;
  const newest = list.at(-1);
  if (newest === undefined) throw new TypeError('encodeParquet needs a batch: one without rows gives an empty file');
  const writer = createParquetWriter(newest.table, options);
  const chunks = list.flatMap((batch) => writer.write(batch));
  chunks.push(...writer.finish());
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const file = new Uint8Array(writer.bytes);
  let at = 0;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}

function isOne(batches: TableBatch | readonly TableBatch[]): batches is TableBatch {
  return !Array.isArray(batches);
}
