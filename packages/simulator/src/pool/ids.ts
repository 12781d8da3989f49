/** IDs that depend on the seed and their ordinal alone. */
import { createHash } from 'node:crypto';

/** Makes UUIDs, one after another. */
export class IdMaker {
  readonly #seed: number;
  #made = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  next(): string {
    this.#made += 1;
    const hex = createHash('sha256').update(`${this.#seed}/pool/${this.#made}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
