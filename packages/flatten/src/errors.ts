import type { SchemaChange } from './schema.ts';
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

/** The page is longer than a text can be in this runtime (in V8 about 512 MiB). */
export class PageSizeError extends FlattenError {
  override name = 'PageSizeError';

  constructor(bytes: number, place: ErrorPlace, options?: ErrorOptions) {
    super(
      `A page of ${bytes} bytes is longer than a text can be in this runtime; ask the source for smaller pages, or cut it between documents`,
      { ...place, path: [], byteOffset: 0 },
    );
    if (options !== undefined) this.cause = options.cause;
  }
}

/** A document cannot be a row: it is no object, or its key is missing or taken. */
export class DocumentError extends FlattenError {
  override name = 'DocumentError';
}

/** A document would change what a contract has frozen. */
export class ContractError extends FlattenError {
  override name = 'ContractError';
  /** What the document would change. */
  readonly change: SchemaChange;
  readonly table: string;
  /** Absent when the table is what would be new. */
  readonly column: string | undefined;

  constructor(message: string, change: SchemaChange, place: ErrorPlace) {
    super(message, place);
    this.change = change;
    this.table = change.table;
    this.column = change.kind === 'table added' ? undefined : change.column;
  }
}

/** The specification contradicts itself, or the tables of an earlier run. */
export class SpecError extends FlattenError {
  override name = 'SpecError';
}

/** Of a longer path as many steps are shown at either end. */
const SHOWN_STEPS = 20;

/** Of a longer key only the start is shown. */
const LONGEST_KEY = 200;

/**
 * A path as people read it: `content[3].message.id`, keys that are no plain words in brackets and quotes, the middle of a very long one
 * left out, as is the end of a very long key.
 */
export function formatPath(path: readonly (string | number)[]): string {
  if (path.length > 2 * SHOWN_STEPS) {
    const middle = path.length - 2 * SHOWN_STEPS;
    return `${formatSteps(path.slice(0, SHOWN_STEPS))} … ${middle} more … ${formatSteps(path.slice(-SHOWN_STEPS))}`;
  }
  const text = formatSteps(path);
  return text === '' ? '(the whole value)' : text;
}

function formatSteps(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (step.length > LONGEST_KEY) text += `[${JSON.stringify(step.slice(0, LONGEST_KEY))}…]`;
    else if (/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
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
