/** What is known of a reading that could not be shown to be complete. */
export interface IncompleteReadFacts {
  readonly feed: string;
  /** Bounds asked, ISO 8601 UTC; absent where the source was asked for everything. */
  readonly from?: string;
  readonly to?: string;
  readonly attempts: number;
  /** Documents that the last attempt got. */
  readonly served: number;
  /** Documents that the source said there were. */
  readonly counted?: number;
  /** What was wrong with the last attempt. */
  readonly reason: string;
}

/** The source gave something that cannot be shown to be all it has, however often it was asked. Nothing of that window was written. */
export class IncompleteReadError extends Error {
  override readonly name = 'IncompleteReadError';
  readonly facts: IncompleteReadFacts;

  constructor(facts: IncompleteReadFacts) {
    const range =
      facts.from === undefined ? '' : ` from ${facts.from}${facts.to === undefined ? '' : ` to ${facts.to}`}`;
    super(
      `${facts.feed}${range}: the reading could not be shown to be complete after ${facts.attempts} attempts: ${facts.reason}. ` +
        'Most likely the source changes while it is read, or its count is wrong. Nothing of this window was written, and what was ' +
        'committed before stays; run again later, and if it comes again, compare the count with the pages by hand.',
    );
    this.facts = facts;
  }
}

/** A document, or a page, is not what the feed's definition says. */
export class UnexpectedDocumentError extends Error {
  override readonly name = 'UnexpectedDocumentError';
  readonly feed: string;

  constructor(feed: string, what: string, advice: string) {
    super(`${feed}: ${what}. ${advice}`);
    this.feed = feed;
  }
}

/** An option of `runExtraction`, or a field of a feed, is wrong. */
export class InvalidOptionError extends TypeError {
  override readonly name = 'InvalidOptionError';
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** The destination holds a state that this version cannot read. */
export class UnreadableStateError extends Error {
  override readonly name = 'UnreadableStateError';
  readonly feed: string;

  constructor(feed: string, what: string) {
    super(
      `${feed}: the state in the destination cannot be read: ${what}. It was written by another version, or changed by hand. ` +
        'Use the version that wrote it, or extract into a new destination.',
    );
    this.feed = feed;
  }
}
