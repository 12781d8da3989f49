/** What the server and the vendors' operations say to each other. */
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestBody } from './body.ts';
import type { VirtualClock } from './clock.ts';
import type { CredentialDesk } from './credentials.ts';
import type { FaultPlan, Permission } from './faults.ts';
import type { ApiDescription, Operation, ParameterValues, RequestProblem } from './openapi.ts';
import type { CredentialKind } from './request-log.ts';

/** What an operation answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON value; absent where `text` is given or the body is empty. */
  readonly body?: unknown;
  readonly text?: string;
  /** Of `text`; default `text/plain`. */
  readonly contentType?: string;
  /** Rows on the page. */
  readonly rows?: number;
}

/** A request that passed credentials and checks. */
export interface ApiRequest {
  readonly operation: Operation;
  readonly values: ParameterValues;
  readonly headers: IncomingHttpHeaders;
  readonly body: RequestBody;
  /** The body as it came, for signatures. */
  readonly rawBody: Uint8Array;
  /** What the description does not allow in a form; other bodies are refused before they come here. */
  readonly formProblems: readonly RequestProblem[];
  readonly plan: FaultPlan;
  /** Seed of the fault plan. */
  readonly seed: number;
  readonly clock: VirtualClock;
}

/** A refusal that is not particular to an operation. */
export type Refusal =
  | { readonly kind: 'unknown-path'; readonly path: string }
  | { readonly kind: 'other-methods'; readonly method: string; readonly allow: readonly string[] }
  | { readonly kind: 'bad-request'; readonly problems: readonly RequestProblem[] }
  | { readonly kind: 'unauthenticated'; readonly credentials: CredentialKind }
  | { readonly kind: 'no-permission'; readonly operation: Operation }
  | { readonly kind: 'no-scope'; readonly operation: Operation }
  | { readonly kind: 'rate-limited'; readonly limit: string; readonly retryAt: Date }
  | { readonly kind: 'server-fault'; readonly status: number; readonly text: string };

/** What makes one vendor's API of the server. */
export interface Vendor {
  readonly description: ApiDescription;
  readonly desk: CredentialDesk;
  /** The permission that an operation needs. */
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly operations: Readonly<Record<string, (request: ApiRequest) => Answer | Promise<Answer>>>;
  /** `path` is that of the request, for a vendor whose services refuse in different shapes. */
  readonly refuse: (refusal: Refusal, auth: FaultPlan['auth'], path: string) => Answer;
  /** Header of a 429 where the fault plan does not name one. */
  readonly limitHeader: 'x-ratelimit-reset' | 'retry-after';
  /** Changes a path before it is looked up; `undefined` when there is nothing at that path. */
  readonly rewrite?: (path: string, plan: FaultPlan) => string | undefined;
  /** Runs at the start of each request, for rows that appear at a virtual time. */
  readonly wake?: () => void;
  /** Runs after each page of rows was made. */
  readonly afterPage?: (operationId: string, request: ApiRequest) => void;
}

/** Media type of an answer; `undefined` for an empty body. */
export function contentTypeOf(answer: Answer): string | undefined {
  if (answer.text !== undefined) return answer.contentType ?? 'text/plain';
  return answer.body === undefined ? undefined : 'application/json';
}
