/** From proven documents to committed rows. */
import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createFlattener,
  type Flattener,
  type JsonObject,
  type SchemaChange,
  type TableBatch,
  type TableSchema,
} from '@millrace/flatten';
import { contracts } from '@millrace/flatten/contracts';
import { areBytes, documentArrays } from './byte-documents.ts';
import type { Destination, SweepResult, Transaction, WriteMode } from './destination.ts';
import { InvalidOptionError } from './errors.ts';
import type { Feed } from './feed.ts';
import { type LedgerHead, type Receipt, type ReceiptBody, sealReceipt } from './receipt.ts';
import type { ReadDocument } from './reading.ts';
import { stateHash, stateJson } from './state.ts';
import { writtenRoot } from './sweep.ts';

/** Node's own is three times as fast as the one in flatten; the result is the same. */
const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** Documents per batch. */
const batchSize = 2500;
/** Bytes of documents that are flattened in one go, unless they are a page; in between, answers are taken in and further pages asked for. */
const turnBytes = 256 * 1024;
/** Bytes of documents per batch. */
const batchBytes = 8 * 1024 * 1024;

/** Writes a feed's documents, one transaction at a time. */
export class TableWriter {
  readonly #destination: Destination;
  readonly #feed: Feed;
  readonly #ledger: { head: LedgerHead };
  readonly #onChanges: (changes: readonly SchemaChange[]) => void;
  #tables: readonly TableSchema[];

  constructor(options: {
    readonly destination: Destination;
    readonly feed: Feed;
    /** Every table of the destination. */
    readonly tables: readonly TableSchema[];
    /** Shared by all writers of a destination: receipts of all feeds are one chain. */
    readonly ledger: { head: LedgerHead };
    readonly onChanges: (changes: readonly SchemaChange[]) => void;
  }) {
    this.#destination = options.destination;
    this.#feed = options.feed;
    this.#ledger = options.ledger;
    this.#onChanges = options.onChanges;
    this.#tables = options.tables.filter((table) => table.root === options.feed.root.table);
  }

  /** Whether a transaction can have windows with a receipt each. */
  get takesWindows(): boolean {
    return this.#destination.takesEarlierReceipts === true;
  }

  /** The feed's tables, as last committed. */
  get tables(): readonly TableSchema[] {
    return [...this.#tables.values()];
  }

  /** Begins a transaction. Documents without a key get occurrence numbers that count within it. */
  async begin(mode: WriteMode): Promise<OpenWrite> {
    const { name, root } = this.#feed;
    const transaction = await this.#destination.begin({ feed: name, mode, root: root.table });
    // A new flattener starts to count occurrences anew; the tables that it starts from carry over.
    const flattener = createFlattener({ ...writtenRoot(this.#feed), tables: this.#tables, sha256 }, { contracts });
    return new OpenWrite({
      transaction,
      flattener,
      onCommit: (tables, changes) => {
        this.#tables = tables;
        if (changes.length > 0) this.#onChanges(changes);
      },
      ledger: this.#ledger,
      kind: this.#feed.kind,
      views: this.#destination.readsAtOnce === true,
    });
  }
}

/** A transaction under way. */
export class OpenWrite {
  readonly #transaction: Transaction;
  readonly #flattener: Flattener;
  readonly #onCommit: (tables: readonly TableSchema[], changes: readonly SchemaChange[]) => void;
  readonly #ledger: { head: LedgerHead };
  readonly #kind: Feed['kind'];
  readonly #views: boolean;
  readonly #changes: SchemaChange[] = [];
  #rows: Record<string, number> = {};
  readonly #windows: ReceiptBody[] = [];
  #pending = 0;
  #pendingBytes = 0;

  constructor(options: {
    readonly transaction: Transaction;
    readonly flattener: Flattener;
    readonly onCommit: (tables: readonly TableSchema[], changes: readonly SchemaChange[]) => void;
    readonly ledger: { head: LedgerHead };
    readonly kind: Feed['kind'];
    /** Whether batches are views of the flattener's memory. */
    readonly views: boolean;
  }) {
    this.#transaction = options.transaction;
    this.#flattener = options.flattener;
    this.#onCommit = options.onCommit;
    this.#ledger = options.ledger;
    this.#kind = options.kind;
    this.#views = options.views;
  }

  /** Takes documents. No two between two calls of `flush` may have the same primary key. */
  async write(documents: readonly JsonObject[]): Promise<void> {
    for (let start = 0; start < documents.length; start += batchSize) {
      const part = documents.slice(start, start + batchSize);
      this.#flattener.push(part);
      this.#pending += part.length;
      if (this.#pending >= batchSize) await this.flush();
    }
  }

  /** The same for documents as they were read: those that came as bytes go on as bytes. */
  async writeRead(documents: readonly ReadDocument[]): Promise<void> {
    if (!areBytes(documents)) return this.write(documents.map((one) => one.document));
    for (const { count, json, isCopy } of documentArrays(documents, { usual: turnBytes, most: batchBytes })) {
      this.#flattener.push(json);
      // Its memory is given back at once: the heap is nearly empty, and is long in doing so.
      if (isCopy && json.buffer instanceof ArrayBuffer) json.buffer.transfer(0);
      this.#pending += count;
      this.#pendingBytes += json.length;
      if (this.#pending >= batchSize || this.#pendingBytes >= batchBytes) await this.flush();
      await nextTurn();
    }
  }

  /** Compares the root table with the keys that the source has. Nothing is written besides. */
  async sweep(present: readonly TableBatch[], at: Date): Promise<SweepResult> {
    // The first batch declares the column.
    await this.#handOver();
    if (this.#transaction.sweep === undefined) {
      throw new InvalidOptionError(
        'sweepMs',
        'sweepMs was given, and the destination cannot mark rows as deleted: leave it out, or write to another destination.',
      );
    }
    return this.#transaction.sweep(present, at);
  }

  /** Hands over what was taken. */
  async flush(): Promise<void> {
    if (this.#pending > 0) await this.#handOver();
  }

  /** Ends a window that is not the last of the transaction: what was written since the one before is its. */
  async endWindow(receipt: Omit<ReceiptBody, 'rows' | 'holds' | 'state'>): Promise<void> {
    await this.#handOver();
    this.#windows.push({ ...receipt, rows: this.#rows });
    this.#rows = {};
  }

  /**
   * Makes everything visible, with its receipt and the feed's state. What the tables hold, and the hash of the
   * state, are in this receipt and in none of the `earlier` ones, of windows that were ended before.
   */
  async commit(end: {
    readonly state: JsonObject;
    readonly receipt: Omit<ReceiptBody, 'rows' | 'holds' | 'state'>;
  }): Promise<{ readonly receipt: Receipt; readonly earlier: readonly Receipt[] }> {
    // Also without documents: the first batch declares the tables.
    await this.#handOver();
    const holds = await this.#transaction.prepare?.();
    const body: ReceiptBody = {
      ...end.receipt,
      rows: this.#rows,
      ...(holds === undefined ? {} : { holds }),
      state: stateHash(this.#kind, end.state),
    };
    const earlier: Receipt[] = [];
    for (const window of this.#windows) earlier.push(sealReceipt(window, earlier.at(-1) ?? this.#ledger.head));
    const receipt = sealReceipt(body, earlier.at(-1) ?? this.#ledger.head);
    const head = { sequence: receipt.sequence, hash: receipt.hash };
    const state = stateJson(this.#kind, end.state, head);
    await this.#transaction.commit(earlier.length === 0 ? { state, receipt } : { state, receipt, earlier });
    this.#ledger.head = head;
    this.#onCommit(this.#flattener.schema, this.#changes);
    return { receipt, earlier };
  }

  /** Forgets what was written. */
  async rollback(): Promise<void> {
    await this.#transaction.rollback();
  }

  async #handOver(): Promise<void> {
    this.#pending = 0;
    this.#pendingBytes = 0;
    const batch = this.#flattener.take({ views: this.#views });
    for (const { table, rows } of batch.tables) {
      if (rows > 0) this.#rows[table.name] = (this.#rows[table.name] ?? 0) + rows;
    }
    this.#changes.push(...batch.changes);
    if (batch.tables.length > 0) await this.#transaction.write(batch);
  }
}

/** Does a piece of writing, and rolls it back where it fails. */
export async function withWrite<Result>(
  writer: TableWriter,
  mode: WriteMode,
  body: (write: OpenWrite) => Promise<Result>,
): Promise<Result> {
  const write = await writer.begin(mode);
  try {
    return await body(write);
  } catch (error) {
    // What went wrong first is what the caller must see; a failing rollback most likely has the same cause.
    await write.rollback().catch(() => undefined);
    throw error;
  }
}
