/** A list of an API, item by item, page by page, or as bytes; made from a table row, a way of paging, and one request. */
import { requestIdOf, serverTimeOf, apiError, type OperationFacts } from './api-error.ts';
import { readBytes } from './buffered-response.ts';
import { readJson, unexpected } from './json-body.ts';
import { knownOptions } from './option-values.ts';
import { byCursor, byPageNumber, type PageReading } from './page-styles.ts';
import { type LoadedPage, type Paginated, paginate } from './pages.ts';
import { type PageAddress, type Paging, pageAddress } from './paging.ts';

/** One page as the server sent it. */
export interface RawPage {
  /** The body, decompressed, not parsed. Empty for 204. Yours to keep and to transfer. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly status: number;
  readonly headers: Headers;
  /** The server's clock when it answered, from its `Date` header. */
  readonly serverTime?: Date;
  /** What the vendor's support asks for. */
  readonly requestId?: string;
  /** The response itself; its body has been read. */
  readonly response: Response;
}

/** Options of every list. */
export interface ListOptions {
  /** Items a page. Default: as many as the API allows. */
  readonly pageSize?: number;
  /** Ends every iteration of the list with its reason. */
  readonly signal?: AbortSignal;
}

/** A list of an API. `Q` are its filters. */
export interface PagedList<T, Q extends object = ListOptions> {
  /** The list. Nothing is requested before the iteration begins; wrong filters throw at once. */
  list(this: void, query?: Q & ListOptions): Paginated<T>;
  /** One page as bytes: decompressed, not parsed. Several may be read side by side where pages are numbered. */
  readPage(this: void, request?: Q & PageAddress): Promise<RawPage>;
  /** How the pages are cut. */
  readonly paging: Paging;
}

/** What openapi-fetch gives for `parseAs: 'stream'`, which leaves the body to whoever wants it. */
export interface FetchResult {
  readonly error?: unknown;
  readonly response: Response;
}

/** A page request, checked, for the API's own parameters. */
export interface PageRequest {
  readonly pageNumber: number;
  readonly cursor: string | undefined;
  readonly pageSize: number;
  /** To be spread into the options of the openapi-fetch call. */
  readonly init: { readonly parseAs: 'stream'; readonly signal?: AbortSignal };
}

/** What makes a list. */
export interface PagedListDefinition<Q> {
  /** Permission and scope, for the error when they are missing. */
  readonly operation: OperationFacts;
  readonly paging: Paging;
  /** Names of the filters. */
  readonly filters: readonly (keyof Q & string)[];
  /** Checks the filters, and gives what requests one page. */
  readonly prepare: (filters: Partial<Q>) => (page: PageRequest) => Promise<FetchResult>;
}

/** Makes a list. */
export function pagedList<T, Q extends object>(definition: PagedListDefinition<Q>): PagedList<T, Q> {
  const { operation, paging, filters, prepare } = definition;
  type Send = (page: PageRequest) => Promise<FetchResult>;
  const read = async (send: Send, address: PageAddress): Promise<RawPage> => {
    const signal = address.signal === undefined ? {} : { signal: address.signal };
    const init = { parseAs: 'stream' as const, ...signal };
    return rawPage(await send({ ...pageAddress(paging, address), init }), operation);
  };
  return {
    list: (query) => {
      const given: Partial<Q> & ListOptions = query ?? {};
      knownOptions(given, [...filters, 'pageSize', 'signal'], 'This list');
      const send = prepare(given);
      const { pageSize } = pageAddress(paging, given.pageSize === undefined ? {} : { pageSize: given.pageSize });
      const load = async (where: PageAddress, signal: AbortSignal | undefined): Promise<LoadedPage<T>> =>
        parsePage(await read(send, { ...where, pageSize, ...(signal === undefined ? {} : { signal }) }), paging);
      const until = given.signal === undefined ? {} : { signal: given.signal };
      if (paging.style === 'cursor') {
        return paginate({
          style: byCursor(),
          load: (cursor, signal) => load(cursor === undefined ? {} : { cursor }, signal),
          ...until,
        });
      }
      return paginate({
        style: byPageNumber({ first: paging.firstPage, size: pageSize }),
        load: (pageNumber, signal) => load({ pageNumber }, signal),
        ...until,
      });
    },
    readPage: async (request) => {
      const given: Partial<Q> & PageAddress = request ?? {};
      knownOptions(given, [...filters, 'pageNumber', 'cursor', 'pageSize', 'signal'], 'readPage()');
      return read(prepare(given), given);
    },
    paging,
  };
}

/** The result as bytes. Throws the typed error when the status is not 2xx. */
export async function rawPage(result: FetchResult, operation: OperationFacts): Promise<RawPage> {
  const { error, response } = result;
  if (!response.ok) {
    const body = typeof error === 'string' ? error : error === undefined ? '' : JSON.stringify(error);
    throw await apiError(response, { body, operation });
  }
  const serverTime = serverTimeOf(response.headers);
  const requestId = requestIdOf(response.headers);
  return {
    bytes: await readBytes(response),
    status: response.status,
    headers: response.headers,
    ...(serverTime === undefined ? {} : { serverTime }),
    ...(requestId === undefined ? {} : { requestId }),
    response,
  };
}

/** The result as parsed JSON. Throws the typed error when the status is not 2xx, or the body no JSON. */
export async function jsonResult(result: FetchResult, operation: OperationFacts): Promise<unknown> {
  const { bytes, response } = await rawPage(result, operation);
  return readJson(response, bytes);
}

async function parsePage<T>(page: RawPage, paging: Paging): Promise<LoadedPage<T>> {
  const { bytes, response, serverTime, headers, status } = page;
  const raw = status === 204 ? undefined : await readJson(response, bytes);
  const reading = status === 204 ? { items: [] } : readingOf(raw, headers, paging);
  if (reading === undefined) {
    throw unexpected(
      response,
      `It is JSON without a list under "${paging.items}": check that the address is that of the API.`,
    );
  }
  // The OpenAPI description says what the items are; they are not checked one by one.
  const items = reading.items as readonly T[];
  return { reading: { ...reading, items }, raw, ...(serverTime === undefined ? {} : { serverTime }), response };
}

function readingOf(body: unknown, headers: Headers, paging: Paging): PageReading | undefined {
  const inHeader = paging.style === 'page-number' && paging.totalCount.in === 'header';
  const counted = inHeader ? { totalCount: headers.get(paging.totalCount.name) } : {};
  if (Array.isArray(body))
    return paging.style === 'page-number' && paging.bare ? { items: body, ...counted } : undefined;
  if (typeof body !== 'object' || body === null) return undefined;
  const fields: { readonly [name: string]: unknown } = { ...body };
  const items = fields[paging.items];
  if (!Array.isArray(items)) return undefined;
  if (paging.style === 'cursor') return { items, nextCursor: fields[paging.nextCursor] };
  return { items, pageSize: fields['pageSize'], totalCount: fields[paging.totalCount.name], ...counted };
}
