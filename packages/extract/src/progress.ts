import type { SchemaChange } from '@millrace/flatten';
import type { SweepResult } from './destination.ts';
import type { Feed } from './feed.ts';
import type { Receipt } from './receipt.ts';

/** A window in which the source gives something else than the destination holds. */
export interface WindowDifference {
  /** Bounds, ISO 8601 UTC. */
  readonly from: string;
  readonly to: string;
  /** Documents that the source gives and the destination does not hold. */
  readonly late: number;
  /** Documents that the destination holds and the source does not give any more. */
  readonly missing: number;
  /** When the late ones happened, at most 20, ISO 8601 UTC. */
  readonly times: readonly string[];
}

/** What one run did for one feed. */
export interface FeedSummary {
  readonly feed: string;
  readonly kind: Feed['kind'];
  /** `full`: everything was read and, but for a log, replaced. `delta`: what is new or changed since the last run. */
  readonly mode: 'full' | 'delta';
  /** Documents written: new, or not the same as before. */
  readonly documents: number;
  /** Documents read, those that were there already included. */
  readonly read: number;
  /** Receipts committed. */
  readonly windows: number;
  /** Page requests. */
  readonly pages: number;
  /** Readings whose proof did not hold at once, and that were done again. */
  readonly repeated: number;
  /** Documents that turned up in time that was read before. */
  readonly late: number;
  /** Documents that the source no longer gives for time that was read before. */
  readonly missing: number;
  /** Spans of time, ISO 8601 UTC, that the source had deleted before they were read. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[];
  /** What a comparison of all that was read before found. */
  readonly differences: readonly WindowDifference[];
  /** Complete up to here, ISO 8601 UTC: for a log the end of the last window, else the server's clock when the reading began. */
  readonly completeTo?: string;
  readonly schemaChanges: readonly SchemaChange[];
  /** What a sweep of this run found; absent where none was due. */
  readonly sweep?: SweepResult;
  /** The server's clock less this machine's, in ms, to about a second. */
  readonly clockSkewMs: number;
  readonly durationMs: number;
}

/** What happens during a run, as it happens. */
export type ProgressEvent =
  | { readonly kind: 'feed started'; readonly feed: string; readonly mode: 'full' | 'delta' }
  | {
      readonly kind: 'progress';
      readonly feed: string;
      /** Documents read so far in this run. */
      readonly documents: number;
      /** Documents expected in this run, where the source counts them. */
      readonly estimatedDocuments?: number;
      readonly pages: number;
      /** Of the pages so far, decompressed; 0 where they come parsed. */
      readonly bytes: number;
      readonly documentsPerSecond: number;
    }
  | {
      readonly kind: 'committed';
      readonly feed: string;
      /** Bounds of the window, ISO 8601 UTC; absent for a snapshot. */
      readonly from?: string;
      readonly to?: string;
      readonly documents: number;
      readonly late: number;
      /** As it stands in the ledger. */
      readonly receipt: Receipt;
    }
  | {
      readonly kind: 'read again';
      readonly feed: string;
      readonly from?: string;
      readonly to?: string;
      readonly attempt: number;
      readonly reason: string;
    }
  | { readonly kind: 'schema changed'; readonly feed: string; readonly changes: readonly SchemaChange[] }
  | { readonly kind: 'gap found'; readonly feed: string; readonly from: string; readonly to: string }
  | ({ readonly kind: 'difference found'; readonly feed: string } & WindowDifference)
  | { readonly kind: 'clock skew'; readonly feed: string; readonly skewMs: number }
  | { readonly kind: 'feed finished'; readonly feed: string; readonly summary: FeedSummary }
  | { readonly kind: 'feed failed'; readonly feed: string; readonly error: unknown };
