/**
 * What a table looks like: values that travel with every batch, so that a reader of a batch needs nothing else.
 */

/**
 * The type of a column.
 *
 * | type | in a batch | JSON values it takes |
 * |---|---|---|
 * | `BOOLEAN` | one byte, 0 or 1 | `true`, `false` |
 * | `INTEGER` | signed 64-bit | whole numbers within ±2^63, exact |
 * | `FLOAT` | IEEE 754 double | any other number, and integers within ±2^53 once the column is a FLOAT |
 * | `DATE` | days since 1970-01-01, signed 32-bit | `2025-02-25` |
 * | `DATETIME` | milliseconds since 1970-01-01T00:00:00Z, signed 64-bit | `2025-02-25T14:52:10.903Z` and its kin; every ISO 8601 form once it is declared |
 * | `STRING` | UTF-8 | anything else that is a scalar |
 * | `JSON` | UTF-8 JSON text | what a table cannot hold: mixed arrays, values deeper than `maxDepth` |
 */
export type ColumnType = 'BOOLEAN' | 'INTEGER' | 'FLOAT' | 'DATE' | 'DATETIME' | 'STRING' | 'JSON';

/**
 * Why a column exists.
 * - `data`: a value of the document
 * - `link`: repeats a primary-key column of an ancestor
 * - `position`: 0-based index in the array the row came from (`_position`)
 * - `key`: content hash and occurrence number of a root document without a declared key (`_key`)
 * - `variant`: the scalar that stood where other documents have an object or array
 */
export type ColumnRole = 'data' | 'link' | 'position' | 'key' | 'variant';

/** One column of a table. */
export interface ColumnSchema {
  /** The rendered name: `context$processid`, `digital_process_id`. Unique in its table, letter case ignored. */
  readonly name: string;
  /** Path from the table's own documents to the value. Empty for link, position and key columns, and for the `value` column of an array of scalars. */
  readonly path: readonly string[];
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** For a link column: the ancestor table and the column of it that is repeated here. */
  readonly references?: { readonly table: string; readonly column: string };
  /**
   * Longest value seen, in UTF-16 units. Numbers, booleans and dates count as the text that they would be in a STRING column,
   * so that the length is known when the column becomes one.
   */
  readonly maxChars: number;
  /** The same in UTF-8 bytes. */
  readonly maxBytes: number;
  /** INTEGER: a value beyond ±(2^53 − 1) was seen, so a FLOAT cannot hold the column and fractions widen it to STRING. */
  readonly wide?: true;
  /**
   * DATETIME: a bit set of the spellings that every value so far agrees with (see `dates.ts`). It gives each value its own text
   * back should the column become a STRING. Absent: milliseconds always written, `2025-02-25T14:52:10.900Z`.
   */
  readonly spellings?: number;
}

/** One table. */
export interface TableSchema {
  readonly name: string;
  /** Path of the array that the rows come from, from the root document; empty for a root table. An array inside an array adds the element `[]`. */
  readonly path: readonly string[];
  /** Present where the rows are the entries of an object (map style `table`): columns `key` and `value`. */
  readonly map?: true;
  /** Present where the rows are documents that a contract kept out of the tables of their root; the path is empty. */
  readonly rejects?: true;
  /** The table whose rows hold the array; absent for a root table. */
  readonly parent?: string;
  /** The root table of this family; its own name for a root table. */
  readonly root: string;
  /** Names of the columns that identify a row. Never empty. */
  readonly primaryKey: readonly string[];
  /** Names of the columns that hold the root row's primary key, in the order of the root's primary key. For a root table its own primary key. */
  readonly rootKey: readonly string[];
  readonly columns: readonly ColumnSchema[];
}

/**
 * What a batch changed in the schema: parents before children, columns in table order. A new table is one change, its columns
 * are not listed again. `length grown` is said of columns that were STRING or JSON before. `wide`, `spellings`, a `data` column
 * that turns `variant` and the lengths of other types move without a change: a batch holds every table that moved in
 * any way, and whoever stores a schema stores the newest.
 */
export type SchemaChange =
  | { readonly kind: 'table added'; readonly table: string }
  | { readonly kind: 'column added'; readonly table: string; readonly column: string; readonly type: ColumnType }
  | {
      readonly kind: 'type widened';
      readonly table: string;
      readonly column: string;
      readonly from: ColumnType;
      readonly to: ColumnType;
    }
  | {
      readonly kind: 'length grown';
      readonly table: string;
      readonly column: string;
      readonly fromChars: number;
      readonly toChars: number;
      readonly fromBytes: number;
      readonly toBytes: number;
    };
