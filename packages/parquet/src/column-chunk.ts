/** One column of a row group: encoded, compressed, written. */
import type { ByteWriter } from './byte-writer.ts';
import { CompressionCodec, Encoding } from './format.ts';
import { type ChunkInfo, dataPageHeader, dictionaryPageHeader, type FileColumn } from './metadata.ts';
import type { CheckedOptions } from './options.ts';
import { writeSnappy } from './snappy.ts';
import type { ValidityBuilder } from './validity.ts';
import type { ValueBuilder } from './value-builder.ts';
import { type Span, withWorkspace, type Workspace } from './workspace.ts';

/** A page cannot be larger: its header has a signed 32-bit size. */
const MOST_BYTES = 2 ** 31 - 1;

/** Appends the pages of a chunk to `out`, whose first byte stands at `base` in the file. */
export function writeChunk(
  out: ByteWriter,
  base: number,
  column: FileColumn,
  validity: ValidityBuilder,
  builder: ValueBuilder,
  options: CheckedOptions,
): ChunkInfo {
  return withWorkspace((work) => {
    const { rows, nullCount } = validity;
    const start = base + out.length;
    const levels = writeLevels(work, validity);
    const { dictionary, encoding, values, bounds } = builder.encode(work, levels.to - levels.from);
    const data = { from: values.from - (levels.to - levels.from), to: values.to };
    work.bytes.copyWithin(data.from, levels.from, levels.to);
    const size = data.to - data.from;
    if (size > MOST_BYTES) {
      throw new RangeError(
        `a page of column ${JSON.stringify(column.name)} has ${size} bytes, Parquet allows ${MOST_BYTES}: lower rowGroupBytes or rowGroupRows`,
      );
    }
    const dictionarySize = dictionary === undefined ? 0 : dictionary.page.to - dictionary.page.from;
    const packed = compressPage(work, data, options);
    const packedDictionary = dictionary === undefined ? undefined : compressPage(work, dictionary.page, options);
    // The codec is the chunk's: what does not shrink is stored as it is.
    const shrinks = packed().length + (packedDictionary?.().length ?? 0) < size + dictionarySize;
    const codec = shrinks ? CompressionCodec[options.codec] : CompressionCodec.uncompressed;
    let uncompressedSize = 0;
    const put = (header: Uint8Array, bytes: Uint8Array, plainSize: number): number => {
      const offset = base + out.length;
      out.append(header);
      out.append(bytes);
      uncompressedSize += header.length + plainSize;
      return offset;
    };
    let dictionaryOffset: number | undefined;
    if (dictionary !== undefined && packedDictionary !== undefined) {
      const bytes = shrinks ? packedDictionary() : work.read(dictionary.page);
      dictionaryOffset = put(
        dictionaryPageHeader(dictionary.size, dictionarySize, bytes.length),
        bytes,
        dictionarySize,
      );
    }
    const bytes = shrinks ? packed() : work.read(data);
    const dataOffset = put(dataPageHeader(rows, encoding, size, bytes.length), bytes, size);
    return {
      column,
      encodings: [...new Set([Encoding.RLE, ...(dictionary === undefined ? [] : [Encoding.PLAIN]), encoding])],
      codec,
      rows,
      uncompressedSize,
      compressedSize: base + out.length - start,
      dictionaryOffset,
      dataOffset,
      statistics: { nullCount, ...bounds },
    };
  });
}

/** Definition levels: which rows have a value. */
function writeLevels(work: Workspace, validity: ValidityBuilder): Span {
  const bits = validity.written();
  const given = bits === undefined ? 0 : work.put(bits).from;
  // Runs are only written where they save more than they cost.
  const from = work.room(validity.rows / 4 + 64);
  return { from, to: work.kernel.writeLevels(from, given, validity.rows) >>> 0 };
}

/** Compresses a page of the workspace. Gives how to view the result: a view does not outlive the next page. */
function compressPage(work: Workspace, page: Span, { codec, compress }: CheckedOptions): () => Uint8Array {
  if (codec === 'uncompressed') return () => work.read(page);
  if (compress !== undefined) {
    const packed = compress(work.read(page), codec);
    return () => packed;
  }
  const packed = writeSnappy(work, page);
  return () => work.read(packed);
}
