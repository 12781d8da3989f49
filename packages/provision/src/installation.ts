/** What is to stand in a data pool, as values. Nothing here talks to a team. */
import type { ExtractorFile } from '@millrace/model';

/**
 * How the tables come into the pool.
 * - `pull`: Celonis extracts by itself, through a connection of a custom extractor
 * - `push`: something else writes them, by Data Push
 */
export type Road = 'pull' | 'push';

/** What a connection is filled in with: parameters of the extractor by placeholder, and credentials. */
export interface ConnectionValues {
  /** What a person types into the connection, in words: `API Key: AppKey and the application key`. Holds no secret. */
  readonly describe: readonly { readonly field: string; readonly value: string }[];
  /**
   * The values, secrets among them, for a team whose API creates connections. Asked for only then, never kept. The names of credentials are
   * inferred: `apiKey`, `clientId`, `clientSecret`.
   */
  readonly read: () => Promise<Readonly<Record<string, string>>>;
}

/** A connection of a custom extractor. */
export interface WantedConnection {
  readonly name: string;
  /** Name under which the file is imported in the Extractor Builder. */
  readonly extractorName: string;
  readonly file: ExtractorFile;
  readonly values: ConnectionValues;
}

/** A table of an extraction. */
export interface WantedExtractionTable {
  readonly name: string;
  /** The table that it is nested in. */
  readonly parent?: string;
  /** The outermost of those. */
  readonly root: string;
  /** Filter Statement, for full loads. */
  readonly filter: string;
  /** Delta Filter Statement. */
  readonly deltaFilter: string;
}

/** A parameter of the extraction, used as `<%=placeholder%>`. */
export interface WantedParameter {
  readonly placeholder: string;
  readonly name: string;
  readonly description: string;
  readonly dataType: 'DATE' | 'STRING';
  /** A constant, or the largest or smallest value of a column with what stands for it before the first load. */
  readonly value:
    | { readonly constant: string }
    | {
        readonly operation: 'FIND_MAX' | 'FIND_MIN';
        readonly table: string;
        readonly column: string;
        readonly otherwise: string;
      };
}

/** An extraction of the data job. */
export interface WantedExtraction {
  readonly name: string;
  readonly description: string;
  /** Parents before what is nested in them. */
  readonly tables: readonly WantedExtractionTable[];
  readonly parameters: readonly WantedParameter[];
}

/** A transformation of the data job. */
export interface WantedTransformation {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** A foreign key of the data model. */
export interface WantedForeignKey {
  /** Table that has each key once. */
  readonly dimension: string;
  /** Table that has a key many times. */
  readonly fact: string;
  readonly columns: readonly { readonly dimension: string; readonly fact: string }[];
}

/** An activity table of the data model. */
export interface WantedActivityTable {
  readonly table: string;
  readonly caseTable: string | null;
  readonly caseId: string;
  readonly activity: string;
  readonly timestamp: string;
  readonly sorting: string | null;
  readonly endTimestamp: string | null;
  /** The one that analyses take unless told otherwise. */
  readonly isDefault: boolean;
}

/** All that stands in the pool for one model. */
export interface Installation {
  /** Tells it from others in the same pool; connection, data job and data model have this name. */
  readonly name: string;
  /** Name of the pool; ID of one where it is given as such. */
  readonly pool: string;
  /** Program that keeps it, as in `celonis-audit`. */
  readonly program: string;
  readonly description: string;
  readonly road: Road;
  /** Absent on the push road: the tables are in the pool's global schema. */
  readonly connection?: WantedConnection;
  readonly extraction?: WantedExtraction;
  /** In the order in which they run. */
  readonly transformations: readonly WantedTransformation[];
  /** Tables of the data model. */
  readonly tables: readonly string[];
  readonly foreignKeys: readonly WantedForeignKey[];
  readonly activityTables: readonly WantedActivityTable[];
}
