import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** What the space for short-lived values may come to, in bytes. */
const youngBytes = 4 * 1024 * 1024;
/** By how much the rest may grow before what is dead in it is looked for, in per cent of what is alive. V8's own choice is up to 300. */
const growth = 100;
/** For each such step that pages are larger, both may be so much larger. */
const step = 512 * 1024;
const mostSteps = 6;
const growthByStep = 50;

/**
 * Gives a function, to be called now and then, that keeps the heap small where that costs next to nothing. A stream of pages leaves
 * much garbage that is dead within milliseconds; Node lets the space for it grow to three times 16 MiB, and the rest of the heap with
 * it, for next to no gain. V8 counts buffers as well, so that both may grow with the size of the pages that are under way, which the
 * function is told in bytes: at every crest of them the heap would be looked through, and nothing found. An engine that does not know
 * the flags goes on as ever.
 *
 * V8 reads these flags whenever a space is to grow, so that they can be set while the program runs:
 * https://github.com/v8/v8/blob/main/src/flags/flag-definitions.h (semi_space_growth_factor, heap_growing_percent)
 */
export function leanHeap(): (pageBytes?: number) => void {
  let percent = growth;
  setFlagsFromString(`--heap-growing-percent=${percent}`);
  let isLean = false;
  return (pageBytes = 0) => {
    const steps = Math.min(mostSteps, Math.floor(pageBytes / step));
    if (growth + steps * growthByStep > percent) {
      percent = growth + steps * growthByStep;
      setFlagsFromString(`--heap-growing-percent=${percent}`);
    }
    if (isLean) return;
    const young = getHeapSpaceStatistics().find((each) => each.space_name === 'new_space');
    if (young === undefined || young.space_size < youngBytes * (1 + steps)) return;
    isLean = true;
    setFlagsFromString('--semi-space-growth-factor=1');
  };
}
