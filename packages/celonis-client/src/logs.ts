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
export {
  type CelonisLogs,
  type CelonisLogsOptions,
  createCelonisLogs,
  type EventLog,
  type EventsQuery,
} from './create-celonis-logs.ts';
export type {
  AdoptionCursorPage,
  AdoptionEvent,
  AdoptionPage,
  AuditCursorPage,
  AuditEvent,
  AuditEventCode,
  AuditPage,
  LoginEvent,
  LoginEventType,
  LoginPage,
  Member,
  MemberGroup,
  MemberPage,
  paths as LogsPaths,
} from './generated/logs.ts';
export { logsOperations } from './generated/logs-operations.ts';
export type { MemberFilters } from './list-operations.ts';
export type { TimeRange } from './time-range.ts';
