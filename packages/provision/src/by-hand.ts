/** What a person has to do, because no API is known that does it. */
import type { WantedConnection } from './installation.ts';

/** What is to be done by hand. */
export interface ByHand {
  /**
   * `no-extractor`: the file is not imported yet. `refused`: it is, and the team's API makes no connection of it. `other-file`: the connection is
   * there, of a file that lacks tables.
   */
  readonly why: 'no-extractor' | 'refused' | 'other-file';
  readonly poolId: string;
  /** Name of the connection. */
  readonly connection: string;
  /** Name under which the file is imported. */
  readonly extractor: string;
  /** What is typed into the connection, without secrets. */
  readonly values: readonly { readonly field: string; readonly value: string }[];
}

/** Ends an apply at the step that a person has to do. */
export class ByHandError extends Error {
  override readonly name = 'ByHandError';
  readonly step: ByHand;

  constructor(
    { name, extractorName, values }: WantedConnection,
    { poolId, why, cause }: { readonly poolId: string; readonly why: ByHand['why']; readonly cause?: unknown },
  ) {
    super(`The connection ${name} has to be made by hand.`, { cause });
    this.step = { why, poolId, connection: name, extractor: extractorName, values: values.describe };
  }
}
