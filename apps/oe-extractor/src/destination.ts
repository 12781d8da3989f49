import { resolve } from 'node:path';
import { parseDestinationUrl } from '@millrace/destinations';

/** The destination with its path taken from the program's working folder. */
export function absoluteDestination(url: string, cwd: string): string {
  const { scheme, target } = parseDestinationUrl(url);
  return target === '-' || scheme === 'celonis' ? url : `${scheme}:${resolve(cwd, target)}`;
}
