/** From what openapi-fetch gives to a value or a typed error. */
import {
  apiError,
  type FetchResult,
  isNotFoundError,
  jsonResult,
  type OperationFacts,
  unexpected,
} from '@millrace/http';
import type { CallOptions } from './team-client.ts';

/** Something that has an ID. */
export type Identified<T> = T & { readonly id: string };

/** A request as openapi-fetch takes it: the body left as it is, so that one that is no JSON gives a proper error. */
export type CallInit = {
  readonly parseAs: 'stream';
  readonly signal?: AbortSignal;
};

/** A row of an operations table, as far as errors need it. */
type Operation = OperationFacts & { readonly path?: string };

/** The part of an openapi-fetch call that is the same for all. */
export function callInit({ signal }: CallOptions = {}): CallInit {
  return { parseAs: 'stream', ...(signal === undefined ? {} : { signal }) };
}

/** The body as JSON. The OpenAPI description says what it is; it is not checked. Throws the typed error of a status that is not 2xx. */
export async function body<T>(result: FetchResult, operation: Operation): Promise<T> {
  return (await jsonResult(result, operation)) as T;
}

/** The same where there may be none. */
export async function bodyOrNothing<T>(result: FetchResult, operation: Operation): Promise<T | undefined> {
  const { ok, body: content } = result.response;
  return ok && content === null ? undefined : body(result, operation);
}

/** The body as an object with an ID. Throws `UnexpectedResponseError` when it has none. */
export async function identified<T extends object>(result: FetchResult, operation: Operation): Promise<Identified<T>> {
  return withId(await body<T>(result, operation), result.response);
}

/** The body as a list of objects with IDs. */
export async function identifiedList<T extends object>(
  result: FetchResult,
  operation: Operation,
): Promise<Identified<T>[]> {
  const list = await bodyList<T>(result, operation);
  return list.map((item) => withId(item, result.response));
}

/** The body as a list. */
export async function bodyList<T>(result: FetchResult, operation: Operation): Promise<T[]> {
  const list = await body<T[] | undefined>(result, operation);
  if (!Array.isArray(list)) throw unexpected(result.response, 'It is JSON, but not the list that was asked for.');
  return list;
}

function withId<T extends object>(value: T, response: Response): Identified<T> {
  const given: { readonly id?: unknown } = typeof value === 'object' && value !== null ? value : {};
  if (typeof given.id !== 'string') throw unexpected(response, 'It is JSON, but not an object with an ID.');
  return value as Identified<T>;
}

/** For answers without a body. Throws the typed error of a status that is not 2xx. */
export async function done({ error, response }: FetchResult, operation: Operation): Promise<void> {
  if (response.ok) return;
  const text = typeof error === 'string' ? error : error === undefined ? '' : JSON.stringify(error);
  throw await apiError(response, { body: text, operation });
}

/** Whether it was there to be deleted. */
export async function deleted(result: FetchResult, operation: Operation): Promise<boolean> {
  try {
    await done(result, operation);
    return true;
  } catch (error) {
    if (isNotFoundError(error)) return false;
    throw error;
  }
}
