/** Reads a body that must be JSON. */
import { requestIdOf } from './api-error.ts';
import { exchangeFacts } from './buffered-response.ts';
import { isHtml, oneLine } from './error-body.ts';
import { UnexpectedResponseError } from './errors.ts';
import { redactText, showUrl } from './redact.ts';

/**
 * Parses the body of a response. `bytes` are given when they have been read already.
 * Throws `UnexpectedResponseError` for HTML, for JSON that was cut short, and for anything else that is no JSON.
 */
export async function readJson(response: Response, bytes?: Uint8Array): Promise<unknown> {
  const text = bytes === undefined ? await response.text() : new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unexpected(response, whyNoJson(text, response.headers.get('content-type') ?? ''), text, error);
  }
}

/** The error for an answer that cannot be used. `why` is a sentence; the request and a snippet of the body are added. */
export function unexpected(response: Response, why: string, text?: string, cause?: unknown): UnexpectedResponseError {
  const about = exchangeFacts(response);
  const method = about?.method ?? 'GET';
  const url = showUrl(about?.url ?? response.url);
  const contentType = response.headers.get('content-type');
  const requestId = requestIdOf(response.headers);
  return new UnexpectedResponseError(
    `${method} ${url} answered ${response.status}, but the answer cannot be used. ${why}`,
    {
      method,
      url,
      status: response.status,
      ...(contentType === null ? {} : { contentType }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(text === undefined ? {} : { snippet: redactText(oneLine(text.slice(0, 200)), about?.secrets) }),
    },
    // A parser's message quotes the text, which may hold a secret; its kind says enough.
    cause === undefined || text !== undefined ? undefined : { cause },
  );
}

function whyNoJson(text: string, contentType: string): string {
  if (text.trim() === '') return 'It is empty where JSON was expected.';
  if (isHtml(text) || contentType.includes('text/html')) {
    return 'It is an HTML page where JSON was expected, most likely a log-in page, or that of a proxy: check that the address is that of the API.';
  }
  if (/^\s*[{[]/u.test(text)) {
    return `It begins as JSON and breaks off or is damaged (${text.length} characters came), most likely cut by a proxy on the way: try again.`;
  }
  return `It is no JSON${contentType === '' ? '' : ` (its type is ${oneLine(contentType)})`}: check that the address is that of the API.`;
}
