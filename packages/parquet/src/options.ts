/** How pages are compressed. */
export type ParquetCodec = 'zstd' | 'snappy' | 'gzip' | 'uncompressed';

/** How DATETIME is stored. */
export type ParquetTimestamps = 'millis' | 'int96';

/** Compresses one page. The page may not be changed or kept, and the result is copied at once. */
export type CompressPage = (bytes: Uint8Array, codec: ParquetCodec) => Uint8Array;

/** What a caller may say about a Parquet file. */
export interface ParquetOptions {
  /** Default `snappy`, which is built in. `zstd` and `gzip` need `compress`. */
  readonly codec?: ParquetCodec;
  /**
   * Compresses pages; in Node `(bytes) => zlib.zstdCompressSync(bytes)`. Where it is given it also takes the place of the
   * built-in `snappy`.
   */
  readonly compress?: CompressPage;
  /** Rows of a row group, at most. Default 122,880, as DuckDB has it. */
  readonly rowGroupRows?: number;
  /** Bytes of values that a row group may hold before they are compressed, nearly. Default 16 MiB. A writer's memory grows with it. */
  readonly rowGroupBytes?: number;
  /** Whether integers, dates and times (DELTA_BINARY_PACKED) and the lengths of strings (DELTA_LENGTH_BYTE_ARRAY) may be written as differences.
   * Default true; false for readers that only know PLAIN and dictionaries. */
  readonly delta?: boolean;
  /**
   * Whether types carry the newer annotations too. Default true. With false DATETIME has only TIMESTAMP_MILLIS: an instant in UTC to every
   * reader, and DuckDB makes TIMESTAMP of it instead of TIMESTAMP WITH TIME ZONE.
   */
  readonly logicalTypes?: boolean;
  /**
   * How DATETIME is stored. Default `millis`: 64-bit milliseconds since 1970. `int96`: nanoseconds and Julian day in twelve bytes, as older
   * writers have it; without bounds and without annotation, and readers that count in nanoseconds know only the years 1677 to 2262 of it.
   */
  readonly timestamps?: ParquetTimestamps;
  /** Column names in the file; default the columns' own. */
  readonly columnName?: (name: string, index: number) => string;
  /** Key and value pairs for the footer. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether the footer also holds the table's schema as JSON, under the key `millrace:table`. Default false. */
  readonly tableSchema?: boolean;
  /** The program that the footer names. Default `millrace`. */
  readonly createdBy?: string;
}

/** Options with their defaults. */
export interface CheckedOptions extends Required<Omit<ParquetOptions, 'compress'>> {
  readonly compress: CompressPage | undefined;
}

const CODECS: readonly string[] = ['zstd', 'snappy', 'gzip', 'uncompressed'] satisfies ParquetCodec[];
const TIMESTAMPS: readonly string[] = ['millis', 'int96'] satisfies ParquetTimestamps[];
const MOST_BYTES = 2 ** 30;

/** Fills in the defaults; throws a TypeError or RangeError that names a wrong option. */
export function checkOptions(options: ParquetOptions): CheckedOptions {
  const { codec = 'snappy', compress, rowGroupRows = 122_880, rowGroupBytes = 16 * 2 ** 20 } = options;
  const { timestamps = 'millis' } = options;
  if (!CODECS.includes(codec)) {
    throw new TypeError(`codec must be one of ${CODECS.join(', ')}, not ${JSON.stringify(codec)}`);
  }
  if (compress === undefined && (codec === 'zstd' || codec === 'gzip')) {
    throw new TypeError(
      `codec ${codec} needs the option compress, for example (bytes) => zlib.${codec}${codec === 'zstd' ? 'Compress' : ''}Sync(bytes)`,
    );
  }
  if (!TIMESTAMPS.includes(timestamps)) {
    throw new TypeError(`timestamps must be one of ${TIMESTAMPS.join(', ')}, not ${JSON.stringify(timestamps)}`);
  }
  checkWhole('rowGroupRows', rowGroupRows, 2 ** 30);
  checkWhole('rowGroupBytes', rowGroupBytes, MOST_BYTES);
  return {
    codec,
    compress,
    rowGroupRows,
    rowGroupBytes,
    delta: options.delta ?? true,
    logicalTypes: options.logicalTypes ?? true,
    timestamps,
    columnName: options.columnName ?? ((name) => name),
    metadata: options.metadata ?? {},
    tableSchema: options.tableSchema ?? false,
    createdBy: options.createdBy ?? 'millrace',
  };
}

function checkWhole(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new RangeError(`${name} must be a whole number from 1 to ${most}, not ${value}`);
  }
}
