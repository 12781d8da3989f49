import { isoTime } from './timestamp.ts';

/** A span of time, half-open: `from` belongs to it, `to` does not. Milliseconds since 1970-01-01T00:00:00Z. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The same instants as ascending ranges that neither overlap nor touch. Empty ranges vanish. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of ranges.filter((one) => one.from < one.to).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else {
      merged.push({ from: range.from, to: range.to });
    }
  }
  return merged;
}

/** The instants of `ranges` that are in none of `removed`. */
export function subtractRanges(ranges: readonly Range[], removed: readonly Range[]): Range[] {
  let left = mergeRanges(ranges);
  for (const hole of mergeRanges(removed)) {
    left = left.flatMap((range) =>
      [
        { from: range.from, to: Math.min(range.to, hole.from) },
        { from: Math.max(range.from, hole.to), to: range.to },
      ].filter((piece) => piece.from < piece.to),
    );
  }
  return left;
}

/** The instants that are in both. */
export function intersectRanges(a: readonly Range[], b: readonly Range[]): Range[] {
  const others = mergeRanges(b);
  return mergeRanges(
    mergeRanges(a).flatMap((range) =>
      others.map((other) => ({ from: Math.max(range.from, other.from), to: Math.min(range.to, other.to) })),
    ),
  );
}

/** Cuts a range at those of the given instants that lie inside it. */
export function cutRange(range: Range, instants: Iterable<number>): Range[] {
  const inside = new Set<number>();
  for (const instant of instants) if (instant > range.from && instant < range.to) inside.add(instant);
  const edges = [range.from, ...[...inside].sort((a, b) => a - b), range.to];
  return edges.slice(1).map((to, index) => ({ from: edges[index] ?? range.from, to }));
}

/**
 * Splits a range into at most `parts` parts of nearly equal length, cut at multiples of `step` milliseconds only.
 * Gives the range itself where no such instant lies inside it.
 */
export function splitRange(range: Range, parts: number, step = 1): Range[] {
  const cuts: number[] = [];
  for (let part = 1; part < parts; part += 1) {
    cuts.push(Math.round((range.from + ((range.to - range.from) * part) / parts) / step) * step);
  }
  const pieces = cutRange(range, cuts);
  if (pieces.length > 1) return pieces;
  // A range of little more than a step: rounding may miss the one instant at which it can be cut.
  return cutRange(range, [(Math.floor(range.from / step) + 1) * step]);
}

/** Whether the instant lies in the range. */
export function inRange(range: Range, instant: number): boolean {
  return instant >= range.from && instant < range.to;
}

/** The bounds as ISO 8601 UTC. */
export function isoRange(range: Range): { from: string; to: string } {
  return { from: isoTime(range.from), to: isoTime(range.to) };
}
