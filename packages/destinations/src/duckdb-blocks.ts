/** The checksums in a DuckDB file, those of blocks that are in no use included: a reader of the tables never looks at these. */
import { open, type FileHandle } from 'node:fs/promises';

const HEADER_BYTES = 4096;
const HEADERS = 3;
/** `sizeof(uint64_t)`: the checksum at the start of each header and block. */
const CHECKSUM_BYTES = 8;
/** Place of `block_alloc_size` in a database header, after checksum, iteration, meta block, free list and block count. */
const BLOCK_SIZE_AT = 40;

/**
 * The places, in bytes, of headers and blocks whose content is not what their checksum says. Blocks that were never written are
 * left out. Empty for a file that is no DuckDB database: opening it says more.
 */
export async function damagedBlocks(path: string): Promise<number[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const headers = await readAt(file, 0, HEADERS * HEADER_BYTES);
    if (headers.length < HEADERS * HEADER_BYTES || headers.toString('latin1', 8, 12) !== 'DUCK') return [];
    const damaged = [0, 1, 2]
      .map((index) => index * HEADER_BYTES)
      .filter((at) => !isWhole(headers.subarray(at, at + HEADER_BYTES)));
    const blockSizes = [1, 2].map((index) => Number(headers.readBigUInt64LE(index * HEADER_BYTES + BLOCK_SIZE_AT)));
    const blockSize = blockSizes.find((each) => each >= 16_384 && each <= 1 << 20 && (each & (each - 1)) === 0);
    if (blockSize === undefined) return damaged;
    for (let at = HEADERS * HEADER_BYTES; at + blockSize <= size; at += blockSize) {
      const block = await readAt(file, at, blockSize);
      if (!isWhole(block) && block.some((byte) => byte !== 0)) damaged.push(at);
    }
    return damaged;
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}

function isWhole(block: Buffer): boolean {
  return block.readBigUInt64LE(0) === checksum(block.subarray(CHECKSUM_BYTES));
}

/**
 * DuckDB's `Checksum` (src/common/checksum.cpp): 5381 XOR each 64-bit word times 0xbf58476d1ce4e5b9, modulo 2^64. Headers and
 * blocks are whole words.
 */
function checksum(bytes: Buffer): bigint {
  const words = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  let low = 5381;
  let high = 0;
  for (let index = 0; index + 1 < words.length; index += 2) {
    const a = words[index] ?? 0;
    const b = words[index + 1] ?? 0;
    low ^= Math.imul(a, 0x1ce4e5b9);
    high ^= (highProduct(a) + Math.imul(a, 0xbf58476d) + Math.imul(b, 0x1ce4e5b9)) | 0;
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** The upper 32 bits of `a` times 0x1ce4e5b9, exactly. */
function highProduct(a: number): number {
  const low = (a & 0xffff) * 0x1ce4e5b9;
  const high = (a >>> 16) * 0x1ce4e5b9;
  return Math.floor((high + Math.floor(low / 65_536)) / 65_536);
}
