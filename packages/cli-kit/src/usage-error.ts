import { exitCodes } from './exit-codes.ts';

/** The program was called wrongly. One sentence says what is wrong and gives the right form. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode: typeof exitCodes.usage = exitCodes.usage;
}
