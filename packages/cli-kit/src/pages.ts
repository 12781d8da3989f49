/** From the clients' pages to the engine's. */
import { parseJson, type JsonObject, type JsonValue } from '@millrace/flatten';
import type { Page, PageRequest, Paging as EnginePaging } from '@millrace/extract';
import type { PageAddress, Paging, RawPage } from '@millrace/http';

/** How the engine walks a list that a client pages like this. */
export function enginePaging(paging: Paging): EnginePaging {
  return paging.style === 'cursor' ? { kind: 'cursor' } : { kind: 'numbered', first: paging.firstPage };
}

/** Which page a client is to read. */
export function pageAddress(paging: Paging, { page, cursor, signal }: PageRequest): PageAddress {
  if (paging.style === 'page-number') return { pageNumber: page, signal };
  return cursor === undefined ? { signal } : { cursor, signal };
}

/** The server answered something that is not the page that its API describes. */
export class UnexpectedPageError extends Error {
  override readonly name = 'UnexpectedPageError';

  constructor(url: string, want: string) {
    super(`GET ${url}: the answer is JSON, but not ${want}. Check that the address is that of the API.`);
  }
}

/** Parses a page, with every integer exact. */
export function enginePage({ bytes, headers, serverTime, response }: RawPage, paging: Paging): Page {
  const body: JsonValue = bytes.length === 0 ? [] : parseJson(bytes);
  const documents = documentsOf(body, paging);
  if (documents === undefined) throw new UnexpectedPageError(response.url, `a list under "${paging.items}"`);
  const totalCount = paging.style === 'page-number' ? countOf(body, headers, paging.totalCount) : undefined;
  const next = paging.style === 'cursor' ? textOf(body, paging.nextCursor) : undefined;
  return { documents, totalCount, next, serverTime };
}

function documentsOf(body: JsonValue, paging: Paging): readonly JsonObject[] | undefined {
  const bare = paging.style === 'page-number' && paging.bare;
  const list = Array.isArray(body)
    ? bare || body.length === 0
      ? body
      : undefined
    : isObject(body)
      ? body[paging.items]
      : undefined;
  return Array.isArray(list) && list.every(isObject) ? list : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function countOf(
  body: JsonValue,
  headers: Headers,
  place: { readonly in: 'body' | 'header'; readonly name: string },
): number | undefined {
  const value = place.in === 'header' ? headers.get(place.name) : isObject(body) ? body[place.name] : undefined;
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

function textOf(body: JsonValue, name: string): string | undefined {
  const value = isObject(body) ? body[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
