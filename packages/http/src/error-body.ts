/** Reads the vendors' error bodies, in all the shapes that they are known to have. */
import { redactJson, redactText } from './redact.ts';

/** A parsed error body: JSON, or the text when it is none. */
export type JsonBody = string | number | boolean | null | readonly unknown[] | { readonly [key: string]: unknown };

/** What an error body says. */
export interface ErrorBody {
  readonly code?: string;
  readonly detail?: string;
  readonly body?: JsonBody;
}

/** More than this of an error body is cut off. */
const MOST_TEXT = 16_384;

type Fields = { readonly [key: string]: unknown };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

const firstText = (...values: readonly unknown[]): string | undefined =>
  values.map(text).find((value) => value !== undefined);

const looksLikeCode = (value: string | undefined): value is string =>
  value !== undefined && /^[\w.-]{3,80}$/u.test(value);

/** Whether a body is a web page. */
export const isHtml = (body: string): boolean => /^\s*(?:<!doctype html|<html|<head|<body)/iu.test(body);

/**
 * Celonis' `{ title, status, detail, errorCode }` and `{ error: "Unauthorized" }`
 * (https://developer.celonis.com/celonis-apis/api-reference/common-error-catalog), its permissions service's
 * `{ frontendErrorKey, errorInformation }`, OAuth's `{ error, error_description }` (RFC 6749, 5.2), gateways'
 * `{ fault: { faultstring, detail: { errorcode } } }`, lists under `errors` or `details`, plain text, or nothing at all.
 */
export function readErrorBody(raw: string, secrets: readonly string[] = []): ErrorBody {
  if (raw.trim() === '') return {};
  const json = parse(raw);
  if (json === undefined) {
    const shown = redactText(raw.slice(0, MOST_TEXT), secrets);
    return isHtml(raw) ? { body: shown, detail: 'the body is an HTML page' } : { body: shown, detail: oneLine(shown) };
  }
  const shown = redactJson(json, secrets);
  const body = (raw.length > MOST_TEXT ? redactText(raw.slice(0, MOST_TEXT), secrets) : shown) as JsonBody;
  const said = isFields(shown) ? readFields(shown) : typeof shown === 'string' ? { detail: oneLine(shown) } : {};
  return { ...said, body };
}

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function readFields(body: Fields): ErrorBody {
  const fault = isFields(body['fault']) ? body['fault'] : {};
  const faultDetail = isFields(fault['detail']) ? fault['detail'] : {};
  const nested = isFields(body['error']) ? body['error'] : {};
  const list = [body['errors'], body['details']].find((value) => Array.isArray(value) && value.length > 0);
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  const item = isFields(first) ? first : {};
  const error = text(body['error']);
  const code =
    firstText(body['errorCode'], body['code'], body['frontendErrorKey'], faultDetail['errorcode'], nested['code']) ??
    (looksLikeCode(error) ? error : undefined) ??
    firstText(item['errorCode'], item['code']);
  const detail = firstText(
    body['detail'],
    body['error_description'],
    body['message'],
    body['errorInformation'],
    fault['faultstring'],
    nested['message'],
    body['title'],
    item['message'],
    item['detail'],
    first,
    error,
  );
  return {
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined || detail === code ? {} : { detail: oneLine(detail) }),
  };
}

/** One line of at most 300 characters, as a message can hold it. */
export function oneLine(value: string): string {
  const line = value.replaceAll(/\s+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
