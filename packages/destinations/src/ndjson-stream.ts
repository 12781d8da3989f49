import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Destination, Receipt, StoredState, Transaction, TransactionOptions } from '@millrace/extract';
import type { Batch } from '@millrace/flatten';
import { DestinationOptionError, DestinationUsageError, writeError } from './errors.ts';
import { jsonRows } from './format-ndjson.ts';

/**
 * Rows on a stream as they come, a line each: `{"table": …, "row": {…}}`. Nothing is taken back and nothing remembered: a line
 * that a transaction wrote stays when it is rolled back, and a document that comes again is written again.
 */
export class NdjsonStreamDestination implements Destination {
  readonly url: string;
  readonly #output: Writable;
  readonly #receipts: Receipt[] = [];
  #busy = false;

  constructor(url: string, output: Writable | undefined) {
    if (output === undefined) {
      throw new DestinationOptionError(
        url,
        `${url} needs the option output, the stream to write to, as in { output: process.stdout }.`,
      );
    }
    this.url = url;
    this.#output = output;
  }

  async open(): Promise<StoredState> {
    return { tables: [], feeds: {} };
  }

  async begin(options: TransactionOptions): Promise<Transaction> {
    if (this.#busy)
      throw new DestinationUsageError(this.url, `${this.url} is busy with another transaction: wait for its end.`);
    this.#busy = true;
    const mustBeOpen = (): void => {
      if (!this.#busy) throw new DestinationUsageError(this.url, `The transaction of feed ${options.feed} has ended.`);
    };
    return {
      write: async (batch) => {
        mustBeOpen();
        await this.#writeBatch(batch);
      },
      commit: async ({ receipt }) => {
        mustBeOpen();
        this.#receipts.push(receipt);
        this.#busy = false;
      },
      rollback: async () => {
        this.#busy = false;
      },
    };
  }

  /** The receipts of this run: a stream remembers no other. */
  async *receipts(): AsyncGenerator<Receipt> {
    yield* this.#receipts;
  }

  async close(): Promise<void> {
    this.#busy = false;
  }

  async #writeBatch(batch: Batch): Promise<void> {
    for (const table of batch.tables) {
      const start = `{"table":${JSON.stringify(table.table.name)},"row":`;
      for (const row of jsonRows(table)) await this.#writeLine(`${start}${row}}\n`);
    }
  }

  async #writeLine(line: string): Promise<void> {
    try {
      if (this.#output.errored !== null) throw this.#output.errored;
      if (!this.#output.write(line)) await once(this.#output, 'drain');
    } catch (error) {
      throw writeError(this.url, 'write to the stream', error);
    }
  }
}
