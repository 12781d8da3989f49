export { isPushDestination } from './celonis.ts';
export type { PushDestination } from './celonis.ts';
export { loadedRows, pushedTables } from './celonis-check.ts';
export type { LoadedRows, PushedState } from './celonis-check.ts';
export { poolStore } from './celonis-options.ts';
export type { CelonisPoolOptions } from './celonis-options.ts';
export type { PushedTable, PushOptions, PushReport } from './celonis-push.ts';
export { createDestination, openDestination } from './create-destination.ts';
export type { OpenedDestination } from './create-destination.ts';
export type { DuckDBOptions } from './duckdb-engine.ts';
export { encodeParquet } from './encode-parquet.ts';
export type { EncodeParquetOptions, ParquetCodec } from './encode-parquet.ts';
export {
  DestinationError,
  DestinationOptionError,
  DestinationSqlError,
  DestinationUnusableError,
  DestinationUsageError,
  DestinationWriteError,
} from './errors.ts';
export type { UnusableReason } from './errors.ts';
export { inspectDestination } from './inspect.ts';
export type { Inspection } from './inspect.ts';
export { parseDestinationUrl } from './options.ts';
export type { DestinationOptions, DestinationScheme, DestinationUrl } from './options.ts';
export { listTables, queryDestination, readTable } from './query.ts';
export type { QueryResult, TableSummary } from './query.ts';
export { strayFiles, verifyDestination } from './verify.ts';
export type { VerifyFinding, VerifyReport } from './verify.ts';
