/**
 * The port through which the engine hands tables over. `@millrace/destinations` implements it; a test can, too.
 */
import type { Batch, JsonObject, TableBatch, TableSchema } from '@millrace/flatten';
import type { Receipt, Span, TableContent } from './receipt.ts';

/**
 * How the documents of a transaction meet what is there.
 * - `append`: none of them was brought by an earlier transaction, so nothing that is there is looked at; within the transaction a
 *   document replaces the one with the same primary key
 * - `upsert`: a document replaces the one with the same primary key, its child rows included; others stay
 * - `replace`: the tables of the family hold exactly the documents of this transaction
 */
export type WriteMode = 'append' | 'upsert' | 'replace';

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

/** The root table's column that says since when the source no longer gives a document. DATETIME, NULL for those that it gives. */
export const deletedAt = '_deleted_at';

/** What a sweep found. */
export interface SweepResult {
  /** Rows that were marked as deleted. */
  readonly deleted: number;
  /** Rows that were marked earlier, and whose document is there again. */
  readonly restored: number;
  /** Documents that the source has and the table does not. */
  readonly missing: number;
}

/** A unit of work: nothing of it is visible before `commit`, all of it after. */
export interface Transaction {
  /** Batches of one transaction may change the schema; columns only widen. A batch holds a document once; a document of a later batch replaces it. */
  write(batch: Batch): Promise<void>;
  /**
   * Compares the root table with the documents that the source still has. `present` are their keys: batches with the columns of
   * the root table's primary key. A row whose key is not among them gets `at` in the column `_deleted_at`, unless it has a time
   * there; a row whose key is gets NULL. Child rows stay. A transaction with a sweep has no documents. Absent where a destination
   * cannot change rows.
   */
  sweep?(present: readonly TableBatch[], at: Date): Promise<SweepResult>;
  /**
   * Does everything of the commit that can be done before it, and says what the tables of the family then hold, for the receipt.
   * Nothing is written after it. Absent where a destination cannot say.
   */
  prepare?(): Promise<Readonly<Record<string, TableContent>>>;
  /**
   * Makes rows, receipt and the feed's state visible together. `earlier`: receipts that stand before it in the ledger and are committed
   * with it, oldest first; only where the destination `takesEarlierReceipts`.
   */
  commit(end: {
    readonly state: JsonObject;
    readonly receipt: Receipt;
    readonly earlier?: readonly Receipt[];
  }): Promise<void>;
  /** Forgets what was written. Safe to call after a failure, and after `commit` (then it does nothing). */
  rollback(): Promise<void>;
}

/** Where tables go. One process at a time. */
export interface Destination {
  /** As the user wrote it: `duckdb:audit.duckdb`. Never holds a secret. */
  readonly url: string;
  /** A commit can bring more than one receipt: several windows of a log are then committed at once. Absent: one at a time. */
  readonly takesEarlierReceipts?: true;
  /**
   * A batch is done with when `write` settles: its columns are then views of the engine's own memory, which the next batch overwrites.
   * Absent: they are the destination's to keep.
   */
  readonly readsAtOnce?: true;
  /**
   * Creates what is missing and reads what is there. Throws before anything is written if it cannot be used.
   * May be called again while open: it then reads anew.
   */
  open(): Promise<StoredState>;
  begin(options: TransactionOptions): Promise<Transaction>;
  /** Every receipt ever committed, oldest first. */
  receipts(): AsyncIterable<Receipt>;
  /**
   * The values of the key column `_key` of a table's rows whose DATETIME column `time` lies in a span. Absent where a destination
   * cannot read what it holds.
   */
  keys?(table: string, time: string, span: Span): AsyncIterable<string>;
  /**
   * Runs SQL statements (in DuckDB's dialect) over the tables and keeps the tables they make, in one transaction.
   * Absent where a destination has no SQL, as for a stream on stdout.
   */
  transform?(transformation: {
    readonly name: string;
    readonly statements: readonly string[];
    readonly tables: readonly string[];
  }): Promise<void>;
  /** Releases what `open` took. `quick` leaves out what can wait, as merging small files. */
  close(options?: { readonly quick?: boolean }): Promise<void>;
}
