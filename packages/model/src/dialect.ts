import type { ColumnType } from '@millrace/flatten';

/** A table as an engine needs to know it to write to it. */
export interface TableTarget {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType; readonly maxLength?: number }[];
  readonly primaryKey: readonly string[];
}

/**
 * How one engine writes what engines write differently. Everything else in a transformation is SQL that they share:
 * joins, `COALESCE`, `NULLIF`, `CASE`, `||`, aggregates and window functions.
 *
 * Every expression given is SQL text; every value given (`text`, `timestamp`) is a JavaScript value. Instants are UTC without a zone.
 */
export interface Dialect {
  readonly name: 'duckdb' | 'celonis' | 'spark' | (string & {});
  /** A quoted name: names hold `$`, `.`, `/`, blanks and quotes. */
  readonly identifier: (name: string) => string;
  /** A string literal. */
  readonly text: (value: string) => string;
  /** A timestamp literal from ISO 8601 UTC. */
  readonly timestamp: (iso: string) => string;
  /** The engine's type for a column. */
  readonly type: (type: ColumnType, maxLength?: number) => string;
  /** The expression in the wanted type; NULL for a value that has none in it. */
  readonly convert: (expression: string, type: ColumnType, maxLength?: number) => string;
  /** Milliseconds since 1970-01-01T00:00:00Z of a timestamp, as a 64-bit integer. */
  readonly epochMillis: (timestamp: string) => string;
  /** A sort key, smallest value first and NULL last. */
  readonly ascending: (expression: string) => string;
  /** Whether two values differ, where NULL equals NULL. */
  readonly distinct: (left: string, right: string) => string;
  /** What group 1 of a regular expression (the syntax that RE2, PCRE and Java share) matches first; NULL where it does not match or matches nothing. */
  readonly extract: (expression: string, pattern: string) => string;
  /** Statements that leave the table with exactly the rows of the query, whatever was there. */
  readonly replaceTable: (target: TableTarget, query: string) => readonly string[];
  /** The statement that makes an empty table unless there is one. */
  readonly createTable: (target: TableTarget) => string;
  /**
   * Statements that leave an existing table with exactly the rows of the query by primary key, touching only rows that differ:
   * new ones inserted, changed ones updated, vanished ones deleted.
   */
  readonly mergeTable: (target: TableTarget, query: string) => readonly string[];
}

/** A statement that an engine does not have. */
export class DialectError extends Error {
  override readonly name: string = 'DialectError';
  /** Name of the dialect. */
  readonly dialect: string;

  constructor(dialect: string, message: string) {
    super(message);
    this.dialect = dialect;
  }
}
