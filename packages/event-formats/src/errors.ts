/** An event log that cannot be written. */
export class EventFormatError extends Error {
  override readonly name: string = 'EventFormatError';
}

/** What was asked for does not exist or has a wrong form; nothing was written. */
export class EventFormatOptionError extends EventFormatError {
  override readonly name = 'OptionError';
}
