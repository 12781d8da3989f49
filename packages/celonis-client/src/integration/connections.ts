/** Connections of a pool. */
import {
  body,
  bodyOrNothing,
  bodyList,
  callInit,
  deleted,
  type Identified,
  identified,
  identifiedList,
} from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type {
  ConnectionOverview,
  DataSourceAvailableTables,
  DataSourceTransport,
  TypedConnection,
} from '../generated/integration.ts';
import type { CallOptions } from '../team-client.ts';
import type { PoolContext } from './context.ts';

/** A connection as the server gives it. */
export type Connection = Identified<DataSourceTransport>;

/** Which connection, with its type. */
export interface ConnectionAddress {
  readonly type: string;
  readonly id: string;
}

/** The connections of a pool. */
export interface Connections {
  /** All connections, those that are not set up among them. */
  list(options?: CallOptions): Promise<Connection[]>;
  overview(options?: CallOptions): Promise<ConnectionOverview[]>;
  get(connectionId: string, options?: CallOptions): Promise<Connection>;
  /** False when there was none. */
  delete(connectionId: string, options?: CallOptions): Promise<boolean>;
  /** Tables that the source offers; `%` in `search` stands for anything. */
  searchTables(
    connectionId: string,
    options?: CallOptions & { readonly search?: string; readonly extractionId?: string },
  ): Promise<DataSourceAvailableTables>;
  /** With what only its type has. */
  getTyped(address: ConnectionAddress, options?: CallOptions): Promise<TypedConnection>;
  /** Send what {@link getTyped} gave, with the values that change. */
  updateTyped(
    address: ConnectionAddress,
    connection: TypedConnection,
    options?: CallOptions,
  ): Promise<TypedConnection | undefined>;
  /**
   * Creates a connection. That an API does so is inferred: a team may refuse it with 404 or 405 (`NotFoundError`,
   * `InvalidRequestError`), and then the connection is made in the browser.
   */
  create(type: string, connection: TypedConnection, options?: CallOptions): Promise<Identified<TypedConnection>>;
}

/** The operations on the connections of a pool. */
export function connections({ raw, poolId }: PoolContext): Connections {
  const path = { poolId };
  const at = (connectionId: string) => ({ path: { poolId, connectionId } });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/data-sources/', {
          params: { path, query: { excludeUnconfigured: false } },
          ...callInit(options),
        }),
        operations.listConnections,
      ),
    overview: async (options) =>
      bodyList(
        await raw.GET('/integration/api/pools/{poolId}/overviews/data-sources', {
          params: { path },
          ...callInit(options),
        }),
        operations.listConnectionOverviews,
      ),
    get: async (connectionId, options) =>
      identified(
        await raw.GET('/integration/api/pools/{poolId}/data-sources/{connectionId}', {
          params: at(connectionId),
          ...callInit(options),
        }),
        operations.getConnection,
      ),
    delete: async (connectionId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/data-sources/{connectionId}', {
          params: at(connectionId),
          ...callInit(options),
        }),
        operations.deleteConnection,
      ),
    searchTables: async (connectionId, { search, extractionId, ...options } = {}) => {
      const query = {
        ...(search === undefined ? {} : { searchString: search }),
        ...(extractionId === undefined ? {} : { extractionId }),
      };
      return body(
        await raw.GET('/integration/api/pools/{poolId}/data-sources/{connectionId}/search-tables', {
          params: { ...at(connectionId), query },
          ...callInit(options),
        }),
        operations.searchTables,
      );
    },
    getTyped: async ({ type, id }, options) =>
      body(
        await raw.GET('/integration/api/datasource/{connectionType}/{connectionId}', {
          params: { path: { connectionType: type, connectionId: id } },
          ...callInit(options),
        }),
        operations.getTypedConnection,
      ),
    updateTyped: async ({ type, id }, connection, options) => {
      const result = await raw.PUT('/integration/api/datasource/{connectionType}/{connectionId}', {
        params: { path: { connectionType: type, connectionId: id } },
        body: connection,
        ...callInit(options),
      });
      return bodyOrNothing(result, operations.updateTypedConnection);
    },
    create: async (type, connection, options) =>
      identified(
        await raw.POST('/integration/api/datasource/{connectionType}', {
          params: { path: { connectionType: type } },
          body: connection,
          ...callInit(options),
        }),
        operations.createConnection,
      ),
  };
}
