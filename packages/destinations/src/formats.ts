import type { ParquetCodec } from './encode-parquet.ts';
import { csvFormat } from './format-csv.ts';
import { ndjsonFormat } from './format-ndjson.ts';
import { parquetFormat } from './format-parquet.ts';
import type { TableFormat } from './table-format.ts';

/** A file format by its name. */
export function formatOf(
  kind: TableFormat['kind'],
  options: { readonly codec?: ParquetCodec; readonly numbered?: boolean } = {},
): TableFormat {
  if (kind === 'csv') return csvFormat;
  return kind === 'ndjson' ? ndjsonFormat : parquetFormat(options);
}
