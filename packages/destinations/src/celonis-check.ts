/** Whether a pool has what was committed: as the record of the state folder says, and as a load of a data model counted it. */
import type { StoredState } from '@millrace/extract';
import { checkPoolOptions, poolStore, type CelonisPoolOptions } from './celonis-options.ts';
import { openPool } from './celonis-pool.ts';
import { PoolRecord, type PoolTableRecord } from './celonis-record.ts';
import { openDuckDB } from './duckdb-engine.ts';
import { readStore } from './duckdb-store.ts';
import { parseDestinationUrl } from './options.ts';

/** A table of a state folder, and what was pushed of it. */
export interface PushedState {
  readonly table: string;
  /** Rows that the pool has of it; undefined when it was never pushed, or the last push did not come to its end. */
  readonly rows: number | undefined;
  /** When, by the server's clock, it was last pushed; ISO 8601 UTC. */
  readonly at: string | undefined;
  /** Rows that the next push sends or removes; undefined where it loads the table anew. */
  readonly waiting: number | undefined;
}

/** What a data model has loaded of a table that was pushed. */
export interface LoadedRows {
  readonly table: string;
  readonly dataModel: string;
  readonly loaded: number;
  readonly pushed: number;
}

/** Says of each table what was pushed of it. Reads the state folder only. */
export async function pushedTables(state: string): Promise<PushedState[]> {
  const engine = await openDuckDB(poolStore(state), { readOnly: true });
  try {
    const record = new PoolRecord(engine);
    const known = new Map((await record.exists()) ? (await record.tables()).map((each) => [each.table, each]) : []);
    const found: PushedState[] = [];
    for (const table of ((await readStore(engine)) satisfies StoredState).tables) {
      const pushed = known.get(table.name);
      const isKnown = pushed?.layout !== undefined;
      const { changed, gone } = isKnown ? await record.distance(table) : { changed: 0, gone: 0 };
      found.push({
        table: table.name,
        rows: isKnown ? pushed.rows : undefined,
        at: isKnown ? pushed.at : undefined,
        waiting: isKnown ? changed + gone : undefined,
      });
    }
    return found;
  } finally {
    engine.close();
  }
}

/**
 * Rows of the pushed tables as the data models of the pool have loaded them, where the last load began after the push: Data Push itself
 * tells no counts. Needs `integration.data-pools:read`.
 * @throws {PermissionError} when the credential may not see data models
 */
export async function loadedRows(
  url: string,
  options: CelonisPoolOptions,
  pushed: readonly Pick<PoolTableRecord, 'table' | 'rows' | 'at'>[],
  signal?: AbortSignal,
): Promise<LoadedRows[]> {
  const { target } = parseDestinationUrl(url);
  const { integration } = await openPool(url, target, checkPoolOptions(url, options), signal);
  const call = signal === undefined ? {} : { signal };
  const byName = new Map(pushed.map((each) => [each.table, each]));
  const found: LoadedRows[] = [];
  for (const { id, name } of await integration.dataModels.list(call)) {
    const { loadInfo } = await integration.dataModels.state(id, call);
    const { startTime, tableLoads } = loadInfo?.liveDataModel ?? {};
    if (typeof startTime !== 'number') continue;
    const tables = await integration.dataModels.tables(id).list(call);
    const names = new Map(tables.map((table) => [table.id, table.dataSourceId == null ? table.name : undefined]));
    for (const { tableId, tableRowCount } of tableLoads ?? []) {
      const table = names.get(tableId ?? '');
      const push = byName.get(table ?? '');
      if (table == null || push?.at === undefined || typeof tableRowCount !== 'number') continue;
      if (Date.parse(push.at) <= startTime)
        found.push({ table, dataModel: name ?? id, loaded: tableRowCount, pushed: push.rows });
    }
  }
  return found;
}
