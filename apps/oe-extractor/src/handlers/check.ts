import { access } from 'node:fs/promises';
import { exitCodes, printJson, renderTable, UsageError, type CommandContext, type ExitCode } from '@millrace/cli-kit';
import { storedDestination } from '@millrace/cli-kit/destination-path';
import { listTables, parseDestinationUrl, queryDestination, type TableSummary } from '@millrace/destinations';
import { duckdb, type ForeignKeyModel, type RelationEnd } from '@millrace/model';
import { chosenModel } from '../models.ts';
import { withStoredTables } from '../stored-tables.ts';

/** What a relation came to. */
interface RelationCheck {
  readonly dimension: RelationEnd;
  readonly fact: RelationEnd;
  readonly kind: ForeignKeyModel['kind'];
  /** Rows of the fact table that have a key. */
  readonly rows: number;
  /** Those of them whose key is in no row of the dimension. */
  readonly orphans: number;
  /** Rows of the fact table without a key. */
  readonly withoutKey: number;
  /** A table or column that the destination does not have. */
  readonly missing?: string;
}

/** `oe-extract model --check`. */
export async function checkRelations(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const to = settings.text('to') ?? '';
  const url = storedDestination(context, to);
  await refuseMissing(to, url);
  const model = await withStoredTables(chosenModel(context), url);
  const tables = await listTables(url);
  const checks: RelationCheck[] = [];
  for (const key of model.foreignKeys) checks.push(await checkRelation(url, key, tables));
  if (settings.on('json')) printJson(io, { destination: to, relations: checks });
  else io.stdout.write(render(checks));
  const isBroken = checks.some(
    ({ kind, orphans, missing }) => kind === 'mandatory' && (orphans > 0 || missing !== undefined),
  );
  return isBroken ? exitCodes.contract : exitCodes.ok;
}

async function checkRelation(
  url: string,
  { dimension, fact, kind }: ForeignKeyModel,
  tables: readonly TableSummary[],
): Promise<RelationCheck> {
  const ends = { dimension, fact, kind };
  const missing = [dimension, fact].map((end) => missingOf(end, tables)).find((name) => name !== undefined);
  if (missing !== undefined) return { ...ends, rows: 0, orphans: 0, withoutKey: 0, missing };
  const id = duckdb.identifier;
  const joined = fact.columns
    .map((name, index) => `d.${id(dimension.columns[index] ?? '')} = f.${id(name)}`)
    .join(' AND ');
  const hasKey = fact.columns.map((name) => `f.${id(name)} IS NOT NULL`).join(' AND ');
  const known = `EXISTS (SELECT 1 FROM ${id(dimension.table)} AS d WHERE ${joined})`;
  const sql = `SELECT count(*) FILTER (WHERE ${hasKey}), count(*) FILTER (WHERE ${hasKey} AND NOT known), count(*) FILTER (WHERE NOT (${hasKey}))
FROM (SELECT *, ${known} AS known FROM ${id(fact.table)} AS f) AS f`;
  const { rows } = await queryDestination(url, sql);
  const [keyed, orphans, without] = (rows[0] ?? []).map(Number);
  return { ...ends, rows: keyed ?? 0, orphans: orphans ?? 0, withoutKey: without ?? 0 };
}

function missingOf({ table, columns }: RelationEnd, tables: readonly TableSummary[]): string | undefined {
  const found = tables.find((each) => each.table === table);
  if (found === undefined) return table;
  const lost = columns.find((name) => !found.columns.some((column) => column.name === name));
  return lost === undefined ? undefined : `${table}.${lost}`;
}

/** By table: what the columns are, `oe-extract model` tells. */
function render(checks: readonly RelationCheck[]): string {
  const rows = checks.map(({ dimension, fact, kind, rows: keyed, orphans, withoutKey, missing }) => [
    dimension.table,
    fact.table,
    kind,
    keyed,
    orphans,
    withoutKey,
    missing === undefined ? '' : `${missing} is missing`,
  ]);
  return renderTable(['dimension', 'fact', 'relation', 'rows', 'orphans', 'without key', ''], rows);
}

/** Opening a destination makes it; checking nothing must not. */
async function refuseMissing(to: string, url: string): Promise<void> {
  const { target } = parseDestinationUrl(url);
  const found =
    target !== '-' &&
    (await access(target).then(
      () => true,
      () => false,
    ));
  if (!found) throw new UsageError(`--to: nothing is at ${to}. Name the file or folder that a run wrote to.`);
}
