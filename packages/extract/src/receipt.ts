/** What was read, and what shows that it was all there was. Appended to the destination with the rows it speaks of. */
export interface Receipt {
  readonly feed: string;
  /** ID of the run that read it. */
  readonly run: string;
  /** Bounds of the window, ISO 8601 UTC, `[from, to)`; absent for a snapshot. */
  readonly from?: string;
  readonly to?: string;
  /** Documents read. */
  readonly documents: number;
  /** Documents that the source said there were; absent where it does not say. */
  readonly counted?: number;
  /**
   * Why the reading is believed complete.
   * - `counted`: as many rows as the source counted, and the count did not move
   * - `cursor`: the source's cursor ran to its end
   * - `twice-equal`: two readings had the same content
   */
  readonly proof: 'counted' | 'cursor' | 'twice-equal';
  /** Order-free hash over the documents read: the same documents give the same hash, in whatever order. */
  readonly contentHash: string;
  readonly pages: number;
  /** Times that the window was read before the proof held. 1 when it held at once. */
  readonly attempts: number;
  /** The server's clock when the reading began, ISO 8601 UTC. */
  readonly serverTime: string;
  /** Rows by table, as handed to the destination. */
  readonly rows: Readonly<Record<string, number>>;
}
