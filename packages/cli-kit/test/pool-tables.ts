/** Compares tables of a simulated data pool with tables of a local run. */
import { queryDestination } from '@millrace/destinations';
import type { Cell, CelonisSimulator } from '@millrace/simulator';

/** Where a pool's tables are. */
export interface PoolPlace {
  readonly team: CelonisSimulator;
  readonly poolId: string;
  readonly connectionId?: string;
}

/** What one road computes otherwise than the other, or does not have. */
export interface Differences {
  readonly columns: readonly string[];
  /** Tables in which the pool has equal rows once. */
  readonly distinct?: readonly string[];
}

/** Asks a simulated team with its application key. */
export async function askTeam<T>(team: CelonisSimulator, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${team.url}/integration/api/pools${path}`, {
    headers: { authorization: `AppKey ${team.credentials.appKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

/** Rows of a table in the pool and in a local DuckDB file, as sorted text, over the columns that both have. */
export async function bothTables(
  { team, poolId, connectionId }: PoolPlace,
  destination: string,
  table: string,
  { columns: otherwise, distinct = [] }: Differences,
): Promise<{ readonly columns: readonly string[]; readonly pool: string[]; readonly local: string[] }> {
  const inPool = await team.dataPools.query(poolId, `SELECT * FROM "${table}"`, connectionId);
  const known = await team.dataPools.query(poolId, `DESCRIBE "${table}"`, connectionId);
  const { columns: found, rows } = await queryDestination(destination, `SELECT * FROM "${table}"`);
  const places = found
    .map(({ name }, at) => ({ name, at }))
    .filter(({ name }) => !otherwise.includes(name) && known.some(({ column_name: of }) => of === name));
  const columns = places.map(({ name }) => name);
  const once = (lines: string[]): string[] => (distinct.includes(table) ? [...new Set(lines)] : lines).toSorted();
  return {
    columns,
    pool: once(inPool.map((row) => JSON.stringify(columns.map((name) => text(row[name]))))),
    local: once(rows.map((row) => JSON.stringify(places.map(({ at }) => text(row[at]))))),
  };
}

/** A cell as text; NULL is nothing, an instant in one form. */
function text(value: Cell | Date | undefined): string {
  if (value === null || value === undefined) return '';
  const written = value instanceof Date ? value.toISOString() : String(value);
  if (!/^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d|$)/.test(written)) return written;
  const zoned = /[Zz]$|[+-]\d\d(?::?\d\d)?$/.test(written.slice(10)) ? written : `${written.replace(' ', 'T')}Z`;
  return new Date(/^.{10}Z$/.test(zoned) ? `${zoned.slice(0, 10)}T00:00:00Z` : zoned).toISOString();
}
