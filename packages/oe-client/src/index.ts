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
export {
  createEventSender,
  type EventSender,
  type EventSenderOptions,
  type OutgoingEvent,
} from './create-event-sender.ts';
export { createOeClient, type OeClient, type OeClientOptions } from './create-oe-client.ts';
export { signEvent } from './event-signature.ts';
export type {
  Account,
  DigitalProcess,
  DigitalProcessScenario,
  DigitalProcessStep,
  DigitalProcessTrigger,
  EventReceipt,
  EventType,
  paths as OePaths,
  ProcessContext,
  ProcessContextEvent,
  ProcessContextStatus,
} from './generated/oe.ts';
export { oeOperations } from './generated/oe-operations.ts';
export type { ProcessContextFilters } from './process-context-query.ts';
