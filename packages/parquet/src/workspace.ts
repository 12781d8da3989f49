/** The kernel's memory as a stack: what a column chunk needs lies there while the chunk is made. */
import type { Blocks } from './blocks.ts';
import { createKernel, type Kernel } from './kernel.ts';

const ALIGNMENT = 16;
/** The kernel reads and writes a little past the end of what it is given. */
const SLACK = 32;
const WASM_PAGE = 65_536;
/** Memory grows in such steps, and a larger one than `MOST_KEPT` is not kept. */
const STEP = 2 ** 20;
const MOST_KEPT = 2 ** 28;

/** Bytes in the kernel's memory. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Addresses stay, views do not: anything that takes more room may move the memory. */
export class Workspace {
  readonly kernel: Kernel = createKernel();
  /** The whole memory. */
  bytes: Uint8Array = new Uint8Array(this.kernel.memory.buffer);
  view: DataView = new DataView(this.kernel.memory.buffer);
  /** The first free byte. */
  top: number = this.kernel.start();
  private readonly results = this.kernel.resultsAt();

  /** Room for so many bytes with anything in it, and before it as many as `before` says. */
  room(size: number, before = 0): number {
    const at = this.top + alignedUp(before);
    this.top = at + alignedUp(size + SLACK);
    if (this.top > this.bytes.length) this.grow();
    return at;
  }

  /** Room for zeros. */
  zeros(size: number): number {
    const at = this.room(size);
    this.bytes.fill(0, at, at + size);
    return at;
  }

  /** Copies bytes into the memory. */
  put(bytes: Uint8Array, before = 0): Span {
    const from = this.room(bytes.length, before);
    this.bytes.set(bytes, from);
    return { from, to: from + bytes.length };
  }

  /** Copies bytes that were collected in blocks. */
  putBlocks(blocks: Blocks, before = 0): Span {
    const from = this.room(blocks.length, before);
    blocks.copyTo(this.bytes, from);
    return { from, to: from + blocks.length };
  }

  /** A view of bytes. */
  read({ from, to }: Span): Uint8Array {
    return this.bytes.subarray(from, to);
  }

  /** An unsigned word of the last call's results. */
  result(index: number): number {
    return this.view.getUint32(this.results + index * 4, true);
  }

  /** A copy of eight bytes of the last call's results. */
  resultBytes(from: number, length: number): Uint8Array {
    return this.bytes.slice(this.results + from, this.results + from + length);
  }

  private grow(): void {
    const { memory } = this.kernel;
    const size = Math.ceil(this.top / STEP) * STEP;
    try {
      memory.grow((size - memory.buffer.byteLength) / WASM_PAGE);
    } catch (error) {
      throw new RangeError(
        `a column chunk needs more than the ${size} bytes that its encoding may take: lower rowGroupBytes or rowGroupRows`,
        { cause: error },
      );
    }
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }
}

function alignedUp(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

let shared: Workspace | undefined;

/** Calls `body` with the workspace; what it took is free again afterwards. */
export function withWorkspace<T>(body: (work: Workspace) => T): T {
  const work = (shared ??= new Workspace());
  const { top } = work;
  try {
    return body(work);
  } finally {
    work.top = top;
    if (work.bytes.length > MOST_KEPT && top === work.kernel.start()) shared = undefined;
  }
}

/** Gives back its memory. */
export function forgetWorkspace(): void {
  shared = undefined;
}

/** The bytes of words. */
export function asBytes(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
