/** A destination could not do what it was asked to. The sub-classes say why. */
export class DestinationError extends Error {
  override name = 'DestinationError';
  /** The destination as the user wrote it. */
  readonly url: string;

  constructor(url: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.url = url;
  }
}

/** The text given as a destination, or one of its options, has a wrong form. Nothing was touched. */
export class DestinationOptionError extends DestinationError {
  override name = 'DestinationOptionError';
}

/**
 * Why a place cannot be used.
 * - `missing`: nothing was extracted there
 * - `missing-parent`: the folder that should hold it does not exist
 * - `not-writable`: it may not be written by this user
 * - `wrong-kind`: a file where a folder is needed, or the reverse
 * - `not-a-database`: a file that no DuckDB made
 * - `in-use`: another process has it open
 * - `newer-format`: written by a later version
 * - `damaged`: what is stored there does not agree with itself
 * - `not-allowed`: the credential does not reach it
 * - `foreign`: it holds something under a name that is needed, and that was made by something else
 */
export type UnusableReason =
  | 'missing'
  | 'missing-parent'
  | 'not-writable'
  | 'wrong-kind'
  | 'not-a-database'
  | 'in-use'
  | 'newer-format'
  | 'damaged'
  | 'not-allowed'
  | 'foreign';

/** The place exists in a form that cannot be used, or cannot be made. Nothing was written. */
export class DestinationUnusableError extends DestinationError {
  override name = 'DestinationUnusableError';
  readonly reason: UnusableReason;
  /** The file or folder in question. */
  readonly path: string;

  constructor(url: string, reason: UnusableReason, path: string, message: string, options?: ErrorOptions) {
    super(url, message, options);
    this.reason = reason;
    this.path = path;
  }
}

/** Writing failed. What was committed before is whole; nothing of the transaction is visible. */
export class DestinationWriteError extends DestinationError {
  override name = 'DestinationWriteError';
  /** The system's error code where it gave one: `ENOSPC` when the disk is full. */
  readonly code: string | undefined;

  constructor(url: string, code: string | undefined, message: string, options?: ErrorOptions) {
    super(url, message, options);
    this.code = code;
  }
}

/** A statement of a transformation or a query failed. Nothing of the transformation was kept. */
export class DestinationSqlError extends DestinationError {
  override name = 'DestinationSqlError';
  /** The statement that failed. */
  readonly statement: string;

  constructor(url: string, statement: string, message: string, options?: ErrorOptions) {
    super(url, message, options);
    this.statement = statement;
  }
}

/** A method was called out of order: before `open`, after `close`, or while a transaction is under way. */
export class DestinationUsageError extends DestinationError {
  override name = 'DestinationUsageError';
}

/** Code of a system error (`ENOENT`), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

/** What an error says, without its class. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Gives a failed write the code and the sentence that tell a user what to do. */
export function writeError(url: string, what: string, error: unknown): DestinationError {
  if (error instanceof DestinationError) return error;
  const message = messageOf(error);
  const full = systemCode(error) === 'ENOSPC' || /no space left|disk full/i.test(message);
  const code = full ? 'ENOSPC' : systemCode(error);
  const advice = full
    ? 'The disk is full: make room and run again, nothing that was committed is lost.'
    : 'Nothing of this transaction was kept.';
  return new DestinationWriteError(url, code, `Could not ${what} in ${url}: ${message}. ${advice}`, { cause: error });
}
