import { parseJson, type JsonObject, type JsonValue } from '@millrace/flatten';
import type { Page } from '@millrace/extract';

/** A page with its documents as values, whichever way it was read. */
export type DocumentPage = Page & { readonly documents: readonly JsonObject[] };

/** Parses a page that came as bytes. */
export function parsedPage(page: Page): DocumentPage {
  if (page.documents !== undefined) return page;
  const { body, at, countAt, serverTime, refuse, ...rest } = page;
  const value = body.length === 0 ? [] : parseJson(body);
  const documents = valueAt(value, at);
  if (!Array.isArray(documents) || !documents.every(isObject)) {
    throw refuse?.(`it has no list of objects at ${at.join('.')}`) ?? new Error('The page is not a list of objects.');
  }
  const count = countAt === undefined ? undefined : valueAt(value, countAt);
  return {
    ...(serverTime === undefined ? {} : { serverTime }),
    ...(rest.next === undefined ? {} : { next: rest.next }),
    totalCount: rest.totalCount ?? (typeof count === 'number' ? count : undefined),
    documents,
  };
}

function valueAt(value: JsonValue, path: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return found;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
