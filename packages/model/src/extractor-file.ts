/**
 * The file that the Celonis Extractor Builder exports and imports (Build custom connection, Import from file). Its keys come from an
 * export (kaztakata/celonis-hacks, planio_extractor_20220205.json) and from the service's types in Celonis' Python client (pycelonis,
 * generated client of the integration service, `CustomExtractorConfiguration`). Enums are the vendor's and open.
 */

/** How a connection may authenticate. */
export interface ExtractorAuthentication {
  readonly apiKeyHeader?: string;
  readonly authenticationMethod:
    | 'API_KEY_AUTHENTICATION'
    | 'BASIC_AUTHENTICATION'
    | 'BEARER_AUTHENTICATION'
    | 'OAUTH2_CLIENT_CREDENTIALS'
    | (string & {});
  /** For OAuth 2: `{Connection.AUTH_URL}/oauth/token`. */
  readonly tokenEndpoint?: string;
  readonly grantType?: string;
  readonly scopes?: string;
  readonly contentType?: string;
  readonly audienceLabel?: string;
  readonly subjectLabel?: string;
  readonly issuerLabel?: string;
  /** Client ID and secret in the body of the token request rather than in a header. */
  readonly useBodyForOAuth?: boolean;
  readonly enableCustomField?: boolean;
  readonly customFields?: readonly { readonly name: string; readonly value: string }[];
}

/** What the user fills in for a connection; used as `{Connection.PLACEHOLDER}`. */
export interface ExtractorConnectionParameter {
  readonly name: string;
  readonly placeholder: string;
  readonly defaultValue?: string;
  readonly confidential?: boolean;
  readonly mandatory: boolean;
}

/** A query parameter: always sent with its `value`, or sent with the value that a filter statement gives it, and else not at all. */
export interface ExtractorRequestParameter {
  readonly name: string;
  readonly useAsFilter: boolean;
  readonly value?: string;
  readonly filterType?: 'DATE' | 'DATETIME' | 'STRING' | 'INTEGER' | 'FLOAT' | (string & {});
  /** A Java pattern: `yyyy-MM-dd'T'HH:mm:ss.SSSZZ`. */
  readonly dateFormat?: string;
}

/** How an endpoint is paged. Without a method it is not. */
export interface ExtractorPagination {
  readonly paginationMethod?: 'PAGE_BY_PAGE_PAGINATION' | 'LIMIT_AND_OFFSET_PAGINATION' | (string & {});
  readonly paginationData?: {
    /** `PAGE_BY_PAGE_PAGINATION`: names of the parameters, and what they begin with. */
    readonly pageParameter?: string;
    readonly pageSize?: string;
    readonly defaultPageSize?: number;
    readonly defaultFirstPageIndex?: number;
    /** `LIMIT_AND_OFFSET_PAGINATION`: names of the parameters. */
    readonly limit?: string;
    readonly offset?: string;
    readonly defaultLimit?: number;
  };
}

/** A column. */
export interface ExtractorColumn {
  readonly name: string;
  /** From the row; absent for a top-level field of that name. */
  readonly path?: readonly string[];
  readonly type: 'INTEGER' | 'STRING' | 'TEXT' | 'FLOAT' | 'BOOLEAN' | 'DATE' | 'DATETIME' | (string & {});
  readonly dateFormat?: string;
  readonly primaryKey?: boolean;
  /** A link: to the parent table, or in the root table of a dependent endpoint to the table that it depends on. */
  readonly foreignKey?: boolean;
}

/** A table of an array inside the rows. */
export interface ExtractorNestedTable {
  readonly name: string;
  /** From the parent's row. */
  readonly path: readonly string[];
  readonly columns: readonly ExtractorColumn[];
  /** The array holds scalars. */
  readonly primitiveArray?: boolean;
  readonly nestedTables?: readonly ExtractorNestedTable[];
}

/** What an endpoint's answer becomes. */
export interface ExtractorResponse {
  readonly tableName: string;
  /** Where in the answer the rows are; empty when it is a list. */
  readonly responseRoot: readonly string[];
  readonly responseType: 'JSON' | 'XML' | (string & {});
  readonly columns: readonly ExtractorColumn[];
  readonly nestedTables: readonly ExtractorNestedTable[];
}

/** A list of the API. */
export interface ExtractorEndpoint {
  /** UUID. */
  readonly id: string;
  /** `id` of the endpoint whose rows this one is asked for, one request per distinct value of `dependsOnColumn`; empty for none. */
  readonly dependsOn: string;
  readonly dependsOnColumn?: string;
  readonly name: string;
  /** `{Connection.API_URL}/issues/{Dependency.id}.json` */
  readonly url: string;
  readonly requestParameters: readonly ExtractorRequestParameter[];
  readonly headers: Readonly<Record<string, string>>;
  readonly pagination: ExtractorPagination;
  readonly response: ExtractorResponse;
  readonly errorHandlingRules: readonly unknown[];
  readonly useForConnectionTest: boolean;
}

/** A custom extractor. It holds neither its name, which is typed on import, nor a host or a secret. */
export interface ExtractorFile {
  readonly supportedAuthenticationConfigurations: readonly ExtractorAuthentication[];
  readonly connectionParameters: readonly ExtractorConnectionParameter[];
  readonly supportedFilteringSyntaxes: readonly unknown[];
  readonly endpoints: readonly ExtractorEndpoint[];
}

/** A text that is no extractor file. */
export class ExtractorFileError extends Error {
  override readonly name: string = 'ExtractorFileError';
  /** Where in the file: `endpoints[1].response`. */
  readonly at: string;

  constructor(at: string, message: string) {
    super(`${at === '' ? 'The file' : at}: ${message}`);
    this.at = at;
  }
}

/**
 * Reads an extractor file. Keys that are not described here stay in the value as they are.
 * Throws an `ExtractorFileError` that names the place where something else is than expected.
 */
export function parseExtractorFile(text: string): ExtractorFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ExtractorFileError('', `it is not JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const file = new Place(value, '');
  file.list('supportedAuthenticationConfigurations').forEach((each) => each.text('authenticationMethod'));
  for (const parameter of file.list('connectionParameters')) parameter.text('placeholder');
  const endpoints = file.list('endpoints');
  for (const endpoint of endpoints) checkEndpoint(endpoint);
  const ids = new Set(endpoints.map((endpoint) => endpoint.text('id')));
  for (const endpoint of endpoints) {
    const parent = endpoint.text('dependsOn');
    if (parent !== '' && !ids.has(parent)) endpoint.fail('dependsOn', `there is no endpoint with the ID ${parent}.`);
  }
  return value as ExtractorFile;
}

/** Writes an extractor file as the Extractor Builder does: `"key" : value`, two blanks a level, no line break at the end. */
export function formatExtractorFile(file: ExtractorFile): string {
  return written(file, '');
}

function written(value: unknown, indent: string): string {
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => deeper + written(item, deeper));
    return items.length === 0 ? '[ ]' : `[\n${items.join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const lines = entries.map(([key, item]) => `${deeper}${JSON.stringify(key)} : ${written(item, deeper)}`);
    return lines.length === 0 ? '{ }' : `{\n${lines.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}

function checkEndpoint(endpoint: Place): void {
  for (const key of ['name', 'url']) endpoint.text(key);
  for (const parameter of endpoint.list('requestParameters')) parameter.text('name');
  endpoint.object('pagination');
  const response = endpoint.object('response');
  response.text('tableName');
  response.path('responseRoot');
  checkTable(response);
}

function checkTable(table: Place): void {
  for (const column of table.list('columns')) {
    column.text('name');
    column.text('type');
    if (column.has('path')) column.path('path');
  }
  if (!table.has('nestedTables')) return;
  for (const nested of table.list('nestedTables')) {
    nested.text('name');
    nested.path('path');
    checkTable(nested);
  }
}

/** A value of the file, and where it stands. */
class Place {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #at: string;

  constructor(value: unknown, at: string) {
    this.#at = at;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ExtractorFileError(at, 'an object is expected here.');
    this.#value = { ...value };
  }

  has(key: string): boolean {
    return this.#value[key] !== undefined;
  }

  text(key: string): string {
    const value = this.#value[key];
    return typeof value === 'string' ? value : this.fail(key, 'text is expected here.');
  }

  object(key: string): Place {
    return new Place(this.#value[key], this.#inside(key));
  }

  list(key: string): readonly Place[] {
    const value = this.#value[key];
    if (!Array.isArray(value)) return this.fail(key, 'a list is expected here.');
    return value.map((item, index) => new Place(item, `${this.#inside(key)}[${index}]`));
  }

  path(key: string): void {
    const value = this.#value[key];
    if (!Array.isArray(value) || !value.every((step) => typeof step === 'string'))
      this.fail(key, 'a list of keys is expected here.');
  }

  fail(key: string, message: string): never {
    throw new ExtractorFileError(this.#inside(key), message);
  }

  #inside(key: string): string {
    return this.#at === '' ? key : `${this.#at}.${key}`;
  }
}
