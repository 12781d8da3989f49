/** The typed client of Data Integration of one Celonis team. */
import { OptionError, systemClock } from '@millrace/http';
import type { Client } from 'openapi-fetch';
import { body, bodyList, callInit } from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type { CloudPermission, CloudTeam, paths } from '../generated/integration.ts';
import { pollTiming } from '../poller.ts';
import { type CallOptions, checkTeamOptions, teamClient, type TeamClientOptions } from '../team-client.ts';
import { type Connections, connections } from './connections.ts';
import type { PoolContext } from './context.ts';
import { type DataModels, dataModels } from './data-models.ts';
import { type Jobs, jobs } from './jobs.ts';
import {
  type Parameters,
  type PoolParameter,
  poolParameters,
  type TaskParameter,
  taskParameters,
} from './parameters.ts';
import { type Pools, pools, type PoolTables, poolTables } from './pools.ts';
import type { PoolVariableTransport, TaskVariableTransport } from '../generated/integration.ts';

/** Options of {@link createCelonisIntegration}. */
export type CelonisIntegrationOptions = TeamClientOptions;

/** What stands in one data pool. */
export interface PoolClient {
  readonly poolId: string;
  /** Tables in its schemas. */
  readonly tables: PoolTables;
  readonly connections: Connections;
  readonly jobs: Jobs;
  /** Its parameters. */
  readonly parameters: Parameters<PoolVariableTransport, PoolParameter>;
  /** Parameters of one of its tasks, by the ID of the task (`id`, not `taskId`). */
  taskParameters(taskInstanceId: string): Parameters<TaskVariableTransport, TaskParameter>;
  readonly dataModels: DataModels;
}

/** What {@link createCelonisIntegration} gives. */
export interface CelonisIntegration {
  /** The team that the credential belongs to. */
  team(options?: CallOptions): Promise<CloudTeam>;
  /** What the credential may do, by service; `event-collection` is Data Integration. */
  permissions(options?: CallOptions): Promise<CloudPermission[]>;
  /** Data pools of the team. */
  readonly pools: Pools;
  /** One data pool. Nothing is sent. */
  pool(poolId: string): PoolClient;
  /** The openapi-fetch client below: `{ data, error, response }`, with credentials, retry and limits. */
  readonly raw: Client<paths>;
}

/**
 * Makes the client. Scope `integration.data-pools`, and Edit on the data pool. Nothing is sent before the first call.
 * Calls throw the errors of `@millrace/http`; what the server took and then failed at is an `OperationError`. Throws `OptionError`
 * when an option is wrong.
 *
 * Celonis documents no more of this API than the loading of data models: see `openapi/celonis-integration.yaml` for what is
 * observed and what inferred.
 */
export function createCelonisIntegration(options: CelonisIntegrationOptions): CelonisIntegration {
  checkTeamOptions(options, [], 'createCelonisIntegration');
  const raw = teamClient<paths>(options, operations);
  const clock = options.clock ?? systemClock;
  const timing = pollTiming(options.poll);
  return {
    team: async (call) => body(await raw.GET('/api/cloud/team', callInit(call)), operations.getCloudTeam),
    permissions: async (call) =>
      bodyList(await raw.GET('/api/cloud/permissions', callInit(call)), operations.listCloudPermissions),
    pools: pools(raw),
    pool: (poolId) => poolClient({ raw, poolId: checkId(poolId), clock, timing }),
    raw,
  };
}

function poolClient(context: PoolContext): PoolClient {
  return {
    poolId: context.poolId,
    tables: poolTables(context),
    connections: connections(context),
    jobs: jobs(context),
    parameters: poolParameters(context),
    taskParameters: (taskInstanceId) => taskParameters(context, taskInstanceId),
    dataModels: dataModels(context),
  };
}

function checkId(poolId: string): string {
  if (typeof poolId !== 'string' || poolId.trim() === '') {
    throw new OptionError('poolId', 'poolId must be the ID of a data pool, a UUID as in the address of its page.');
  }
  return poolId;
}
