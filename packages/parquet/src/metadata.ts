/** Parquet's own structures: page headers and the footer. */
import type { ColumnType } from '@millrace/flatten';
import { ConvertedType, Encoding, LogicalType, OPTIONAL, PageType, PhysicalType } from './format.ts';
import { ThriftWriter } from './thrift.ts';

/** Types that a file has: a DATETIME may be stored as INT96. */
export type FileType = ColumnType | 'INT96';

/** One column of the file. */
export interface FileColumn {
  readonly name: string;
  readonly type: FileType;
}

/** Bounds and NULLs of a column chunk. */
export interface Statistics {
  readonly nullCount: number;
  /** PLAIN bytes, without a length; absent where no bounds are known. */
  readonly min?: Uint8Array | undefined;
  readonly max?: Uint8Array | undefined;
}

/** A column chunk as the footer describes it. Offsets count from the start of the file, sizes include page headers. */
export interface ChunkInfo {
  readonly column: FileColumn;
  readonly encodings: readonly number[];
  readonly codec: number;
  readonly rows: number;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
  readonly dictionaryOffset?: number | undefined;
  readonly dataOffset: number;
  readonly statistics: Statistics;
}

/** A row group as the footer describes it. */
export interface RowGroupInfo {
  readonly rows: number;
  readonly offset: number;
  readonly chunks: readonly ChunkInfo[];
}

/** What the footer says of the file. */
export interface FileInfo {
  readonly columns: readonly FileColumn[];
  readonly rowGroups: readonly RowGroupInfo[];
  readonly metadata: readonly (readonly [string, string])[];
  readonly createdBy: string;
  /** Without: only the older annotations, from which DuckDB makes TIMESTAMP without a time zone. */
  readonly logicalTypes: boolean;
}

interface TypeInfo {
  readonly physical: number;
  readonly converted?: number;
  readonly logical?: number;
}

const TYPES: Record<FileType, TypeInfo> = {
  BOOLEAN: { physical: PhysicalType.BOOLEAN },
  INTEGER: { physical: PhysicalType.INT64 },
  FLOAT: { physical: PhysicalType.DOUBLE },
  DATE: { physical: PhysicalType.INT32, converted: ConvertedType.DATE, logical: LogicalType.DATE },
  DATETIME: {
    physical: PhysicalType.INT64,
    converted: ConvertedType.TIMESTAMP_MILLIS,
    logical: LogicalType.TIMESTAMP,
  },
  INT96: { physical: PhysicalType.INT96 },
  STRING: { physical: PhysicalType.BYTE_ARRAY, converted: ConvertedType.UTF8, logical: LogicalType.STRING },
  JSON: { physical: PhysicalType.BYTE_ARRAY, converted: ConvertedType.JSON, logical: LogicalType.JSON },
};

const MILLIS = 1;
const TYPE_DEFINED_ORDER = 1;

/** The header of a data page, version 1. `values` counts NULLs too. */
export function dataPageHeader(values: number, encoding: number, size: number, compressedSize: number): Uint8Array {
  const thrift = new ThriftWriter();
  thrift.i32(1, PageType.DATA).i32(2, size).i32(3, compressedSize);
  thrift.struct(5, () => thrift.i32(1, values).i32(2, encoding).i32(3, Encoding.RLE).i32(4, Encoding.RLE));
  return thrift.end();
}

/** The header of a dictionary page. */
export function dictionaryPageHeader(values: number, size: number, compressedSize: number): Uint8Array {
  const thrift = new ThriftWriter();
  thrift.i32(1, PageType.DICTIONARY).i32(2, size).i32(3, compressedSize);
  thrift.struct(7, () => thrift.i32(1, values).i32(2, Encoding.PLAIN));
  return thrift.end();
}

/** The footer, without its length and the closing magic bytes. */
export function fileMetadata(file: FileInfo): Uint8Array {
  const thrift = new ThriftWriter();
  const rows = file.rowGroups.reduce((sum, group) => sum + group.rows, 0);
  const root = undefined;
  thrift.i32(1, 2);
  thrift.structs<FileColumn | undefined>(2, [root, ...file.columns], (column) => {
    if (column === undefined) thrift.string(4, 'schema').i32(5, file.columns.length);
    else schemaElement(thrift, column, file.logicalTypes);
  });
  thrift.i64(3, rows);
  thrift.structs(4, file.rowGroups, (group) => rowGroup(thrift, group));
  if (file.metadata.length > 0) {
    thrift.structs(5, file.metadata, ([key, value]) => thrift.string(1, key).string(2, value));
  }
  thrift.string(6, file.createdBy);
  thrift.structs(7, file.columns, () => thrift.struct(TYPE_DEFINED_ORDER, () => {}));
  return thrift.end();
}

function schemaElement(thrift: ThriftWriter, column: FileColumn, logicalTypes: boolean): void {
  const { physical, converted, logical } = TYPES[column.type];
  thrift.i32(1, physical).i32(3, OPTIONAL).string(4, column.name);
  if (converted !== undefined) thrift.i32(6, converted);
  if (logical === undefined || !logicalTypes) return;
  thrift.struct(10, () => {
    thrift.struct(logical, () => {
      if (logical !== LogicalType.TIMESTAMP) return;
      thrift.bool(1, true).struct(2, () => thrift.struct(MILLIS, () => {}));
    });
  });
}

function rowGroup(thrift: ThriftWriter, group: RowGroupInfo): void {
  const sum = (size: (chunk: ChunkInfo) => number): number =>
    group.chunks.reduce((total, chunk) => total + size(chunk), 0);
  thrift.structs(1, group.chunks, (chunk) => {
    thrift.i64(2, 0).struct(3, () => columnMetadata(thrift, chunk));
  });
  thrift.i64(
    2,
    sum((chunk) => chunk.uncompressedSize),
  );
  thrift.i64(3, group.rows);
  thrift.i64(5, group.offset);
  thrift.i64(
    6,
    sum((chunk) => chunk.compressedSize),
  );
}

function columnMetadata(thrift: ThriftWriter, chunk: ChunkInfo): void {
  const { column, statistics } = chunk;
  thrift.i32(1, TYPES[column.type].physical).i32s(2, chunk.encodings).strings(3, [column.name]);
  thrift.i32(4, chunk.codec).i64(5, chunk.rows).i64(6, chunk.uncompressedSize).i64(7, chunk.compressedSize);
  thrift.i64(9, chunk.dataOffset);
  if (chunk.dictionaryOffset !== undefined) thrift.i64(11, chunk.dictionaryOffset);
  thrift.struct(12, () => {
    thrift.i64(3, statistics.nullCount);
    if (statistics.max !== undefined) thrift.binary(5, statistics.max);
    if (statistics.min !== undefined) thrift.binary(6, statistics.min);
  });
}
