/** Data pools, their tables, and their connections. */
import { newConnection, newPool, normalized } from './defaults.ts';
import { given, type JsonObject, textAt, stringAt, asText } from './json.ts';
import { BodyRefusal, notFound, PoolRefusal } from './refusals.ts';
import { PoolState } from './state.ts';
import { asked, at, bodyOf, done, type Operations, ok, type PoolTeam } from './team.ts';
import type { StoredColumn, StoredTable } from './warehouse.ts';

const poolFields = ['name', 'description', 'tags', 'monitoringTarget', 'configurationStatus'];

export function poolOperations(team: PoolTeam): Operations {
  const { state, warehouse, clock } = team;
  return {
    getCloudTeam: () => ok({ domain: team.domain }),
    getCuiCoverPage: () => {
      throw new PoolRefusal(403, 'The team does not mark files with controlled unclassified information.');
    },
    listPools: (request) => {
      const wanted = asked(request, 'poolIds')?.split(',');
      return ok(
        state
          .all()
          .filter(({ id }) => wanted === undefined || wanted.includes(id))
          .map(({ pool }) => pool),
      );
    },
    listPoolsPaged: (request) =>
      ok(pageOf(team, Number(asked(request, 'limit') ?? 50), Number(asked(request, 'page') ?? 0))),
    createPool: (request) => {
      const body = bodyOf(request);
      if (textAt(body, 'name') === undefined) throw new BodyRefusal('name', 'name must not be empty', 'NOT_EMPTY');
      const pool = { ...newPool(state.ids.next(), clock.milliseconds()), ...given(body, poolFields) };
      return ok(state.put(new PoolState(pool)).pool);
    },
    getPool: (request) => ok(state.get(at(request, 'poolId')).pool),
    updatePool: (request) => {
      const pool = state.get(at(request, 'poolId'));
      pool.pool = { ...pool.pool, ...given(bodyOf(request), poolFields) };
      return ok(pool.pool);
    },
    deletePool: async (request) => {
      const pool = state.get(at(request, 'poolId'));
      state.remove(pool.id);
      await warehouse.drop([pool.id, ...pool.connections.all().map(({ id }) => asText(id))]);
      return done;
    },
    listPoolTables: async (request) => {
      const pool = state.get(at(request, 'poolId'));
      const schemas = [pool.id, ...pool.connections.all().map(({ id }) => asText(id))];
      return ok((await warehouse.tables(schemas)).map((table) => poolTable(pool, table)));
    },
    listPoolColumns: async (request) => {
      const pool = state.get(at(request, 'poolId'));
      const schema = pool.schemaOf(asked(request, 'schemaName'));
      if (schema !== pool.id) pool.connections.get(schema);
      const name = asked(request, 'tableName') ?? '';
      const table = await warehouse.table(schema, name);
      if (table === undefined) throw notFound('table', name);
      return ok(table.columns.map(poolColumn));
    },
    ...connectionOperations(team),
  };
}

function connectionOperations({ state, warehouse, options }: PoolTeam): Operations {
  return {
    listConnections: (request) => {
      const { connections } = state.get(at(request, 'poolId'));
      const type = asked(request, 'type');
      const set = asked(request, 'excludeUnconfigured') === 'true';
      const found = connections
        .all()
        .filter((each) => (type === undefined || each['type'] === type) && (!set || each['configured'] === true));
      return ok(found.slice(0, Number(asked(request, 'limit') ?? found.length)));
    },
    listConnectionOverviews: (request) =>
      ok(
        state
          .get(at(request, 'poolId'))
          .connections.all()
          .map(({ id = null, name = null, type = null }) => ({ id, name, type })),
      ),
    getConnection: (request) => ok(state.get(at(request, 'poolId')).connections.get(at(request, 'connectionId'))),
    deleteConnection: async (request) => {
      const pool = state.get(at(request, 'poolId'));
      const id = at(request, 'connectionId');
      pool.connections.get(id);
      const job = pool.jobs.all('dataSourceId', id)[0];
      if (job !== undefined) throw new PoolRefusal(409, `The connection is used by data job ${stringAt(job, 'name')}.`);
      pool.connections.remove(id);
      pool.typed.delete(id);
      await warehouse.drop([id]);
      return done;
    },
    searchTables: (request) => {
      const pool = state.get(at(request, 'poolId'));
      const connection = pool.connections.get(at(request, 'connectionId'));
      return ok({
        availableTables: offeredTables(pool, connection, asked(request, 'searchString') ?? '%'),
        lookupSuccessful: true,
        message: null,
        translatedConnectorMessage: null,
      });
    },
    getTypedConnection: (request) => {
      const { pool, connection } = typedConnection(request);
      return ok({ ...connection, ...pool.typed.get(stringAt(connection, 'id')) });
    },
    updateTypedConnection: (request) => {
      const { pool, connection } = typedConnection(request);
      const id = stringAt(connection, 'id');
      const body = bodyOf(request);
      const name = textAt(body, 'name') ?? stringAt(connection, 'name');
      const known = given(
        body,
        Object.keys(connection).filter((field) => field !== 'configuration'),
      );
      const renamed = { ...connection, ...known, id, poolId: pool.id, type: connection['type'] ?? null, name };
      pool.connections.put(renamed);
      const rest = Object.entries(body).filter(([field]) => !(field in connection) || field === 'configuration');
      pool.typed.set(id, { ...pool.typed.get(id), ...Object.fromEntries(rest) });
      return ok({ ...renamed, ...pool.typed.get(id) });
    },
    createConnection: (request) => {
      if (options.createConnections === false) throw new PoolRefusal(405, 'Request method POST is not supported.');
      const body = bodyOf(request);
      const pool = state.get(stringAt(body, 'poolId'));
      const name = textAt(body, 'name');
      if (name === undefined) throw new BodyRefusal('name', 'name must not be empty', 'NOT_EMPTY');
      if (pool.connections.all('normalizedName', normalized(name)).length > 0) {
        throw new PoolRefusal(409, `There is a connection ${name} already.`);
      }
      const id = state.ids.next();
      const made = newConnection(id, pool.id, name, at(request, 'connectionType'));
      const known = given(body, ['customExtractorId', 'metadata', 'anonymizationAlgorithm', 'useUplink']);
      const extractor = pool.extractors.find(stringAt(body, 'customExtractorId'));
      if (textAt(body, 'customExtractorId') !== undefined && extractor === undefined) {
        throw new BodyRefusal(
          'customExtractorId',
          `there is no custom extractor ${stringAt(body, 'customExtractorId')}`,
        );
      }
      pool.connections.put({ ...made, ...known, customExtractorName: extractor?.['name'] ?? null });
      const { id: _, ...rest } = body;
      pool.typed.set(
        id,
        Object.fromEntries(Object.entries(rest).filter(([field]) => !(field in made) || field === 'configuration')),
      );
      return ok({ ...pool.connections.get(id), ...pool.typed.get(id) });
    },
  };

  function typedConnection(request: Parameters<Operations[string]>[0]): { pool: PoolState; connection: JsonObject } {
    const pool = state.poolOfConnection(at(request, 'connectionId'));
    return {
      pool,
      connection: pool.connections.get(at(request, 'connectionId'), 'type', at(request, 'connectionType')),
    };
  }
}

/** The tables of the custom extractor behind a connection; `%` in the search stands for anything. */
function offeredTables(pool: PoolState, connection: JsonObject, search: string): JsonObject[] {
  const extractor = extractorOf(pool, connection);
  const pattern = new RegExp(`^${search.split('%').map(escaped).join('.*')}$`, 'iu');
  const endpoints = Array.isArray(extractor?.['endpoints']) ? extractor['endpoints'] : [];
  const names = endpoints.flatMap((endpoint) => {
    const response = (endpoint as JsonObject)['response'];
    return typeof response === 'object' && response !== null ? [stringAt(response as JsonObject, 'tableName')] : [];
  });
  return names
    .filter((name) => search === '' || pattern.test(name))
    .map((name) => ({ dataSourceId: connection['id'] ?? null, name, alias: null, schema: null }));
}

/** The Extractor Builder file behind a connection, where there is one. */
export function extractorOf(pool: PoolState, connection: JsonObject): JsonObject | undefined {
  const own = pool.extractors.find(stringAt(connection, 'customExtractorId'));
  // An exported connection has lost its extractor; a pool with one extractor leaves no doubt which it was.
  const only = pool.extractors.all().length === 1 ? pool.extractors.all()[0] : undefined;
  const configuration = (own ?? only)?.['configuration'];
  return typeof configuration === 'object' && configuration !== null && !Array.isArray(configuration)
    ? configuration
    : undefined;
}

function poolTable(pool: PoolState, table: StoredTable): JsonObject {
  const connection = pool.connections.find(table.schema);
  return {
    name: table.name,
    loaderSource: null,
    available: true,
    dataSourceId: connection === undefined ? null : table.schema,
    dataSourceName: connection?.['name'] ?? null,
    columns: table.columns.map(poolColumn),
    type: table.view ? 'VIEW' : 'TABLE',
    schemaName: connection === undefined ? null : table.schema,
  };
}

export function poolColumn(column: StoredColumn): JsonObject {
  const type = columnType(column.type);
  return { name: column.name, length: type === 'STRING' ? (column.octets ?? 0) : 0, type };
}

/** What the API calls a DuckDB type. */
export function columnType(type: string): 'STRING' | 'DATE' | 'FLOAT' | 'INTEGER' {
  if (/^(?:TIMESTAMP|DATE|TIME)/u.test(type)) return 'DATE';
  if (/^(?:DOUBLE|FLOAT|REAL|DECIMAL)/u.test(type)) return 'FLOAT';
  return /INT|^BOOLEAN/u.test(type) ? 'INTEGER' : 'STRING';
}

/**
 * The one client that reads pages asks for more while `pageNumber` is less than `totalCount`, so `totalCount` counts the pages: counting
 * pools would have it ask for as many empty pages.
 */
function pageOf({ state }: PoolTeam, limit: number, page: number): JsonObject {
  const pools = state.all();
  const size = Math.max(1, limit);
  return {
    content: pools.slice(page * size, (page + 1) * size).map((pool) => ({
      id: pool.id,
      name: pool.pool['name'] ?? null,
      status: statusOf(pool),
      lastExecutionStartDate: null,
      createdBy: null,
      tags: pool.pool['tags'] ?? [],
      rawDataSize: 0,
      dataSources: pool.connections
        .all()
        .map(({ id = null, name = null }) => ({ id, name, imported: false, importedPoolId: null })),
    })),
    pageSize: size,
    pageNumber: page,
    totalCount: Math.ceil(pools.length / size),
  };
}

function statusOf(pool: PoolState): string {
  const statuses = pool.jobs.all().map(({ status }) => status);
  return ['RUNNING', 'QUEUED', 'FAIL', 'CANCEL', 'SUCCESS'].find((each) => statuses.includes(each)) ?? 'UNCONFIGURED';
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}
