/** Loads of data models: what they read, check and count. */
import type { Answer, ApiRequest } from '../api.ts';
import { type JsonObject, objectsOf, textAt, stringAt, asText } from './json.ts';
import { columnType } from './pool-operations.ts';
import { PoolRefusal } from './refusals.ts';
import { quoted } from './sql-text.ts';
import type { ModelLoadRecord, PoolState } from './state.ts';
import { asked, at, done, type Operations, ok, type PoolTeam } from './team.ts';
import type { StoredTable } from './warehouse.ts';

/** The operations that start and show loads. */
export function modelLoadOperations(team: PoolTeam): Operations {
  const { state } = team;
  const start = (request: ApiRequest, loadType: string): Answer => {
    const pool = state.get(at(request, 'poolId'));
    const modelId = stringAt(pool.dataModels.get(at(request, 'dataModelId')), 'id');
    startLoad(team, pool, modelId, loadType);
    return done;
  };
  return {
    reloadDataModel: (request) =>
      start(request, asked(request, 'forceComplete') === 'true' ? 'COMPLETE' : 'FROM_CACHE'),
    loadDataModel: (request) => start(request, asked(request, 'fullReload') === 'false' ? 'FROM_CACHE' : 'COMPLETE'),
    loadDataModelTables: (request) => {
      const pool = state.get(at(request, 'poolId'));
      const ids: unknown = request.body.kind === 'json' ? request.body.value : [];
      for (const id of Array.isArray(ids) ? ids : []) {
        pool.modelTables.get(asText(id), 'dataModelId', at(request, 'dataModelId'));
      }
      return start(request, 'PARTIAL');
    },
    getLoadState: (request) => {
      const pool = state.get(at(request, 'poolId'));
      const model = pool.dataModels.get(at(request, 'dataModelId'));
      return ok(loadState(pool, model));
    },
    getLastLoad: (request) => {
      const pool = state.get(at(request, 'poolId'));
      const model = pool.dataModels.get(at(request, 'dataModelId'));
      const last = pool.loads.get(stringAt(model, 'id'))?.at(-1);
      return ok(last === undefined ? {} : shown(last, stringAt(model, 'id')));
    },
  };
}

/** Starts a load. Throws the refusal of one that goes on. */
export function startLoad(team: PoolTeam, pool: PoolState, modelId: string, loadType: string): void {
  const loads = pool.loads.get(modelId) ?? [];
  pool.loads.set(modelId, loads);
  if (loads.at(-1)?.endDate === null) throw new PoolRefusal(409, 'The data model is being loaded already.');
  const record: ModelLoadRecord = {
    dataLoadId: team.state.ids.next(),
    loadType,
    startDate: team.clock.milliseconds(),
    endDate: null,
    loadStatus: 'RUNNING',
    message: null,
    looks: team.options.looks ?? 0,
    rows: new Map(),
  };
  loads.push(record);
  void loadModel(team, pool, modelId)
    .catch((error: unknown) => ({ errors: [String(error)], warnings: [], rows: new Map<string, number>() }))
    .then(({ errors, warnings, rows }) => {
      record.loadStatus = errors.length > 0 ? 'ERROR' : warnings.length > 0 ? 'WARNING' : 'SUCCESS';
      record.message = [...errors, ...warnings].join(' ') || null;
      record.rows = errors.length > 0 ? new Map() : rows;
      record.endDate = team.clock.milliseconds();
      return record;
    });
}

function shown(record: ModelLoadRecord, modelId: string): JsonObject {
  const ended = record.endDate !== null && record.looks <= 0;
  return {
    dataLoadId: record.dataLoadId,
    dataModelId: modelId,
    startDate: record.startDate,
    endDate: ended ? record.endDate : null,
    loadStatus: ended ? record.loadStatus : 'RUNNING',
    message: ended ? record.message : null,
    loadType: record.loadType,
    dataPoolVersion: null,
  };
}

function loadState(pool: PoolState, model: JsonObject): JsonObject {
  const modelId = stringAt(model, 'id');
  const loads = pool.loads.get(modelId) ?? [];
  const last = loads.at(-1);
  const current = last === undefined ? null : shown(last, modelId);
  if (last !== undefined && last.endDate !== null && last.looks > 0) last.looks -= 1;
  const live = loads.findLast((each) => shown(each, modelId)['endDate'] !== null && each.loadStatus !== 'ERROR');
  const tables = pool.modelTables.all('dataModelId', modelId);
  return {
    loadInfo: {
      liveDataModel:
        live === undefined
          ? null
          : {
              dataModelId: modelId,
              dataModelName: model['name'] ?? null,
              done: true,
              error: false,
              tablesLoaded: true,
              lastLoad: live.endDate,
              numTables: live.rows.size,
              dataLoadId: live.dataLoadId,
              tableLoads: tables
                .filter(({ id }) => live.rows.has(asText(id)))
                .map(({ id, aliasOrName = null }) => ({
                  tableId: asText(id),
                  tableName: aliasOrName,
                  tableRowCount: live.rows.get(asText(id)) ?? 0,
                  done: true,
                  invisible: false,
                  cancel: false,
                })),
              startTime: live.startDate,
              endTime: live.endDate,
            },
      currentComputeLoad: current,
    },
    loadHistory: { dataLoadHistory: loads.map((each) => shown(each, modelId)).toReversed(), averageLoadTime: [] },
  };
}

interface LoadResult {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly rows: ReadonlyMap<string, number>;
}

/** Reads every table, checks activity tables and foreign keys, counts the rows. */
async function loadModel(team: PoolTeam, pool: PoolState, modelId: string): Promise<LoadResult> {
  const errors: string[] = [];
  const warnings: string[] = [];
  const rows = new Map<string, number>();
  const stored = new Map<string, StoredTable>();
  const tables = pool.modelTables.all('dataModelId', modelId);
  if (tables.length === 0) errors.push('The data model has no tables.');
  for (const table of tables) {
    const schema = pool.schemaOf(table['dataSourceId']);
    const found = await team.warehouse.table(schema, stringAt(table, 'name'));
    if (found === undefined) {
      errors.push(`Table ${stringAt(table, 'name')} does not exist.`);
      continue;
    }
    stored.set(stringAt(table, 'id'), found);
    const [count] = await team.warehouse.rows(schema, `SELECT count(*) AS n FROM ${quoted(found.name)}`);
    rows.set(stringAt(table, 'id'), Number(count?.['n'] ?? 0));
  }
  if (errors.length > 0) return { errors, warnings, rows };
  for (const configuration of pool.activityTables.all('dataModelId', modelId)) {
    errors.push(...activityTableProblems(configuration, stored));
  }
  const keys = pool.foreignKeys.all('dataModelId', modelId);
  errors.push(...joinGraphProblems(keys, stored));
  for (const key of keys) {
    const problem = await foreignKeyProblems(team, key, stored);
    errors.push(...problem.errors);
    warnings.push(...problem.warnings);
  }
  return { errors, warnings, rows };
}

function columnOf(table: StoredTable | undefined, name: string) {
  return table?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

function activityTableProblems(configuration: JsonObject, stored: ReadonlyMap<string, StoredTable>): string[] {
  const table = stored.get(stringAt(configuration, 'activityTableId'));
  const problems: string[] = [];
  const fields = [
    'caseIdColumn',
    'activityColumn',
    'timestampColumn',
    'sortingColumn',
    'endTimestampColumn',
    'costColumn',
    'userColumn',
  ];
  for (const field of fields) {
    const name = textAt(configuration, field);
    if (name === undefined) continue;
    const column = columnOf(table, name);
    if (column === undefined) problems.push(`Activity table ${table?.name ?? ''} has no column ${name}.`);
    else if (/imestamp/u.test(field) && columnType(column.type) !== 'DATE') {
      problems.push(`Column ${name} of activity table ${table?.name ?? ''} is no timestamp.`);
    }
  }
  return problems;
}

/** That there must be one path between two tables is inferred; a second one is refused here. */
function joinGraphProblems(keys: readonly JsonObject[], stored: ReadonlyMap<string, StoredTable>): string[] {
  const group = new Map([...stored.keys()].map((id) => [id, id]));
  const root = (id: string): string => {
    const next = group.get(id) ?? id;
    return next === id ? id : root(next);
  };
  for (const key of keys) {
    const [source, target] = [root(stringAt(key, 'sourceTableId')), root(stringAt(key, 'targetTableId'))];
    if (source === target) {
      const name = (field: string) => stored.get(stringAt(key, field))?.name ?? '';
      return [`The foreign key of ${name('targetTableId')} to ${name('sourceTableId')} closes a circle.`];
    }
    group.set(source, target);
  }
  return [];
}

async function foreignKeyProblems(
  team: PoolTeam,
  key: JsonObject,
  stored: ReadonlyMap<string, StoredTable>,
): Promise<{ errors: string[]; warnings: string[] }> {
  const source = stored.get(stringAt(key, 'sourceTableId'));
  const target = stored.get(stringAt(key, 'targetTableId'));
  if (source === undefined || target === undefined)
    return { errors: ['A foreign key has lost its table.'], warnings: [] };
  const errors: string[] = [];
  const warnings: string[] = [];
  const columns = objectsOf(key['columns']);
  for (const column of columns) {
    const [one, many] = [stringAt(column, 'sourceColumnName'), stringAt(column, 'targetColumnName')];
    const [left, right] = [columnOf(source, one), columnOf(target, many)];
    if (left === undefined) errors.push(`Table ${source.name} has no column ${one}.`);
    if (right === undefined) errors.push(`Table ${target.name} has no column ${many}.`);
    if (left !== undefined && right !== undefined && columnType(left.type) !== columnType(right.type)) {
      warnings.push(`${source.name}.${one} and ${target.name}.${many} differ in type.`);
    }
  }
  if (errors.length > 0) return { errors, warnings };
  const unique = async (table: StoredTable, field: string): Promise<boolean> => {
    const names = columns.map((column) => quoted(stringAt(column, field))).join(', ');
    const [row] = await team.warehouse.rows(
      table.schema,
      `SELECT count(*) AS n FROM (SELECT ${names} FROM ${quoted(table.name)} GROUP BY ${names} HAVING count(*) > 1)`,
    );
    return Number(row?.['n'] ?? 0) === 0;
  };
  if (await unique(source, 'sourceColumnName')) return { errors, warnings };
  if (await unique(target, 'targetColumnName')) {
    warnings.push(
      `The foreign key between ${source.name} and ${target.name} was turned round: ${source.name} has keys twice.`,
    );
  } else {
    errors.push(`${source.name} and ${target.name} are joined N:M: neither has each key once.`);
  }
  return { errors, warnings };
}
