import type { MapStyle } from '@millrace/flatten';

/**
 * What is to be different from the model: which columns and child tables there are, what tables are called, how objects are laid out, and
 * which columns hold pseudonyms.
 *
 * Columns and child tables are named as in the tables, `TABLE$COLUMN` or `TABLE.COLUMN`: `process_context$status`, `process_context_event.eventType`,
 * `process_context$context$order.created$lines`. A name stands for itself and all below it; `*` stands for any one key:
 * `process_context$context$*$customer$email`.
 */
export interface Shape {
  /** Left out of every table. */
  readonly omit?: readonly string[];
  /** Of the tables named here, with their children, nothing else is kept but keys and what the activity tables need. Other tables stay whole. */
  readonly only?: readonly string[];
  /** New names of tables, by their present ones. Child tables and link columns follow. */
  readonly rename?: Readonly<Record<string, string>>;
  /** How an object is laid out: `columns`, `table` (rows of `key` and value) or `json` (one column). */
  readonly maps?: Readonly<Record<string, MapStyle>>;
  /**
   * Holds a keyed hash in place of the value, the same one for the same text wherever it stands, so that joins match. What a foreign
   * key of the model joins to such a column holds pseudonyms as well.
   */
  readonly pseudonymize?: readonly string[];
}

/** A shape that the model cannot take. */
export class ShapeError extends Error {
  override readonly name: string = 'ShapeError';
  /** The name that is wrong, as it was written. */
  readonly reference: string;

  constructor(reference: string, message: string) {
    super(`"${reference}": ${message}`);
    this.reference = reference;
  }
}
