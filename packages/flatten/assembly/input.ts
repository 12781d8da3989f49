// The page under way, of which only a window is in memory: what is read next is still in the cache then, and a page of any size takes
// no more room than its largest document.
import { fetch } from './host';
import { allocate, release } from './memory';

/** Zeros after the window: they end whatever is cut, and are what vectors read too much. */
const PADDING = 128;

/** Bytes before those that are read: the check of UTF-8 looks at them, too. */
const BEFORE = 16;

let block: usize = 0;
let blockSize: usize = 0;
/** Bytes of the window, and how many must be ahead. */
let window: usize = 0;
let low: usize = 0;
/** What follows the bytes that are there, and how many of the page are not. */
let filled: usize = 0;
let left: u32 = 0;

/** Forgets the window, after `resetMemory`. */
export function resetInput(): void {
  block = 0;
  blockSize = 0;
}

/** Begins a page, to be read through a window of so many bytes, a multiple of 16. Gives the first byte. */
export function beginPage(length: u32, size: u32): usize {
  window = BEFORE + size;
  low = size >> 3;
  if (window + PADDING > blockSize) {
    release(block, blockSize);
    block = 0;
    blockSize = 0;
    block = allocate(window + PADDING);
    blockSize = window + PADDING;
  }
  v128.store(block, i8x16.splat(0));
  filled = block + BEFORE;
  left = length;
  return fill(filled);
}

/** Whether the page ends here. */
export function isEnd(p: usize): bool {
  return left === 0 && p === filled;
}

/** Whether a part of the page has not been seen: what was refused may have been cut by the window's end. */
export function isCut(): bool {
  return left !== 0;
}

/** To be called between documents: where the byte at `p` stands now, with enough bytes after it. */
// @ts-ignore: decorator
@inline
export function more(p: usize): usize {
  return filled - p < low && left !== 0 ? fill(p) : p;
}

function fill(p: usize): usize {
  const from = min(p, filled - BEFORE);
  const moved = from - block;
  memory.copy(block, from, filled - from);
  filled -= moved;
  const length = min<u32>(left, <u32>(block + window - filled) & ~15);
  fetch(filled, length);
  const end = filled + length;
  left -= length;
  memory.fill(end, 0, PADDING);
  filled = end;
  return p - moved;
}
