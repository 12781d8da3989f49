/** From the clients' pages to the engine's. */
import { parseJson, type JsonObject, type JsonValue } from '@millrace/flatten';
import type { BytePage, PageRequest, Paging as EnginePaging, ParsedPage } from '@millrace/extract';
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
 * Hands a page on as it came; the engine finds the documents in it.
 * @throws UnexpectedResponseError when it is no JSON
 */
export async function bytePage({ bytes, headers, serverTime, response }: RawPage, paging: Paging): Promise<BytePage> {
  if (bytes.length > 0 && !looksLikeJson(bytes)) await readJson(response, bytes);
  const bare = paging.style === 'page-number' && paging.bare && firstByte(bytes) === openingBracket;
  const count = paging.style === 'page-number' ? paging.totalCount : undefined;
  return {
    body: bytes,
    at: bare ? [] : [paging.items],
    ...(count?.in === 'body' ? { countAt: [count.name] } : {}),
    ...(count?.in === 'header' ? { totalCount: wholeNumber(headers.get(count.name)) } : {}),
    ...(paging.style === 'cursor' ? { nextAt: [paging.nextCursor] } : {}),
    serverTime,
    release: () => {
      if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
    },
    refuse: (why) =>
      unexpected(
        response,
        `It is JSON, but not a page of the API (${why}): check that the address is that of the API.`,
      ),
  };
}

const openingBracket = 0x5b;
const openingBrace = 0x7b;

function firstByte(bytes: Uint8Array): number | undefined {
  return bytes.find((byte) => byte > 0x20);
}

/** Whether it begins and ends as an object or array does: a log-in page does not, and what was cut short most often does not. */
function looksLikeJson(bytes: Uint8Array): boolean {
  const first = firstByte(bytes.subarray(bytes[0] === 0xef ? 3 : 0));
  const last = bytes.findLast((byte) => byte > 0x20);
  return (first === openingBrace && last === 0x7d) || (first === openingBracket && last === 0x5d);
}

/**
 * Parses a page, with every integer exact.
 * @throws UnexpectedResponseError when it is no JSON, or not the page that the API describes
 */
export async function enginePage(
  { bytes, headers, serverTime, response }: RawPage,
  paging: Paging,
): Promise<ParsedPage> {
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
  return typeof value === 'number' ? value : wholeNumber(value);
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

function textOf(body: JsonValue, name: string): string | undefined {
  const value = isObject(body) ? body[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
