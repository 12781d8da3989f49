/** Reading again until a reading is shown to be complete. */
import { type Attempt, type Question, type Reading, readOnce } from './reading.ts';
import type { Receipt } from './receipt.ts';

/** A reading that is shown to be complete. */
export interface Proven {
  readonly kind: 'proven';
  readonly reading: Reading;
  readonly proof: Receipt['proof'];
  readonly attempts: number;
}

/** A reading that is not. */
export type Unproven =
  | Extract<Attempt, { kind: 'too deep' }>
  | {
      readonly kind: 'unproven';
      readonly attempts: number;
      readonly served: number;
      readonly counted: number | undefined;
      readonly reason: string;
    };

/** How often, and how deep, to read. */
export interface ProofOptions {
  /** Readings at most. */
  readonly attempts: number;
  /** Pages at most; `Infinity` for what cannot be read in smaller pieces. */
  readonly maxPages: number;
  /** Called before a further reading. */
  readonly onRepeat: (attempt: number, reason: string) => void;
}

/** Reads a question until the proof holds, at most `attempts` times. */
export async function readUntilProven(question: Question, options: ProofOptions): Promise<Proven | Unproven> {
  let previous: Reading | undefined;
  let served = 0;
  let counted: number | undefined;
  let reason = '';
  for (let attempt = 1; attempt <= options.attempts; attempt += 1) {
    if (attempt > 1) options.onRepeat(attempt, reason);
    const outcome = await readOnce(question, options.maxPages);
    if (outcome.kind === 'too deep') return outcome;
    counted = outcome.counted;
    if (outcome.kind === 'moved') {
      previous?.release();
      previous = undefined;
      ({ served, reason } = outcome);
      continue;
    }
    served = outcome.documents.length;
    if (outcome.proof !== undefined) {
      return { kind: 'proven', reading: outcome, proof: outcome.proof, attempts: attempt };
    }
    if (previous?.contentHash === outcome.contentHash && previous.documents.length === served) {
      previous.release();
      return { kind: 'proven', reading: outcome, proof: 'twice-equal', attempts: attempt };
    }
    reason =
      previous === undefined
        ? 'the source gives no count, so a second reading has to show the same'
        : 'two readings had different content';
    previous?.release();
    previous = outcome;
  }
  return { kind: 'unproven', attempts: options.attempts, served, counted, reason };
}
