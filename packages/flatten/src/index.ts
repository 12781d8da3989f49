export type { Batch, Column, DictionaryValues, PlainValues, TableBatch } from './batch.ts';
export type { ColumnRole, ColumnSchema, ColumnType, SchemaChange, TableSchema } from './schema.ts';
export type { JsonObject, JsonValue, LinkStyle, MapStyle, Path, PathSpec, RootSpec } from './spec.ts';
