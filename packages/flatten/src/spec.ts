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

/**
 * What becomes of a document that would change the schema.
 * - `evolve`: the schema follows
 * - `freeze`: the page fails with a `ContractError`
 * - `quarantine`: the document goes whole into the table of rejected documents, with its reason
 */
export type ContractMode = 'evolve' | 'freeze' | 'quarantine';

/** Contracts by kind of change. What is left out is as around the path, and `evolve` at the outermost. */
export interface Contract {
  /** A table that is new. Its columns are part of that one change. */
  readonly tables?: ContractMode;
  /** A new column in a table that was known. */
  readonly columns?: ContractMode;
  /** A value that its column cannot hold without becoming wider. */
  readonly types?: ContractMode;
  /** A text longer than any that earlier runs (`tables`) put into its STRING or JSON column. */
  readonly lengths?: ContractMode;
}

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
  /** What may change at the path and below. A mode alone speaks of tables, columns and types, not of lengths. */
  readonly contract?: ContractMode | Contract;
}

/** What makes two documents the same one. */
export interface IdentityRules {
  /** A member of the document that is null counts as one that is absent. */
  readonly nullIsAbsent?: boolean;
  /** By key of a member of the document: what counts in place of its value (same value, same result). */
  readonly members?: Readonly<Record<string, (value: JsonValue) => JsonValue>>;
}

/** Gives the value that is hashed in place of a document (same document, same value). */
export interface Identity {
  (document: JsonObject): JsonValue;
  /** Set by `memberIdentity`: the same as rules, by which documents are known without being parsed. */
  readonly rules?: IdentityRules;
  /** Set by `memberIdentity`: the canonical JSON of what counts in place of a member, whose JSON text is given. */
  readonly memberText?: (key: string, json: string) => string;
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
  /** For `_key`: what is hashed in place of the document. Default: the document. `memberIdentity` makes one that costs little. */
  readonly identity?: Identity;
  /**
   * For `_key`: SHA-256 of a text's UTF-8 as 64 hexadecimal digits in lower case, where the host has a faster one than the built-in. In Node
   * `(text) => hash('sha256', text)` with `hash` of `node:crypto`.
   */
  readonly sha256?: (text: string) => string;
  /** Tables as an earlier run left them; they can only widen. */
  readonly tables?: readonly TableSchema[];
  /**
   * What documents may change of what is declared or in `tables`. A mode alone speaks of tables, columns and types, not of lengths.
   * Default `evolve`.
   */
  readonly contract?: ContractMode | Contract;
  /** Name of the table of rejected documents. Default `<table>__rejected`. */
  readonly rejected?: string;
}

/** A JSON value as parsed. Integers beyond 2^53 are `bigint`, so that none is rounded. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** A JSON object as parsed. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
