/** Marks rows of documents that the source no longer has. */
import { deletedAt, type SweepResult } from '@millrace/extract';
import type { TableSchema } from '@millrace/flatten';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { quoteName, sameKey } from './duckdb-sql.ts';

/** A sweep in terms of a database. */
export interface DuckDBSweep {
  readonly root: TableSchema;
  /** A relation with the root table's key columns, in their types. */
  readonly present: string;
  readonly at: Date;
}

const mark = quoteName(deletedAt);

function isPresent({ root, present }: DuckDBSweep, table: string): string {
  return `EXISTS (SELECT 1 FROM ${present} WHERE ${sameKey(table, root.rootKey, 'present', root.rootKey)})`;
}

/** What the sweep will find; `hasMark`: whether the stored table has the column already. */
export async function countSweep(engine: DuckDBEngine, sweep: DuckDBSweep, hasMark: boolean): Promise<SweepResult> {
  const table = quoteName(sweep.root.name);
  const there = isPresent(sweep, 'stored');
  const [counts] = await engine.rows(
    `SELECT count(*) FILTER (marked IS NULL AND NOT there), count(*) FILTER (marked IS NOT NULL AND there), count(*) FILTER (there)
     FROM (SELECT ${hasMark ? `stored.${mark}` : 'NULL'} AS marked, ${there} AS there FROM ${table} AS stored)`,
  );
  const [[total] = []] = await engine.rows(`SELECT count(*) FROM ${sweep.present}`);
  const [deleted, restored, found] = (counts ?? []).map(Number);
  return { deleted: deleted ?? 0, restored: restored ?? 0, missing: Number(total ?? 0) - (found ?? 0) };
}

/** Marks and unmarks. The table has the column by now. */
export async function applySweep(engine: DuckDBEngine, sweep: DuckDBSweep): Promise<void> {
  const table = quoteName(sweep.root.name);
  const there = isPresent(sweep, table);
  await engine.run(
    `UPDATE ${table} SET ${mark} = make_timestamp_ms(${sweep.at.getTime()}) WHERE ${mark} IS NULL AND NOT ${there}`,
  );
  await engine.run(`UPDATE ${table} SET ${mark} = NULL WHERE ${mark} IS NOT NULL AND ${there}`);
}
