/** Bytes that grow at the end without moving, in blocks that all files of a thread share. */

const BLOCK = 16_384;
/** The first slab, and those that follow when that was not enough. */
const SLAB = 2 ** 20;
/**
 * A system's allocator takes this much right from the system, where memory that is never touched costs nothing, and gives it back
 * whole. Of smaller pieces, between those of others, it keeps much of what it has had.
 */
const LARGE_SLAB = 48 * 2 ** 20;
/** Blocks kept for the next row group, 64 MiB of them. */
const MOST_FREE = 4096;

let free: Uint8Array[] = [];
let slab = new Uint8Array(0);
let slabEnd = 0;

function takeBlock(): Uint8Array {
  const block = free.pop();
  if (block !== undefined) return block;
  if (slabEnd === slab.length) {
    slab = new Uint8Array(slab.length === 0 ? SLAB : LARGE_SLAB);
    slabEnd = 0;
  }
  slabEnd += BLOCK;
  return slab.subarray(slabEnd - BLOCK, slabEnd);
}

/** Gives back the blocks that nothing uses. */
export function forgetBlocks(): void {
  free = [];
  slab = new Uint8Array(0);
  slabEnd = 0;
}

/** Bytes that are appended, copied out in one go, and forgotten. */
export class Blocks {
  length = 0;
  private readonly blocks: Uint8Array[] = [];

  append(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    let from = start;
    while (from < end) {
      const within = this.length % BLOCK;
      if (within === 0) this.blocks.push(takeBlock());
      const size = Math.min(end - from, BLOCK - within);
      this.blocks.at(-1)?.set(size === bytes.length ? bytes : bytes.subarray(from, from + size), within);
      this.length += size;
      from += size;
    }
  }

  /** Writes all bytes to `target`, from `at` on. */
  copyTo(target: Uint8Array, at: number): void {
    let left = this.length;
    for (const [index, block] of this.blocks.entries()) {
      target.set(left < BLOCK ? block.subarray(0, left) : block, at + index * BLOCK);
      left -= BLOCK;
    }
  }

  clear(): void {
    while (this.blocks.length > 0) {
      const block = this.blocks.pop();
      if (block !== undefined && free.length < MOST_FREE) free.push(block);
    }
    this.length = 0;
  }
}
