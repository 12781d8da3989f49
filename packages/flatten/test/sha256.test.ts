import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256 } from '../src/sha256.ts';

// The examples of FIPS 180-2, appendix B.
test.each([
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
])('gives what the standard gives (example %#)', (text, want) => {
  expect(sha256(new TextEncoder().encode(text))).toBe(want);
});

test.each(Array.from({ length: 301 }, (_, length) => length))('agrees with node on %i random bytes', (length) => {
  const bytes = randomBytes(length);
  expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('takes bytes from the middle of a buffer', () => {
  const bytes = randomBytes(1000).subarray(101, 901);
  expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
});

const isFull = process.env['MILLRACE_FULL'] === '1';

test.runIf(isFull)('takes more bytes than 32 bits can count bits of', { timeout: 60_000 }, () => {
  const bytes = new Uint8Array(2 ** 29 + 7);
  expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
});
