/** The data pools of a team, with their tables, as the simulator starts them. */
import type { Answer, ApiRequest } from '../api.ts';
import type { VirtualClock } from '../clock.ts';
import { executionOperations } from './execution-operations.ts';
import { jobOperations } from './job-operations.ts';
import { asObject } from './json.ts';
import { modelLoadOperations } from './model-load.ts';
import { modelOperations } from './model-operations.ts';
import { parameterOperations } from './parameter-operations.ts';
import { poolOperations } from './pool-operations.ts';
import { pushOperations } from './push-operations.ts';
import { PoolRefusal } from './refusals.ts';
import { PoolsState } from './state.ts';
import type { DataPoolOptions, Operations, PoolTeam } from './team.ts';
import { importPool, transferOperations } from './transfer-operations.ts';
import { type Cell, Warehouse } from './warehouse.ts';

/** For tests: what stands in the pools, past the API. */
export interface DataPools {
  /** Rows of a query in the schema of a connection, or the pool's own; in DuckDB's SQL. */
  query(poolId: string, query: string, connectionId?: string): Promise<Record<string, Cell>[]>;
  /** Runs DuckDB SQL in the schema of a connection, or the pool's own: for tables that are to be there already. */
  run(poolId: string, statement: string, connectionId?: string): Promise<void>;
  /**
   * Adds a custom extractor with its Extractor Builder file, and gives its ID. In a team that is done in the browser: no operation is known
   * that does it.
   */
  addExtractor(poolId: string, name: string, configuration: unknown): string;
}

/** Data pools, ready to be served. */
export class DataPoolService {
  readonly operations: Operations;
  readonly access: DataPools;
  readonly #warehouse: Warehouse;

  constructor(given: { seed: number; clock: VirtualClock; options: DataPoolOptions; domain: string }) {
    const { seed, clock, options, domain } = given;
    const state = new PoolsState(seed);
    this.#warehouse = new Warehouse(options.database ?? ':memory:');
    const team: PoolTeam = { state, warehouse: this.#warehouse, clock, options, domain };
    for (const document of options.pools ?? []) importPool(team, asObject(structuredClone(document)));
    const operations = {
      ...poolOperations(team),
      ...transferOperations(team),
      ...jobOperations(team),
      ...executionOperations(team),
      ...parameterOperations(team),
      ...modelOperations(team),
      ...modelLoadOperations(team),
      ...pushOperations(team),
    };
    this.operations = Object.fromEntries(
      Object.entries(operations).map(([id, operation]) => [id, refusing(operation)] as const),
    );
    this.access = {
      query: (poolId, query, connectionId) => this.#warehouse.rows(state.get(poolId).schemaOf(connectionId), query),
      run: (poolId, statement, connectionId) =>
        this.#warehouse.run(state.get(poolId).schemaOf(connectionId), statement),
      addExtractor: (poolId, name, configuration) => {
        const id = state.ids.next();
        const { extractors } = state.get(poolId);
        extractors.put({
          id,
          name,
          poolId,
          description: null,
          customizedFrom: null,
          configuration: asObject(structuredClone(configuration)),
        });
        return id;
      },
    };
  }

  close(): Promise<void> {
    return this.#warehouse.close();
  }
}

/** An operation whose refusals are answers. */
function refusing(operation: Operations[string]): (request: ApiRequest) => Promise<Answer> {
  return async (request) => {
    try {
      return await operation(request);
    } catch (error) {
      if (error instanceof PoolRefusal) return error.answer;
      throw error;
    }
  };
}
