import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutRange, intersectRanges, mergeRanges, type Range, splitRange, subtractRanges } from '../src/ranges.ts';

const instant = fc.integer({ min: 0, max: 60 });
const range = fc.tuple(instant, instant).map(([a, b]): Range => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const ranges = fc.array(range, { maxLength: 8 });

/** The instants of ranges, one by one: what the algebra must agree with. */
function instants(list: readonly Range[]): Set<number> {
  return new Set(list.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)));
}

function only(list: readonly Range[], wanted: (instant: number) => boolean): Set<number> {
  return new Set([...instants(list)].filter(wanted));
}

function isTidy(list: readonly Range[]): boolean {
  return list.every(({ from, to }, index) => from < to && (index === 0 || (list[index - 1]?.to ?? 0) < from));
}

describe('ranges', () => {
  test('merging keeps the same instants, ascending, and leaves neither overlap nor touch', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const merged = mergeRanges(list);
        expect(instants(merged)).toEqual(instants(list));
        expect(isTidy(merged)).toBe(true);
      }),
    );
  });

  test('subtracting leaves what is in the first and not in the second', () => {
    fc.assert(
      fc.property(ranges, ranges, (list, removed) => {
        const left = subtractRanges(list, removed);
        expect(instants(left)).toEqual(only(list, (one) => !instants(removed).has(one)));
        expect(isTidy(left)).toBe(true);
      }),
    );
  });

  test('intersecting leaves what is in both', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        expect(instants(intersectRanges(a, b))).toEqual(only(a, (one) => instants(b).has(one)));
      }),
    );
  });

  test('cutting gives neighbours that are the range together', () => {
    fc.assert(
      fc.property(range, fc.array(instant), (whole, cuts) => {
        fc.pre(whole.from < whole.to);
        const pieces = cutRange(whole, cuts);
        expect(mergeRanges(pieces)).toEqual([whole]);
        expect(pieces.reduce((length, piece) => length + piece.to - piece.from, 0)).toBe(whole.to - whole.from);
      }),
    );
  });

  test('splitting cuts at whole steps, and gives the range itself only where no step lies inside', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 2, max: 9 }), fc.constantFrom(1, 7, 10), (whole, parts, step) => {
        fc.pre(whole.from < whole.to);
        const pieces = splitRange(whole, parts, step);
        expect(mergeRanges(pieces)).toEqual([whole]);
        expect(pieces.length).toBeLessThanOrEqual(parts);
        for (const { from } of pieces.slice(1)) expect(from % step).toBe(0);
        const hasStep = Math.floor(whole.from / step + 1) * step < whole.to;
        expect(pieces.length > 1).toBe(hasStep);
      }),
    );
  });
});
