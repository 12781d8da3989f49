import type { ByteWriter } from './byte-writer.ts';
import { indexWidth, writeHybrid } from './hybrid.ts';

/** The values of a column chunk, ready for its pages. Views into buffers that the next chunk may change. */
export interface EncodedValues {
  readonly encoding: number;
  readonly values: Uint8Array;
  readonly dictionary?: { readonly page: Uint8Array; readonly size: number };
  /** Bounds as PLAIN bytes; absent where there are none or they are too long to be worth it. */
  readonly min?: Uint8Array | undefined;
  readonly max?: Uint8Array | undefined;
}

/** Bytes of the data page of a dictionary-encoded column, at most. */
export function indicesSize(count: number, dictionarySize: number): number {
  return (count * indexWidth(dictionarySize)) / 8 + 8;
}

/** Writes the data page of a dictionary-encoded column. */
export function writeIndices(out: ByteWriter, indices: Uint32Array, count: number, dictionarySize: number): void {
  const width = indexWidth(dictionarySize);
  out.byte(width);
  writeHybrid(out, indices, count, width);
}

/** Throws for an index beyond the end of a batch's dictionary. */
export function checkIndex(index: number, entries: number): void {
  if (index >= entries) throw new RangeError(`index ${index} of a dictionary of ${entries} entries`);
}
