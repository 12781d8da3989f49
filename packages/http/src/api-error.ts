/** From a response that says no to the error that says what to do. */
import { exchangeFacts } from './buffered-response.ts';
import { oneLine, readErrorBody } from './error-body.ts';
import {
  ApiError,
  type ApiErrorFacts,
  AuthenticationError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ServerError,
} from './errors.ts';
import { showUrl } from './redact.ts';
import { serverWait } from './retry-timing.ts';

/** What is known about the operation that was called; generated from the OpenAPI description. */
export interface OperationFacts {
  readonly permission?: string;
  readonly scope?: string;
}

/** Options of {@link apiError}. */
export interface ApiErrorOptions {
  /** Text of the body, when it has been read already. */
  readonly body?: string;
  /** Named in a `PermissionError`. */
  readonly operation?: OperationFacts;
  /** Blanked wherever they appear, besides the credential that was sent. */
  readonly secrets?: readonly string[];
}

const REQUEST_ID_HEADERS = [
  'x-request-id',
  'request-id',
  'x-correlation-id',
  'x-amzn-requestid',
  'x-trace-id',
  'x-b3-traceid',
  'cf-ray',
] as const;

/** The server's ID of this exchange, which its support asks for. */
export function requestIdOf(headers: Headers): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers.get(name);
    if (value !== null && value !== '') return value;
  }
  return undefined;
}

/** The server's clock when it answered, from the `Date` header. */
export function serverTimeOf(headers: Headers): Date | undefined {
  const time = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** Makes the error of a response whose status is not 2xx. Never throws, and never shows a secret. */
export async function apiError(response: Response, options: ApiErrorOptions = {}): Promise<ApiError> {
  const about = exchangeFacts(response);
  const secrets = [...(about?.secrets ?? []), ...(options.secrets ?? [])];
  const said = readErrorBody(options.body ?? (await response.text().catch(() => '')), secrets);
  const requestId = requestIdOf(response.headers);
  const retryAt = about?.retryAt ?? retryAtOf(response.headers);
  const scope = options.operation?.scope;
  const facts: ApiErrorFacts = {
    status: response.status,
    method: about?.method ?? 'GET',
    url: showUrl(about?.url ?? response.url),
    ...said,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAt === undefined ? {} : { retryAt: new Date(retryAt) }),
    ...(options.operation?.permission === undefined ? {} : { permission: options.operation.permission }),
    ...(scope === undefined ? {} : { scope }),
  };
  return errorOf(facts, response.statusText, about?.attempts ?? 1);
}

function retryAtOf(headers: Headers): number | undefined {
  const now = Date.now();
  const wait = serverWait(headers, now);
  return wait === undefined ? undefined : now + wait.ms;
}

function errorOf(facts: ApiErrorFacts, statusText: string, attempts: number): ApiError {
  const { status } = facts;
  const said = [facts.detail, facts.code === undefined ? undefined : `(${facts.code})`].filter(
    (part) => part !== undefined,
  );
  const tries = attempts > 1 ? ` ${attempts} times, last` : '';
  const happened = `${facts.method} ${facts.url} answered${tries} ${status}${statusText === '' ? '' : ` ${oneLine(statusText)}`}${said.length > 0 ? `: ${said.join(' ')}` : ''}`;
  const sentence = (advice: string): string => `${happened.replace(/\.?$/u, '.')} ${advice}${support(facts)}`;
  if (status === 401) return new AuthenticationError(sentence(AUTHENTICATION), facts);
  if (status === 403) return new PermissionError(sentence(permissionAdvice(facts)), facts);
  if (status === 404 || status === 410) return new NotFoundError(sentence(NOT_FOUND), facts);
  if (status === 409 || status === 412) return new ConflictError(sentence(CONFLICT), facts);
  if (status === 429) return new RateLimitError(sentence(rateLimitAdvice(facts)), facts);
  if (status >= 500) return new ServerError(sentence(SERVER), facts);
  if (status === 408 || status === 425 || status < 400) return new ApiError(sentence('Try again later.'), facts);
  return new InvalidRequestError(sentence(INVALID), facts);
}

const AUTHENTICATION =
  'The credential was not accepted: it is wrong, expired or revoked, or belongs to another team. Check the key, or the client ID and secret, and that the address is that of the same team.';
const NOT_FOUND = 'Either there is no such thing, or the address or path is wrong: check both.';
const CONFLICT = 'It exists already, or something else changed it in the meantime: read it again before the next try.';
const INVALID = 'The request as sent cannot succeed: check the values named above.';
const SERVER = 'The fault is on the server: try again later.';

function permissionAdvice({ permission, scope }: ApiErrorFacts): string {
  if (permission === undefined && scope === undefined) {
    return 'The credential is valid and may not do this: an administrator must give it the permission.';
  }
  const needs = [
    permission === undefined ? undefined : `the permission "${permission}"`,
    scope === undefined ? undefined : `if it is an OAuth client, also the scope ${scope}`,
  ].filter((need) => need !== undefined);
  return `The credential is valid and may not do this: it needs ${needs.join(' and, ')}, which an administrator must grant.`;
}

const rateLimitAdvice = ({ retryAt }: ApiErrorFacts): string =>
  `Too many requests for this server's limit: send fewer at a time, or wait${retryAt === undefined ? '' : ` until ${retryAt.toISOString()}`}.`;

const support = ({ requestId }: ApiErrorFacts): string =>
  requestId === undefined ? '' : ` Request ID for the vendor's support: ${requestId}.`;
