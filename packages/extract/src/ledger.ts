/** Whether a ledger is as it was written: each receipt whole, none missing, and the states as the last receipts say. */
import type { JsonObject } from '@millrace/flatten';
import { emptyLedger, type LedgerHead, type Receipt, receiptHash } from './receipt.ts';
import { storedStateHash } from './state.ts';

/** Something in a ledger that is not as it was written. */
export interface LedgerFinding {
  readonly kind: 'receipt' | 'state';
  /** `receipt 17`, `state of audit`. */
  readonly name: string;
  readonly message: string;
}

/** Takes the receipts of a destination one after the other, oldest first. */
export class LedgerCheck {
  readonly #findings: LedgerFinding[] = [];
  readonly #last = new Map<string, Receipt>();
  #head: LedgerHead = emptyLedger;

  /** The last receipt taken. */
  get head(): LedgerHead {
    return this.#head;
  }

  /** The last receipt of each feed. */
  get last(): ReadonlyMap<string, Receipt> {
    return this.#last;
  }

  take(receipt: Receipt): void {
    const expected = this.#head.sequence + 1;
    const name = `receipt ${receipt.sequence}`;
    if (receipt.sequence !== expected) {
      const missing = receipt.sequence > expected;
      this.#find(
        missing ? `receipt ${expected}` : name,
        missing ? missingRange(expected, receipt) : 'it is out of place',
      );
    }
    if (receiptHash(receipt) !== receipt.hash) {
      this.#find(name, `it was changed: its hash is not that of what it says (${describe(receipt)})`);
    } else if (receipt.sequence === expected && receipt.previous !== this.#head.hash) {
      this.#find(name, 'the receipt before it is not the one that was there when it was written');
    }
    this.#head = { sequence: receipt.sequence, hash: receipt.hash };
    this.#last.set(receipt.feed, receipt);
  }

  /** Compares with the states that are stored beside the ledger, and gives everything that was found. */
  finish(feeds: Readonly<Record<string, JsonObject>>): readonly LedgerFinding[] {
    for (const feed of new Set([...Object.keys(feeds), ...this.#last.keys()])) this.#checkState(feed, feeds[feed]);
    return this.#findings;
  }

  #checkState(feed: string, state: JsonObject | undefined): void {
    const last = this.#last.get(feed);
    const name = `state of ${feed}`;
    if (state === undefined) {
      this.#findings.push({
        kind: 'state',
        name,
        message: `it is missing, and receipt ${last?.sequence} speaks of it`,
      });
      return;
    }
    const { sequence, hash } = (state['ledger'] ?? {}) as { sequence?: unknown; hash?: unknown };
    if (typeof sequence === 'number' && sequence > (last?.sequence ?? 0)) {
      this.#find(`receipt ${sequence}`, `it is missing: the state of ${feed} was written with it`);
    } else if (sequence !== last?.sequence || hash !== last?.hash) {
      this.#findings.push({
        kind: 'state',
        name,
        message: `it was not written with receipt ${last?.sequence}, the feed's last`,
      });
    } else if (last?.state !== undefined && storedStateHash(state) !== last.state) {
      const message = `it was changed: its hash is not the one in receipt ${last.sequence}`;
      this.#findings.push({ kind: 'state', name, message });
    }
  }

  #find(name: string, message: string): void {
    this.#findings.push({ kind: 'receipt', name, message });
  }
}

function missingRange(expected: number, { sequence }: Receipt): string {
  return sequence - expected === 1 ? 'it is missing' : `it and those up to ${sequence - 1} are missing`;
}

function describe({ feed, from, to }: Receipt): string {
  return from === undefined ? feed : `${feed}, ${from}${to === undefined ? '' : ` to ${to}`}`;
}
