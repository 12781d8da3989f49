import { createHash } from 'node:crypto';

/** What was read, and what shows that it was all there was. Appended to the destination with the rows it speaks of. */
export interface Receipt {
  /** Place in the destination's ledger, from 1. */
  readonly sequence: number;
  /** `hash` of the receipt before; 64 zeros for the first. */
  readonly previous: string;
  /** SHA-256 of this receipt without `hash` (as `sealReceipt` computes it), 64 hexadecimal digits. */
  readonly hash: string;
  readonly feed: string;
  /** ID of the run that read it. */
  readonly run: string;
  /** Bounds of the window, ISO 8601 UTC, `[from, to)`; absent for a snapshot. A delta load has only `from`: documents changed since then. */
  readonly from?: string;
  readonly to?: string;
  /**
   * Bounds that the source was asked for, where they are wider than the window: its bounds may be exclusive, or coarser
   * than a millisecond, and neighbouring windows may have been read together.
   */
  readonly asked?: { readonly from: string; readonly to: string };
  /** Documents within the window. */
  readonly documents: number;
  /** Documents that the source gave, those outside the window included. */
  readonly served: number;
  /** Documents that the source said there were in what was asked; equal to `served`. Absent where it does not say. */
  readonly counted?: number;
  /**
   * Why the reading is believed complete.
   * - `counted`: as many rows as the source counted, the count did not move, and the first page, and those that have equal documents,
   *   were the same when they were read again
   * - `cursor`: the source's cursor ran to its end
   * - `twice-equal`: two readings had the same content
   * - `acknowledgement`: nothing was read; somebody took note of the gaps in `acknowledged`
   */
  readonly proof: 'counted' | 'cursor' | 'twice-equal' | 'acknowledgement';
  /** Order-free hash over the documents: the same documents give the same hash, in whatever order. 64 hexadecimal digits. */
  readonly contentHash: string;
  /** Pages of the reading that held. */
  readonly pages: number;
  /** Times that the window was read before the proof held. 1 when it held at once. */
  readonly attempts: number;
  /** The server's clock when the reading began, ISO 8601 UTC. */
  readonly serverTime: string;
  /** Rows by table, as handed to the destination. */
  readonly rows: Readonly<Record<string, number>>;
  /** Documents of this window that were not there when it was read before. Absent where there are none. */
  readonly late?: number;
  /** Documents of this window that were there when it was read before, and are no longer; their rows stay. Absent where there are none. */
  readonly missing?: number;
  /** Spans, ISO 8601 UTC, that the source had deleted before they were read. Absent where there are none. */
  readonly gaps?: readonly Span[];
  /** Gaps that somebody took note of. */
  readonly acknowledged?: readonly Span[];
  /** Nothing but keys was read, all of them: what came of comparing them with the root table. */
  readonly sweep?: { readonly deleted: number; readonly restored: number; readonly missing: number };
  /** What the tables of this feed's root hold after this commit. Absent where the destination cannot say, and where a later receipt was committed with this one. */
  readonly holds?: Readonly<Record<string, TableContent>>;
  /** SHA-256 of the feed's state as of this commit, 64 hexadecimal digits. Absent where a later receipt was committed with this one. */
  readonly state?: string;
}

/** A span of time `[from, to)`, ISO 8601 UTC. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** How much a table holds, and what. */
export interface TableContent {
  readonly rows: number;
  /** Order-free hash over all rows: the same rows give the same hash, whatever files they are in. 64 hexadecimal digits. */
  readonly hash: string;
}

/** A receipt before it has its place in the ledger. */
export type ReceiptBody = Omit<Receipt, 'sequence' | 'previous' | 'hash'>;

/** Where a ledger stands: its last receipt. */
export interface LedgerHead {
  readonly sequence: number;
  readonly hash: string;
}

/** The head of a ledger without receipts. */
export const emptyLedger: LedgerHead = { sequence: 0, hash: '0'.repeat(64) };

/** Gives a receipt its place after `head`. */
export function sealReceipt(body: ReceiptBody, head: LedgerHead): Receipt {
  const unsealed = { sequence: head.sequence + 1, previous: head.hash, ...body };
  return { ...unsealed, hash: receiptHash(unsealed) };
}

/** The hash that a receipt must carry: SHA-256 of its fields as JSON with sorted keys, `hash` left out. */
export function receiptHash(receipt: Omit<Receipt, 'hash'> | Receipt): string {
  const fields: Record<string, unknown> = { ...receipt };
  delete fields['hash'];
  return createHash('sha256').update(sortedJson(fields)).digest('hex');
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
