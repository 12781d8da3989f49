/** Exit codes that both programs share. A failure is never 0. */
export const exitCodes = {
  ok: 0,
  /** Something failed: the network, the server, the destination. */
  error: 1,
  /** Called wrongly: an unknown flag, a value of the wrong form. */
  usage: 2,
  /** `status --max-lag`: the data is older than that. */
  stale: 3,
  /** Records were deleted at the source before they were read. */
  gap: 4,
  /** Records arrived later than the re-read span covers. */
  late: 5,
  /** The ledger or the data was changed after it was written. */
  tampered: 6,
  /** A document broke a frozen contract. */
  contract: 7,
  /** Another run holds the state. */
  locked: 8,
  /** The plan has changes, or what is there drifted from it. */
  drift: 9,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
