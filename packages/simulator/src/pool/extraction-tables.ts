/** Where extracted rows go: a full load makes the table anew, a delta load merges by primary key. */
import type { Row } from '@millrace/flatten';
import type { ExtractorColumn } from '@millrace/model';
import { ExtractionError } from './extraction-requests.ts';
import { quoted, text } from './sql-text.ts';
import type { PoolTeam } from './team.ts';

/** A table to load. */
export interface ExtractedTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ExtractorColumn[];
  readonly rows: readonly Row[];
}

const changeDate = '_CELONIS_CHANGE_DATE';
const batch = 500;

const types: Readonly<Record<string, string>> = {
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  DATETIME: 'TIMESTAMP',
};

const typeOf = ({ type }: ExtractorColumn): string => types[type] ?? 'VARCHAR';

/** Loads a table. With `mayChange` a delta load takes columns that are new; the rows that are there have NULL in them. */
export async function loadExtracted(
  team: PoolTeam,
  table: ExtractedTable,
  mode: 'FULL' | 'DELTA',
  mayChange: boolean,
): Promise<void> {
  const { schema, name, columns, rows } = table;
  const target = `${quoted(schema)}.${quoted(name)}`;
  const stored = await team.warehouse.table(schema, name);
  const known = new Set((stored?.columns ?? []).map((column) => column.name.toLowerCase()));
  const fresh = columns.filter((column) => !known.has(column.name.toLowerCase()));
  const anew = mode === 'FULL' || stored === undefined;
  if (!anew && fresh.length > 0 && !mayChange) {
    throw new ExtractionError(
      `Columns of ${name} have changed (${fresh.map((each) => each.name).join(', ')}): run a full load.`,
    );
  }
  const keys = columns.filter(({ primaryKey }) => primaryKey === true).map((column) => column.name);
  const names = [...columns.map((column) => column.name), changeDate].map(quoted).join(', ');
  const arrived = `TIMESTAMP ${text(team.clock.now().toISOString())}`;
  await team.warehouse.alone(schema, async (connection) => {
    await connection.run('BEGIN TRANSACTION');
    try {
      if (anew) {
        if (stored !== undefined) await connection.run(`DROP ${stored.view ? 'VIEW' : 'TABLE'} ${target}`);
        const definitions = columns.map((column) => `${quoted(column.name)} ${typeOf(column)}`);
        await connection.run(
          `CREATE TABLE ${target} (${[...definitions, `${quoted(changeDate)} TIMESTAMP`].join(', ')})`,
        );
      } else {
        for (const column of fresh) {
          await connection.run(`ALTER TABLE ${target} ADD COLUMN ${quoted(column.name)} ${typeOf(column)}`);
        }
      }
      for (let from = 0; from < rows.length; from += batch) {
        const part = rows.slice(from, from + batch);
        const values = part.map((row) => `(${[...columns.map((column) => literal(row, column)), arrived].join(', ')})`);
        if (keys.length > 0) {
          const tuple = part.map(
            (row) =>
              `(${columns
                .filter((column) => keys.includes(column.name))
                .map((column) => literal(row, column))
                .join(', ')})`,
          );
          await connection.run(`DELETE FROM ${target} WHERE (${keys.map(quoted).join(', ')}) IN (${tuple.join(', ')})`);
        }
        await connection.run(`INSERT INTO ${target} (${names}) VALUES ${values.join(', ')}`);
      }
      await connection.run('COMMIT');
    } catch (error) {
      await connection.run('ROLLBACK');
      throw error;
    }
  });
}

/** A value as its column stores it; what its type cannot hold becomes NULL. */
function literal(row: Row, column: ExtractorColumn): string {
  const value = row[column.name];
  if (value === undefined || value === null) return 'NULL';
  const type = typeOf(column);
  const written = typeof value === 'string' ? text(clean(value)) : String(value);
  if (type === 'VARCHAR') return typeof value === 'string' ? written : text(written);
  // With its zone, which a plain TIMESTAMP would drop.
  if (type === 'TIMESTAMP') return `(TRY_CAST(${written} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')`;
  return `TRY_CAST(${written} AS ${type})`;
}

/** Characters of the classes Cf, Co, Cs and Cn are taken out, line ends made equal: https://docs.celonis.com/en/extraction-task-configuration.html */
function clean(value: string): string {
  return value.replaceAll(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, '').replaceAll(/\r\n?/gu, '\n');
}
