/** STRING and JSON. */
import type { DictionaryValues, PlainValues } from '@millrace/flatten';
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

type PlainStrings = Extract<PlainValues, { readonly kind: 'bytes' }>;

/**
 * Collects strings in the PLAIN layout. Values that come through a dictionary are kept as indices, and those of its entries that they
 * use; once there are indices, every plain value is an entry too.
 */
export class BytesBuilder implements ValueBuilder {
  private readonly entries = new Blocks();
  private entryCount = 0;
  private readonly indices = new Blocks();
  private hasIndices = false;
  private count = 0;
  private readonly delta: boolean;

  constructor(delta: boolean) {
    this.delta = delta;
  }

  append(cursor: ValueCursor, count: number): void {
    const { values } = cursor;
    if (values.kind === 'bytes') this.appendPlain(values, cursor, count);
    else if (values.kind === 'dictionary' && values.dictionary.kind === 'bytes') {
      this.appendIndices(values, values.dictionary.data, values.dictionary.count, cursor, count);
    }
  }

  size(): number {
    return this.entries.length + this.indices.length;
  }

  encode(work: Workspace, before: number): EncodedValues {
    const { count, entryCount } = this;
    const { kernel } = work;
    const strings = work.putBlocks(this.entries, before);
    if (count === 0) return { encoding: Encoding.PLAIN, values: strings };
    const offsets = work.room((entryCount + 1) * 4);
    findOffsets(work, strings, entryCount, offsets);
    const indices = this.hasIndices ? work.putBlocks(this.indices).from : undefined;
    const plainSize = indices === undefined ? strings.to - strings.from : kernel.plainSize(indices, count, offsets);
    const dictionary = this.makeDictionary(work, offsets, plainSize);
    if (dictionary !== undefined) {
      const { page, size, numbers } = dictionary;
      if (indices !== undefined) kernel.renumber(indices, count, numbers);
      const values = writeIndices(work, indices ?? numbers, count, size, before);
      return { encoding: Encoding.RLE_DICTIONARY, values, dictionary, bounds: boundsOf(work, page.from, size) };
    }
    let plain = strings;
    if (indices !== undefined) {
      const from = work.room(plainSize, before);
      plain = { from, to: kernel.gather(from, indices, count, offsets) >>> 0 };
    }
    const bounds = boundsOf(work, plain.from, count);
    if (this.delta) {
      const lengths = work.room(count * 4);
      const from = work.room(plainSize + deltasSize(count, 4), before);
      const to = kernel.writeDeltaLengths(from, plain.from, count, lengths) >>> 0;
      if (to - from < plainSize) return { encoding: Encoding.DELTA_LENGTH_BYTE_ARRAY, values: { from, to }, bounds };
    }
    return { encoding: Encoding.PLAIN, values: plain, bounds };
  }

  clear(): void {
    this.entries.clear();
    this.indices.clear();
    this.entryCount = 0;
    this.hasIndices = false;
    this.count = 0;
  }

  private appendPlain(values: PlainStrings, cursor: ValueCursor, count: number): void {
    const { data } = values;
    const start = cursor.offset;
    // Strings that are all taken need not be counted here: `encode` does.
    const end = count === values.count - cursor.index ? data.length : stringsEnd(data, start, count);
    this.entries.append(data, start, end);
    cursor.offset = end;
    if (this.hasIndices) this.appendOwnIndices(this.entryCount, count);
    this.count += count;
    this.entryCount += count;
    cursor.index += count;
  }

  private appendIndices(
    values: DictionaryValues,
    entries: Uint8Array,
    entryCount: number,
    cursor: ValueCursor,
    count: number,
  ): void {
    if (!this.hasIndices) {
      this.hasIndices = true;
      this.appendOwnIndices(0, this.count);
    }
    withWorkspace((work) => {
      const { kernel } = work;
      const given = work.put(entries);
      const offsets = work.room((entryCount + 1) * 4);
      findOffsets(work, given, entryCount, offsets);
      const indices = work.put(asBytes(values.indices.subarray(cursor.index, cursor.index + count))).from;
      const from = work.room(entries.length);
      const known = work.zeros(entryCount * 4);
      const to = kernel.takeEntries(indices, count, offsets, entryCount, known, this.entryCount, from) >>> 0;
      if (to === 0) {
        for (let at = cursor.index; at < cursor.index + count; at++) checkIndex(values.indices[at] ?? 0, entryCount);
      }
      this.entryCount += work.result(0);
      this.entries.append(work.read({ from, to }));
      this.indices.append(work.read({ from: indices, to: indices + count * 4 }));
    });
    this.count += count;
    cursor.index += count;
  }

  private appendOwnIndices(from: number, count: number): void {
    this.indices.append(asBytes(Uint32Array.from({ length: count }, (_, index) => from + index)));
  }

  /** The dictionary of the entries, where it is smaller than plain values; `numbers` has the new number of each entry. */
  private makeDictionary(
    work: Workspace,
    offsets: number,
    plainSize: number,
  ): { readonly page: Span; readonly size: number; readonly numbers: number } | undefined {
    const { count, entryCount, hasIndices } = this;
    const { kernel } = work;
    const numbers = work.room(entryCount * 4);
    const from = work.room(this.entries.length);
    const make = (entries: number, bits: number): number => {
      const table = work.zeros(8 << bits);
      const values = hasIndices ? count : entries;
      // Values that came as indices may be far more than fits into a page.
      return kernel.makeStringDictionary(offsets, entries, values, count, numbers, from, table, bits, hasIndices);
    };
    if (!hasIndices && count > FIRST_TRY && make(FIRST_TRY, tableBits(FIRST_TRY)) === -1) return undefined;
    const size = make(entryCount, tableBits(hasIndices ? entryCount : Math.min(entryCount, MOST_ENTRIES)));
    if (size === -1) return undefined;
    const page = { from, to: work.result(0) };
    return page.to - from + indicesSize(count, size) < plainSize ? { page, size, numbers } : undefined;
  }
}

/** Where the next `count` strings end. */
function stringsEnd(data: Uint8Array, start: number, count: number): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = start;
  for (let left = count; left > 0; left--) at += 4 + view.getUint32(at, true);
  if (at > data.length) throw new RangeError(`a string ends at byte ${at} of ${data.length}`);
  return at;
}

function findOffsets(work: Workspace, { from, to }: Span, count: number, offsets: number): void {
  if (!work.kernel.findOffsets(from, to - from, count, offsets)) {
    throw new RangeError(`${count} strings do not end with their ${to - from} bytes`);
  }
}

function boundsOf(work: Workspace, strings: number, count: number): Bounds | undefined {
  if (!work.kernel.stringBounds(strings, count)) return undefined;
  const copyOf = (at: number): Uint8Array => work.bytes.slice(at + 4, at + 4 + work.view.getUint32(at, true));
  return { min: copyOf(work.result(0)), max: copyOf(work.result(1)) };
}
