export type { Destination, StoredState, Transaction, TransactionOptions, WriteMode } from './destination.ts';
export type { Receipt } from './receipt.ts';
