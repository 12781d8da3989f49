import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue } from '@millrace/flatten';

/** SHA-256 of a value's canonical JSON, as 32 Latin-1 characters: the smallest thing that can be a map's key. */
export function valueHash(value: JsonValue): string {
  return hash('sha256', canonicalJson(value), 'binary');
}

/**
 * An order-free hash of many documents: the sum of their hashes modulo 2^256. A sum and not XOR, so that a document that is
 * there twice does not vanish.
 */
export class ContentHash {
  /** Of each byte; carries wait until the end. */
  readonly #sums = new Float64Array(32);

  /** Adds a document's hash (`valueHash`). */
  add(documentHash: string): void {
    const sums = this.#sums;
    for (let index = 0; index < 32; index += 1) sums[index] = (sums[index] ?? 0) + documentHash.charCodeAt(index);
  }

  /** Adds all that another sum holds: 64 hexadecimal digits, as `toString` gives them. */
  addSum(sum: string): void {
    this.add(Buffer.from(sum, 'hex').toString('latin1'));
  }

  /** 64 hexadecimal digits. */
  toString(): string {
    const bytes = Buffer.alloc(32);
    let carry = 0;
    for (let index = 31; index >= 0; index -= 1) {
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
