/** Columns whose values all have the same size. Their encoding is chosen when the row group is full. */
import type { PlainValues } from '@millrace/flatten';
import { Blocks } from './blocks.ts';
import {
  type Bounds,
  checkIndex,
  deltasSize,
  type EncodedValues,
  FIRST_TRY,
  indicesSize,
  MOST_ENTRIES,
  tableBits,
  writeIndices,
} from './encoded.ts';
import { Encoding } from './format.ts';
import type { ValueBuilder, ValueCursor } from './value-builder.ts';
import { asBytes, type Span, withWorkspace, type Workspace } from './workspace.ts';

/** Entries up to which a dictionary is taken without trying deltas: they are hardly ever smaller. */
const SMALL_DICTIONARY = 256;
const INT96_BYTES = 12;

abstract class FixedBuilder implements ValueBuilder {
  /** Values as they came. */
  protected readonly data: Blocks = new Blocks();
  protected readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  abstract encode(work: Workspace, before: number): EncodedValues;

  append(cursor: ValueCursor, count: number): void {
    const { width, data } = this;
    const { values, index } = cursor;
    if (values.kind !== 'dictionary') {
      data.append(rawBytes(values), index * width, (index + count) * width);
    } else {
      const { dictionary, indices } = values;
      data.append(this.expanded(rawBytes(dictionary), indices.subarray(index, index + count)));
    }
    cursor.index += count;
  }

  size(): number {
    return this.data.length;
  }

  clear(): void {
    this.data.clear();
  }

  private expanded(entries: Uint8Array, indices: Uint32Array): Uint8Array {
    const { width } = this;
    const size = entries.length / width;
    return withWorkspace((work) => {
      const { expand8, expand32, expand64 } = work.kernel;
      const expand = width === 1 ? expand8 : width === 4 ? expand32 : expand64;
      const from = work.room(indices.length * width);
      if (!expand(from, work.put(asBytes(indices)).from, indices.length, work.put(entries).from, size)) {
        for (const index of indices) checkIndex(index, size);
      }
      return work.read({ from, to: from + indices.length * width });
    });
  }

  protected count(): number {
    return this.data.length / this.width;
  }
}

function rawBytes(values: PlainValues): Uint8Array {
  if (values.kind === 'bytes') return values.data;
  const array = values.values;
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

interface NumberDictionary {
  readonly page: Span;
  readonly size: number;
  /** Address of an index a value. */
  readonly indices: number;
}

/** Values of four or eight bytes: whichever of dictionary, deltas and plain is smallest. */
abstract class WordsBuilder extends FixedBuilder {
  protected abstract bounds(work: Workspace, values: number, count: number): Bounds | undefined;

  /** The values as differences, where they may be taken. */
  protected abstract deltas(work: Workspace, values: number, bounds: Bounds, before: number): Span | undefined;

  encode(work: Workspace, before: number): EncodedValues {
    const count = this.count();
    const values = work.putBlocks(this.data, before);
    const plain = { encoding: Encoding.PLAIN, values };
    const bounds = count === 0 ? undefined : this.bounds(work, values.from, count);
    if (bounds === undefined) return plain;
    const dictionary = this.dictionary(work, values.from);
    const size = values.to - values.from;
    const dictionarySize =
      dictionary === undefined
        ? Infinity
        : dictionary.page.to - dictionary.page.from + indicesSize(count, dictionary.size);
    if (dictionary === undefined || dictionary.size > SMALL_DICTIONARY) {
      const deltas = this.deltas(work, values.from, bounds, before);
      if (deltas !== undefined && deltas.to - deltas.from < Math.min(size, dictionarySize)) {
        return { encoding: Encoding.DELTA_BINARY_PACKED, values: deltas, bounds };
      }
    }
    if (dictionary === undefined || dictionarySize >= size) return { ...plain, bounds };
    return {
      encoding: Encoding.RLE_DICTIONARY,
      values: writeIndices(work, dictionary.indices, count, dictionary.size, before),
      dictionary,
      bounds,
    };
  }

  protected dictionary(work: Workspace, values: number): NumberDictionary | undefined {
    const { width } = this;
    const { kernel } = work;
    const count = this.count();
    const entries = Math.min(count, MOST_ENTRIES);
    const indices = work.room(count * 4);
    const from = work.room(entries * width);
    const make = (tried: number, bits: number): number => {
      const table = work.zeros(4 << bits);
      const { makeDictionary32, makeDictionary64 } = kernel;
      return (width === 4 ? makeDictionary32 : makeDictionary64)(values, tried, count, indices, from, table, bits);
    };
    if (count > FIRST_TRY && make(FIRST_TRY, tableBits(FIRST_TRY)) === -1) return undefined;
    const size = make(count, tableBits(entries));
    return size === -1 ? undefined : { page: { from, to: from + size * width }, size, indices };
  }
}

/** INTEGER and DATETIME. */
export class Int64Builder extends WordsBuilder {
  private readonly delta: boolean;

  constructor(delta: boolean) {
    super(8);
    this.delta = delta;
  }

  protected bounds(work: Workspace, values: number, count: number): Bounds | undefined {
    work.kernel.bounds64(values, count);
    return { min: work.resultBytes(0, 8), max: work.resultBytes(8, 8) };
  }

  protected deltas(work: Workspace, values: number, { min, max }: Bounds, before: number): Span | undefined {
    // Not every reader takes differences modulo 2^64.
    if (!this.delta || !isNear(min) || !isNear(max)) return undefined;
    const count = this.count();
    const from = work.room(deltasSize(count, 8), before);
    return { from, to: work.kernel.writeDeltas64(from, values, count) >>> 0 };
  }
}

/** Whether a 64-bit integer is within ±2^51: no difference then needs more than the 53 bits of a double. */
function isNear(int64: Uint8Array): boolean {
  const high = new DataView(int64.buffer, int64.byteOffset).getInt32(4, true);
  return high >= -(2 ** 19) && high < 2 ** 19;
}

/** DATE. */
export class Int32Builder extends WordsBuilder {
  private readonly delta: boolean;

  constructor(delta: boolean) {
    super(4);
    this.delta = delta;
  }

  protected bounds(work: Workspace, values: number, count: number): Bounds | undefined {
    work.kernel.bounds32(values, count);
    return { min: work.resultBytes(0, 4), max: work.resultBytes(8, 4) };
  }

  protected deltas(work: Workspace, values: number, { min, max }: Bounds, before: number): Span | undefined {
    const range = new DataView(max.buffer).getInt32(0, true) - new DataView(min.buffer).getInt32(0, true);
    // Readers take 32-bit deltas modulo 2^32: they must not need more bits.
    if (!this.delta || range >= 2 ** 31) return undefined;
    const count = this.count();
    const from = work.room(deltasSize(count, 4), before);
    return { from, to: work.kernel.writeDeltas32(from, values, count) >>> 0 };
  }
}

/** FLOAT. */
export class DoubleBuilder extends WordsBuilder {
  constructor() {
    super(8);
  }

  protected bounds(work: Workspace, values: number, count: number): Bounds | undefined {
    // A NaN has no place in an order.
    if (!work.kernel.boundsDouble(values, count)) return undefined;
    const min = work.resultBytes(0, 8);
    const max = work.resultBytes(8, 8);
    // Zeros are equal here and not in every reader: the bounds take in both.
    if (doubleOf(min) === 0) min[7] = 0x80;
    if (doubleOf(max) === 0) max[7] = 0;
    return { min, max };
  }

  protected deltas(): undefined {
    return undefined;
  }
}

function doubleOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
}

/** Beyond so many days from 1970 a Julian day does not fit its four bytes. */
const MOST_DAYS = 2 ** 31 - 1 - 2_440_588;
const DAY = 86_400_000n;

/** DATETIME as INT96: plain or through a dictionary, without bounds, because INT96 has no order. */
export class Int96Builder extends Int64Builder {
  constructor() {
    super(false);
  }

  override encode(work: Workspace, before: number): EncodedValues {
    const count = this.count();
    const millis = work.putBlocks(this.data, before).from;
    const int96 = (values: number, size: number): Span => {
      const from = work.room(size * INT96_BYTES, before);
      return { from, to: work.kernel.writeInt96(from, values, size) >>> 0 };
    };
    if (count > 0) {
      const { min, max } = this.bounds(work, millis, count) ?? {};
      checkDays(min);
      checkDays(max);
      const dictionary = this.dictionary(work, millis);
      if (dictionary !== undefined) {
        const { page, size, indices } = dictionary;
        if (size * INT96_BYTES + indicesSize(count, size) < count * INT96_BYTES) {
          return {
            encoding: Encoding.RLE_DICTIONARY,
            values: writeIndices(work, indices, count, size, before),
            dictionary: { page: int96(page.from, size), size },
          };
        }
      }
    }
    return { encoding: Encoding.PLAIN, values: int96(millis, count) };
  }
}

function checkDays(millis: Uint8Array | undefined): void {
  if (millis === undefined) return;
  const value = new DataView(millis.buffer, millis.byteOffset).getBigInt64(0, true);
  if (Math.abs(Number(value / DAY)) >= MOST_DAYS) {
    throw new RangeError(`a time of ${value} ms since 1970 does not fit INT96: write timestamps as 'millis'`);
  }
}

/** BOOLEAN: a bit each. */
export class BooleanBuilder extends FixedBuilder {
  constructor() {
    super(1);
  }

  encode(work: Workspace, before: number): EncodedValues {
    const count = this.count();
    const given = work.putBlocks(this.data);
    const from = work.room(count / 8 + 1, before);
    const to = work.kernel.writeBooleans(from, given.from, count) >>> 0;
    if (count === 0) return { encoding: Encoding.PLAIN, values: { from, to } };
    const bytes = work.read(given);
    const bounds = {
      min: Uint8Array.of(bytes.includes(0) ? 0 : 1),
      max: Uint8Array.of(bytes.includes(1) ? 1 : 0),
    };
    return { encoding: Encoding.PLAIN, values: { from, to }, bounds };
  }
}
