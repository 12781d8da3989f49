/**
 * Seeded pseudo-random numbers: sfc32, seeded through splitmix32. The same seed gives the same values on every machine.
 */

/** A stream of pseudo-random values. Every method advances the stream. */
export interface Random {
  /** A number in `[0, 1)`. */
  float(): number;
  /** An integer from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items, each as likely as the others. Throws a `RangeError` when there are none. */
  pick<T>(items: readonly T[]): T;
  /** One of the items, as likely as its weight says. Throws a `RangeError` when there are none. */
  weighted<T>(items: readonly Weighted<T>[]): T;
  /** An exponentially distributed number with the given mean. */
  exponential(mean: number): number;
  /** The items in random order, in a new array. */
  shuffle<T>(items: readonly T[]): T[];
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A UUID, version 4. */
  uuid(): string;
  /** A ULID of the given time (epoch milliseconds). */
  ulid(epochMs: number): string;
}

/** An item and its weight. Weights are relative to each other. */
export type Weighted<T> = readonly [item: T, weight: number];

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const HEX = '0123456789abcdef';

/** Creates a stream. Streams of one seed and different labels are independent of each other. */
export function createRandom(seed: number, label = ''): Random {
  const next = sfc32(seed, label);

  function float(): number {
    return next() / 0x1_0000_0000;
  }
  function int(min: number, max: number): number {
    return min + Math.floor(float() * (max - min + 1));
  }
  function chance(probability: number): boolean {
    return float() < probability;
  }
  function pick<T>(items: readonly T[]): T {
    return at(items, int(0, items.length - 1));
  }
  function weighted<T>(items: readonly Weighted<T>[]): T {
    let total = 0;
    for (const [, weight] of items) total += weight;
    let left = float() * total;
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return at(items, items.length - 1)[0];
  }
  function exponential(mean: number): number {
    return -mean * Math.log(1 - float());
  }
  function shuffle<T>(items: readonly T[]): T[] {
    const drawn = items.map((item): [number, T] => [float(), item]);
    return drawn.sort(([a], [b]) => a - b).map(([, item]) => item);
  }
  function hex(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += HEX.charAt(next() >>> 28);
    return text;
  }
  function uuid(): string {
    const digits = hex(32);
    const variant = HEX.charAt(8 + (next() >>> 30));
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
  }
  function ulid(epochMs: number): string {
    let text = ulidTime(epochMs);
    for (let i = 0; i < 16; i++) text += CROCKFORD.charAt(next() >>> 27);
    return text;
  }
  return { float, int, chance, pick, weighted, exponential, shuffle, hex, uuid, ulid };
}

/** The first ten characters of every ULID of the given time. */
export function ulidTime(epochMs: number): string {
  let text = '';
  let rest = Math.max(0, Math.floor(epochMs));
  for (let i = 0; i < 10; i++) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** The item at an index. Throws a `RangeError` when there is none. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item at index ${index}: the list has ${items.length}`);
  return item;
}

function sfc32(seed: number, label: string): () => number {
  let state = (seed ^ Math.floor(seed / 0x1_0000_0000)) | 0;
  for (let i = 0; i < label.length; i++) state = Math.imul(state ^ label.charCodeAt(i), 0x0100_0193);
  function splitmix32(): number {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  }
  let a = splitmix32();
  let b = splitmix32();
  let c = splitmix32();
  let counter = splitmix32();
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
}
