/** What `status` and `verify` say of a data pool. */
import {
  loadedRows,
  parseDestinationUrl,
  pushedTables,
  type LoadedRows,
  type PushedState,
  type VerifyFinding,
} from '@millrace/destinations';
import { destinationPlace, stateFolder, type DestinationContext, type DestinationPlace } from '../destination-path.ts';
import { renderTable } from '../output.ts';
import { UsageError } from '../usage-error.ts';

/** What was pushed of each table; undefined when the destination is no data pool. */
export async function readPushed(context: DestinationContext, to: string): Promise<PushedState[] | undefined> {
  if (parseDestinationUrl(to).scheme !== 'celonis') return undefined;
  return pushedTables(stateFolder(context, to));
}

/** What was pushed, as a table. */
export function renderPushed(pushed: readonly PushedState[]): string {
  const rows = pushed.map(({ table, rows: count, at, waiting }) => [table, count ?? '', at ?? '', waiting ?? 'all']);
  return renderTable(['pushed table', 'rows in the pool', 'pushed at', 'rows waiting'], rows);
}

/** What came of comparing a data pool with what was committed. */
export interface PoolCheck {
  readonly pushed: readonly PushedState[];
  /** Undefined without a credential to ask with. */
  readonly loaded: readonly LoadedRows[] | undefined;
  readonly findings: readonly VerifyFinding[];
  readonly notes: readonly string[];
}

/** Compares a data pool with what was committed; undefined when the destination is none. */
export async function verifyPool(context: DestinationContext, to: string): Promise<PoolCheck | undefined> {
  const pushed = await readPushed(context, to);
  if (pushed === undefined) return undefined;
  const loaded = await readLoaded(context, to, pushed);
  const findings = (loaded ?? [])
    .filter((each) => each.loaded !== each.pushed)
    .map(({ table, dataModel, loaded: has, pushed: had }) => ({
      kind: 'table' as const,
      name: table,
      message: `the data model ${dataModel} has loaded ${has} rows of it, and ${had} were pushed`,
    }));
  return { pushed, loaded, findings, notes: waitingNotes(pushed) };
}

/** What the data models have, as text. */
export function renderLoaded(loaded: PoolCheck['loaded']): string {
  if (loaded === undefined) return '';
  if (loaded.length === 0) return 'no data model of the pool has loaded what was pushed last\n';
  const rows = loaded.map(({ table, dataModel, loaded: has, pushed }) => [table, dataModel, has, pushed]);
  return renderTable(['pushed table', 'data model', 'rows loaded', 'rows pushed'], rows);
}

function waitingNotes(pushed: readonly PushedState[]): string[] {
  return pushed
    .filter(({ waiting }) => waiting !== 0)
    .map(({ table, waiting }) =>
      waiting === undefined
        ? `note: ${table} is not in the pool yet: the next run pushes it\n`
        : `note: ${waiting} rows of ${table} are not in the pool yet: the next run pushes them\n`,
    );
}

/** What the data models of the pool have loaded. A credential is not needed to verify what is here. */
async function readLoaded(
  context: DestinationContext,
  to: string,
  pushed: readonly PushedState[],
): Promise<LoadedRows[] | undefined> {
  let celonis: DestinationPlace['options']['celonis'];
  try {
    celonis = (await destinationPlace(context, to)).options.celonis;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
  if (celonis === undefined) return undefined;
  const known = pushed.flatMap(({ table, rows, at }) => (rows === undefined ? [] : [{ table, rows, at }]));
  return loadedRows(to, celonis, known, context.io.signal);
}
