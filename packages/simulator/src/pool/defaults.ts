/** New things as the server fills them in: the fields and values that an exported pool has. */
import type { JsonObject } from './json.ts';

export function newPool(id: string, now: number): JsonObject {
  return {
    permissions: [
      'USE_ALL_DATA_MODELS',
      '$ACCESS_CHILD',
      'DATA_PUSH_API',
      'ADMIN',
      'CONTINUOUS_DATA_PUSH_API',
      'EDIT_ALL_DATA_POOLS',
      'CREATE_DATA_POOL',
    ],
    id,
    name: null,
    description: null,
    timeStamp: now,
    configurationStatus: 'NEW',
    locked: false,
    contentId: null,
    contentVersion: 0,
    tags: [],
    originalId: null,
    monitoringTarget: false,
    customMonitoringTarget: false,
    customMonitoringTargetActive: false,
    exported: false,
    objectId: id,
  };
}

export function newConnection(id: string, poolId: string, name: string, type: string): JsonObject {
  const normalizedName = normalized(name);
  return {
    id,
    name,
    poolId,
    type,
    metadata: null,
    uplinkId: '',
    connected: false,
    locked: false,
    uplinkName: null,
    signature: null,
    useUplink: false,
    internalSystemId: null,
    internalSystemSelected: false,
    configuration: null,
    targetSchemaName: null,
    exported: false,
    exportAvailable: true,
    extractorPort: null,
    anonymizationAlgorithm: 'SHA_1',
    saltId: null,
    customExtractorId: null,
    customExtractorName: null,
    configured: true,
    parameterName: `DATASOURCE:${normalizedName}`,
    imported: false,
    normalizedName,
  };
}

/** A name as `<%=DATASOURCE:…%>` has it. That blanks and signs become `_` is inferred. */
export function normalized(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9_]+/g, '_');
}

export function newJob(id: string, poolId: string, now: number): JsonObject {
  return {
    id,
    name: null,
    dataPoolId: poolId,
    dataSourceId: null,
    timeStamp: now,
    status: null,
    currentExecutionId: null,
  };
}

export function newTask(
  ids: { readonly id: string; readonly taskId: string },
  poolId: string,
  now: number,
): JsonObject {
  return {
    id: ids.id,
    poolId,
    taskId: ids.taskId,
    taskType: 'TRANSFORMATION',
    template: false,
    protectionStatus: 'OPEN',
    name: null,
    description: null,
    jobId: null,
    createdAt: now,
    taskCreatedAt: now,
    executionOrder: 1,
    published: false,
    disabled: false,
    legalAgreementAccepted: false,
  };
}

export function newExtractionTable(id: string, taskId: string): JsonObject {
  return {
    id,
    taskId,
    jobId: null,
    tableExecutionItemId: null,
    tableName: null,
    renameTargetTable: false,
    targetTableName: null,
    columns: [],
    joins: [],
    dependentTables: [],
    useManualPKs: false,
    filterDefinition: '',
    deltaFilterDefinition: '',
    schemaName: null,
    creationDateColumn: null,
    creationDateValueStart: null,
    creationDateValueEnd: null,
    creationDateParameterStart: null,
    creationDateParameterEnd: null,
    creationDateValueToday: false,
    changeDateColumn: null,
    changeDateOffset: 0,
    changeDateOffsetType: 'DAYS',
    tableExtractionType: 'PARENT_TABLE',
    parentTable: null,
    dependsOn: null,
    columnValueTable: null,
    columnValueColumn: null,
    columnValueTargetColumn: null,
    columnValuesAtATime: 10_000,
    joinType: 'NONE',
    disabled: false,
    connectorSpecificConfiguration: [],
    calculatedColumns: [],
    endDateDisabled: false,
    disableChangeLog: false,
    dataPushDeleteStrategy: null,
    customizeColumnSelection: false,
    parent: true,
    selectedColumns: [],
  };
}

export function newPoolParameter(id: string, poolId: string): JsonObject {
  return {
    id,
    poolId,
    name: null,
    placeholder: null,
    description: null,
    type: 'PRIVATE_CONSTANT',
    dynamicVariableOpType: 'FIND_MAX',
    dataType: 'STRING',
    dynamicTable: null,
    dynamicColumn: null,
    dynamicDataSourceId: null,
    defaultValues: null,
    defaultSettings: null,
    values: [],
    settings: null,
  };
}

export function newTaskParameter(id: string, poolId: string, taskId: string): JsonObject {
  return { ...newPoolParameter(id, poolId), taskId, parameterType: 'CUSTOM', defaultValues: [] };
}

export function newDataModel(id: string, poolId: string, now: number): JsonObject {
  return {
    permissions: [],
    id,
    name: null,
    description: null,
    createDate: now,
    changedDate: now,
    configurationSkipped: false,
    poolId,
    unavailable: false,
    editable: true,
    dataModelCalendarType: 'NONE',
    originalId: null,
    eventlogAutomergeEnabled: false,
    autoMergeExecutionMode: 'DISTINCT',
    objectId: id,
  };
}

export function newModelTable(id: string, dataModelId: string): JsonObject {
  return {
    id,
    dataModelId,
    dataSourceId: null,
    name: null,
    alias: null,
    useDirectStorage: false,
    aliasOrName: null,
  };
}

export function newActivityTable(id: string, dataModelId: string): JsonObject {
  return {
    id,
    dataModelId,
    activityTableId: null,
    caseTableId: null,
    defaultConfiguration: false,
    caseIdColumn: null,
    activityColumn: null,
    timestampColumn: null,
    sortingColumn: null,
    endTimestampColumn: null,
    costColumn: null,
    userColumn: null,
    useParallelProcess: false,
    parallelProcessParentColumn: null,
    parallelProcessChildColumn: null,
    // So it leaks into real exports.
    optionalTenantId: { empty: true, present: false },
  };
}
