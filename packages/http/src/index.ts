export { type ApiErrorOptions, apiError, type OperationFacts, requestIdOf, serverTimeOf } from './api-error.ts';
export { BufferedResponse } from './buffered-response.ts';
export type { HttpRequestInit } from './call.ts';
export { type ClientCredentialsOptions, clientCredentials } from './client-credentials.ts';
export { type Clock, systemClock } from './clock.ts';
export {
  appKey,
  assertCredentials,
  bearer,
  type CredentialNeed,
  type Credentials,
  type Secret,
} from './credentials.ts';
export type { JsonBody } from './error-body.ts';
export {
  ApiError,
  type ApiErrorFacts,
  AuthenticationError,
  ConflictError,
  ConnectionError,
  type ErrorName,
  InvalidRequestError,
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
  NotFoundError,
  OptionError,
  PermissionError,
  RateLimitError,
  type RequestFacts,
  ServerError,
  TimeoutError,
  UnexpectedResponseError,
} from './errors.ts';
export { createHttp, type Http, type HttpOptions, type WaitEvent } from './http.ts';
export { readJson, unexpected } from './json-body.ts';
export { isoInstant, knownOptions, oneOf, wholeNumber } from './option-values.ts';
export { type Operation, type OperationMiddleware, operationMiddleware } from './operations.ts';
export { assertCallable, isLoopback, parseBaseUrl } from './origin.ts';
export type { Budget } from './pacing.ts';
export {
  byCursor,
  byOffset,
  byPageNumber,
  countOf,
  type PageReading,
  type PageStyle,
  type Step,
  type Walk,
} from './page-styles.ts';
export {
  type CollectOptions,
  type LoadedPage,
  type Page,
  type PageOptions,
  type PageSource,
  type Paginated,
  paginate,
} from './pages.ts';
export {
  type FetchResult,
  jsonResult,
  type ListOptions,
  type PagedList,
  type PagedListDefinition,
  type PageRequest,
  pagedList,
  type RawPage,
} from './paged-list.ts';
export type { PageAddress, Paging } from './paging.ts';

export { redactText, showUrl } from './redact.ts';
export type { RetryOptions } from './retry.ts';
