/** Where extracted rows go: a full load makes the table anew, a delta load merges by primary key. */
import type { DuckDBConnection } from '@duckdb/node-api';
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
/** Rows of a data chunk of DuckDB. */
const batch = 2048;

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
  const there = await team.warehouse.table(schema, name);
  const known = new Set((there?.columns ?? []).map((column) => column.name.toLowerCase()));
  const fresh = columns.filter((column) => !known.has(column.name.toLowerCase()));
  const anew = mode === 'FULL' || there === undefined;
  if (!anew && fresh.length > 0 && !mayChange) {
    throw new ExtractionError(
      `Columns of ${name} have changed (${fresh.map((each) => each.name).join(', ')}): run a full load.`,
    );
  }
  const keys = columns.filter(({ primaryKey }) => primaryKey === true).map((column) => column.name);
  const names = [...columns.map((column) => column.name), changeDate].map(quoted).join(', ');
  const values = columns.map((column, at) => `${stored(column, at)} AS ${quoted(column.name)}`).join(', ');
  const arrived = `TIMESTAMP ${text(team.clock.now().toISOString())}`;
  await team.warehouse.alone(schema, async (connection) => {
    await connection.run('BEGIN TRANSACTION');
    try {
      if (anew) {
        if (there !== undefined) await connection.run(`DROP ${there.view ? 'VIEW' : 'TABLE'} ${target}`);
        const definitions = columns.map((column) => `${quoted(column.name)} ${typeOf(column)}`);
        await connection.run(
          `CREATE TABLE ${target} (${[...definitions, `${quoted(changeDate)} TIMESTAMP`].join(', ')})`,
        );
      } else {
        for (const column of fresh) {
          await connection.run(`ALTER TABLE ${target} ADD COLUMN ${quoted(column.name)} ${typeOf(column)}`);
        }
      }
      await stage(connection, columns, rows);
      if (keys.length > 0) {
        const same = keys.map((key) => `${target}.${quoted(key)} = fresh.${quoted(key)}`).join(' AND ');
        await connection.run(`DELETE FROM ${target} USING (SELECT ${values} FROM ${staging}) AS fresh WHERE ${same}`);
      }
      const merged = keys.length === 0 ? '' : `QUALIFY ${lastOfKey(keys)}`;
      await connection.run(
        `INSERT INTO ${target} (${names}) SELECT ${names} FROM (SELECT ${values}, row, ${arrived} AS ${quoted(changeDate)} FROM ${staging}) ${merged}`,
      );
      await connection.run(`DROP TABLE ${staging}`);
      await connection.run('COMMIT');
    } catch (error) {
      await connection.run('ROLLBACK');
      throw error;
    }
  });
}

const staging = 'temp.main.staged_rows';

/** Puts the rows as text into a table of their own. */
async function stage(
  connection: DuckDBConnection,
  columns: readonly ExtractorColumn[],
  rows: readonly Row[],
): Promise<void> {
  const { DuckDBDataChunk, INTEGER, VARCHAR } = await import('@duckdb/node-api');
  const definitions = columns.map((_, at) => `c${at} VARCHAR`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE staged_rows (row INTEGER, ${definitions.join(', ')})`);
  const appender = await connection.createAppender('staged_rows', 'main', 'temp');
  const types = [INTEGER, ...columns.map(() => VARCHAR)];
  for (let from = 0; from < rows.length; from += batch) {
    const part = rows.slice(from, from + batch);
    const chunk = DuckDBDataChunk.create(types, part.length);
    chunk.setColumnValues(
      0,
      part.map((_, at) => from + at),
    );
    columns.forEach(({ name }, at) => {
      chunk.setColumnValues(
        at + 1,
        part.map((row) => textOf(row[name])),
      );
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function textOf(value: Row[string] | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? clean(value) : String(value);
}

/** A staged value as its column stores it; what its type cannot hold becomes NULL. */
function stored(column: ExtractorColumn, at: number): string {
  const type = typeOf(column);
  if (type === 'VARCHAR') return `c${at}`;
  // With its zone, which a plain TIMESTAMP would drop.
  if (type === 'TIMESTAMP') return `(TRY_CAST(c${at} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')`;
  return `TRY_CAST(c${at} AS ${type})`;
}

/** Of rows with one key the last stays; a key with NULL in it equals no other. */
function lastOfKey(keys: readonly string[]): string {
  const missing = keys.map((key) => `${quoted(key)} IS NULL`).join(' OR ');
  return `${missing} OR row_number() OVER (PARTITION BY ${keys.map(quoted).join(', ')} ORDER BY row DESC) = 1`;
}

/** Characters of the classes Cf, Co, Cs and Cn are taken out, line ends made equal: https://docs.celonis.com/en/extraction-task-configuration.html */
function clean(value: string): string {
  return value.replaceAll(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, '').replaceAll(/\r\n?/gu, '\n');
}
