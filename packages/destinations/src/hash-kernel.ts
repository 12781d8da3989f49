/** Hashes rows and texts in WebAssembly: see `assembly/`. */
import type { Column, PlainValues } from '@millrace/flatten';
import { KERNEL } from './wasm/kernel.ts';

/** What the kernel offers: see `assembly/kernel.ts`. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  memoryStart(): number;
  hashTexts(data: number, count: number, to: number, buffer: number, size: number): void;
  findTexts(data: number, count: number, texts: number, hashes: number, buffer: number, size: number): void;
  hashLong(data: number, count: number, hashes: number, buffer: number, size: number): void;
  addRows(
    rows: number,
    columns: number,
    count: number,
    sums: number,
    largest: number,
    buffer: number,
    size: number,
  ): void;
}

/** A column by its place in a batch, and the three bytes that stand for its name. */
export interface HashedColumn {
  readonly index: number;
  readonly id: number;
}

const KINDS: Readonly<Record<PlainValues['kind'], number>> = { boolean: 0, int32: 1, int64: 2, double: 3, bytes: 4 };
const COLUMN_WORDS = 8;
const SUM_BYTES = 32;
const HASH_BYTES = 32;
/** Texts above this are kept as their hashes, with four bytes before them. */
const LONGEST = 32;
const HASHED_BYTES = 36;
/** The most bytes of a cell in a row. */
const CELL_BYTES = 36;
/** A message of many chunks needs a hash for each of 1024 bytes. */
const CHUNK = 1024;
const BUFFER_BYTES = 2 ** 18;
/** The kernel reads and writes a little beyond the end of what it is given. */
const SLACK = 64;
/** Memory is given back after a call that took more. */
const MOST_MEMORY = 64 * 2 ** 20;
const STEP = 2 ** 20;
const PAGE = 65_536;

let compiled: WebAssembly.Module | undefined;
let current: HashKernel | undefined;

/** The kernel of this thread. */
export function hashKernel(): HashKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL, 'base64'));
  if (current === undefined || current.isSwollen) current = new HashKernel(compiled);
  return current;
}

/** A kernel and its memory: first the buffer of messages, then what is loaded with what was found in it, then what a call needs. */
export class HashKernel {
  readonly #exports: Exports;
  readonly #buffer: number;
  readonly #sums: number;
  readonly #start: number;
  #bytes: Uint8Array;
  #end: number;
  #records = new Uint32Array(64 * COLUMN_WORDS);
  #loaded: { readonly buffer: ArrayBufferLike; readonly at: number; readonly texts: Map<number, number> } | undefined;

  constructor(module: WebAssembly.Module) {
    // The interface says what the generated module exports.
    this.#exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.#bytes = new Uint8Array(this.#exports.memory.buffer);
    this.#end = this.#exports.memoryStart();
    this.#sums = this.#take(SUM_BYTES);
    this.#buffer = this.#take(BUFFER_BYTES);
    this.#start = this.#end;
  }

  /** Whether it has more memory than should be kept. */
  get isSwollen(): boolean {
    return this.#loaded === undefined && this.#bytes.length > MOST_MEMORY;
  }

  /** Takes over a buffer: columns that lie in it need not be copied one by one. It must not change until `unload`. */
  load(buffer: ArrayBufferLike, length: number): void {
    this.unload();
    this.#loaded = { buffer, at: this.#put(new Uint8Array(buffer, 0, length)), texts: new Map() };
  }

  unload(): void {
    this.#loaded = undefined;
    this.#end = this.#start;
  }

  /** The four sums of the hashes of all rows: a view, until the next call. */
  sumRows(columns: readonly Column[], order: readonly HashedColumn[], rows: number): BigUint64Array {
    for (const { index } of order) this.#findKept(columns[index]);
    const kept = this.#end;
    let count = 0;
    for (const { index, id } of order) {
      const column = columns[index];
      if (column === undefined || column.nullCount === column.rows) continue;
      this.#record(count, id, column);
      count += 1;
    }
    const largest = (count + 1) * CELL_BYTES + SLACK;
    const [buffer, size] = this.#bufferOf((largest + largest / (CHUNK / HASH_BYTES) + CHUNK) * 2);
    const records = this.#put(this.#records.subarray(0, count * COLUMN_WORDS));
    const sums = new BigUint64Array(this.#bytes.buffer, this.#sums, SUM_BYTES / 8);
    sums.fill(0n);
    this.#exports.addRows(rows, records, count, this.#sums, largest, buffer, size);
    this.#end = kept;
    return sums;
  }

  /** The hashes of texts in the PLAIN layout, with their lengths: a view, until the next call. */
  hashTexts(data: Uint8Array, count: number): Uint32Array {
    const kept = this.#end;
    const from = this.#addressOf(data);
    const to = this.#take(count * HASH_BYTES);
    const [buffer, size] = this.#bufferFor(data);
    this.#exports.hashTexts(from, count, to, buffer, size);
    this.#end = kept;
    return new Uint32Array(this.#bytes.buffer, to, (count * HASH_BYTES) / 4);
  }

  #record(place: number, id: number, { values, validity }: Column): void {
    const isDictionary = values.kind === 'dictionary';
    const plain = isDictionary ? values.dictionary : values;
    const at = place * COLUMN_WORDS;
    if (at === this.#records.length) {
      const larger = new Uint32Array(at * 2);
      larger.set(this.#records);
      this.#records = larger;
    }
    const records = this.#records;
    records[at] = id;
    records[at + 1] = KINDS[plain.kind];
    records[at + 2] = validity === undefined ? 0 : this.#addressOf(validity);
    records[at + 4] = isDictionary ? this.#addressOf(values.indices) : 0;
    records[at + 5] = 0;
    records[at + 6] = 0;
    if (plain.kind !== 'bytes') {
      records[at + 3] = this.#addressOf(plain.values);
    } else if (isDictionary) {
      records[at + 3] = 0;
      records[at + 5] = this.#keptTexts(plain.data) ?? this.#findTexts(plain.data, plain.count);
    } else {
      records[at + 3] = this.#addressOf(plain.data);
      records[at + 6] = this.#hashLong(records[at + 3] ?? 0, plain.data, plain.count);
    }
  }

  /** Finds the texts of a dictionary that is loaded once for all its columns. */
  #findKept(column: Column | undefined): void {
    if (column === undefined || column.nullCount === column.rows || column.values.kind !== 'dictionary') return;
    const { dictionary } = column.values;
    const loaded = this.#loaded;
    if (dictionary.kind !== 'bytes' || loaded === undefined || dictionary.data.buffer !== loaded.buffer) return;
    const { data, count } = dictionary;
    if (loaded.texts.has(data.byteOffset)) return;
    loaded.texts.set(data.byteOffset, this.#findTexts(data, count));
  }

  #keptTexts(data: Uint8Array): number | undefined {
    return data.buffer === this.#loaded?.buffer ? this.#loaded.texts.get(data.byteOffset) : undefined;
  }

  #findTexts(data: Uint8Array, count: number): number {
    const from = this.#addressOf(data);
    const texts = this.#take(count * 4);
    const hashes = this.#take(Math.ceil(data.length / (LONGEST + 5)) * HASHED_BYTES);
    const kept = this.#end;
    const [buffer, size] = this.#bufferFor(data);
    this.#exports.findTexts(from, count, texts, hashes, buffer, size);
    this.#end = kept;
    return texts;
  }

  #hashLong(from: number, data: Uint8Array, count: number): number {
    const hashes = this.#take(Math.ceil(data.length / (LONGEST + 5)) * HASH_BYTES);
    const kept = this.#end;
    const [buffer, size] = this.#bufferFor(data);
    this.#exports.hashLong(from, count, hashes, buffer, size);
    this.#end = kept;
    return hashes;
  }

  /** Room to put texts together in. */
  #bufferFor(texts: Uint8Array): [at: number, size: number] {
    return this.#bufferOf(texts.length / (CHUNK / HASH_BYTES) + 2 * CHUNK);
  }

  #bufferOf(size: number): [at: number, size: number] {
    if (size <= BUFFER_BYTES) return [this.#buffer, BUFFER_BYTES];
    const whole = Math.ceil(size);
    return [this.#take(whole), whole];
  }

  #addressOf(view: ArrayBufferView): number {
    if (view.buffer === this.#loaded?.buffer) return this.#loaded.at + view.byteOffset;
    return this.#put(view);
  }

  #put({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
    const at = this.#take(byteLength);
    this.#bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    return at;
  }

  #take(bytes: number): number {
    const at = this.#end;
    this.#end = (at + bytes + SLACK + 15) & ~15;
    if (this.#end > this.#bytes.length) {
      const { memory } = this.#exports;
      memory.grow(Math.ceil((this.#end - this.#bytes.length) / STEP) * (STEP / PAGE));
      this.#bytes = new Uint8Array(memory.buffer);
    }
    return at;
  }
}
