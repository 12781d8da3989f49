import type { Span, Workspace } from './workspace.ts';

/** Least and greatest value as PLAIN bytes, without a length. */
export interface Bounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

/** The values of a column chunk in the workspace, ready for its pages. */
export interface EncodedValues {
  readonly encoding: number;
  readonly values: Span;
  readonly dictionary?: { readonly page: Span; readonly size: number } | undefined;
  /** Absent where there are none or they are too long to be worth it. */
  readonly bounds?: Bounds | undefined;
}

/** Bits of an index into a dictionary of so many entries. */
export function indexWidth(entries: number): number {
  return Math.max(1, 32 - Math.clz32(entries - 1));
}

/** Bytes of the data page of a dictionary-encoded column, about. */
export function indicesSize(count: number, dictionarySize: number): number {
  return (count * indexWidth(dictionarySize)) / 8 + 8;
}

/** Writes the data page of a dictionary-encoded column; `before` is the room to leave before it. */
export function writeIndices(
  work: Workspace,
  indices: number,
  count: number,
  dictionarySize: number,
  before: number,
): Span {
  const width = indexWidth(dictionarySize);
  // Runs are only written where they save more than they cost.
  const from = work.room(indicesSize(count, dictionarySize) * 2 + 64, before);
  work.bytes[from] = width;
  return { from, to: work.kernel.writeHybrid(from + 1, indices, count, width) >>> 0 };
}

/** Bits of the number of places of a hash table for so many entries: at most half full. */
export function tableBits(entries: number): number {
  return Math.max(4, 33 - Math.clz32(entries));
}

/** The most entries of a dictionary made of values that have none. */
export const MOST_ENTRIES: number = 1 << 16;

/**
 * How many values are tried first, where it is not known whether a dictionary pays: a large table costs more than what most columns without
 * repetitions need to be found out.
 */
export const FIRST_TRY: number = 4096;

/** Most bytes of DELTA_BINARY_PACKED. */
export function deltasSize(count: number, width: number): number {
  return count * width + (count / 128 + 1) * 160 + 32;
}

/** Throws for an index beyond the end of a batch's dictionary. */
export function checkIndex(index: number, entries: number): void {
  if (index >= entries) throw new RangeError(`index ${index} of a dictionary of ${entries} entries`);
}
