/** Windows of a log that are committed together, each with its receipt. */
import type { JsonObject } from '@millrace/flatten';
import type { ReadDocument } from './reading.ts';
import type { Receipt, ReceiptBody } from './receipt.ts';
import type { WriteMode } from './destination.ts';
import type { OpenWrite, TableWriter } from './table-writer.ts';

/** Documents after which a group is committed. */
const enoughDocuments = 50_000;
/** A group is committed with the window that it gets so long after its first, however few documents it has, in ms. */
const longEnoughMs = 10_000;

/** A window to be committed. Its documents are not kept. */
export interface WindowToCommit {
  readonly receipt: Omit<ReceiptBody, 'rows' | 'holds' | 'state'>;
  /** Of the feed, once this window is committed. */
  readonly state: JsonObject;
  readonly onCommit: (receipt: Receipt) => void;
  /** Whether documents of this window can be there already. Windows of one group have the same. */
  readonly mode: WriteMode;
}

/**
 * Gathers windows for one commit, in the order in which they come. A commit for each would cost a source that answers fast more than
 * the reading does, and leave a folder of small files.
 */
export class WindowGroup {
  readonly #writer: TableWriter;
  #write: OpenWrite | undefined;
  #windows: WindowToCommit[] = [];
  #after: (() => Promise<void> | void)[] = [];
  #documents = 0;
  #since = 0;

  constructor(writer: TableWriter) {
    this.#writer = writer;
  }

  /** Writes a window; commits the group where it is large enough, or the destination takes one receipt at a time. */
  async add(documents: readonly ReadDocument[], window: WindowToCommit): Promise<void> {
    if (this.#windows.at(-1)?.mode !== window.mode) await this.commit();
    await this.#orForget(async () => {
      if (this.#write === undefined) this.#since = performance.now();
      this.#write ??= await this.#writer.begin(window.mode);
      const before = this.#windows.at(-1);
      if (before !== undefined) await this.#write.endWindow(before.receipt);
      await this.#write.writeRead(documents);
    });
    this.#windows.push(window);
    this.#documents += documents.length;
    const isLong = performance.now() - this.#since >= longEnoughMs;
    if (!this.#writer.takesWindows || this.#documents >= enoughDocuments || isLong) await this.commit();
  }

  /** Does something once all windows so far are committed. */
  async after(action: () => Promise<void> | void): Promise<void> {
    if (this.#windows.length === 0) await action();
    else this.#after.push(action);
  }

  /** Makes the windows visible, all at once. */
  async commit(): Promise<void> {
    const write = this.#write;
    const last = this.#windows.at(-1);
    if (write === undefined || last === undefined) return;
    const { earlier, receipt } = await this.#orForget(() => write.commit({ state: last.state, receipt: last.receipt }));
    const [windows, after] = [this.#windows, this.#after];
    this.#forget();
    for (const [index, { onCommit }] of windows.entries()) onCommit(earlier[index] ?? receipt);
    for (const action of after) await action();
  }

  async #orForget<Result>(action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      const write = this.#write;
      this.#forget();
      // What went wrong first is what the caller must see; a failing rollback most likely has the same cause.
      await write?.rollback().catch(() => undefined);
      throw error;
    }
  }

  #forget(): void {
    this.#write = undefined;
    this.#windows = [];
    this.#after = [];
    this.#documents = 0;
  }
}
