import { inRange } from './ranges.ts';
import type { WindowedState } from './state.ts';
import { isoTime } from './timestamp.ts';

/** Everything wanted is committed up to here. */
export function completeTo(state: Pick<WindowedState, 'from' | 'complete'>): string | undefined {
  const range = state.complete.find((one) => inRange(one, state.from));
  return range === undefined ? undefined : isoTime(range.to);
}
