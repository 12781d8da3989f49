/** What has to be sent of a table so that the pool has it as the state folder does. */
import { join } from 'node:path';
import type { TableSchema } from '@millrace/flatten';
import { type ChunkFile, writeChunks } from './celonis-chunks.ts';
import { changeDate, layoutDifferences, layoutOf, LONGEST_TEXT, type PoolLayout } from './celonis-layout.ts';
import type { CheckedPoolOptions } from './celonis-options.ts';
import type { PoolRecord, PoolTableRecord } from './celonis-record.ts';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { DestinationWriteError } from './errors.ts';
import { nameKey } from './schema-union.ts';

/** A table with what has to be sent of it, as files. */
export interface Plan {
  /** Place of the table among all; its temporary tables and files are named by it. */
  readonly number: number;
  readonly table: TableSchema;
  readonly layout: PoolLayout;
  readonly mode: 'replace' | 'delta';
  /** Rows that the table then has. */
  readonly rows: number;
  readonly removed: number;
  readonly upserts: readonly ChunkFile[];
  readonly deletes: readonly ChunkFile[];
}

/** What a plan is made from. */
export interface PlanSetting {
  readonly url: string;
  readonly engine: DuckDBEngine;
  readonly record: PoolRecord;
  readonly options: CheckedPoolOptions;
  readonly note: (text: string) => void;
}

/** Folder of the files, in a state folder. */
export function stagingFolder({ state }: CheckedPoolOptions): string {
  return join(state, 'staged');
}

/**
 * Plans one table; undefined when the pool has it already.
 * @param known what was pushed of it before
 * @param content hash over its rows, where the ledger has it
 * @throws {DestinationWriteError} when it cannot be pushed at all
 */
export async function planTable(
  setting: PlanSetting,
  table: TableSchema,
  number: number,
  known: PoolTableRecord | undefined,
  content: string | undefined,
): Promise<Plan | undefined> {
  const { record, note, url } = setting;
  const before = known?.layout;
  if (before !== undefined && content !== undefined && known?.content === content) {
    if (layoutDifferences(before, layoutOf(table, new Map(), before)).length === 0) return undefined;
  }
  const layout = layoutOf(table, await record.longestTexts(table), before);
  refuseHopeless(url, table, layout);
  const rows = await record.count(table);
  const differences = before === undefined ? [] : layoutDifferences(before, layout);
  if (before === undefined || differences.length > 0 || (await record.hasEmptyKey(table))) {
    if (differences.length > 0) note(`${table.name}: ${differences.join('; ')}: all ${rows} rows are loaded anew`);
    const upserts = await stage(setting, record.rowsQuery(table, layout, undefined), layout, `${number}-rows`);
    return { number, table, layout, mode: 'replace', rows, removed: 0, upserts, deletes: [] };
  }
  const { changed, gone } = await record.compare(table, number);
  if (changed === 0 && gone === 0) {
    await record.unchanged(table.name, content);
    await record.dropDifference(number);
    return undefined;
  }
  const query = record.rowsQuery(table, layout, number);
  const upserts = changed === 0 ? [] : await stage(setting, query, layout, `${number}-rows`);
  const keys = { ...layout, columns: layout.columns.filter(({ name }) => layout.keys.includes(name)) };
  const deletes = gone === 0 ? [] : await stage(setting, record.goneQuery(table, number), keys, `${number}-gone`);
  return { number, table, layout, mode: 'delta', rows, removed: gone, upserts, deletes };
}

async function stage(
  { engine, options }: PlanSetting,
  query: string,
  { columns }: PoolLayout,
  stem: string,
): Promise<ChunkFile[]> {
  // Text that is JSON is text here: DuckDB has it as such.
  const result = columns.map(({ name, type }) => ({ name, type: type === 'JSON' ? ('STRING' as const) : type }));
  const { chunkRows, chunkBytes } = options;
  const place = { folder: stagingFolder(options), stem, rows: chunkRows, bytes: chunkBytes };
  return writeChunks(engine, query, result, place);
}

function refuseHopeless(url: string, table: TableSchema, { columns, keys }: PoolLayout): void {
  const refuse = (why: string): never => {
    throw new DestinationWriteError(url, undefined, `${table.name} cannot be pushed: ${why}`);
  };
  if (keys.length === 0)
    refuse('it has no primary key, and without one a delta would add rows twice. Declare its key.');
  if (columns.some(({ name }) => nameKey(name) === nameKey(changeDate)))
    refuse(`it has a column ${changeDate}, which the server adds itself. Leave it out, or rename it.`);
  const long = columns.find(({ of, part = 0 }) => part > 0 && keys.includes(of));
  if (long !== undefined) refuse(`its key column "${long.of}" has a text longer than ${LONGEST_TEXT} characters.`);
}
