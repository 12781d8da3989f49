import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue } from '@millrace/flatten';

/** Bytes of a hash. */
export const hashBytes = 32;

/** SHA-256 of a value's canonical JSON. */
export function valueHash(value: JsonValue): Buffer {
  return hash('sha256', canonicalJson(value), 'buffer');
}

/**
 * An order-free hash of many documents: the sum of their hashes modulo 2^256. A sum and not XOR, so that a document that is
 * there twice does not vanish.
 */
export class ContentHash {
  /** Of each byte; carries wait until the end. */
  readonly #sums = new Float64Array(hashBytes);

  /** Adds a document's hash, the 32 bytes at `at`. */
  add(hashes: Uint8Array, at = 0): void {
    const sums = this.#sums;
    for (let index = 0; index < hashBytes; index += 1) sums[index] = (sums[index] ?? 0) + (hashes[at + index] ?? 0);
  }

  /** Adds all that another sum holds: 64 hexadecimal digits, as `toString` gives them. */
  addSum(sum: string): void {
    this.add(Buffer.from(sum, 'hex'));
  }

  /** 64 hexadecimal digits. */
  toString(): string {
    const bytes = Buffer.alloc(hashBytes);
    let carry = 0;
    for (let index = hashBytes - 1; index >= 0; index -= 1) {
      const sum = (this.#sums[index] ?? 0) + carry;
      bytes[index] = sum % 256;
      carry = Math.floor(sum / 256);
    }
    return bytes.toString('hex');
  }
}

/** The value that stands for a document: what `identity` gives, else the document. */
export function identityOf(document: JsonObject, identity?: (document: JsonObject) => JsonValue): JsonValue {
  return identity === undefined ? document : identity(document);
}
