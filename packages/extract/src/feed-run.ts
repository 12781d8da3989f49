/** What the three kinds of feeds share while they run. */
import type { JsonObject, SchemaChange } from '@millrace/flatten';
import type { SweepResult } from './destination.ts';
import type { FeedSummary, ProgressEvent, WindowDifference } from './progress.ts';
import type { Requests } from './requests.ts';
import type { Spool } from './spool.ts';
import type { TableWriter } from './table-writer.ts';

/** Options of a run, checked. */
export interface RunSettings {
  /** ID of the run. */
  readonly run: string;
  readonly from: number | undefined;
  readonly until: number | undefined;
  readonly full: boolean;
  readonly concurrency: number;
  readonly settleMs: number;
  readonly rereadMs: number;
}

/** One feed of a run. */
export interface FeedRun {
  readonly settings: RunSettings;
  readonly requests: Requests;
  readonly writer: TableWriter;
  /** Whether nothing else writes the feed's tables: what its state does not say was read is not in them. */
  readonly writesAlone: boolean;
  /** As the last commit left it. */
  state: JsonObject | undefined;
  /** Where pages wait until their window is committed. */
  readonly spool: Spool | undefined;
  readonly tally: Tally;
  readonly emit: (event: ProgressEvent) => void;
}

/** What a feed counts as it goes. */
export interface Tally {
  mode: FeedSummary['mode'];
  documents: number;
  windows: number;
  repeated: number;
  late: number;
  missing: number;
  gaps: { readonly from: string; readonly to: string }[];
  readonly differences: WindowDifference[];
  completeTo: string | undefined;
  estimatedDocuments: number | undefined;
  readonly schemaChanges: SchemaChange[];
  sweep: SweepResult | undefined;
}

/** A tally before anything happened. */
export function newTally(): Tally {
  return {
    mode: 'full',
    documents: 0,
    windows: 0,
    repeated: 0,
    late: 0,
    missing: 0,
    gaps: [],
    differences: [],
    completeTo: undefined,
    estimatedDocuments: undefined,
    schemaChanges: [],
    sweep: undefined,
  };
}
