/**
 * The port through which the engine hands tables over. `@millrace/destinations` implements it; a test can, too.
 */
import type { Batch, JsonObject, TableSchema } from '@millrace/flatten';
import type { Receipt } from './receipt.ts';

/**
 * How the documents of a transaction meet what is there.
 * - `upsert`: a document replaces the one with the same primary key, its child rows included; others stay
 * - `replace`: the tables of the family hold exactly the documents of this transaction
 */
export type WriteMode = 'upsert' | 'replace';

/** What a destination remembers from earlier runs. */
export interface StoredState {
  /** Every table that the destination holds, as last written. */
  readonly tables: readonly TableSchema[];
  /** Per feed, the JSON that was given to the last commit. */
  readonly feeds: Readonly<Record<string, JsonObject>>;
}

/** What a transaction is about. */
export interface TransactionOptions {
  readonly feed: string;
  readonly mode: WriteMode;
  /** The family that is written: `replace` empties all its tables, those that get no row included. */
  readonly root: string;
}

/** A unit of work: nothing of it is visible before `commit`, all of it after. */
export interface Transaction {
  /** Batches of one transaction may change the schema; columns only widen. A batch holds a document once; a document of a later batch replaces it. */
  write(batch: Batch): Promise<void>;
  /** Makes rows, receipt and the feed's state visible together. */
  commit(end: { readonly state: JsonObject; readonly receipt: Receipt }): Promise<void>;
  /** Forgets what was written. Safe to call after a failure, and after `commit` (then it does nothing). */
  rollback(): Promise<void>;
}

/** Where tables go. One process at a time. */
export interface Destination {
  /** As the user wrote it: `duckdb:audit.duckdb`. Never holds a secret. */
  readonly url: string;
  /**
   * Creates what is missing and reads what is there. Throws before anything is written if it cannot be used.
   * May be called again while open: it then reads anew.
   */
  open(): Promise<StoredState>;
  begin(options: TransactionOptions): Promise<Transaction>;
  /** Every receipt ever committed, oldest first. */
  receipts(): AsyncIterable<Receipt>;
  /**
   * Runs SQL statements (in DuckDB's dialect) over the tables and keeps the tables they make, in one transaction.
   * Absent where a destination has no SQL, as for a stream on stdout.
   */
  transform?(transformation: {
    readonly name: string;
    readonly statements: readonly string[];
    readonly tables: readonly string[];
  }): Promise<void>;
  /** Releases what `open` took. */
  close(): Promise<void>;
}
