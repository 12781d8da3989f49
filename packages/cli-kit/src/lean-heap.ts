import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of the space for short-lived values, in bytes. */
const enough = 4 * 1024 * 1024;
/** By how much the heap may grow before what is dead in it is looked for. V8's own choice is up to four times. */
const growthPercent = 100;

/**
 * Gives a function, to be called now and then, that keeps the heap's space for short-lived values from growing beyond what serves
 * here. A stream of pages leaves much garbage that is dead within milliseconds; Node lets that space grow to three times 16 MiB,
 * and the rest of the heap with it, for next to no gain. The rest is kept to twice what is alive: pages that wait for their window
 * outlive the short-lived space, and with them their buffers. An engine that does not know the flags goes on as ever.
 *
 * V8 reads these flags whenever a space is to grow, so that they can be set while the program runs:
 * https://github.com/v8/v8/blob/main/src/flags/flag-definitions.h (semi_space_growth_factor, heap_growing_percent)
 */
export function leanHeap(): () => void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  let isLean = false;
  return () => {
    if (isLean) return;
    const space = getHeapSpaceStatistics().find((each) => each.space_name === 'new_space');
    if (space === undefined || space.space_size < enough) return;
    isLean = true;
    setFlagsFromString('--semi-space-growth-factor=1');
  };
}
