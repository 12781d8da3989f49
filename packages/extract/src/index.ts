export {
  deletedAt,
  type Destination,
  type StoredState,
  type SweepResult,
  type Transaction,
  type TransactionOptions,
  type WriteMode,
} from './destination.ts';
export {
  IncompleteReadError,
  type IncompleteReadFacts,
  InvalidOptionError,
  UnexpectedDocumentError,
  UnreadableStateError,
} from './errors.ts';
export type {
  BytePage,
  DeltaFeed,
  DeltaPageRequest,
  Feed,
  Page,
  PageRequest,
  Paging,
  ParsedPage,
  SnapshotFeed,
  WindowedFeed,
  WindowPageRequest,
} from './feed.ts';
export { acknowledgeGaps, type FeedStatus, readFeedStatus } from './feed-status.ts';
export { LedgerCheck, type LedgerFinding } from './ledger.ts';
export type { FeedSummary, ProgressEvent, WindowDifference } from './progress.ts';
export {
  emptyLedger,
  type LedgerHead,
  type Receipt,
  type ReceiptBody,
  receiptHash,
  sealReceipt,
  type Span,
  type TableContent,
} from './receipt.ts';
export { type ExtractionOptions, type ExtractionSummary, compareWithSource, runExtraction } from './run.ts';
