/** Data pools of a team, and what stands in one. */
import type { Client } from 'openapi-fetch';
import { body, bodyList, callInit, deleted, type Identified, identified, identifiedList } from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type {
  BatchImportReport,
  BatchImportRequest,
  DataPoolPage,
  DataPoolTransport,
  paths,
  PoolColumn,
  PoolExport,
  PoolTable,
} from '../generated/integration.ts';
import type { CallOptions } from '../team-client.ts';
import type { PoolContext } from './context.ts';

/** A data pool as the server gives it. */
export type Pool = Identified<DataPoolTransport>;

/** The data pools of a team. */
export interface Pools {
  list(options?: CallOptions): Promise<Pool[]>;
  /** A page of the list, from page 0. */
  page(page: { readonly limit: number; readonly page: number }, options?: CallOptions): Promise<DataPoolPage>;
  get(poolId: string, options?: CallOptions): Promise<Pool>;
  /** Names need not be unique: look first. */
  create(pool: DataPoolTransport & { readonly name: string }, options?: CallOptions): Promise<Pool>;
  update(pool: DataPoolTransport & { readonly id: string }, options?: CallOptions): Promise<Pool>;
  /** Deletes the pool with everything in it. False when there was none. */
  delete(poolId: string, options?: CallOptions): Promise<boolean>;
  /** The pool as a document, without its data. `withDependencies`: with what it takes from other pools. */
  export(poolId: string, options?: CallOptions & { readonly withDependencies?: boolean }): Promise<PoolExport>;
  /** A new pool from a document. */
  import(document: PoolExport, options?: CallOptions): Promise<Pool>;
  /** Documents into pools that exist. */
  importInto(request: BatchImportRequest, options?: CallOptions): Promise<BatchImportReport>;
}

/** The operations on the pools of a team. */
export function pools(raw: Client<paths>): Pools {
  return {
    list: async (options) =>
      identifiedList(await raw.GET('/integration/api/pools', callInit(options)), operations.listPools),
    page: async (query, options) =>
      body(
        await raw.GET('/integration/api/pools/paged', { params: { query }, ...callInit(options) }),
        operations.listPoolsPaged,
      ),
    get: async (poolId, options) =>
      identified(
        await raw.GET('/integration/api/pools/{poolId}', { params: { path: { poolId } }, ...callInit(options) }),
        operations.getPool,
      ),
    create: async (pool, options) =>
      identified(await raw.POST('/integration/api/pools', { body: pool, ...callInit(options) }), operations.createPool),
    update: async (pool, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}', {
          params: { path: { poolId: pool.id } },
          body: pool,
          ...callInit(options),
        }),
        operations.updatePool,
      ),
    delete: async (poolId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}', { params: { path: { poolId } }, ...callInit(options) }),
        operations.deletePool,
      ),
    export: async (poolId, { withDependencies = false, ...options } = {}) => {
      const call = { params: { path: { poolId } }, ...callInit(options) };
      return withDependencies
        ? body(await raw.GET('/integration/api/pools/{poolId}/v2/export', call), operations.exportPoolWithDependencies)
        : body(await raw.GET('/integration/api/pools/{poolId}/export', call), operations.exportPool);
    },
    import: async (document, options) =>
      identified(
        await raw.POST('/integration/api/pool-import', { body: document, ...callInit(options) }),
        operations.importPool,
      ),
    importInto: async (request, options) =>
      body(
        await raw.POST('/integration/api/pool/batch-import', { body: request, ...callInit(options) }),
        operations.importPools,
      ),
  };
}

/** The tables that stand in the schemas of a pool. */
export interface PoolTables {
  list(options?: CallOptions): Promise<PoolTable[]>;
  /** Columns of a table; `length` of a string is in octets, four times its declared length. */
  columns(table: string, options?: CallOptions & { readonly connectionId?: string }): Promise<PoolColumn[]>;
}

/** The operations on the tables of a pool. */
export function poolTables({ raw, poolId }: PoolContext): PoolTables {
  const path = { poolId };
  return {
    list: async (options) =>
      bodyList(
        await raw.GET('/integration/api/pools/{poolId}/tables', { params: { path }, ...callInit(options) }),
        operations.listPoolTables,
      ),
    columns: async (tableName, { connectionId, ...options } = {}) => {
      const query = { tableName, ...(connectionId === undefined ? {} : { schemaName: connectionId }) };
      return bodyList(
        await raw.GET('/integration/api/pools/{poolId}/columns', { params: { path, query }, ...callInit(options) }),
        operations.listPoolColumns,
      );
    },
  };
}
