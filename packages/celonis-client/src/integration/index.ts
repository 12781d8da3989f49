export {
  type ApiError,
  appKey,
  bearer,
  clientCredentials,
  isApiError,
  isAuthenticationError,
  isConflictError,
  isConnectionError,
  isInvalidRequestError,
  isNotFoundError,
  isOptionError,
  isPermissionError,
  isRateLimitError,
  isServerError,
  isTimeoutError,
  isUnexpectedResponseError,
} from '@millrace/http';
export type { Identified } from '../answers.ts';
export type {
  BatchImportReport,
  BatchImportRequest,
  CloudPermission,
  CloudTeam,
  ConnectionOverview,
  CustomExtractorTransport,
  DataModelConfiguration,
  DataModelForeignKeyTransport,
  DataModelLoadSyncTransport,
  DataModelTableTransport,
  DataModelTransport,
  DataPoolPage,
  DataPoolTransport,
  DataSourceAvailableTables,
  DataSourceTransport,
  EntityStatus,
  ExecutionItemTransport,
  ExecutionStatus,
  ExtractionWithTablesTransport,
  JobExecutionConfiguration,
  JobTransport,
  LogMessageTransport,
  NewTaskInstanceTransport,
  paths as IntegrationPaths,
  PoolColumn,
  PoolExport,
  PoolTable,
  PoolVariableTransport,
  TableExtractionTransport,
  TaskInstanceTransport,
  TaskVariableTransport,
  TransformationTransport,
  TypedConnection,
} from '../generated/integration.ts';
export { integrationOperations } from '../generated/integration-operations.ts';
export {
  isOperationError,
  OperationError,
  type OperationErrorFacts,
  type OperationFailure,
  type OperationKind,
} from '../operation-error.ts';
export type { Poller, PollOptions, WaitOptions } from '../poller.ts';
export type { CallOptions, TeamClientOptions } from '../team-client.ts';
export type { Connection, ConnectionAddress, Connections } from './connections.ts';
export {
  type CelonisIntegration,
  type CelonisIntegrationOptions,
  createCelonisIntegration,
  type PoolClient,
} from './create-celonis-integration.ts';
export type {
  ActivityTables,
  DataModel,
  DataModels,
  DataModelTable,
  DataModelTables,
  ForeignKey,
  ForeignKeys,
  NewForeignKey,
  ProcessConfiguration,
} from './data-models.ts';
export type { ExecuteOptions, Execution, Executions, ExecutionState, ExecutionToken } from './executions.ts';
export type { Job, JobLoad, JobLoads, Jobs } from './jobs.ts';
export type { Load, LoadOptions, LoadState, LoadToken } from './loads.ts';
export type { Parameters, PoolParameter, TaskParameter } from './parameters.ts';
export type { Pool, Pools, PoolTables } from './pools.ts';
export type { ExtractionTable, Task, Tasks } from './tasks.ts';
