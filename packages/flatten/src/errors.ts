import type { Path } from './spec.ts';

/** Where in the input an error arose. What is not known is absent. */
export interface ErrorPlace {
  /** The page, 1 for the first one pushed. */
  readonly page?: number;
  /** The document in its page, 0 for the first. */
  readonly document?: number;
  /** Keys and array indices from the page's outermost value to the place. */
  readonly path?: readonly (string | number)[];
  /** Offset in the page in bytes, its byte order mark included. */
  readonly byteOffset?: number;
}

/** Anything that stops a page or a specification from being used. Nothing of a page that fails is kept. */
export class FlattenError extends Error {
  override name = 'FlattenError';
  readonly page: number | undefined;
  readonly document: number | undefined;
  readonly path: readonly (string | number)[] | undefined;
  readonly byteOffset: number | undefined;

  constructor(message: string, place: ErrorPlace = {}) {
    super(message + describePlace(place));
    this.page = place.page;
    this.document = place.document;
    this.path = place.path;
    this.byteOffset = place.byteOffset;
  }
}

/** The page is not JSON. */
export class JsonSyntaxError extends FlattenError {
  override name = 'JsonSyntaxError';
  /** 1 for the first line. */
  readonly line: number;
  /** 1 for the first character of a line, counted in UTF-16 units. */
  readonly column: number;
  /** The text around the place, at most 60 characters, control characters escaped. */
  readonly snippet: string;

  constructor(
    problem: string,
    place: ErrorPlace & { readonly line: number; readonly column: number; readonly snippet: string },
  ) {
    super(`Not JSON: ${problem} (line ${place.line}, column ${place.column}, near ${place.snippet})`, place);
    this.line = place.line;
    this.column = place.column;
    this.snippet = place.snippet;
  }
}

/** The page is not UTF-8. */
export class EncodingError extends FlattenError {
  override name = 'EncodingError';
}

/** A document cannot be a row: it is no object, or its key is missing or taken. */
export class DocumentError extends FlattenError {
  override name = 'DocumentError';
}

/** The specification contradicts itself, or the tables of an earlier run. */
export class SpecError extends FlattenError {
  override name = 'SpecError';
}

/** A path as people read it: `content[3].message.id`, keys that are no plain words in brackets and quotes. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text === '' ? '(the whole value)' : text;
}

/** A declared path as people read it. */
export function formatSpecPath(path: Path): string {
  return JSON.stringify(path);
}

function describePlace(place: ErrorPlace): string {
  const parts: string[] = [];
  if (place.page !== undefined) parts.push(`page ${place.page}`);
  if (place.document !== undefined) parts.push(`document ${place.document}`);
  if (place.path !== undefined) parts.push(`at ${formatPath(place.path)}`);
  if (place.byteOffset !== undefined) parts.push(`byte ${place.byteOffset}`);
  return parts.length === 0 ? '' : ` [${parts.join(', ')}]`;
}
