/** How often each content came: without an object for each, since there may be millions. */

/** Words of a hash that are kept: 128 bits tell all documents of a run apart. */
const WORDS = 4;

/** Gives each content hash the number of its equals before. */
export class Occurrences {
  #hashes = new Uint32Array(256 * WORDS);
  #counts = new Uint32Array(256);
  #size = 0;
  readonly #wanted = new Uint32Array(WORDS);

  /** `<hash>-<0-based occurrence>` */
  next(hash: string): string {
    if (this.#size * 2 >= this.#counts.length) this.#grow();
    readWords(hash, this.#wanted);
    const slot = this.#slotOf(this.#wanted, 0);
    const count = this.#counts[slot] ?? 0;
    if (count === 0) {
      this.#hashes.set(this.#wanted, slot * WORDS);
      this.#size++;
    }
    this.#counts[slot] = count + 1;
    return `${hash}-${count}`;
  }

  /** Where a hash is, or would be. */
  #slotOf(from: Uint32Array, at: number): number {
    const mask = this.#counts.length - 1;
    let slot = (from[at] ?? 0) & mask;
    while (this.#counts[slot] !== 0 && !this.#isAt(slot, from, at)) slot = (slot + 1) & mask;
    return slot;
  }

  #isAt(slot: number, from: Uint32Array, at: number): boolean {
    const base = slot * WORDS;
    for (let word = 0; word < WORDS; word++) if (this.#hashes[base + word] !== from[at + word]) return false;
    return true;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const counts = this.#counts;
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#counts = new Uint32Array(counts.length * 2);
    for (let old = 0; old < counts.length; old++) {
      if (counts[old] === 0) continue;
      const slot = this.#slotOf(hashes, old * WORDS);
      this.#hashes.set(hashes.subarray(old * WORDS, (old + 1) * WORDS), slot * WORDS);
      this.#counts[slot] = counts[old] ?? 0;
    }
  }
}

/** The first words of hexadecimal digits in lower case. */
function readWords(hash: string, words: Uint32Array): void {
  for (let word = 0; word < WORDS; word++) {
    let value = 0;
    for (let at = word * 8; at < word * 8 + 8; at++) {
      const unit = hash.charCodeAt(at);
      value = (value << 4) | (unit < 0x3a ? unit - 0x30 : unit - 0x57);
    }
    words[word] = value;
  }
}
