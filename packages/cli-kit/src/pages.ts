/** From the clients' pages to the engine's. */
import { parseJson, type JsonObject, type JsonValue } from '@millrace/flatten';
import type { Page, PageRequest, Paging as EnginePaging } from '@millrace/extract';
import { readJson, unexpected, type PageAddress, type Paging, type RawPage } from '@millrace/http';

/** How the engine walks a list that a client pages like this. */
export function enginePaging(paging: Paging): EnginePaging {
  return paging.style === 'cursor' ? { kind: 'cursor' } : { kind: 'numbered', first: paging.firstPage };
}

/** Which page a client is to read. */
export function pageAddress(paging: Paging, { page, cursor, signal }: PageRequest): PageAddress {
  if (paging.style === 'page-number') return { pageNumber: page, signal };
  return cursor === undefined ? { signal } : { cursor, signal };
}

/**
 * Parses a page, with every integer exact.
 * @throws UnexpectedResponseError when it is no JSON, or not the page that the API describes
 */
export async function enginePage({ bytes, headers, serverTime, response }: RawPage, paging: Paging): Promise<Page> {
  const body = bytes.length === 0 ? [] : await parseBody(response, bytes);
  const documents = documentsOf(body, paging);
  if (documents === undefined) {
    throw unexpected(
      response,
      `It is JSON, but has no list under "${paging.items}": check that the address is that of the API.`,
    );
  }
  const totalCount = paging.style === 'page-number' ? countOf(body, headers, paging.totalCount) : undefined;
  const next = paging.style === 'cursor' ? textOf(body, paging.nextCursor) : undefined;
  return { documents, totalCount, next, serverTime };
}

async function parseBody(response: Response, bytes: Uint8Array): Promise<JsonValue> {
  try {
    return parseJson(bytes);
  } catch (error) {
    // What is no JSON at all is told in terms of the exchange: a log-in page, an answer cut short.
    await readJson(response, bytes);
    throw error;
  }
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
