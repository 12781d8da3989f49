/** How an extractor asks its source: addresses, authentication, pages. */
import { parseJson, type JsonObject as Document, type JsonValue } from '@millrace/flatten';
import type { ExtractorAuthentication, ExtractorEndpoint } from '@millrace/model';
import type { StepLog } from './execution.ts';

/** Values of a connection by placeholder, and its credentials: `apiKey`, `token`, `username`, `password`, `clientId`, `clientSecret`. */
export type ConnectionValues = Readonly<Record<string, string>>;

/** Something that an extraction cannot go on with. */
export class ExtractionError extends Error {
  override readonly name = 'ExtractionError';
}

const mostTries = 4;

/** Asks one source with the values of a connection. */
export class Source {
  readonly #values: ConnectionValues;
  readonly #authentication: ExtractorAuthentication | undefined;
  readonly #log: StepLog;
  #authorization: Promise<Record<string, string>> | undefined;

  constructor(values: ConnectionValues, authentication: ExtractorAuthentication | undefined, log: StepLog) {
    this.#values = values;
    this.#authentication = authentication;
    this.#log = log;
  }

  /** The rows of an endpoint, page by page. `dependency` is the value of the column that it depends on. */
  async *pages(
    endpoint: ExtractorEndpoint,
    filters: ReadonlyMap<string, string>,
    dependency?: { readonly column: string; readonly value: string },
  ): AsyncGenerator<readonly Document[]> {
    const fill = (text: string): string => this.#fill(text, dependency);
    const base = new URL(fill(endpoint.url));
    for (const { name, useAsFilter, value } of endpoint.requestParameters) {
      const sent = useAsFilter ? filters.get(name) : fill(value ?? '');
      if (sent !== undefined) base.searchParams.set(name, sent);
    }
    for (let page = 0; ; page += 1) {
      const url = new URL(base);
      const size = addPage(url, endpoint, page);
      const rows = rowsAt(await this.#get(url, endpoint, fill), endpoint.response.responseRoot);
      if (rows.length > 0) yield rows;
      // Where pages end is not published; a page that is not full is taken for the last.
      if (size === undefined || rows.length < size) return;
    }
  }

  #fill(text: string, dependency?: { readonly column: string; readonly value: string }): string {
    return text.replaceAll(/\{(Connection|Dependency)\.([^{}]+)\}/gu, (whole, kind: string, name: string) => {
      if (kind === 'Dependency') return dependency?.column === name ? encodeURIComponent(dependency.value) : whole;
      const value = this.#values[name];
      if (value === undefined) throw new ExtractionError(`The connection has no value for ${name}.`);
      return value;
    });
  }

  async #get(url: URL, endpoint: ExtractorEndpoint, fill: (text: string) => string): Promise<JsonValue> {
    for (let tries = 1; ; tries += 1) {
      this.#authorization ??= this.#authorize();
      const own = Object.entries(endpoint.headers).map(([name, value]) => [name, fill(value)] as const);
      const headers = { accept: 'application/json', ...(await this.#authorization), ...Object.fromEntries(own) };
      const answer = await fetch(url, { headers });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (answer.status === 204 || (answer.ok && bytes.length === 0)) return [];
      if (answer.ok) return parseJson(bytes);
      if (answer.status === 401 && tries === 1) this.#authorization = undefined;
      else if (tries >= mostTries || (answer.status !== 429 && answer.status < 500)) {
        const said = new TextDecoder().decode(bytes.subarray(0, 200));
        throw new ExtractionError(`${endpoint.name}: ${url.pathname} answered ${answer.status}. ${said}`);
      }
      this.#log.info(`${endpoint.name}: ${url.pathname} answered ${answer.status}; trying again.`);
    }
  }

  async #authorize(): Promise<Record<string, string>> {
    const { authenticationMethod: method, apiKeyHeader } = this.#authentication ?? { authenticationMethod: 'NONE' };
    const value = (name: string): string => {
      const found = this.#values[name];
      if (found === undefined) throw new ExtractionError(`The connection has no ${name}, which ${method} needs.`);
      return found;
    };
    switch (method) {
      case 'API_KEY_AUTHENTICATION':
        return { [apiKeyHeader === undefined || apiKeyHeader === '' ? 'x-api-key' : apiKeyHeader]: value('apiKey') };
      case 'BEARER_AUTHENTICATION':
        return { authorization: `Bearer ${value('token')}` };
      case 'BASIC_AUTHENTICATION':
        return { authorization: basic(value('username'), value('password')) };
      case 'OAUTH2_CLIENT_CREDENTIALS':
        return { authorization: `Bearer ${await this.#token(value('clientId'), value('clientSecret'))}` };
      default:
        return {};
    }
  }

  async #token(id: string, secret: string): Promise<string> {
    const { tokenEndpoint = '', grantType, scopes, useBodyForOAuth } = this.#authentication ?? {};
    const form = new URLSearchParams({ grant_type: grantType ?? 'client_credentials' });
    if (scopes !== undefined && scopes !== '') form.set('scope', scopes);
    const inBody = useBodyForOAuth === true;
    if (inBody) {
      form.set('client_id', id);
      form.set('client_secret', secret);
    }
    const headers = inBody ? {} : { authorization: basic(id, secret) };
    const answer = await fetch(this.#fill(tokenEndpoint), { method: 'POST', headers, body: form });
    const body: unknown = await answer.json().catch(() => undefined);
    const token = typeof body === 'object' && body !== null && 'access_token' in body ? body.access_token : undefined;
    if (!answer.ok || typeof token !== 'string') {
      throw new ExtractionError(`The token endpoint answered ${answer.status} without a token.`);
    }
    return token;
  }
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Puts the page into the address; gives its size, or `undefined` where there are no pages. */
function addPage(url: URL, { pagination }: ExtractorEndpoint, page: number): number | undefined {
  const { paginationMethod, paginationData: data = {} } = pagination;
  if (paginationMethod === 'LIMIT_AND_OFFSET_PAGINATION') {
    const size = data.defaultLimit ?? 100;
    url.searchParams.set(data.offset ?? 'offset', String((data.defaultFirstPageIndex ?? 0) + page * size));
    url.searchParams.set(data.limit ?? 'limit', String(size));
    return size;
  }
  if (paginationMethod === 'PAGE_BY_PAGE_PAGINATION') {
    const size = data.defaultPageSize ?? 100;
    url.searchParams.set(data.pageParameter ?? 'page', String((data.defaultFirstPageIndex ?? 0) + page));
    if (data.pageSize !== undefined && data.pageSize !== '') url.searchParams.set(data.pageSize, String(size));
    return size;
  }
  if (paginationMethod === undefined || paginationMethod === '') return undefined;
  throw new ExtractionError(`The simulator does not know the pagination ${paginationMethod}.`);
}

function rowsAt(body: JsonValue, root: readonly string[]): readonly Document[] {
  let value: JsonValue | undefined = body;
  for (const key of root) {
    // A list that stands alone is taken where an envelope was configured, as services have both.
    if (Array.isArray(value)) break;
    value = isDocument(value) ? value[key] : undefined;
  }
  if (value === undefined || value === null) return [];
  const rows: readonly JsonValue[] = isList(value) ? value : [value];
  return rows.map((row) => {
    if (!isDocument(row)) throw new ExtractionError(`The rows at ${root.join('.') || 'the root'} are no objects.`);
    return row;
  });
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isDocument(value: JsonValue | undefined): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
