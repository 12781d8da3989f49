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
export type {
  ChunkType,
  ColumnTransport,
  ColumnType,
  CsvColumnParsingOptions,
  CsvParsingOptions,
  DataPushChunk,
  DataPushJob,
  JobStatus,
  paths as DataPushPaths,
  TableTransport,
} from '../generated/data-push.ts';
export { dataPushOperations } from '../generated/data-push-operations.ts';
export {
  isOperationError,
  OperationError,
  type OperationErrorFacts,
  type OperationFailure,
  type OperationKind,
} from '../operation-error.ts';
export type { Poller, PollOptions, WaitOptions } from '../poller.ts';
export type { CallOptions, TeamClientOptions } from '../team-client.ts';
export { createDataPush, type DataPush, type DataPushOptions, type PoolPush } from './create-data-push.ts';
export type { ExecutePushOptions, Push, PushState, PushToken } from './push-execution.ts';
export type { PushJob } from './get-push-job.ts';
export type { ChunkOptions, NewPushJob, PushJobs } from './push-jobs.ts';
export type { TablePush } from './push-table.ts';
