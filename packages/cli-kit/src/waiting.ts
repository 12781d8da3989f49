/** What a program waits for, told where a person looks at a terminal. */
import type { WaitEvent } from '@millrace/http';
import type { Io } from './io.ts';

/** Shorter waits are not worth a line. */
const leastMs = 1000;

/**
 * Gives what hears of the waits of a client. A line says why it waits and how long; until then others are not told of: requests that
 * are under way together wait together.
 */
export function sayWaits(
  { stderr }: Pick<Io, 'stderr'>,
  clock: () => number = () => performance.now(),
): (wait: WaitEvent) => void {
  let told = Number.NEGATIVE_INFINITY;
  return ({ reason, ms, url, attempt, status }) => {
    if (stderr.isTTY !== true || ms < leastMs || clock() < told) return;
    told = clock() + ms;
    const { host } = new URL(url);
    const seconds = `${Math.ceil(ms / 1000)} s`;
    const line =
      reason === 'limit'
        ? `${host} takes no more requests for now: going on in ${seconds}`
        : `${host} ${status === undefined ? 'gave no answer' : `answered ${status}`}: attempt ${attempt} in ${seconds}`;
    // In place of a line that says how far a command is.
    stderr.write(`\r\u001B[K${line}\n`);
  };
}
