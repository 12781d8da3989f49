/** What the states of a destination say of its feeds, and gaps that somebody takes note of. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@millrace/flatten';
import type { Destination, StoredState } from './destination.ts';
import { mergeRanges } from './ranges.ts';
import { type Receipt, type ReceiptBody, sealReceipt, type Span } from './receipt.ts';
import { ledgerHead, readWindowed, stateHash, stateJson, writeWindowed } from './state.ts';
import { isoTime } from './timestamp.ts';
import { completeTo } from './complete-to.ts';

/** How far a feed is, by its state and its receipts. */
export interface FeedStatus {
  readonly feed: string;
  /** Complete up to here, ISO 8601 UTC: for a log the end of the last window, else the server's clock when it was last read. */
  readonly completeTo: string | undefined;
  /** The last reading; absent where there is none. */
  readonly last: Receipt | undefined;
  readonly receipts: number;
  /** Documents in all receipts. */
  readonly documents: number;
  /** Documents that turned up in windows that had been read before. */
  readonly late: number;
  readonly missing: number;
  /** Spans that the source had deleted before they were read. */
  readonly gaps: readonly (Span & { readonly acknowledged: boolean })[];
}

/** Reads how far each feed of a destination is, in the order of their first receipts. */
export async function readFeedStatus(state: StoredState, receipts: AsyncIterable<Receipt>): Promise<FeedStatus[]> {
  const feeds = new Map<string, FeedStatus>();
  for await (const receipt of receipts) {
    const { feed, documents, late = 0, missing = 0 } = receipt;
    const before = feeds.get(feed);
    const isReading = receipt.proof !== 'acknowledgement';
    feeds.set(feed, {
      feed,
      completeTo: isReading ? later(before?.completeTo, receipt.to ?? receipt.serverTime) : before?.completeTo,
      last: isReading ? receipt : before?.last,
      receipts: (before?.receipts ?? 0) + 1,
      documents: (before?.documents ?? 0) + documents,
      late: (before?.late ?? 0) + late,
      missing: (before?.missing ?? 0) + missing,
      gaps: [],
    });
  }
  return [...feeds.values()].map((status) => ({ ...status, ...fromState(status.feed, state.feeds[status.feed]) }));
}

function fromState(feed: string, state: JsonObject | undefined): Partial<FeedStatus> {
  if (state?.['kind'] !== 'windowed') return {};
  const log = readWindowed(feed, state);
  return {
    completeTo: completeTo(log),
    gaps: log.gaps.map(({ from, to, acknowledged }) => ({ from: isoTime(from), to: isoTime(to), acknowledged })),
  };
}

function later(a: string | undefined, b: string): string {
  return a === undefined || b > a ? b : a;
}

/**
 * Takes note of all gaps of an open destination: the states remember it, and a receipt for each feed says so.
 * @returns the gaps that were not acknowledged before
 */
export async function acknowledgeGaps(
  destination: Destination,
  now: () => Date = () => new Date(),
): Promise<readonly (Span & { readonly feed: string })[]> {
  const { feeds } = await destination.open();
  let head = ledgerHead(feeds);
  const run = randomUUID();
  const noted: (Span & { readonly feed: string })[] = [];
  for (const [feed, stored] of Object.entries(feeds)) {
    if (stored['kind'] !== 'windowed') continue;
    const state = readWindowed(feed, stored);
    const open = mergeRanges(state.gaps.filter(({ acknowledged }) => !acknowledged));
    if (open.length === 0) continue;
    const acknowledged = open.map(({ from, to }) => ({ from: isoTime(from), to: isoTime(to) }));
    const body = writeWindowed({ ...state, gaps: state.gaps.map((gap) => ({ ...gap, acknowledged: true })) });
    const transaction = await destination.begin({ feed, mode: 'upsert', root: state.table });
    try {
      const holds = await transaction.prepare?.();
      const receipt: ReceiptBody = {
        feed,
        run,
        documents: 0,
        served: 0,
        proof: 'acknowledgement',
        contentHash: '0'.repeat(64),
        pages: 0,
        attempts: 0,
        serverTime: now().toISOString(),
        rows: {},
        acknowledged,
        ...(holds === undefined ? {} : { holds }),
        state: stateHash('windowed', body),
      };
      const sealed = sealReceipt(receipt, head);
      head = { sequence: sealed.sequence, hash: sealed.hash };
      await transaction.commit({ state: stateJson('windowed', body, head), receipt: sealed });
    } catch (error) {
      await transaction.rollback().catch(() => undefined);
      throw error;
    }
    noted.push(...acknowledged.map((span) => ({ feed, ...span })));
  }
  return noted;
}
