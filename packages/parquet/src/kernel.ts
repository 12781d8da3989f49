/** The encoder's kernel, compiled when it is first needed: see `assembly/`. */
import { KERNEL } from './wasm/kernel.ts';

/** What the kernel offers. Everything is known by its address; addresses and sizes above 2^31 come back negative. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  start(): number;
  resultsAt(): number;

  writeLevels(to: number, bits: number, rows: number): number;
  writeHybrid(to: number, values: number, count: number, width: number): number;
  writeBooleans(to: number, values: number, count: number): number;
  writeDeltas32(to: number, values: number, count: number): number;
  writeDeltas64(to: number, values: number, count: number): number;
  writeInt96(to: number, values: number, count: number): number;
  writeSnappy(to: number, from: number, length: number): number;

  bounds32(values: number, count: number): number;
  bounds64(values: number, count: number): number;
  boundsDouble(values: number, count: number): number;
  makeDictionary32: MakeDictionary;
  makeDictionary64: MakeDictionary;

  expand8: Expand;
  expand32: Expand;
  expand64: Expand;

  findOffsets(strings: number, length: number, count: number, offsets: number): number;
  takeEntries(
    indices: number,
    count: number,
    offsets: number,
    entries: number,
    known: number,
    base: number,
    to: number,
  ): number;
  makeStringDictionary(
    offsets: number,
    count: number,
    values: number,
    expected: number,
    numbers: number,
    page: number,
    table: number,
    bits: number,
    keep: boolean,
  ): number;
  plainSize(indices: number, count: number, offsets: number): number;
  renumber(indices: number, count: number, numbers: number): void;
  gather(to: number, indices: number, count: number, offsets: number): number;
  writeDeltaLengths(to: number, strings: number, count: number, lengths: number): number;
  stringBounds(strings: number, count: number): number;
}

type Expand = (to: number, indices: number, count: number, entries: number, size: number) => number;

type MakeDictionary = (
  values: number,
  count: number,
  expected: number,
  indices: number,
  page: number,
  table: number,
  bits: number,
) => number;

let compiled: WebAssembly.Module | undefined;

/** A kernel with a memory of its own. */
export function createKernel(): Kernel {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL), (char) => char.charCodeAt(0)));
  // The interface says what the generated module exports.
  return new WebAssembly.Instance(compiled).exports as unknown as Kernel;
}
