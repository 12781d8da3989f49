/** Choices that depend on their inputs alone, so that the same seed and the same requests give the same bytes. */
import { createHash } from 'node:crypto';

/** A well-spread unsigned 32-bit number from any number of integers (the finaliser of MurmurHash3 over each). */
export function mix(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = scramble(hash ^ (part >>> 0));
    // Times in milliseconds do not fit in 32 bits.
    const high = Math.floor(part / 0x1_0000_0000);
    if (high !== 0) hash = scramble(hash ^ (high >>> 0));
  }
  return hash;
}

/** A well-spread unsigned 32-bit number from a text. */
export function mixText(seed: number, text: string): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return scramble(hash);
}

/** A number in [0, 1) from any number of integers. */
export function fraction(...parts: readonly number[]): number {
  return mix(...parts) / 0x1_0000_0000;
}

/** `length` characters in [A-Za-z0-9] from a seed and a label: credentials and tokens that look the part. */
export function opaque(seed: number, label: string, length: number): string {
  let text = '';
  for (let round = 0; text.length < length; round += 1) {
    text += createHash('sha256')
      .update(`${seed}/${label}/${round}`)
      .digest('base64')
      .replaceAll(/[^A-Za-z0-9]/g, '');
  }
  return text.slice(0, length);
}

function scramble(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
