export type { Destination, StoredState, Transaction, TransactionOptions, WriteMode } from './destination.ts';
export {
  IncompleteReadError,
  type IncompleteReadFacts,
  InvalidOptionError,
  UnexpectedDocumentError,
  UnreadableStateError,
} from './errors.ts';
export type {
  DeltaFeed,
  DeltaPageRequest,
  Feed,
  Page,
  PageRequest,
  Paging,
  SnapshotFeed,
  WindowedFeed,
  WindowPageRequest,
} from './feed.ts';
export type { FeedSummary, ProgressEvent } from './progress.ts';
export { emptyLedger, type LedgerHead, type Receipt, type ReceiptBody, receiptHash, sealReceipt } from './receipt.ts';
export { type ExtractionOptions, type ExtractionSummary, runExtraction } from './run.ts';
