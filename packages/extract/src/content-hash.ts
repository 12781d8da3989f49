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
  readonly #sum = new Uint8Array(32);

  /** Adds a document's hash (`valueHash`). */
  add(documentHash: string): void {
    let carry = 0;
    for (let index = 31; index >= 0; index -= 1) {
      const byte = (this.#sum[index] ?? 0) + documentHash.charCodeAt(index) + carry;
      this.#sum[index] = byte;
      carry = byte >> 8;
    }
  }

  /** Adds all that another sum holds: 64 hexadecimal digits, as `toString` gives them. */
  addSum(sum: string): void {
    this.add(Buffer.from(sum, 'hex').toString('latin1'));
  }

  /** 64 hexadecimal digits. */
  toString(): string {
    return Buffer.from(this.#sum).toString('hex');
  }
}

/** The value that stands for a document: what `identity` gives, else the document. */
export function identityOf(document: JsonObject, identity?: (document: JsonObject) => JsonValue): JsonValue {
  return identity === undefined ? document : identity(document);
}
