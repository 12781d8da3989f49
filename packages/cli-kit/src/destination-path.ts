import { resolve } from 'node:path';
import { parseDestinationUrl } from '@millrace/destinations';
import { UsageError } from './usage-error.ts';

/** The destination with its path taken from the program's working folder. */
export function absoluteDestination(url: string, cwd: string): string {
  const { scheme, target } = parseDestinationUrl(url);
  return target === '-' ? url : `${scheme}:${resolve(cwd, target)}`;
}

/** The same, for a command that reads what a run left. @throws UsageError for standard output */
export function readableDestination(url: string, cwd: string): string {
  if (parseDestinationUrl(url).target === '-')
    throw new UsageError('--to: standard output keeps no state. Name the file or folder of a run.');
  return absoluteDestination(url, cwd);
}
