/** Numbers of the Parquet format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */

/** Physical types. */
export const PhysicalType = { BOOLEAN: 0, INT32: 1, INT64: 2, INT96: 3, DOUBLE: 5, BYTE_ARRAY: 6 } as const;

/** The older annotation of a type. */
export const ConvertedType = { UTF8: 0, DATE: 6, TIMESTAMP_MILLIS: 9, JSON: 19 } as const;

/** Members of the union LogicalType. */
export const LogicalType = { STRING: 1, DATE: 6, TIMESTAMP: 8, JSON: 12 } as const;

/** Encodings of values and levels. */
export const Encoding = {
  PLAIN: 0,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  RLE_DICTIONARY: 8,
} as const;

/** How pages are compressed. */
export const CompressionCodec = { uncompressed: 0, snappy: 1, gzip: 2, zstd: 6 } as const;

/** Kinds of pages. */
export const PageType = { DATA: 0, DICTIONARY: 2 } as const;

/** A nullable field. */
export const OPTIONAL = 1;
