// What the host calls: see `../src/kernel.ts`.
import { results } from './bytes';
import { bounds, expand, makeDictionary } from './numbers';
import { writeDeltas } from './packing';

export { writeInt96 } from './numbers';
export { writeBooleans, writeHybrid, writeLevels } from './packing';
export { writeSnappy } from './snappy';
export {
  findOffsets,
  gather,
  makeStringDictionary,
  plainSize,
  renumber,
  stringBounds,
  takeEntries,
  writeDeltaLengths,
} from './strings';

/** Where the results beside a call's own are. */
export function resultsAt(): usize {
  return results;
}

/** Where the memory is free for the host. */
export function start(): usize {
  return (__heap_base + 15) & ~15;
}

export function bounds32(values: usize, count: u32): bool {
  return bounds<i32>(values, count);
}

export function bounds64(values: usize, count: u32): bool {
  return bounds<i64>(values, count);
}

export function boundsDouble(values: usize, count: u32): bool {
  return bounds<f64>(values, count);
}

export function makeDictionary32(
  values: usize,
  count: u32,
  expected: u32,
  indices: usize,
  page: usize,
  table: usize,
  bits: u32,
): i32 {
  return makeDictionary<u32>(values, count, expected, indices, page, table, bits);
}

export function makeDictionary64(
  values: usize,
  count: u32,
  expected: u32,
  indices: usize,
  page: usize,
  table: usize,
  bits: u32,
): i32 {
  return makeDictionary<u64>(values, count, expected, indices, page, table, bits);
}

export function expand8(to: usize, indices: usize, count: u32, entries: usize, size: u32): bool {
  return expand<u8>(to, indices, count, entries, size);
}

export function expand32(to: usize, indices: usize, count: u32, entries: usize, size: u32): bool {
  return expand<u32>(to, indices, count, entries, size);
}

export function expand64(to: usize, indices: usize, count: u32, entries: usize, size: u32): bool {
  return expand<u64>(to, indices, count, entries, size);
}

export function writeDeltas32(to: usize, values: usize, count: u32): usize {
  return writeDeltas<i32>(to, values, count);
}

export function writeDeltas64(to: usize, values: usize, count: u32): usize {
  return writeDeltas<i64>(to, values, count);
}
