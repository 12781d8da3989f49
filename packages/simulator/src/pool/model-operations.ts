/** Data models: tables, foreign keys, activity tables. */
import type { ApiRequest } from '../api.ts';
import { newActivityTable, newDataModel, newModelTable } from './defaults.ts';
import { given, type JsonObject, objectsOf, textAt, stringAt, asText } from './json.ts';
import { poolColumn } from './pool-operations.ts';
import { BodyRefusal, notFound } from './refusals.ts';
import type { PoolState } from './state.ts';
import { asked, at, bodyOf, done, listOf, type Operations, ok, type PoolTeam } from './team.ts';

interface ModelAt {
  readonly pool: PoolState;
  readonly model: JsonObject;
  readonly modelId: string;
}

export function modelOperations(team: PoolTeam): Operations {
  const { state, clock } = team;
  const modelAt = (request: ApiRequest): ModelAt => {
    const pool = state.get(at(request, 'poolId'));
    const model = pool.dataModels.get(at(request, 'dataModelId'));
    return { pool, model, modelId: stringAt(model, 'id') };
  };
  return {
    listDataModels: (request) => {
      const pool = state.get(at(request, 'poolId'));
      const models = pool.dataModels.all().map((model) => whole(pool, model));
      return ok(models.slice(0, Number(asked(request, 'limit') ?? models.length)));
    },
    createDataModel: (request) => {
      const pool = state.get(at(request, 'poolId'));
      const body = bodyOf(request);
      if (textAt(body, 'name') === undefined) throw new BodyRefusal('name', 'name must not be empty', 'NOT_EMPTY');
      const made = newDataModel(state.ids.next(), pool.id, clock.milliseconds());
      const fields = [
        'name',
        'description',
        'configurationSkipped',
        'eventlogAutomergeEnabled',
        'autoMergeExecutionMode',
      ];
      return ok(whole(pool, pool.dataModels.put({ ...made, ...given(body, fields) })));
    },
    getDataModel: (request) => {
      const { pool, model } = modelAt(request);
      return ok(whole(pool, model));
    },
    updateDataModel: (request) => {
      const { pool, model } = modelAt(request);
      const fields = [
        'name',
        'description',
        'configurationSkipped',
        'eventlogAutomergeEnabled',
        'autoMergeExecutionMode',
      ];
      const changed = { ...model, ...given(bodyOf(request), fields), changedDate: clock.milliseconds() };
      return ok(whole(pool, pool.dataModels.put(changed)));
    },
    deleteDataModel: (request) => {
      const { pool, modelId } = modelAt(request);
      pool.dataModels.remove(modelId);
      for (const part of [pool.modelTables, pool.foreignKeys, pool.activityTables, pool.jobLoads]) {
        for (const item of part.all('dataModelId', modelId)) part.remove(stringAt(item, 'id'));
      }
      pool.loads.delete(modelId);
      return done;
    },
    ...tableOperations(team, modelAt),
    ...foreignKeyOperations(team, modelAt),
    ...activityTableOperations(team, modelAt),
  };
}

/** A data model with what belongs to it. */
function whole(pool: PoolState, model: JsonObject): JsonObject {
  const id = model['id'];
  const configurations = pool.activityTables.all('dataModelId', id);
  return {
    ...model,
    tables: pool.modelTables.all('dataModelId', id),
    foreignKeys: pool.foreignKeys.all('dataModelId', id),
    processConfigurations: configurations.map((each) => given(each, Object.keys(newActivityTable('', '')))),
    eventLogCount: configurations.length,
  };
}

type ModelOf = (request: ApiRequest) => ModelAt;

function tableOperations({ state, warehouse }: PoolTeam, modelAt: ModelOf): Operations {
  const tableFields = ['name', 'alias', 'dataSourceId', 'useDirectStorage', 'columns', 'primaryKeys'];
  const named = (table: JsonObject): JsonObject => ({
    ...table,
    aliasOrName: textAt(table, 'alias') ?? table['name'] ?? null,
  });
  const listTables = (request: ApiRequest) => {
    const { pool, modelId } = modelAt(request);
    return pool.modelTables.all('dataModelId', modelId);
  };
  return {
    listDataModelTables: (request) => ok(listTables(request)),
    listLoadableTables: (request) =>
      ok(
        listTables(request).map((table) =>
          given(table, ['id', 'dataModelId', 'dataSourceId', 'name', 'alias', 'aliasOrName']),
        ),
      ),
    createDataModelTables: (request) => {
      const { pool, modelId } = modelAt(request);
      const taken = new Set(pool.modelTables.all('dataModelId', modelId).map((table) => lower(table['aliasOrName'])));
      const made = listOf(request).map((row) => {
        if (textAt(row, 'name') === undefined) throw new BodyRefusal('name', 'name must not be empty', 'NOT_EMPTY');
        const connectionId = textAt(row, 'dataSourceId');
        if (connectionId !== undefined) pool.connections.get(connectionId);
        const table = named({ ...newModelTable(state.ids.next(), modelId), ...given(row, tableFields) });
        const name = lower(table['aliasOrName']);
        if (taken.has(name)) {
          throw new BodyRefusal('alias', `${stringAt(table, 'aliasOrName')} is in the data model already`, 'DUPLICATE');
        }
        taken.add(name);
        return table;
      });
      return ok(made.map((table) => pool.modelTables.put(table)));
    },
    getDataModelTable: (request) => {
      const { pool, modelId } = modelAt(request);
      return ok(pool.modelTables.get(at(request, 'tableId'), 'dataModelId', modelId));
    },
    updateDataModelTable: (request) => {
      const { pool, modelId } = modelAt(request);
      const table = pool.modelTables.get(at(request, 'tableId'), 'dataModelId', modelId);
      return ok(pool.modelTables.put(named({ ...table, ...given(bodyOf(request), tableFields) })));
    },
    deleteDataModelTable: (request) => {
      const { pool, modelId } = modelAt(request);
      const id = at(request, 'tableId');
      pool.modelTables.get(id, 'dataModelId', modelId);
      pool.modelTables.remove(id);
      for (const key of pool.foreignKeys.all('dataModelId', modelId)) {
        if (key['sourceTableId'] === id || key['targetTableId'] === id) pool.foreignKeys.remove(stringAt(key, 'id'));
      }
      for (const configuration of pool.activityTables.all('activityTableId', id)) {
        pool.activityTables.remove(stringAt(configuration, 'id'));
      }
      return done;
    },
    listDataModelColumns: async (request) => {
      const { pool, modelId } = modelAt(request);
      const table = pool.modelTables.get(at(request, 'tableId'), 'dataModelId', modelId);
      const stored = await warehouse.table(pool.schemaOf(table['dataSourceId']), stringAt(table, 'name'));
      return ok((stored?.columns ?? []).map(poolColumn));
    },
  };
}

function lower(value: unknown): string {
  return asText(value).toLowerCase();
}

function foreignKeyOperations({ state }: PoolTeam, modelAt: ModelOf): Operations {
  const checked = (pool: PoolState, modelId: string, body: JsonObject): JsonObject => {
    for (const field of ['sourceTableId', 'targetTableId']) {
      const id = stringAt(body, field);
      if (pool.modelTables.find(id)?.['dataModelId'] !== modelId) throw notFound('table', id);
    }
    if (body['sourceTableId'] === body['targetTableId']) {
      throw new BodyRefusal('targetTableId', 'a table cannot have a foreign key to itself');
    }
    const columns = objectsOf(body['columns']);
    if (columns.length === 0) throw new BodyRefusal('columns', 'columns must not be empty', 'NOT_EMPTY');
    return {
      sourceTableId: body['sourceTableId'] ?? null,
      targetTableId: body['targetTableId'] ?? null,
      columns: columns.map((column) => {
        const [source, target] = [textAt(column, 'sourceColumnName'), textAt(column, 'targetColumnName')];
        if (source === undefined || target === undefined) {
          throw new BodyRefusal('columns', 'a column needs sourceColumnName and targetColumnName', 'NOT_EMPTY');
        }
        return { id: textAt(column, 'id') ?? state.ids.next(), sourceColumnName: source, targetColumnName: target };
      }),
    };
  };
  return {
    listForeignKeys: (request) => {
      const { pool, modelId } = modelAt(request);
      return ok(pool.foreignKeys.all('dataModelId', modelId));
    },
    createForeignKey: (request) => {
      const { pool, modelId } = modelAt(request);
      const fields = checked(pool, modelId, bodyOf(request));
      return ok(pool.foreignKeys.put({ id: state.ids.next(), dataModelId: modelId, ...fields }));
    },
    getForeignKey: (request) => {
      const { pool, modelId } = modelAt(request);
      return ok(pool.foreignKeys.get(at(request, 'foreignKeyId'), 'dataModelId', modelId));
    },
    updateForeignKey: (request) => {
      const { pool, modelId } = modelAt(request);
      const old = pool.foreignKeys.get(at(request, 'foreignKeyId'), 'dataModelId', modelId);
      return ok(pool.foreignKeys.put({ ...old, ...checked(pool, modelId, { ...old, ...bodyOf(request) }) }));
    },
    deleteForeignKey: (request) => {
      const { pool, modelId } = modelAt(request);
      pool.foreignKeys.get(at(request, 'foreignKeyId'), 'dataModelId', modelId);
      pool.foreignKeys.remove(at(request, 'foreignKeyId'));
      return done;
    },
  };
}

function activityTableOperations({ state }: PoolTeam, modelAt: ModelOf): Operations {
  const fields = Object.keys(newActivityTable('', '')).filter((field) => field !== 'id' && field !== 'dataModelId');
  return {
    listProcessConfigurations: (request) => {
      const { pool, modelId } = modelAt(request);
      return ok(pool.activityTables.all('dataModelId', modelId));
    },
    putProcessConfiguration: (request) => {
      const { pool, modelId } = modelAt(request);
      const body = bodyOf(request);
      const tables = ['activityTableId', ...(textAt(body, 'caseTableId') === undefined ? [] : ['caseTableId'])];
      for (const field of tables) {
        const id = stringAt(body, field);
        if (pool.modelTables.find(id)?.['dataModelId'] !== modelId) throw notFound('table', id);
      }
      for (const field of ['caseIdColumn', 'activityColumn', 'timestampColumn']) {
        if (textAt(body, field) === undefined) throw new BodyRefusal(field, `${field} must not be empty`, 'NOT_EMPTY');
      }
      const old = pool.activityTables
        .all('dataModelId', modelId)
        .find((each) => each['activityTableId'] === body['activityTableId']);
      const base = old ?? newActivityTable(state.ids.next(), modelId);
      return ok(pool.activityTables.put({ ...base, ...given(body, fields) }));
    },
    getProcessConfiguration: (request) => {
      const { pool, modelId } = modelAt(request);
      const id = at(request, 'activityTableId');
      const found = pool.activityTables.all('dataModelId', modelId).find((each) => each['activityTableId'] === id);
      if (found === undefined) throw notFound('process configuration of table', id);
      return ok(found);
    },
    deleteProcessConfiguration: (request) => {
      const { pool, modelId } = modelAt(request);
      pool.activityTables.get(at(request, 'processConfigurationId'), 'dataModelId', modelId);
      pool.activityTables.remove(at(request, 'processConfigurationId'));
      return done;
    },
  };
}
