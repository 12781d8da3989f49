/** Export and import of pools. */
import { newPool } from './defaults.ts';
import { asObject, isObject, type Json, type JsonObject, objectsOf, textAt, stringAt, asText } from './json.ts';
import { expanded } from './extraction-operations.ts';
import { PoolState } from './state.ts';
import { at, bodyOf, type Operations, ok, type PoolTeam } from './team.ts';

const VERSION = 201_808_281_151;

/** Parts of a document that the simulator keeps and gives back as they are. */
const keptParts = [
  'schedules',
  'schedulingTriggers',
  'jobSchedules',
  'replicationDataSourceConfigurations',
  'replicationConfigurations',
] as const;

export function transferOperations(team: PoolTeam): Operations {
  const { state } = team;
  return {
    exportPool: (request) => ok(exportPool(state.get(at(request, 'poolId')))),
    exportPoolWithDependencies: (request) => ok(exportPool(state.get(at(request, 'poolId')))),
    importPool: (request) => ok(importPool(team, bodyOf(request)).pool),
    importPools: (request) => {
      const mappings: Record<string, string> = {};
      for (const item of objectsOf(bodyOf(request)['dataPoolImportRequests'])) {
        const pool = state.get(stringAt(item, 'targetPoolId'));
        const source = asObject(item['dataPool']);
        const fixed = new Map<string, string>(
          Object.entries(asObject(item['dataSourceMappings'])).map(([from, to]) => [from, asText(to)]),
        );
        for (const to of fixed.values()) pool.connections.get(to);
        const id = textAt(asObject(source['dataPool']), 'id');
        if (id !== undefined) fixed.set(id, pool.id);
        const { document, ids } = renamed(source, team, fixed);
        const kept = objectsOf(document['dataSources']).filter((each) => !pool.connections.has(stringAt(each, 'id')));
        fill(pool, { ...document, dataSources: kept });
        for (const model of objectsOf(source['dataModels'])) {
          mappings[stringAt(model, 'id')] = ids.get(stringAt(model, 'id')) ?? '';
        }
      }
      return ok({ dataModelIdMappings: mappings });
    },
  };
}

/** A new pool from a document. */
export function importPool(team: PoolTeam, source: JsonObject): PoolState {
  const { document } = renamed(source, team, new Map());
  const pool = new PoolState({
    ...newPool(team.state.ids.next(), team.clock.milliseconds()),
    ...asObject(document['dataPool']),
  });
  fill(pool, document);
  return team.state.put(pool);
}

/** The document with new IDs for everything that it defines, but for those that are fixed. */
function renamed(
  document: JsonObject,
  { state }: PoolTeam,
  fixed: ReadonlyMap<string, string>,
): { document: JsonObject; ids: ReadonlyMap<string, string> } {
  const ids = new Map(fixed);
  collectIds(document, (id) => {
    if (!ids.has(id)) ids.set(id, state.ids.next());
  });
  const rename = (value: Json): Json => {
    if (typeof value === 'string') return ids.get(value) ?? value;
    if (Array.isArray(value)) return value.map(rename);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, rename(inner)]));
  };
  return { document: asObject(rename(document)), ids };
}

const idFields = new Set(['id', 'taskId', 'foreignKeyId', 'objectId']);

/** The IDs of all that a document defines, and nothing that is inside an extractor's file, whose IDs are its own. */
function collectIds(value: Json, found: (id: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) collectIds(item, found);
  } else if (isObject(value)) {
    for (const [field, inner] of Object.entries(value)) {
      if (idFields.has(field) && typeof inner === 'string') found(inner);
      else if (field !== 'configuration') collectIds(inner, found);
    }
  }
}

/** Puts everything that a document defines into a pool. */
function fill(pool: PoolState, document: JsonObject): void {
  const each = (part: string): JsonObject[] => objectsOf(document[part]);
  for (const connection of each('dataSources')) pool.connections.put(connection);
  for (const job of each('jobs')) pool.jobs.put({ ...job, currentExecutionId: null });
  for (const { tables, metadataTables: _, extractionConfigurationValueTransport, ...task } of each('extractions')) {
    const id = stringAt(task, 'id');
    pool.tasks.put(task);
    for (const table of objectsOf(tables)) pool.tablesOf(id).put(table);
    if (isObject(extractionConfigurationValueTransport)) {
      pool.extractionSettings.set(id, extractionConfigurationValueTransport);
    }
  }
  for (const { statement, ...task } of each('transformations')) {
    pool.tasks.put(task);
    pool.statements.set(stringAt(task, 'id'), typeof statement === 'string' ? statement : '');
  }
  for (const parameter of each('poolVariables')) pool.parameters.put(parameter);
  for (const parameter of each('taskVariables')) pool.taskParameters.put(parameter);
  for (const load of each('dataModelExecutions')) pool.jobLoads.put(load);
  for (const extractor of each('customExtractorTransports')) pool.extractors.put(extractor);
  for (const model of each('dataModels')) fillModel(pool, model);
  for (const part of keptParts) {
    const value = document[part];
    const old = pool.kept[part];
    if (Array.isArray(value) && Array.isArray(old)) pool.kept[part] = [...old, ...value];
    else if (value !== undefined) pool.kept[part] = value;
  }
}

function fillModel(pool: PoolState, document: JsonObject): void {
  const { configurations, tables, foreignKeyExports, dataModelName = null, versionNumber: _, ...rest } = document;
  pool.dataModels.put({ ...rest, name: dataModelName, poolId: pool.id });
  for (const table of objectsOf(tables)) pool.modelTables.put(table);
  for (const configuration of objectsOf(configurations)) pool.activityTables.put(configuration);
  for (const { foreignKeyColumns, ...key } of objectsOf(foreignKeyExports)) {
    const columns = objectsOf(foreignKeyColumns);
    pool.foreignKeys.put({ id: columns[0]?.['foreignKeyId'] ?? null, ...key, columns });
  }
}

/** What defines a pool, as a document. */
function exportPool(pool: PoolState): JsonObject {
  const tasks = pool.tasks.all();
  return {
    dataPool: pool.pool,
    dataSources: pool.connections.all(),
    jobs: pool.jobs.all(),
    schedules: pool.kept['schedules'] ?? [],
    schedulingTriggers: pool.kept['schedulingTriggers'] ?? [],
    jobSchedules: pool.kept['jobSchedules'] ?? [],
    extractions: tasks.filter(({ taskType }) => taskType === 'EXTRACTION').map((task) => expanded(pool, task)),
    transformations: tasks
      .filter(({ taskType }) => taskType === 'TRANSFORMATION')
      .map((task) => ({ ...task, statement: pool.statements.get(stringAt(task, 'id')) ?? '' })),
    poolVariables: pool.parameters.all(),
    taskVariables: pool.taskParameters.all(),
    dataModels: pool.dataModels.all().map((model) => exportModel(pool, model)),
    replicationDataSourceConfigurations: pool.kept['replicationDataSourceConfigurations'] ?? {
      initializationScripts: [],
    },
    replicationConfigurations: pool.kept['replicationConfigurations'] ?? [],
    dataModelExecutions: pool.jobLoads.all(),
    executionItems: null,
    logMessages: null,
    // Its configuration is not in the exports that are known.
    customExtractorTransports: pool.extractors.all().map((each) => ({ ...each, configuration: null })),
    versionNumber: VERSION,
  };
}

function exportModel(pool: PoolState, model: JsonObject): JsonObject {
  const { id = null, name = null } = model;
  return {
    id,
    dataModelName: name,
    dataModelCalendarType: model['dataModelCalendarType'] ?? 'NONE',
    configuration: model['configuration'] ?? null,
    configurations: pool.activityTables.all('dataModelId', id),
    tables: pool.modelTables.all('dataModelId', id),
    foreignKeyExports: pool.foreignKeys.all('dataModelId', id).map((key) => ({
      dataModelId: id,
      sourceTableId: key['sourceTableId'] ?? null,
      targetTableId: key['targetTableId'] ?? null,
      foreignKeyColumns: objectsOf(key['columns']).map((column) => ({ ...column, foreignKeyId: key['id'] ?? null })),
    })),
    customCalendarEntries: model['customCalendarEntries'] ?? [],
    factoryCalendars: model['factoryCalendars'] ?? [],
    signalLinks: model['signalLinks'] ?? [],
    eventlogAutomergeEnabled: model['eventlogAutomergeEnabled'] ?? false,
    autoMergeExecutionMode: model['autoMergeExecutionMode'] ?? 'DISTINCT',
    versionNumber: VERSION,
  };
}
