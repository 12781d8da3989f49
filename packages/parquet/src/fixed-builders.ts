/** Columns whose values all have the same size. Their dictionary, where one pays, is made when the row group is full. */
import type { PlainValues } from '@millrace/flatten';
import { booleanBounds, type Bounds, doubleBounds, int32Bounds, int64Bounds } from './bounds.ts';
import { ByteWriter } from './byte-writer.ts';
import { writeDeltas } from './delta.ts';
import { checkIndex, type EncodedValues, indicesSize, writeIndices } from './encoded.ts';
import { Encoding } from './format.ts';
import { INT96_BYTES, int96FromMillis } from './int96.ts';
import type { ValueBuilder, ValueCursor } from './value-builder.ts';
import { wordsDictionary } from './words-dictionary.ts';

/** Deltas are computed in doubles, which are exact within these. */
const EXACT = 2 ** 51;
/** Entries up to which a dictionary is taken without trying deltas: they are hardly ever smaller. */
const SMALL_DICTIONARY = 256;

abstract class FixedBuilder implements ValueBuilder {
  /** Values as they came. */
  protected readonly data: ByteWriter = new ByteWriter(4096);
  private readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  abstract encode(scratch: ByteWriter): EncodedValues;

  append(cursor: ValueCursor, count: number): void {
    const { width, data } = this;
    const { values, index } = cursor;
    if (values.kind !== 'dictionary') {
      data.append(rawBytes(values).subarray(index * width, (index + count) * width));
    } else {
      const entries = rawBytes(values.dictionary);
      const entryCount = entries.length / width;
      data.reserve(count * width);
      for (let at = index; at < index + count; at++) {
        const entry = values.indices[at] ?? 0;
        checkIndex(entry, entryCount);
        const start = entry * width;
        for (let byte = 0; byte < width; byte++) data.bytes[data.length++] = entries[start + byte] ?? 0;
      }
    }
    cursor.index += count;
  }

  size(): number {
    return this.data.length;
  }

  clear(): void {
    this.data.clear();
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

/** Values of four or eight bytes: whichever of dictionary, deltas and plain is smallest. */
abstract class WordsBuilder extends FixedBuilder {
  private readonly words: 1 | 2;

  constructor(words: 1 | 2) {
    super(words * 4);
    this.words = words;
  }

  protected abstract bounds(count: number): Bounds | undefined;

  /** The values as doubles, where deltas may be taken of them. */
  protected abstract exact(bounds: Bounds, count: number): Float64Array | undefined;

  encode(scratch: ByteWriter): EncodedValues {
    const count = this.count();
    const bounds = this.bounds(count);
    const plain = this.data.written();
    if (bounds === undefined) return { encoding: Encoding.PLAIN, values: plain };
    const dictionary = wordsDictionary(this.asInt32(), count, this.words);
    const dictionarySize =
      dictionary === undefined ? Infinity : dictionary.page.length + indicesSize(count, dictionary.size);
    scratch.clear();
    const small = dictionary !== undefined && dictionary.size <= SMALL_DICTIONARY;
    const exact = small ? undefined : this.exact(bounds, count);
    if (exact !== undefined) {
      writeDeltas(scratch, exact, count);
      if (scratch.length < Math.min(dictionarySize, plain.length)) {
        return { encoding: Encoding.DELTA_BINARY_PACKED, values: scratch.written(), ...bounds };
      }
      scratch.clear();
    }
    if (dictionary === undefined || dictionarySize >= plain.length) {
      return { encoding: Encoding.PLAIN, values: plain, ...bounds };
    }
    writeIndices(scratch, dictionary.indices, count, dictionary.size);
    return { encoding: Encoding.RLE_DICTIONARY, values: scratch.written(), dictionary, ...bounds };
  }

  protected asInt32(): Int32Array {
    return new Int32Array(this.data.bytes.buffer, 0, this.data.length >> 2);
  }
}

/** INTEGER and DATETIME. */
export class Int64Builder extends WordsBuilder {
  private readonly delta: boolean;

  constructor(delta: boolean) {
    super(2);
    this.delta = delta;
  }

  protected bounds(count: number): Bounds | undefined {
    return int64Bounds(this.asInt32(), count);
  }

  protected exact({ min, max }: Bounds, count: number): Float64Array | undefined {
    if (!this.delta || toNumber(min) < -EXACT || toNumber(max) > EXACT) return undefined;
    const words = this.asInt32();
    const exact = new Float64Array(count);
    for (let index = 0; index < count; index++) {
      exact[index] = (words[index * 2 + 1] ?? 0) * 2 ** 32 + ((words[index * 2] ?? 0) >>> 0);
    }
    return exact;
  }
}

function toNumber(int64: Uint8Array): number {
  return Number(new DataView(int64.buffer, int64.byteOffset).getBigInt64(0, true));
}

/** DATE. */
export class Int32Builder extends WordsBuilder {
  private readonly delta: boolean;

  constructor(delta: boolean) {
    super(1);
    this.delta = delta;
  }

  protected bounds(count: number): Bounds | undefined {
    return int32Bounds(this.asInt32(), count);
  }

  protected exact({ min, max }: Bounds): Float64Array | undefined {
    const range = new DataView(max.buffer).getInt32(0, true) - new DataView(min.buffer).getInt32(0, true);
    // Readers take 32-bit deltas modulo 2^32: they must not need more bits.
    return this.delta && range < 2 ** 31 ? Float64Array.from(this.asInt32()) : undefined;
  }
}

/** DATETIME as INT96: plain or through a dictionary, without bounds, because INT96 has no order. */
export class Int96Builder extends FixedBuilder {
  constructor() {
    super(8);
  }

  encode(scratch: ByteWriter): EncodedValues {
    const count = this.count();
    const millis = new Int32Array(this.data.bytes.buffer, 0, count * 2);
    const dictionary = wordsDictionary(millis, count, 2);
    if (dictionary !== undefined) {
      const { page, size, indices } = dictionary;
      if (size * INT96_BYTES + indicesSize(count, size) < count * INT96_BYTES) {
        scratch.clear();
        writeIndices(scratch, indices, count, size);
        const entries = int96FromMillis(new Int32Array(page.buffer, page.byteOffset, size * 2), size);
        return { encoding: Encoding.RLE_DICTIONARY, values: scratch.written(), dictionary: { page: entries, size } };
      }
    }
    return { encoding: Encoding.PLAIN, values: int96FromMillis(millis, count) };
  }
}

/** FLOAT. */
export class DoubleBuilder extends WordsBuilder {
  constructor() {
    super(2);
  }

  protected bounds(count: number): Bounds | undefined {
    return doubleBounds(new Float64Array(this.data.bytes.buffer, 0, count), count);
  }

  protected exact(): undefined {
    return undefined;
  }
}

/** BOOLEAN: a bit each. */
export class BooleanBuilder extends FixedBuilder {
  constructor() {
    super(1);
  }

  encode(scratch: ByteWriter): EncodedValues {
    const values = this.data.written();
    const size = (values.length + 7) >> 3;
    scratch.clear();
    scratch.reserve(size);
    for (let at = 0; at < values.length; at += 8) {
      let bits = 0;
      for (let bit = 0; bit < 8; bit++) bits |= (values[at + bit] ?? 0) << bit;
      scratch.byte(bits);
    }
    return { encoding: Encoding.PLAIN, values: scratch.written(), ...booleanBounds(values) };
  }
}
