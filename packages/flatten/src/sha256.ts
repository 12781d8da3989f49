/**
 * SHA-256 (FIPS 180-4), at once and without Node: the platform's own is asynchronous in browsers, and a library weighs three times
 * as much, which every page would have to load.
 */

interface Tables {
  /** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
  readonly rounds: Int32Array;
  /** The same of the square roots of the first 8. */
  readonly start: Int32Array;
  /** The message schedule of the block under way. */
  readonly schedule: Int32Array;
  readonly state: Int32Array;
  /** The last block or two. */
  readonly tail: Uint8Array;
  /** Bytes in hexadecimal. */
  readonly digits: readonly string[];
}

let tables: Tables | undefined;

/** The SHA-256 of bytes: 64 hexadecimal digits in lower case. */
export function sha256(bytes: Uint8Array): string {
  tables ??= makeTables();
  const { state, tail, digits } = tables;
  state.set(tables.start);
  const { length } = bytes;
  const rest = length % 64;
  compress(tables, bytes, length - rest);
  tail.fill(0);
  tail.set(bytes.subarray(length - rest));
  tail[rest] = 0x80;
  const end = rest < 56 ? 64 : 128;
  const view = new DataView(tail.buffer);
  view.setUint32(end - 8, Math.floor(length / 2 ** 29));
  view.setUint32(end - 4, length * 8);
  compress(tables, tail, end);
  let text = '';
  for (const word of state) {
    for (let shift = 24; shift >= 0; shift -= 8) text += digits[(word >>> shift) & 255] ?? '';
  }
  return text;
}

/** Takes whole blocks into the state. */
function compress({ rounds, schedule: w, state }: Tables, bytes: Uint8Array, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  for (let at = 0; at < length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] ?? 0;
      const y = w[i - 2] ?? 0;
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = ((w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1) | 0;
    }
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    let e = state[4] ?? 0;
    let f = state[5] ?? 0;
    let g = state[6] ?? 0;
    let h = state[7] ?? 0;
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t = (h + s1 + ((e & f) ^ (~e & g)) + (rounds[i] ?? 0) + (w[i] ?? 0)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const u = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t) | 0;
      d = c;
      c = b;
      b = a;
      a = (t + u) | 0;
    }
    add(state, 0, a);
    add(state, 1, b);
    add(state, 2, c);
    add(state, 3, d);
    add(state, 4, e);
    add(state, 5, f);
    add(state, 6, g);
    add(state, 7, h);
  }
}

function add(state: Int32Array, index: number, word: number): void {
  state[index] = ((state[index] ?? 0) + word) | 0;
}

function rotate(word: number, bits: number): number {
  return (word << (32 - bits)) | (word >>> bits);
}

function makeTables(): Tables {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  // None of these is near enough to a whole number that the last bits of a double could matter.
  const fraction = (root: number): number => (root % 1) * 2 ** 32;
  return {
    rounds: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)) | 0),
    start: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)) | 0),
    schedule: new Int32Array(64),
    state: new Int32Array(8),
    tail: new Uint8Array(128),
    digits: Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1)),
  };
}
