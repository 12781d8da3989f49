/** Data models of a pool: tables, foreign keys, activity tables, loads. */
import { bodyList, callInit, deleted, type Identified, identified, identifiedList } from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type {
  DataModelConfiguration,
  DataModelForeignKeyTransport,
  DataModelLoadSyncTransport,
  DataModelTableTransport,
  DataModelTransport,
  PoolColumn,
} from '../generated/integration.ts';
import type { CallOptions } from '../team-client.ts';
import type { PoolContext } from './context.ts';
import { type Load, type LoadOptions, loadState, type LoadToken, resumeLoad, startLoad } from './loads.ts';

/** A data model as the server gives it. */
export type DataModel = Identified<DataModelTransport>;
/** A table of a data model as the server gives it. */
export type DataModelTable = Identified<DataModelTableTransport>;
/** A foreign key as the server gives it. */
export type ForeignKey = Identified<DataModelForeignKeyTransport>;
/** An activity table as the server gives it. */
export type ProcessConfiguration = Identified<DataModelConfiguration>;

/** The data models of a pool. */
export interface DataModels {
  list(options?: CallOptions): Promise<DataModel[]>;
  get(dataModelId: string, options?: CallOptions): Promise<DataModel>;
  create(dataModel: DataModelTransport & { readonly name: string }, options?: CallOptions): Promise<DataModel>;
  update(dataModel: DataModelTransport & { readonly id: string }, options?: CallOptions): Promise<DataModel>;
  /** False when there was none. */
  delete(dataModelId: string, options?: CallOptions): Promise<boolean>;
  /** Its tables. */
  tables(dataModelId: string): DataModelTables;
  /** Its foreign keys. */
  foreignKeys(dataModelId: string): ForeignKeys;
  /** Its activity tables. */
  activityTables(dataModelId: string): ActivityTables;
  /** Starts a load. Throws `ConflictError` when it is loading already. */
  load(dataModelId: string, options?: LoadOptions): Promise<Load>;
  /** Goes on with a load; starts it when it never came to that. */
  resume(token: LoadToken, options?: CallOptions): Promise<Load>;
  /** How loading goes, and how it went. */
  state(dataModelId: string, options?: CallOptions): Promise<DataModelLoadSyncTransport>;
}

/** The tables of a data model. */
export interface DataModelTables {
  list(options?: CallOptions): Promise<DataModelTable[]>;
  /** Adds tables. `connectionId` null takes them from the global schema. */
  add(
    tables: readonly {
      readonly name: string;
      readonly alias?: string | null;
      readonly connectionId: string | null;
      readonly primaryKeys?: readonly string[];
    }[],
    options?: CallOptions,
  ): Promise<DataModelTable[]>;
  update(table: DataModelTableTransport & { readonly id: string }, options?: CallOptions): Promise<DataModelTable>;
  /** False when it was not there. */
  remove(tableId: string, options?: CallOptions): Promise<boolean>;
  columns(tableId: string, options?: CallOptions): Promise<PoolColumn[]>;
}

/** A foreign key to create. */
export interface NewForeignKey {
  /** ID of the table that has each key once. */
  readonly dimensionTableId: string;
  /** ID of the table that has a key many times. */
  readonly factTableId: string;
  readonly columns: readonly { readonly dimension: string; readonly fact: string }[];
}

/** The foreign keys of a data model. */
export interface ForeignKeys {
  list(options?: CallOptions): Promise<ForeignKey[]>;
  create(foreignKey: NewForeignKey, options?: CallOptions): Promise<ForeignKey>;
  update(
    foreignKey: DataModelForeignKeyTransport & { readonly id: string },
    options?: CallOptions,
  ): Promise<ForeignKey>;
  /** False when there was none. */
  delete(foreignKeyId: string, options?: CallOptions): Promise<boolean>;
}

/** The activity tables of a data model. */
export interface ActivityTables {
  list(options?: CallOptions): Promise<ProcessConfiguration[]>;
  /** Creates it, or changes the one that is there for `activityTableId`. */
  put(
    configuration: DataModelConfiguration & {
      readonly activityTableId: string;
      readonly caseIdColumn: string;
      readonly activityColumn: string;
      readonly timestampColumn: string;
    },
    options?: CallOptions,
  ): Promise<ProcessConfiguration>;
  /** False when there was none. */
  delete(processConfigurationId: string, options?: CallOptions): Promise<boolean>;
}

/** The operations on the data models of a pool. */
export function dataModels(context: PoolContext): DataModels {
  const { raw, poolId } = context;
  const path = { poolId };
  const at = (dataModelId: string) => ({ path: { poolId, dataModelId } });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/data-models', { params: { path }, ...callInit(options) }),
        operations.listDataModels,
      ),
    get: async (dataModelId, options) =>
      identified(
        await raw.GET('/integration/api/pools/{poolId}/data-models/{dataModelId}', {
          params: at(dataModelId),
          ...callInit(options),
        }),
        operations.getDataModel,
      ),
    create: async (dataModel, options) =>
      identified(
        await raw.POST('/integration/api/pools/{poolId}/data-models', {
          params: { path },
          body: { poolId, configurationSkipped: true, ...dataModel },
          ...callInit(options),
        }),
        operations.createDataModel,
      ),
    update: async (dataModel, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}/data-models/{dataModelId}', {
          params: at(dataModel.id),
          body: dataModel,
          ...callInit(options),
        }),
        operations.updateDataModel,
      ),
    delete: async (dataModelId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/data-models/{dataModelId}', {
          params: at(dataModelId),
          ...callInit(options),
        }),
        operations.deleteDataModel,
      ),
    tables: (dataModelId) => dataModelTables(context, dataModelId),
    foreignKeys: (dataModelId) => foreignKeys(context, dataModelId),
    activityTables: (dataModelId) => activityTables(context, dataModelId),
    load: (dataModelId, options = {}) => startLoad(context, dataModelId, options),
    resume: (token, options) => resumeLoad(context, token, options),
    state: (dataModelId, options) => loadState(context, dataModelId, options),
  };
}

function dataModelTables({ raw, poolId }: PoolContext, dataModelId: string): DataModelTables {
  const path = { poolId, dataModelId };
  const at = (tableId: string) => ({ path: { ...path, tableId } });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/data-model/{dataModelId}/tables', {
          params: { path },
          ...callInit(options),
        }),
        operations.listDataModelTables,
      ),
    add: async (tables, options) =>
      identifiedList(
        await raw.POST('/integration/api/pools/{poolId}/data-model/{dataModelId}/tables', {
          params: { path },
          body: tables.map(({ name, alias = null, connectionId, primaryKeys = [] }) => ({
            dataModelId,
            dataSourceId: connectionId,
            name,
            alias,
            columns: [],
            primaryKeys: [...primaryKeys],
          })),
          ...callInit(options),
        }),
        operations.createDataModelTables,
      ),
    update: async (table, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}/data-model/{dataModelId}/tables/{tableId}', {
          params: at(table.id),
          body: table,
          ...callInit(options),
        }),
        operations.updateDataModelTable,
      ),
    remove: async (tableId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/data-model/{dataModelId}/tables/{tableId}', {
          params: at(tableId),
          ...callInit(options),
        }),
        operations.deleteDataModelTable,
      ),
    columns: async (tableId, options) =>
      bodyList(
        await raw.GET('/integration/api/pools/{poolId}/data-model/{dataModelId}/tables/{tableId}/columns', {
          params: at(tableId),
          ...callInit(options),
        }),
        operations.listDataModelColumns,
      ),
  };
}

function foreignKeys({ raw, poolId }: PoolContext, dataModelId: string): ForeignKeys {
  const path = { poolId, dataModelId };
  const at = (foreignKeyId: string) => ({ path: { ...path, foreignKeyId } });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/data-models/{dataModelId}/foreign-keys', {
          params: { path },
          ...callInit(options),
        }),
        operations.listForeignKeys,
      ),
    create: async ({ dimensionTableId, factTableId, columns }, options) =>
      identified(
        await raw.POST('/integration/api/pools/{poolId}/data-models/{dataModelId}/foreign-keys', {
          params: { path },
          body: {
            dataModelId,
            sourceTableId: dimensionTableId,
            targetTableId: factTableId,
            columns: columns.map(({ dimension, fact }) => ({ sourceColumnName: dimension, targetColumnName: fact })),
          },
          ...callInit(options),
        }),
        operations.createForeignKey,
      ),
    update: async (foreignKey, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}/data-models/{dataModelId}/foreign-keys/{foreignKeyId}', {
          params: at(foreignKey.id),
          body: foreignKey,
          ...callInit(options),
        }),
        operations.updateForeignKey,
      ),
    delete: async (foreignKeyId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/data-models/{dataModelId}/foreign-keys/{foreignKeyId}', {
          params: at(foreignKeyId),
          ...callInit(options),
        }),
        operations.deleteForeignKey,
      ),
  };
}

function activityTables({ raw, poolId }: PoolContext, dataModelId: string): ActivityTables {
  const path = { poolId, dataModelId };
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/data-models/{dataModelId}/process-configurations', {
          params: { path },
          ...callInit(options),
        }),
        operations.listProcessConfigurations,
      ),
    put: async (configuration, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}/data-models/{dataModelId}/process-configurations', {
          params: { path },
          body: { dataModelId, ...configuration },
          ...callInit(options),
        }),
        operations.putProcessConfiguration,
      ),
    delete: async (processConfigurationId, options) =>
      deleted(
        await raw.DELETE(
          '/integration/api/pools/{poolId}/data-models/{dataModelId}/process-configurations/{processConfigurationId}',
          { params: { path: { ...path, processConfigurationId } }, ...callInit(options) },
        ),
        operations.deleteProcessConfiguration,
      ),
  };
}
