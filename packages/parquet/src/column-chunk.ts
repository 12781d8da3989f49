/** One column of a row group: collected, encoded, compressed. */
import type { ByteWriter } from './byte-writer.ts';
import type { EncodedValues } from './encoded.ts';
import { CompressionCodec, Encoding } from './format.ts';
import { writeDefinitionLevels } from './hybrid.ts';
import { type ChunkInfo, dataPageHeader, dictionaryPageHeader, type FileColumn } from './metadata.ts';
import type { CheckedOptions } from './options.ts';
import { compressSnappy } from './snappy.ts';
import type { ValidityBuilder } from './validity.ts';

/** A page cannot be larger: its header has a signed 32-bit size. */
const MOST_BYTES = 2 ** 31 - 1;

/** Appends the pages of a chunk to `out`, whose first byte stands at `base` in the file. `page` is a buffer to work in. */
export function writeChunk(
  out: ByteWriter,
  base: number,
  column: FileColumn,
  validity: ValidityBuilder,
  encoded: EncodedValues,
  page: ByteWriter,
  options: CheckedOptions,
): ChunkInfo {
  const { rows, nullCount } = validity;
  const { dictionary, encoding } = encoded;
  const start = base + out.length;
  page.clear();
  writeDefinitionLevels(page, validity.written(), rows);
  page.append(encoded.values);
  const data = page.written();
  if (data.length > MOST_BYTES) {
    throw new RangeError(
      `a page of column ${JSON.stringify(column.name)} has ${data.length} bytes, Parquet allows ${MOST_BYTES}: lower rowGroupBytes or rowGroupRows`,
    );
  }
  let codec: number = CompressionCodec[options.codec];
  let packedData = compressPage(data, options);
  let packedDictionary = dictionary === undefined ? undefined : compressPage(dictionary.page, options);
  // The codec is the chunk's: what does not shrink is stored as it is.
  if (packedData.length + (packedDictionary?.length ?? 0) >= data.length + (dictionary?.page.length ?? 0)) {
    codec = CompressionCodec.uncompressed;
    packedData = data;
    packedDictionary = dictionary?.page;
  }
  let uncompressedSize = 0;
  const put = (header: Uint8Array, packed: Uint8Array, size: number): number => {
    const offset = base + out.length;
    out.append(header);
    out.append(packed);
    uncompressedSize += header.length + size;
    return offset;
  };
  let dictionaryOffset: number | undefined;
  if (dictionary !== undefined && packedDictionary !== undefined) {
    const size = dictionary.page.length;
    const header = dictionaryPageHeader(dictionary.size, size, packedDictionary.length);
    dictionaryOffset = put(header, packedDictionary, size);
  }
  const header = dataPageHeader(rows, encoding, data.length, packedData.length);
  const dataOffset = put(header, packedData, data.length);
  return {
    column,
    encodings: [...new Set([Encoding.RLE, ...(dictionary === undefined ? [] : [Encoding.PLAIN]), encoding])],
    codec,
    rows,
    uncompressedSize,
    compressedSize: base + out.length - start,
    dictionaryOffset,
    dataOffset,
    statistics: { nullCount, min: encoded.min, max: encoded.max },
  };
}

function compressPage(bytes: Uint8Array, { codec, compress }: CheckedOptions): Uint8Array {
  if (codec === 'uncompressed') return bytes;
  if (compress !== undefined) return compress(bytes, codec);
  return compressSnappy(bytes);
}
