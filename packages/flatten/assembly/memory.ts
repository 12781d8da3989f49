// Blocks of powers of two, each size with a list of free ones. Buffers double as they grow and are reset, not freed, between
// batches, so that memory stays at what the largest batch took.
import { refuse } from './host';

const SMALLEST = 6;
/** From this size on blocks stand a cache line further apart than they are long: else those of one size would meet in the same few lines. */
const APART = 10;
const LARGEST = 31;
const freeLists: usize = memory.data((LARGEST + 1) * 4, 8);

let end: usize = 0;

/** Forgets every block. */
export function resetMemory(): void {
  memory.fill(freeLists, 0, (LARGEST + 1) * 4);
  end = (__heap_base + 63) & ~63;
  nextRecord = 0;
  recordsEnd = 0;
}

function sizeClass(size: usize): i32 {
  if (size <= 1 << SMALLEST) return SMALLEST;
  return 32 - clz<u32>(<u32>size - 1);
}

/** A block of at least `size` bytes, aligned to 16, with anything in it. */
export function allocate(size: usize): usize {
  if (size > 1 << 30) refuse();
  const list = sizeClass(size);
  const head = freeLists + ((<usize>list) << 2);
  const free = load<u32>(head);
  if (free !== 0) {
    store<u32>(head, load<u32>(free));
    return free;
  }
  const at = end;
  const next = <u64>at + ((<u64>1) << list) + (list >= APART ? 64 : 0);
  const have = (<u64>memory.size()) << 16;
  if (next > have) {
    const pages = <i32>(((next - have + 0xfffff) >> 20) << 4);
    if (next > 0xfff00000 || memory.grow(pages) < 0) refuse();
  }
  end = <usize>next;
  return at;
}

/** Gives a block back. */
export function release(block: usize, size: usize): void {
  if (block === 0) return;
  const head = freeLists + ((<usize>sizeClass(size)) << 2);
  store<u32>(block, load<u32>(head));
  store<u32>(head, <u32>block);
}

/** A larger block with what the old one held. */
export function enlarge(block: usize, used: usize, size: usize, newSize: usize): usize {
  const larger = allocate(newSize);
  memory.copy(larger, block, used);
  release(block, size);
  return larger;
}

/** Records stand together, apart from the values: the fewer pages of memory they are in, the less often a page has to be looked up. */
const RECORDS = 1 << 15;

let nextRecord: usize = 0;
let recordsEnd: usize = 0;

/** Room for a record, in cache lines of its own, with zeros in it. Where its size is a power of two it may be given back as a block. */
export function record(size: usize): usize {
  const needed = (size + 63) & ~63;
  if (recordsEnd - nextRecord < needed) {
    const room = max<usize>(needed, RECORDS);
    nextRecord = allocate(room);
    recordsEnd = nextRecord + room;
  }
  const at = nextRecord;
  nextRecord += needed;
  memory.fill(at, 0, needed);
  return at;
}

let scratchBlock: usize = 0;
let scratchSize: usize = 0;

/** Forgets the scratch, after `resetMemory`. */
export function resetScratch(): void {
  scratchBlock = 0;
  scratchSize = 0;
}

/** Room for a text that is not in the page as it is; what it held is lost. Sixteen bytes more than asked for can be read. */
export function scratch(size: u32): usize {
  return growScratch(0, size);
}

/** The same, with the first `used` bytes kept. */
export function growScratch(used: u32, size: u32): usize {
  const needed = <usize>size + 32;
  if (needed > scratchSize) {
    const newSize = <usize>1 << sizeClass(max<usize>(needed, 4096));
    scratchBlock = enlarge(scratchBlock, used, scratchSize, newSize);
    scratchSize = newSize;
  }
  return scratchBlock;
}
