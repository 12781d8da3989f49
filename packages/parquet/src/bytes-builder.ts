/** STRING and JSON: a dictionary as long as one pays, then plain values. */
import type { DictionaryValues } from '@millrace/flatten';
import { bytesBounds } from './bounds.ts';
import { ByteWriter } from './byte-writer.ts';
import { BytesDictionary } from './bytes-dictionary.ts';
import { checkIndex, type EncodedValues, indicesSize, writeIndices } from './encoded.ts';
import { Encoding } from './format.ts';
import type { ValueBuilder, ValueCursor } from './value-builder.ts';

/** Collects strings in the PLAIN layout. */
export class BytesBuilder implements ValueBuilder {
  private readonly dictionary: BytesDictionary;
  private indices = new Uint32Array(1024);
  /** Values with an index: all of them, until the dictionary is given up. */
  private count = 0;
  private hasDictionary = true;
  private readonly data = new ByteWriter(4096);

  /** `expected`: values of a full row group. */
  constructor(expected: number) {
    this.dictionary = new BytesDictionary(expected);
  }

  append(cursor: ValueCursor, count: number): void {
    const { values } = cursor;
    if (values.kind === 'bytes') this.appendPlain(values.data, cursor, count);
    else if (values.kind === 'dictionary' && values.dictionary.kind === 'bytes') {
      this.appendIndices(values, values.dictionary.data, values.dictionary.count, cursor, count);
    }
  }

  size(): number {
    return this.hasDictionary ? this.dictionary.page.length + this.count * 4 : this.data.length;
  }

  encode(scratch: ByteWriter): EncodedValues {
    const { dictionary, count, indices } = this;
    if (this.hasDictionary && !this.dictionaryPays()) this.giveUpDictionary();
    if (!this.hasDictionary) {
      const plain = this.data.written();
      return { encoding: Encoding.PLAIN, values: plain, ...bytesBounds(plain) };
    }
    const { size } = dictionary;
    const page = dictionary.page.written();
    scratch.clear();
    writeIndices(scratch, indices, count, size);
    return {
      encoding: Encoding.RLE_DICTIONARY,
      values: scratch.written(),
      dictionary: { page, size },
      ...bytesBounds(page),
    };
  }

  clear(): void {
    this.dictionary.clear();
    this.data.clear();
    this.count = 0;
    this.hasDictionary = true;
  }

  private appendPlain(data: Uint8Array, cursor: ValueCursor, count: number): void {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let left = count;
    let at = cursor.offset;
    if (this.hasDictionary) {
      this.reserveIndices(count);
      for (; left > 0; left--) {
        const length = view.getUint32(at, true);
        const index = this.dictionary.intern(view, at + 4, length, this.count);
        if (index === -1) {
          this.giveUpDictionary();
          break;
        }
        this.indices[this.count++] = index;
        at += 4 + length;
      }
    }
    const start = at;
    for (; left > 0; left--) at += 4 + view.getUint32(at, true);
    if (at > data.length) throw new RangeError(`a string ends at byte ${at} of ${data.length}`);
    this.data.append(data.subarray(start, at));
    cursor.index += count;
    cursor.offset = at;
  }

  private appendIndices(
    values: DictionaryValues,
    entries: Uint8Array,
    entryCount: number,
    cursor: ValueCursor,
    count: number,
  ): void {
    const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
    const offsets = entryOffsets(view, entryCount);
    const end = cursor.index + count;
    let at = cursor.index;
    if (this.hasDictionary) {
      this.reserveIndices(count);
      // Entries are taken over when they are first used: bounds are then those of the values.
      const known = new Int32Array(entryCount).fill(-1);
      for (; at < end; at++) {
        const entry = values.indices[at] ?? 0;
        let index = known[entry] ?? -1;
        if (index === -1) {
          checkIndex(entry, entryCount);
          const offset = offsets[entry] ?? 0;
          index = this.dictionary.intern(view, offset + 4, view.getUint32(offset, true), this.count);
          if (index === -1) {
            this.giveUpDictionary();
            break;
          }
          known[entry] = index;
        }
        this.indices[this.count++] = index;
      }
    }
    for (; at < end; at++) {
      const entry = values.indices[at] ?? 0;
      checkIndex(entry, entryCount);
      this.copyEntry(entries, offsets[entry] ?? 0, offsets[entry + 1] ?? 0);
    }
    cursor.index = end;
  }

  private reserveIndices(extra: number): void {
    const needed = this.count + extra;
    if (needed <= this.indices.length) return;
    const grown = new Uint32Array(Math.max(needed, this.indices.length * 2));
    grown.set(this.indices.subarray(0, this.count));
    this.indices = grown;
  }

  private dictionaryPays(): boolean {
    const { dictionary, count, indices } = this;
    let plain = 0;
    for (let at = 0; at < count; at++) plain += dictionary.entrySize(indices[at] ?? 0);
    return dictionary.page.length + indicesSize(count, dictionary.size) < plain;
  }

  private giveUpDictionary(): void {
    const { dictionary, count, indices } = this;
    const page = dictionary.page.written();
    for (let at = 0; at < count; at++) {
      const entry = indices[at] ?? 0;
      const start = dictionary.offset(entry);
      this.copyEntry(page, start, start + dictionary.entrySize(entry));
    }
    this.hasDictionary = false;
    this.count = 0;
  }

  private copyEntry(source: Uint8Array, start: number, end: number): void {
    const { data } = this;
    data.reserve(end - start);
    const { bytes } = data;
    let next = data.length;
    if (end - start > 64) {
      bytes.set(source.subarray(start, end), next);
      next += end - start;
    } else {
      for (let at = start; at < end; at++) bytes[next++] = source[at] ?? 0;
    }
    data.length = next;
  }
}

/** Where each entry begins, and where the last one ends. */
function entryOffsets(view: DataView, count: number): Uint32Array {
  const offsets = new Uint32Array(count + 1);
  let at = 0;
  for (let index = 0; index < count; index++) {
    offsets[index] = at;
    at += 4 + view.getUint32(at, true);
  }
  offsets[count] = at;
  return offsets;
}
