export { encodeParquet } from './encode-parquet.ts';
export { ParquetBatchError } from './errors.ts';
export type { CompressPage, ParquetCodec, ParquetOptions, ParquetTimestamps } from './options.ts';
export { compressSnappy } from './snappy.ts';
export { createParquetWriter, type ParquetWriter, releaseMemory, TABLE_SCHEMA_KEY } from './writer.ts';
