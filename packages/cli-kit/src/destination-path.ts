/** Where a destination is, as the user wrote it and as the settings complete it. */
import { join, resolve } from 'node:path';
import {
  parseDestinationUrl,
  poolStore,
  type CelonisPoolOptions,
  type DestinationOptions,
} from '@millrace/destinations';
import type { CommandContext } from './command.ts';
import { poolTeamUrl, readPoolTeam } from './pool-team.ts';
import { UsageError } from './usage-error.ts';

/** What a destination needs of a command. */
export type DestinationContext = Pick<CommandContext, 'io' | 'settings'>;

/** A destination to write to. */
export interface DestinationPlace {
  readonly url: string;
  readonly options: DestinationOptions;
  /** The file or folder that a first run makes; undefined for standard output. */
  readonly path: string | undefined;
  /** Folder for pages that wait. */
  readonly spool: string | undefined;
}

/** The destination with its path taken from the program's working folder. */
export function absoluteDestination(url: string, cwd: string): string {
  const { scheme, target } = parseDestinationUrl(url);
  return target === '-' || scheme === 'celonis' ? url : `${scheme}:${resolve(cwd, target)}`;
}

/** Where a command writes to. @throws UsageError when the team of a data pool or its credential is missing */
export async function destinationPlace(context: DestinationContext, to: string): Promise<DestinationPlace> {
  const { io } = context;
  const { scheme, target } = parseDestinationUrl(to);
  const url = absoluteDestination(to, io.cwd);
  if (target === '-') return { url, options: { output: io.stdout }, path: undefined, spool: undefined };
  if (scheme !== 'celonis') {
    const path = resolve(io.cwd, target);
    return { url, options: {}, path, spool: `${path}.spool` };
  }
  const state = stateFolder(context, to);
  const celonis: CelonisPoolOptions = {
    ...(await readPoolTeam(context)),
    state,
    takeOver: context.settings.on('takeOver'),
  };
  return { url, options: { celonis }, path: state, spool: join(state, 'spool') };
}

/** What holds what a run left: the destination itself, of a data pool the database in its state folder. */
export function storedDestination(context: DestinationContext, to: string): string {
  if (parseDestinationUrl(to).scheme !== 'celonis') return absoluteDestination(to, context.io.cwd);
  return `duckdb:${poolStore(stateFolder(context, to))}`;
}

/** The same, for a command that cannot do without. @throws UsageError for standard output */
export function readableDestination(context: DestinationContext, to: string): string {
  if (parseDestinationUrl(to).target === '-')
    throw new UsageError('--to: standard output keeps no state. Name the file or folder of a run.');
  return storedDestination(context, to);
}

/** Folder for what a data pool cannot keep: `--state`, else one named by team and pool. */
export function stateFolder(context: DestinationContext, to: string): string {
  const { io, settings } = context;
  const given = settings.text('state');
  if (given !== undefined) return resolve(io.cwd, given);
  const team = new URL(poolTeamUrl(context)).host;
  const { target } = parseDestinationUrl(to);
  return resolve(io.cwd, 'millrace-state', ...[team, target].map((name) => name.replaceAll(/[^\w.-]+/g, '-')));
}
