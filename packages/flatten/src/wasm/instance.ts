/** The kernel, compiled when it is first needed. */
import { KERNEL } from './kernel.ts';

/** What the kernel asks of its host: see `assembly/host.ts`. */
export interface KernelHost {
  fetch(at: number, length: number): void;
  addContent(at: number, length: number): void;
  addDocument(at: number, length: number): void;
  memberValue(rule: number, at: number, length: number): number;
  newKid(node: number, at: number, length: number): number;
  newColumn(kid: number, json: number): number;
  newObject(kid: number): number;
  newArray(kid: number): number;
  toDouble(at: number, length: number): number;
  toText(at: number, length: number): number;
  toJson(at: number, length: number): number;
  toDateTime(at: number, length: number): number;
  /** Does not return. */
  leave(reason: number, column: number, kind: number, detail: number): void;
}

/** What the kernel offers: see `assembly/kernel.ts`. Records are known by their address. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** What stands at a place of a record, which is counted in words of 32 bits: see `assembly/records.ts`. */
  word(record: number, index: number): number;
  start(seed: bigint, maxDepth: number): void;
  takePage(root: number, length: number, window: number, path: number, steps: number): number;
  isCut(): number;
  setContent(mode: number): void;
  setIdentity(nullIsAbsent: number, keys: number, count: number): void;
  rollBack(): void;
  emptyTables(): void;
  /** Room that the host's answers are written to. */
  scratch(size: number): number;
  allocate(size: number): number;

  newTable(keyCount: number): number;
  newNode(table: number): number;
  newKid(node: number, key: number, length: number, isPlain: number, flags: number): number;
  addKeyKid(table: number, kid: number): void;
  newColumn(
    table: number,
    flags: number,
    kind: number,
    wide: number,
    spellings: number,
    maxChars: number,
    maxBytes: number,
    plain: number,
  ): number;

  validOf(column: number): number;
  setPlain(column: number): void;
  settle(column: number): void;

  retype(column: number, kind: number, wide: number, spellings: number): void;
  appendText(column: number, row: number, length: number): void;
  appendBits(column: number, row: number, bits: bigint): void;
}

/** Where an address lies in the memory: the kernel's numbers come out signed, and are below 0 from 2 GiB on. */
export function offsetOf(address: number): number {
  return address >>> 0;
}

let compiled: WebAssembly.Module | null | undefined;

/** Whether the runtime can run the kernel: it has WebAssembly with SIMD, and lets code be compiled. */
export function isSupported(): boolean {
  return kernelModule() !== null;
}

/** @throws TypeError where it is not supported */
export function createKernel(host: KernelHost): Kernel {
  const module = kernelModule();
  if (module === null) throw new TypeError('This runtime has no WebAssembly with SIMD');
  // The interface says what the generated module exports.
  const kernel = new WebAssembly.Instance(module, { host: { ...host } }).exports as unknown as Kernel;
  let words = new Uint32Array();
  return {
    ...kernel,
    word: (record, index) => {
      // A view is empty once the memory has grown.
      if (words.length === 0) words = new Uint32Array(kernel.memory.buffer);
      return words[(record >>> 2) + index] ?? 0;
    },
  };
}

function kernelModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(decodeKernel());
    } catch {
      compiled = null;
    }
  }
  return compiled;
}

/** Characters that a text of the kernel is made of: printable ASCII from `#` on without the quote and the backslash. */
const CHARACTERS = 90;
/** Each of the first stands for a byte, from -4 on; the others begin a pair. */
const SINGLES = 88;

function decodeKernel(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(KERNEL.length);
  let length = 0;
  for (let at = 0; at < KERNEL.length; at++) {
    let rank = rankAt(at);
    if (rank >= SINGLES) rank = SINGLES + (rank - SINGLES) * CHARACTERS + rankAt(++at);
    bytes[length++] = rank - 4;
  }
  return bytes.subarray(0, length);
}

function rankAt(at: number): number {
  const code = KERNEL.charCodeAt(at);
  return code - 35 - (code > 39 ? 1 : 0) - (code > 92 ? 1 : 0);
}
