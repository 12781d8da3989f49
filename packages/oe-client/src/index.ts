export {
  type ApiError,
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
export { createOeClient, type OeClient, type OeClientOptions } from './create-oe-client.ts';
export type {
  Account,
  DigitalProcess,
  DigitalProcessScenario,
  DigitalProcessStep,
  DigitalProcessTrigger,
  EventType,
  paths as OePaths,
  ProcessContext,
  ProcessContextEvent,
  ProcessContextStatus,
} from './generated/oe.ts';
export { oeOperations } from './generated/oe-operations.ts';
export type { ProcessContextFilters } from './process-context-query.ts';
