/** What the execution of a push job does to its table. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { declaredColumns, firstLine, scan, withFiles } from './push-chunks.ts';
import { type JsonObject, textsOf, stringAt, asText } from './json.ts';
import type { PushJobState } from './push-state.ts';
import { quoted, text } from './sql-text.ts';
import type { PoolState } from './state.ts';
import type { PoolTeam } from './team.ts';
import type { StoredTable } from './warehouse.ts';

const changeDate = '_CELONIS_CHANGE_DATE';

/** Length of strings that nothing declares; what is longer is cut. */
const defaultLength = 80;

/** The part of a push that a table needs. */
interface Load {
  readonly schema: string;
  readonly table: string;
  readonly keys: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string; readonly length?: number }[];
}

/** Loads the chunks of a push job. Rejects with what is wrong; the table is then as it was. */
export async function loadPush(
  team: PoolTeam,
  pool: PoolState,
  push: PushJobState,
  duplicateRemovalColumn: string | undefined,
): Promise<void> {
  const { job } = push;
  const schema = pool.schemaOf(job['connectionId']);
  const table = stringAt(job, 'targetName');
  const upserts = push.chunks.filter(({ type }) => type === 'UPSERT').map(({ bytes }) => bytes);
  const deletes = push.chunks.filter(({ type }) => type === 'DELETE').map(({ bytes }) => bytes);
  const keys = textsOf(job['keys']);
  if (upserts.length + deletes.length === 0 && declaredColumns(job).size === 0) {
    throw new Error(`There are no chunks to load into ${table}.`);
  }
  if (deletes.length > 0 && keys.length === 0) throw new Error('Rows can be deleted by keys only; the job has none.');
  const stored = await team.warehouse.table(schema, table);
  const replace = job['type'] === 'REPLACE';
  const now = team.clock.now().toISOString();
  const load = await withFiles([...upserts, ...deletes], (files) =>
    team.warehouse.alone(schema, async (connection) => {
      await connection.run('BEGIN TRANSACTION');
      try {
        const made = await stage(connection, job, { schema, table, keys, now, files: files.slice(0, upserts.length) });
        await removeDuplicates(connection, keys, duplicateRemovalColumn);
        if (replace || stored === undefined) await createFrom(connection, made, stored);
        else await merge(connection, made, stored, job);
        await removeRows(connection, job, { schema, table, keys, now, files: files.slice(upserts.length) });
        await connection.run('COMMIT');
        return made;
      } catch (error) {
        await connection.run('ROLLBACK');
        throw new Error(firstLine(error), { cause: error });
      } finally {
        await connection.run('DROP TABLE IF EXISTS temp.staged');
      }
    }),
  );
  for (const { name, type, length } of load.columns) {
    if (type !== 'VARCHAR') continue;
    const old = stored?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.octets ?? 0;
    const octets = (length ?? defaultLength) * 4;
    team.warehouse.declareLength(schema, table, name, replace ? octets : Math.max(octets, old));
  }
}

interface Staging {
  readonly schema: string;
  readonly table: string;
  readonly keys: readonly string[];
  readonly now: string;
  readonly files: readonly string[];
}

/** Reads all chunks into one table, strings cut to their length, with an ordinal and the time of arrival. */
async function stage(connection: DuckDBConnection, job: JsonObject, staging: Staging): Promise<Load> {
  const { files, now, schema, table, keys } = staging;
  const declared = declaredColumns(job);
  const fallback = job['fallbackVarcharLength'];
  const lengthOf = (name: string): number =>
    declared.get(name.toLowerCase())?.length ?? (typeof fallback === 'number' ? fallback : defaultLength);
  const source =
    files.length === 0
      ? `(SELECT ${[...declared].map(([name, { type }]) => `CAST(NULL AS ${type}) AS ${quoted(name)}`).join(', ')} WHERE 1 = 0)`
      : `(${files.map((file) => `SELECT * FROM ${scan(job, file)}`).join(' UNION ALL BY NAME ')})`;
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
  const columns = described
    .getRowsJS()
    .map(([name, type]) => ({
      name: asText(name),
      type: storedType(asText(type), declared.get(asText(name).toLowerCase())?.type),
    }))
    .filter(({ name }) => name !== changeDate)
    .map(({ name, type }) => ({ name, type, ...(type === 'VARCHAR' ? { length: lengthOf(name) } : {}) }));
  if (columns.length === 0) throw new Error('The chunks have no columns.');
  const items = columns.map(({ name, type, length }) => {
    const value = `CAST(${quoted(name)} AS ${type})`;
    return `${length === undefined ? value : `left(${value}, ${length})`} AS ${quoted(name)}`;
  });
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE staged AS SELECT ${items.join(', ')}, TIMESTAMP ${text(now)} AS ${quoted(changeDate)}, row_number() OVER () AS "#" FROM ${source}`,
  );
  return { schema, table, keys, columns };
}

/** Types of Parquet that the pool does not have become those that it has. */
function storedType(found: string, declared: string | undefined): string {
  if (declared !== undefined) return declared;
  if (/^(?:TINY|SMALL|BIG|U|HUGE)?(?:TINY|SMALL|BIG)?INT(?:EGER)?$/u.test(found)) return 'BIGINT';
  if (/^(?:FLOAT|REAL|DOUBLE|DECIMAL)/u.test(found)) return 'DOUBLE';
  if (found.startsWith('TIMESTAMP')) return 'TIMESTAMP';
  return found === 'DATE' || found === 'TIME' || found === 'BOOLEAN' ? found : 'VARCHAR';
}

/** Of rows with one key, the last that came stays, or the one with the largest value in the given column. */
async function removeDuplicates(
  connection: DuckDBConnection,
  keys: readonly string[],
  column: string | undefined,
): Promise<void> {
  if (keys.length === 0) return;
  const order = column === undefined ? '"#" DESC' : `${quoted(column)} DESC NULLS LAST, "#" DESC`;
  await connection.run(
    `DELETE FROM temp.staged WHERE "#" IN (SELECT "#" FROM (SELECT "#", row_number() OVER (PARTITION BY ${keys.map(quoted).join(', ')} ORDER BY ${order}) AS n FROM temp.staged) WHERE n > 1)`,
  );
}

async function createFrom(connection: DuckDBConnection, load: Load, stored: StoredTable | undefined): Promise<void> {
  const target = `${quoted(load.schema)}.${quoted(load.table)}`;
  if (stored !== undefined) await connection.run(`DROP ${stored.view ? 'VIEW' : 'TABLE'} ${target}`);
  await connection.run(`CREATE TABLE ${target} AS SELECT * EXCLUDE ("#") FROM temp.staged ORDER BY "#"`);
}

/** Adds the rows to a table, in place of those with the same keys. */
async function merge(connection: DuckDBConnection, load: Load, stored: StoredTable, job: JsonObject): Promise<void> {
  const target = `${quoted(load.schema)}.${quoted(load.table)}`;
  const known = new Map(stored.columns.map((column) => [column.name.toLowerCase(), column.type]));
  for (const { name, type } of load.columns) {
    if (known.has(name.toLowerCase())) continue;
    if (job['upsertStrategy'] !== 'UPSERT_WITH_NULLIFICATION') {
      throw new Error(
        `Column ${name} is not in table ${load.table}; load it anew (REPLACE), or upsert with nullification.`,
      );
    }
    await connection.run(`ALTER TABLE ${target} ADD COLUMN ${quoted(name)} ${type}`);
  }
  if (!known.has(changeDate.toLowerCase())) {
    await connection.run(`ALTER TABLE ${target} ADD COLUMN ${quoted(changeDate)} TIMESTAMP`);
  }
  await deleteMatching(connection, target, load.keys);
  const names = [...load.columns.map(({ name }) => name), changeDate].map(quoted).join(', ');
  await connection.run(`INSERT INTO ${target} (${names}) SELECT ${names} FROM temp.staged ORDER BY "#"`);
}

async function deleteMatching(connection: DuckDBConnection, target: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const same = keys.map((key) => `old.${quoted(key)} IS NOT DISTINCT FROM staged.${quoted(key)}`).join(' AND ');
  await connection.run(`DELETE FROM ${target} AS old USING temp.staged AS staged WHERE ${same}`);
}

async function removeRows(connection: DuckDBConnection, job: JsonObject, staging: Staging): Promise<void> {
  if (staging.files.length === 0) return;
  await stage(connection, job, staging);
  await deleteMatching(connection, `${quoted(staging.schema)}.${quoted(staging.table)}`, staging.keys);
}
