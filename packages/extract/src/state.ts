/** What a feed remembers between runs, as the JSON that the destination keeps. */
import type { JsonObject, JsonValue } from '@millrace/flatten';
import { UnreadableStateError } from './errors.ts';
import type { Range } from './ranges.ts';
import { emptyLedger, type LedgerHead } from './receipt.ts';
import { isoTime } from './timestamp.ts';

/** A window of which the content is remembered, so that a later reading can tell what came late. */
export interface RememberedWindow extends Range {
  readonly documents: number;
  readonly contentHash: string;
}

/** State of a log. */
export interface WindowedState {
  /** Start of what is wanted, as of the earliest run. */
  readonly from: number;
  /** What is read and committed. */
  readonly complete: readonly Range[];
  /** Windows that the next runs read again. Ascending. */
  readonly recent: readonly RememberedWindow[];
  /** Spans that the source had deleted before they were read. */
  readonly gaps: readonly Range[];
}

/** State of a snapshot. */
export interface SnapshotState {
  readonly shape: string;
  readonly documents: number;
  readonly contentHash: string;
}

/** State of documents that change. */
export interface DeltaState {
  /** Fingerprint of shape and filters. */
  readonly filters: string;
  /** Everything changed before is read. Absent as long as no document said when it changed. */
  readonly mark: number | undefined;
  /** Documents changed within the overlap before `mark`: key and hash of those written. */
  readonly recent: Readonly<Record<string, string>>;
}

const version = 1;

/** Where the ledger stands, by the feed that committed last. */
export function ledgerHead(feeds: Readonly<Record<string, JsonObject>>): LedgerHead {
  let head = emptyLedger;
  for (const [feed, state] of Object.entries(feeds)) {
    const { sequence, hash } = new Reader(feed, state).object('ledger');
    if (typeof sequence !== 'number' || typeof hash !== 'string') {
      throw new UnreadableStateError(feed, 'it does not say where the ledger stands');
    }
    if (sequence > head.sequence) head = { sequence, hash };
  }
  return head;
}

/** A feed's state as JSON, with the place of its last receipt. */
export function stateJson(kind: string, body: JsonObject, head: LedgerHead): JsonObject {
  return { version, kind, ledger: { sequence: head.sequence, hash: head.hash }, ...body };
}

export function writeWindowed(state: WindowedState): JsonObject {
  return {
    from: isoTime(state.from),
    complete: state.complete.map(rangeJson),
    recent: state.recent.map((window) => ({
      ...rangeJson(window),
      documents: window.documents,
      contentHash: window.contentHash,
    })),
    gaps: state.gaps.map(rangeJson),
  };
}

export function readWindowed(feed: string, state: JsonObject): WindowedState {
  const reader = new Reader(feed, state, 'windowed');
  return {
    from: reader.instant(state, 'from'),
    complete: reader.list('complete').map((range) => reader.range(range)),
    recent: reader.list('recent').map((window) => ({
      ...reader.range(window),
      documents: reader.number(window, 'documents'),
      contentHash: reader.text(window, 'contentHash'),
    })),
    gaps: reader.list('gaps').map((range) => reader.range(range)),
  };
}

export function writeSnapshot(state: SnapshotState): JsonObject {
  return { ...state };
}

export function readSnapshot(feed: string, state: JsonObject): SnapshotState {
  const reader = new Reader(feed, state, 'snapshot');
  return {
    shape: reader.text(state, 'shape'),
    documents: reader.number(state, 'documents'),
    contentHash: reader.text(state, 'contentHash'),
  };
}

export function writeDelta(state: DeltaState): JsonObject {
  return {
    filters: state.filters,
    ...(state.mark === undefined ? {} : { mark: isoTime(state.mark) }),
    recent: { ...state.recent },
  };
}

export function readDelta(feed: string, state: JsonObject): DeltaState {
  const reader = new Reader(feed, state, 'delta');
  const recent: Record<string, string> = {};
  for (const [key, hash] of Object.entries(reader.object('recent'))) if (typeof hash === 'string') recent[key] = hash;
  return {
    filters: reader.text(state, 'filters'),
    mark: state['mark'] === undefined ? undefined : reader.instant(state, 'mark'),
    recent,
  };
}

function rangeJson(range: Range): { from: string; to: string } {
  return { from: isoTime(range.from), to: isoTime(range.to) };
}

class Reader {
  readonly #feed: string;
  readonly #state: JsonObject;

  constructor(feed: string, state: JsonObject, kind?: string) {
    this.#feed = feed;
    this.#state = state;
    if (state['version'] !== version) this.#fail(`its version is ${JSON.stringify(state['version'])}, not ${version}`);
    if (kind !== undefined && state['kind'] !== kind)
      this.#fail(`it is of kind ${JSON.stringify(state['kind'])}, not ${kind}`);
  }

  object(name: string): JsonObject {
    const value = this.#state[name];
    return isObject(value) ? value : this.#fail(`"${name}" is not an object`);
  }

  list(name: string): JsonObject[] {
    const value = this.#state[name];
    if (!Array.isArray(value)) return this.#fail(`"${name}" is not a list`);
    return value.map((item: JsonValue) =>
      isObject(item) ? item : this.#fail(`"${name}" holds something else than objects`),
    );
  }

  text(object: JsonObject, name: string): string {
    const value = object[name];
    return typeof value === 'string' ? value : this.#fail(`"${name}" is not text`);
  }

  number(object: JsonObject, name: string): number {
    const value = object[name];
    return typeof value === 'number' ? value : this.#fail(`"${name}" is not a number`);
  }

  instant(object: JsonObject, name: string): number {
    const instant = Date.parse(this.text(object, name));
    return Number.isNaN(instant) ? this.#fail(`"${name}" is not a time`) : instant;
  }

  range(object: JsonObject): Range {
    return { from: this.instant(object, 'from'), to: this.instant(object, 'to') };
  }

  #fail(what: string): never {
    throw new UnreadableStateError(this.#feed, what);
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
