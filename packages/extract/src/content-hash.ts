import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue } from '@millrace/flatten';

/** Bytes of a hash. */
export const hashBytes = 32;
const words = hashBytes / 4;
/** So many sums of 32 bits are exact in a double, and as many carries. */
const mostWaiting = 2 ** 20;

/** SHA-256 of a value's canonical JSON. */
export function valueHash(value: JsonValue): Buffer {
  return hash('sha256', canonicalJson(value), 'buffer');
}

/**
 * An order-free hash of many documents: the sum of their hashes modulo 2^256. A sum and not XOR, so that a document that is
 * there twice does not vanish.
 */
export class ContentHash {
  /** Of each 32 bits, the highest first; carries wait as long as they are exact. */
  readonly #sums = new Float64Array(words);
  #added = 0;

  /** Adds a document's hash, the 32 bytes at `at`. */
  add(hashes: Buffer, at = 0): void {
    const sums = this.#sums;
    for (let word = 0; word < words; word += 1) sums[word] = (sums[word] ?? 0) + hashes.readUInt32BE(at + word * 4);
    this.#added += 1;
    if (this.#added % mostWaiting === 0) this.#carry();
  }

  /** Adds all that another sum holds: 64 hexadecimal digits, as `toString` gives them. */
  addSum(sum: string): void {
    this.add(Buffer.from(sum, 'hex'));
  }

  /** 64 hexadecimal digits. */
  toString(): string {
    this.#carry();
    return Array.from(this.#sums, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  #carry(): void {
    let carry = 0;
    for (let word = words - 1; word >= 0; word -= 1) {
      const sum = (this.#sums[word] ?? 0) + carry;
      this.#sums[word] = sum % 2 ** 32;
      carry = Math.floor(sum / 2 ** 32);
    }
  }
}

/** The value that stands for a document: what `identity` gives, else the document. */
export function identityOf(document: JsonObject, identity?: (document: JsonObject) => JsonValue): JsonValue {
  return identity === undefined ? document : identity(document);
}
