import { expect, test } from 'vitest';
import { toJsonText } from '../../src/data/json-text.ts';
import { createRandom, ulidTime } from '../../src/data/random.ts';
import { usTime } from '../../src/data/people.ts';
import { slug } from '../../src/data/words.ts';

test('gives the same values for the same seed and label, and others for others', () => {
  const draw = (seed: number, label?: string): number[] => {
    const random = createRandom(seed, label);
    return Array.from({ length: 5 }, () => random.int(0, 1_000_000));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
  expect(draw(1)).not.toEqual(draw(1 + 2 ** 32));
});

test('spreads evenly and honours weights', () => {
  const random = createRandom(1);
  const counts = Map.groupBy(
    Array.from({ length: 40_000 }, () => random.int(0, 3)),
    (value) => value,
  );
  expect(new Set(counts.keys())).toEqual(new Set([0, 1, 2, 3]));
  for (const drawn of counts.values()) expect(Math.abs(drawn.length - 10_000)).toBeLessThan(400);
  const draws = Array.from({ length: 40_000 }, () =>
    random.weighted([
      ['a', 3],
      ['b', 1],
      ['never', 0],
    ]),
  );
  const share = draws.filter((item) => item === 'a').length / draws.length;
  expect(Math.abs(share - 0.75)).toBeLessThan(0.01);
  expect(draws).not.toContain('never');
});

test('makes UUIDs of version 4 and ULIDs that carry their time', () => {
  const random = createRandom(1);
  expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  // The example of the ULID specification.
  expect(ulidTime(1_469_918_176_385)).toBe('01ARYZ6S41');
  expect(random.ulid(1_469_918_176_385)).toMatch(/^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
});

test('writes integers beyond 2^53 exactly', () => {
  expect(toJsonText({ a: [9_007_199_254_740_993n], b: 'x', c: undefined })).toBe('{"a":[9007199254740993],"b":"x"}');
});

test.each([
  ['2023-12-10T06:49:07.999Z', '12/10/2023, 6:49:07 AM UTC'],
  ['2026-01-02T00:05:00.000Z', '1/2/2026, 12:05:00 AM UTC'],
  ['2026-01-02T12:00:09.000Z', '1/2/2026, 12:00:09 PM UTC'],
])('writes %s as the members list does', (iso, want) => {
  expect(usTime(Date.parse(iso))).toBe(want);
});

test.each([
  ['Møller & Söhne, Łódź', 'moller-sohne-lodz'],
  ['T07-1 Draft (intern)', 't07-1-draft-intern'],
  ['株式会社', ''],
])('makes a slug of %s', (text, want) => {
  expect(slug(text)).toBe(want);
});
