// First, for the sake of the kernel's place in a bundle: see `flattener.ts`.
export {
  createFlattener,
  type Engine,
  type Flattener,
  type FlattenerOptions,
  type Page,
  type PushOptions,
  type TakeOptions,
} from './flattener.ts';
export type { Batch, Column, DictionaryValues, PlainValues, TableBatch } from './batch.ts';
export { canonicalJson } from './canonical-json.ts';
export {
  DocumentError,
  EncodingError,
  type ErrorPlace,
  FlattenError,
  formatPath,
  JsonSyntaxError,
  PageSizeError,
  SpecError,
} from './errors.ts';
export { flatten, type FlattenOptions } from './flatten.ts';
export { contentHash } from './keys.ts';
export { parseJson } from './parse.ts';
export { type CellValue, columnValues, type Row, rows } from './read.ts';
export type { ColumnRole, ColumnSchema, ColumnType, SchemaChange, TableSchema } from './schema.ts';
export type {
  Contract,
  ContractMode,
  Identity,
  IdentityRules,
  JsonObject,
  JsonValue,
  LinkStyle,
  MapStyle,
  Path,
  PathSpec,
  RootSpec,
} from './spec.ts';
