/**
 * What the caller says about the documents of one root table. Everything but the name may be left out: the rest is inferred.
 */
import type { ColumnType, TableSchema } from './schema.ts';

/**
 * A path in a document: object keys from the outside in. `[]` stands for "each element" of an array inside an array; a key that
 * is itself `[]` is written `~[]`.
 */
export type Path = readonly string[];

/** How an object is shaped: its keys as columns (default), as rows of a child table (`key`, `value` columns), or as one JSON column. */
export type MapStyle = 'columns' | 'table' | 'json';

/**
 * How link columns are named.
 * - `underscore` (default): `<parent>_<key column>`, as `digital_process_id`
 * - `dollar`: `<parent>$<key column>`, as `process_context$context$processid`
 */
export type LinkStyle = 'underscore' | 'dollar';

/** What is declared for one path of the document. All of it is optional. */
export interface PathSpec {
  readonly path: Path;
  /** Array: the child table's name, instead of `<parent>$<path>`. */
  readonly table?: string;
  /** Array: how this child table names its link columns. */
  readonly linkStyle?: LinkStyle;
  /** Array of objects: paths within an element that identify it among its siblings, instead of `_position`. */
  readonly primaryKey?: readonly Path[];
  /** Object: how its keys are shaped. */
  readonly map?: MapStyle;
  /** Scalar: the column's name, instead of the path joined with `$`. */
  readonly column?: string;
  /** Scalar, or the scalars of an array: the least type of the column. Values that do not fit widen it. */
  readonly type?: ColumnType;
  /** Leaves the value, and all below it, out of every table. */
  readonly omit?: boolean;
}

/** One kind of document. */
export interface RootSpec {
  /** Name of the root table. */
  readonly table: string;
  /** Paths of the primary key. Left out: `_key`, a content hash with an occurrence number. */
  readonly primaryKey?: readonly Path[];
  readonly paths?: readonly PathSpec[];
  /** Objects and arrays deeper than this become one JSON column. Default 32. */
  readonly maxDepth?: number;
  /** For `_key`: gives the value that is hashed in place of the document (same document, same value). Default: the document. */
  readonly identity?: (document: JsonObject) => JsonValue;
  /** Tables as an earlier run left them; they can only widen. */
  readonly tables?: readonly TableSchema[];
}

/** A JSON value as parsed. Integers beyond 2^53 are `bigint`, so that none is rounded. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** A JSON object as parsed. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
