import * as fc from 'fast-check';
import { snappyUncompress } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { compressSnappy } from '../src/index.ts';
import { random } from './batches.ts';

/** 0 when the bytes come back through hyparquet's reader. */
function difference(bytes: Uint8Array): number {
  const output = new Uint8Array(bytes.length);
  snappyUncompress(compressSnappy(bytes), output);
  return Buffer.compare(output, bytes);
}

const chance = random(5);
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => chance() * 256);
const repeated = (unit: Uint8Array, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => unit[index % unit.length] ?? 0);

const CASES: [name: string, bytes: Uint8Array][] = [
  ['nothing', new Uint8Array(0)],
  ...Array.from({ length: 40 }, (_, length): [string, Uint8Array] => [
    `${length + 1} equal bytes`,
    new Uint8Array(length + 1),
  ]),
  ...[59, 60, 61, 62, 255, 256, 257, 258].map((length): [string, Uint8Array] => [
    `${length} bytes of noise`,
    noise(length),
  ]),
  ...[64, 65, 67, 68, 69, 127, 128, 131, 132].map((length): [string, Uint8Array] => [
    `a match of ${length} bytes`,
    Uint8Array.from([...noise(200), ...noise(30), ...new Uint8Array(length), ...noise(40), ...new Uint8Array(length)]),
  ]),
  ['a block of noise', noise(65_536)],
  ['noise over blocks', noise(200_001)],
  ['a block of equal bytes', new Uint8Array(65_536)],
  ['a byte more than a block', new Uint8Array(65_537)],
  ['a megabyte of equal bytes', new Uint8Array(1 << 20).fill(7)],
  ['a period of 3', repeated(Uint8Array.of(1, 2, 3), 10_000)],
  ['a period of 2047, at the reach of a short copy', repeated(noise(2047), 20_000)],
  ['a period of 2048, beyond it', repeated(noise(2048), 20_000)],
  ['a period of 65535', repeated(noise(65_535), 140_000)],
  ['text', new TextEncoder().encode('approve invoice, reject order, block payment; '.repeat(999))],
];

test.each(CASES)('%s comes back', (_, bytes) => {
  expect(difference(bytes)).toBe(0);
});

test('a view into larger bytes is compressed alone', () => {
  const larger = noise(1000);
  expect(difference(larger.subarray(13, 777))).toBe(0);
});

describe('size', () => {
  test('equal bytes shrink to 5 in 100', () => {
    expect(compressSnappy(new Uint8Array(100_000)).length).toBeLessThan(5000);
  });

  test('noise grows by less than 1 in 1,000', () => {
    expect(compressSnappy(noise(100_000)).length).toBeLessThan(100_100);
  });
});

test('any bytes come back', () => {
  const few = fc.uint8Array({ maxLength: 400, max: 3 });
  const any = fc.uint8Array({ maxLength: 400 });
  const bytes = fc
    .array(fc.tuple(fc.oneof(few, any), fc.integer({ min: 1, max: 40 })), { maxLength: 30 })
    .map(
      (parts) =>
        new Uint8Array(Buffer.concat(parts.flatMap(([part, times]) => Array.from({ length: times }, () => part)))),
    );
  fc.assert(
    fc.property(bytes, (input) => {
      expect(difference(input)).toBe(0);
    }),
    { numRuns: process.env['MILLRACE_FULL'] ? 20_000 : 300 },
  );
});
