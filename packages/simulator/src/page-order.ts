/** The order in which rows are served, over the pages and inside each. */
import { mix } from './chance.ts';
import type { FaultPlan, PageOrder } from './faults.ts';

interface Orders {
  readonly across: PageOrder;
  readonly within: PageOrder | undefined;
}

export function ordersOf(plan: FaultPlan): Orders {
  if (typeof plan.order === 'string') return { across: plan.order, within: undefined };
  return { across: plan.order?.across ?? 'ascending', within: plan.order?.within };
}

/** Positions `low` to `high` in shuffled order. `key` identifies a position by its row, so that the order of the others stays when one comes or goes. */
export function shuffled(low: number, high: number, seed: number, key: (position: number) => number): Uint32Array {
  const keys = new Float64Array(high - low);
  for (let at = 0; at < keys.length; at += 1) keys[at] = mix(seed, 6, key(low + at));
  return Uint32Array.from({ length: high - low }, (_, at) => low + at).sort(
    (a, b) => (keys[a - low] ?? 0) - (keys[b - low] ?? 0) || a - b,
  );
}

/** The positions of one page in the order inside the page. `positions` are in the order over the pages. */
export function arrangePage(positions: readonly number[], within: PageOrder | undefined, seed: number): number[] {
  if (within === undefined) return [...positions];
  const ascending = [...positions].sort((a, b) => a - b);
  if (within === 'ascending') return ascending;
  if (within === 'descending') return ascending.toReversed();
  return ascending
    .map((position, at): [number, number] => [mix(seed, 7, positions[0] ?? 0, at), position])
    .sort(([a], [b]) => a - b)
    .map(([, position]) => position);
}
