/** The error classes, what each carries, and guards that work across copies of this package. */
import type { JsonBody } from './error-body.ts';

/** `Symbol.for`, so that a guard of one copy of the package knows the errors of another. */
const BRAND = Symbol.for('@millrace/http/error');

/** `name` of every error class of this package. */
export type ErrorName =
  | 'OptionError'
  | 'ApiError'
  | 'AuthenticationError'
  | 'PermissionError'
  | 'NotFoundError'
  | 'InvalidRequestError'
  | 'ConflictError'
  | 'RateLimitError'
  | 'ServerError'
  | 'ConnectionError'
  | 'TimeoutError'
  | 'UnexpectedResponseError';

function brand(error: Error, names: readonly ErrorName[]): void {
  Object.defineProperty(error, BRAND, { value: names, enumerable: false });
}

function hasName(error: unknown, name: ErrorName): boolean {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  const names: unknown = error[BRAND];
  return Array.isArray(names) && names.includes(name);
}

/** An option is wrong. `message` is one sentence that ends with the right form; nothing was sent. */
export class OptionError extends TypeError {
  override readonly name = 'OptionError' as const;
  /** The option, as `retry.maxRetries`. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    brand(this, ['OptionError']);
    this.option = option;
  }

  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, option: this.option };
  }
}

/** What an {@link ApiError} says about the answer. */
export interface ApiErrorFacts {
  /** HTTP status. */
  readonly status: number;
  readonly method: string;
  /** Query kept; user information and secret-looking parameters blanked. */
  readonly url: string;
  /** The vendor's own code, as `ADMIN_ACCESS_ERROR` or `invalid_client`. */
  readonly code?: string;
  /** The vendor's own words. */
  readonly detail?: string;
  /** What the vendor's support asks for; from `x-request-id` and its relatives. */
  readonly requestId?: string;
  /** The body: parsed when it was JSON, else text. Cut at 16 KiB, secrets blanked. */
  readonly body?: JsonBody;
  /** When the server says that trying again makes sense. */
  readonly retryAt?: Date;
  /** Team permission that the operation needs, where known. */
  readonly permission?: string;
  /** OAuth scope that the operation needs, where known; several are separated by a space. */
  readonly scope?: string;
}

/** The server answered, and said no. The sub-classes are by what one can do about it. */
export class ApiError extends Error implements ApiErrorFacts {
  override readonly name: Exclude<
    ErrorName,
    'OptionError' | 'ConnectionError' | 'TimeoutError' | 'UnexpectedResponseError'
  > = 'ApiError';
  readonly status: number;
  readonly method: string;
  readonly url: string;
  readonly code?: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly body?: JsonBody;
  readonly retryAt?: Date;
  readonly permission?: string;
  readonly scope?: string;

  constructor(message: string, facts: ApiErrorFacts, kind: ErrorName = 'ApiError') {
    super(message);
    brand(this, ['ApiError', kind]);
    this.status = facts.status;
    this.method = facts.method;
    this.url = facts.url;
    if (facts.code !== undefined) this.code = facts.code;
    if (facts.detail !== undefined) this.detail = facts.detail;
    if (facts.requestId !== undefined) this.requestId = facts.requestId;
    if (facts.body !== undefined) this.body = facts.body;
    if (facts.retryAt !== undefined) this.retryAt = facts.retryAt;
    if (facts.permission !== undefined) this.permission = facts.permission;
    if (facts.scope !== undefined) this.scope = facts.scope;
  }

  toJSON(): Record<string, unknown> {
    const { name, message, status, method, url, code, detail, requestId, body, retryAt, permission, scope } = this;
    return { name, message, status, method, url, code, detail, requestId, body, retryAt, permission, scope };
  }
}

/** 401, or the token endpoint refused the client: the credential is wrong, expired or revoked. */
export class AuthenticationError extends ApiError {
  override readonly name = 'AuthenticationError' as const;
  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts, 'AuthenticationError');
  }
}

/** 403, or the token endpoint refused the scope: the credential is good and may not do this. See `permission` and `scope`. */
export class PermissionError extends ApiError {
  override readonly name = 'PermissionError' as const;
  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts, 'PermissionError');
  }
}

/** 404 or 410: the path or the thing does not exist. */
export class NotFoundError extends ApiError {
  override readonly name = 'NotFoundError' as const;
  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts, 'NotFoundError');
  }
}

/** 400, 405, 406, 413, 414, 415, 422 and other 4xx: the request as sent will never succeed. */
export class InvalidRequestError extends ApiError {
  override readonly name = 'InvalidRequestError' as const;
  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts, 'InvalidRequestError');
  }
}

/** 409 or 412: something else changed the thing, or it exists already. */
export class ConflictError extends ApiError {
  override readonly name = 'ConflictError' as const;
  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts, 'ConflictError');
  }
}

/** 429, after the retries that were allowed. `retryAt` says when to come back, where the server says so. */
export class RateLimitError extends ApiError {
  override readonly name = 'RateLimitError' as const;
  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts, 'RateLimitError');
  }
}

/** 5xx, after the retries that were allowed. */
export class ServerError extends ApiError {
  override readonly name = 'ServerError' as const;
  constructor(message: string, facts: ApiErrorFacts) {
    super(message, facts, 'ServerError');
  }
}

/** Where a request was going when no answer, or no usable one, came. */
export interface RequestFacts {
  readonly method: string;
  /** Query kept; user information and secret-looking parameters blanked. */
  readonly url: string;
}

/** No answer: name not found, refused, certificate not trusted, cut while reading. `cause` is the runtime's own error. */
export class ConnectionError extends Error implements RequestFacts {
  override readonly name = 'ConnectionError' as const;
  readonly method: string;
  readonly url: string;
  /** The runtime's code, as `ECONNREFUSED`, where there is one. */
  readonly code?: string;

  constructor(message: string, facts: RequestFacts & { readonly code?: string }, options?: { cause?: unknown }) {
    super(message, options);
    brand(this, ['ConnectionError']);
    this.method = facts.method;
    this.url = facts.url;
    if (facts.code !== undefined) this.code = facts.code;
  }

  toJSON(): Record<string, unknown> {
    const { name, message, method, url, code } = this;
    return { name, message, method, url, code };
  }
}

/** One attempt, or the request as a whole with its waits, took too long. */
export class TimeoutError extends Error implements RequestFacts {
  override readonly name = 'TimeoutError' as const;
  readonly method: string;
  readonly url: string;
  /** `attempt`: option `timeout`; `total`: option `totalTimeout`. */
  readonly limit: 'attempt' | 'total';
  /** The limit in milliseconds. */
  readonly timeout: number;

  constructor(
    message: string,
    facts: RequestFacts & { readonly limit: 'attempt' | 'total'; readonly timeout: number },
    options?: { cause?: unknown },
  ) {
    super(message, options);
    brand(this, ['TimeoutError']);
    this.method = facts.method;
    this.url = facts.url;
    this.limit = facts.limit;
    this.timeout = facts.timeout;
  }

  toJSON(): Record<string, unknown> {
    const { name, message, method, url, limit, timeout } = this;
    return { name, message, method, url, limit, timeout };
  }
}

/** An answer that cannot be used: HTML instead of JSON, JSON cut short, a redirect elsewhere, a page that repeats. */
export class UnexpectedResponseError extends Error implements RequestFacts {
  override readonly name = 'UnexpectedResponseError' as const;
  readonly method: string;
  readonly url: string;
  readonly status?: number;
  readonly contentType?: string;
  readonly requestId?: string;
  /** The first 200 characters of the body, secrets blanked. */
  readonly snippet?: string;

  constructor(
    message: string,
    facts: RequestFacts & {
      readonly status?: number;
      readonly contentType?: string;
      readonly requestId?: string;
      readonly snippet?: string;
    },
    options?: { cause?: unknown },
  ) {
    super(message, options);
    brand(this, ['UnexpectedResponseError']);
    this.method = facts.method;
    this.url = facts.url;
    if (facts.status !== undefined) this.status = facts.status;
    if (facts.contentType !== undefined) this.contentType = facts.contentType;
    if (facts.requestId !== undefined) this.requestId = facts.requestId;
    if (facts.snippet !== undefined) this.snippet = facts.snippet;
  }

  toJSON(): Record<string, unknown> {
    const { name, message, method, url, status, contentType, requestId, snippet } = this;
    return { name, message, method, url, status, contentType, requestId, snippet };
  }
}

/** Whether `error` is an {@link OptionError}, of whichever copy of this package. */
export const isOptionError = (error: unknown): error is OptionError => hasName(error, 'OptionError');
/** Whether `error` is an {@link ApiError} or one of its sub-classes, of whichever copy of this package. */
export const isApiError = (error: unknown): error is ApiError => hasName(error, 'ApiError');
/** Whether `error` is an {@link AuthenticationError}, of whichever copy of this package. */
export const isAuthenticationError = (error: unknown): error is AuthenticationError =>
  hasName(error, 'AuthenticationError');
/** Whether `error` is a {@link PermissionError}, of whichever copy of this package. */
export const isPermissionError = (error: unknown): error is PermissionError => hasName(error, 'PermissionError');
/** Whether `error` is a {@link NotFoundError}, of whichever copy of this package. */
export const isNotFoundError = (error: unknown): error is NotFoundError => hasName(error, 'NotFoundError');
/** Whether `error` is an {@link InvalidRequestError}, of whichever copy of this package. */
export const isInvalidRequestError = (error: unknown): error is InvalidRequestError =>
  hasName(error, 'InvalidRequestError');
/** Whether `error` is a {@link ConflictError}, of whichever copy of this package. */
export const isConflictError = (error: unknown): error is ConflictError => hasName(error, 'ConflictError');
/** Whether `error` is a {@link RateLimitError}, of whichever copy of this package. */
export const isRateLimitError = (error: unknown): error is RateLimitError => hasName(error, 'RateLimitError');
/** Whether `error` is a {@link ServerError}, of whichever copy of this package. */
export const isServerError = (error: unknown): error is ServerError => hasName(error, 'ServerError');
/** Whether `error` is a {@link ConnectionError}, of whichever copy of this package. */
export const isConnectionError = (error: unknown): error is ConnectionError => hasName(error, 'ConnectionError');
/** Whether `error` is a {@link TimeoutError}, of whichever copy of this package. */
export const isTimeoutError = (error: unknown): error is TimeoutError => hasName(error, 'TimeoutError');
/** Whether `error` is an {@link UnexpectedResponseError}, of whichever copy of this package. */
export const isUnexpectedResponseError = (error: unknown): error is UnexpectedResponseError =>
  hasName(error, 'UnexpectedResponseError');
