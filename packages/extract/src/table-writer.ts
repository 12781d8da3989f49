/** From proven documents to committed rows. */
import {
  createFlattener,
  type Flattener,
  type JsonObject,
  type SchemaChange,
  type TableSchema,
} from '@millrace/flatten';
import type { Destination, Transaction, WriteMode } from './destination.ts';
import type { Feed } from './feed.ts';
import { type LedgerHead, type ReceiptBody, sealReceipt } from './receipt.ts';
import { stateJson } from './state.ts';

/** Documents per batch. */
const batchSize = 5000;

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

  /** The feed's tables, as last committed. */
  get tables(): readonly TableSchema[] {
    return [...this.#tables.values()];
  }

  /** Begins a transaction. Documents without a key get occurrence numbers that count within it. */
  async begin(mode: WriteMode): Promise<OpenWrite> {
    const { name, root } = this.#feed;
    const transaction = await this.#destination.begin({ feed: name, mode, root: root.table });
    // A new flattener starts to count occurrences anew; the tables that it starts from carry over.
    const flattener = createFlattener({ ...root, tables: this.#tables });
    return new OpenWrite({
      transaction,
      flattener,
      onCommit: (tables, changes) => {
        this.#tables = tables;
        if (changes.length > 0) this.#onChanges(changes);
      },
      ledger: this.#ledger,
      kind: this.#feed.kind,
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
  readonly #changes: SchemaChange[] = [];
  readonly #rows: Record<string, number> = {};
  #pending = 0;

  constructor(options: {
    readonly transaction: Transaction;
    readonly flattener: Flattener;
    readonly onCommit: (tables: readonly TableSchema[], changes: readonly SchemaChange[]) => void;
    readonly ledger: { head: LedgerHead };
    readonly kind: Feed['kind'];
  }) {
    this.#transaction = options.transaction;
    this.#flattener = options.flattener;
    this.#onCommit = options.onCommit;
    this.#ledger = options.ledger;
    this.#kind = options.kind;
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

  /** Hands over what was taken. */
  async flush(): Promise<void> {
    if (this.#pending > 0) await this.#handOver();
  }

  /** Makes everything visible, with its receipt and the feed's state. */
  async commit(end: { readonly state: JsonObject; readonly receipt: Omit<ReceiptBody, 'rows'> }): Promise<void> {
    // Also without documents: the first batch declares the tables.
    await this.#handOver();
    const receipt = sealReceipt({ ...end.receipt, rows: { ...this.#rows } }, this.#ledger.head);
    const head = { sequence: receipt.sequence, hash: receipt.hash };
    await this.#transaction.commit({ state: stateJson(this.#kind, end.state, head), receipt });
    this.#ledger.head = head;
    this.#onCommit(this.#flattener.schema, this.#changes);
  }

  /** Forgets what was written. */
  async rollback(): Promise<void> {
    await this.#transaction.rollback();
  }

  async #handOver(): Promise<void> {
    this.#pending = 0;
    const batch = this.#flattener.take();
    for (const { table, rows } of batch.tables) {
      if (rows > 0) this.#rows[table.name] = (this.#rows[table.name] ?? 0) + rows;
    }
    this.#changes.push(...batch.changes);
    if (batch.tables.length > 0) await this.#transaction.write(batch);
  }
}

/** Does a piece of writing, and rolls it back where it fails. */
export async function withWrite(
  writer: TableWriter,
  mode: WriteMode,
  body: (write: OpenWrite) => Promise<void>,
): Promise<void> {
  const write = await writer.begin(mode);
  try {
    await body(write);
  } catch (error) {
    // What went wrong first is what the caller must see; a failing rollback most likely has the same cause.
    await write.rollback().catch(() => undefined);
    throw error;
  }
}
