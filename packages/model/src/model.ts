/**
 * What a model is made of. Values only: nothing here reads data or talks to an engine.
 */
import type { ColumnType, LinkStyle, Path, RootSpec } from '@millrace/flatten';
import type { Dialect } from './dialect.ts';

/** One column of a table. */
export interface ColumnModel {
  /** The name as it stands in the table: `context$processid`. */
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  /** The value can name or identify a person. */
  readonly sensitive?: boolean;
  /** Path from the table's documents to the value. Absent for columns that are not values of the document (links, `_position`, `_key`) and in tables that a transformation makes. */
  readonly path?: Path;
  /** Longest text in characters, for engines whose strings are bounded. Default: the engine's widest. */
  readonly maxLength?: number;
  /** For a link column: the ancestor's table and column that it repeats. */
  readonly references?: { readonly table: string; readonly column: string };
}

/** Where the documents of a source table come from. */
export interface SourceModel {
  /** The `operationId` in the vendor's spec. */
  readonly operation: string;
  /** What the caller must be granted to read it, in the vendor's words. Absent where the vendor does not say. */
  readonly permission?: string;
}

/** One table. */
export interface TableModel {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly ColumnModel[];
  /** Names of the columns that identify a row. */
  readonly primaryKey: readonly string[];
  /** Documents bring further columns and child tables than the ones named here. */
  readonly open?: boolean;
  /** For a root table that is extracted. */
  readonly source?: SourceModel;
  /** For a child table: the table whose documents hold the array. */
  readonly parent?: string;
  /** For a child table: path of the array from the root document. */
  readonly path?: Path;
  /** For a child table: its rows are the entries of an object, not of an array. */
  readonly map?: true;
  /** For a child table: how its link columns are named. Default `underscore`. */
  readonly linkStyle?: LinkStyle;
}

/** How much a relation matters. `mandatory`: the activity table is of no use without it. */
export type RelationKind = 'mandatory' | 'recommended' | 'optional';

/** One end of a foreign key. */
export interface RelationEnd {
  readonly table: string;
  readonly columns: readonly string[];
}

/** One row of the dimension belongs to any number of rows of the fact table. */
export interface ForeignKeyModel {
  readonly dimension: RelationEnd;
  readonly fact: RelationEnd;
  readonly kind: RelationKind;
  readonly description?: string;
}

/** A table that process mining reads as an event log. The names are columns of it. */
export interface ActivityTableModel {
  readonly table: string;
  readonly caseId: string;
  readonly activity: string;
  readonly timestamp: string;
  /** Order of activities with equal timestamps. */
  readonly sorting?: string;
  readonly endTimestamp?: string;
  readonly description?: string;
}

/** A table that a transformation reads, and the columns that it needs of it. */
export interface TransformationInput {
  readonly table: string;
  readonly columns: readonly string[];
}

/** An input inside a query. */
export interface Relation {
  /** The item for the `FROM` clause, with its alias. */
  readonly from: string;
  /** The qualified, quoted column. Throws a `ModelError` when the transformation does not declare it. */
  readonly column: (name: string) => string;
}

/** What a transformation writes its query with. */
export interface QueryContext {
  readonly dialect: Dialect;
  /** The declared input of that name. A table or column that an engine does not have reads as empty or NULL. */
  readonly input: (table: string) => Relation;
}

/** A query whose result is a table of the model. Written once, rendered for each engine. */
export interface TransformationModel {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly TransformationInput[];
  /** The table that holds the result. Its columns and primary key are declared in the model. */
  readonly output: string;
  /**
   * A `SELECT` that gives every column of the output under its name. It gives each primary key once and none of it NULL,
   * and the same rows for the same inputs.
   */
  readonly query: (context: QueryContext) => string;
}

/** One kind of document to extract. */
export interface FeedModel {
  /** Name of the feed; that of its root table. */
  readonly table: string;
  /** For `_key`: see `RootSpec.identity`. */
  readonly identity?: NonNullable<RootSpec['identity']>;
}

/** A whole model, checked. Made by `defineModel`. */
export interface Model {
  /** `oe/activity-log` */
  readonly name: string;
  readonly description: string;
  readonly tables: readonly TableModel[];
  readonly feeds: readonly FeedModel[];
  readonly foreignKeys: readonly ForeignKeyModel[];
  readonly activityTables: readonly ActivityTableModel[];
  /** In the order in which they run. */
  readonly transformations: readonly TransformationModel[];
}

/** A model that contradicts itself, or a question about a name that it does not have. */
export class ModelError extends Error {
  override readonly name: string = 'ModelError';
  /** Name of the model. */
  readonly model: string;

  constructor(model: string, message: string) {
    super(`Model '${model}': ${message}`);
    this.model = model;
  }
}
