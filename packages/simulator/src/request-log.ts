/** How a request said who it is; the credential itself is never kept. */
export type CredentialKind =
  | 'none'
  | 'app-key'
  | 'api-key'
  | 'access-token'
  | 'expired-token'
  | 'client-secret'
  | 'unknown'
  | 'malformed';

/** One request as the simulator saw and answered it. */
export interface RequestRecord {
  /** 1 for the first request that the simulator received. */
  readonly number: number;
  readonly method: string;
  /** Path as sent, without the query. */
  readonly path: string;
  /** Query parameters, decoded; the last one where a name was sent twice. Names that carry secrets are masked. */
  readonly query: Readonly<Record<string, string>>;
  /** Status of the answer; 0 when the connection was cut before there was one. */
  readonly status: number;
  /** From the API description; absent for a path that it does not know. */
  readonly operationId?: string;
  /** Virtual time of arrival, epoch milliseconds. */
  readonly started: number;
  readonly credentials: CredentialKind;
  /** Rows in the answer, where it was a page. */
  readonly rows?: number;
  /** Kind of the failure of the fault plan that decided the answer. */
  readonly failure?: string;
}

const secretNames = new Set(['client_secret', 'access_token', 'token', 'api_key', 'apikey', 'password']);

/** Query parameters for the log. */
export function loggedQuery(search: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of search) query[name] = secretNames.has(name.toLowerCase()) ? '(masked)' : value;
  return query;
}
