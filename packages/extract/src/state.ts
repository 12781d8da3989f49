/** What a feed remembers between runs, as the JSON that the destination keeps. */
import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue, type Path } from '@millrace/flatten';
import { UnreadableStateError } from './errors.ts';
import type { Range } from './ranges.ts';
import { emptyLedger, type LedgerHead } from './receipt.ts';
import { isoTime } from './timestamp.ts';

/** A window of which the content is remembered, so that a later reading can tell what came late. */
export interface RememberedWindow extends Range {
  readonly documents: number;
  readonly contentHash: string;
}

/** A span that the source had deleted before it was read. */
export interface Gap extends Range {
  readonly acknowledged: boolean;
}

/** State of a log. */
export interface WindowedState {
  /** Root table, and the path of the timestamp: what was read can be told from the tables alone. */
  readonly table: string;
  readonly timestamp: Path;
  /** Start of what is wanted, as of the earliest run. */
  readonly from: number;
  /** What is read and committed. */
  readonly complete: readonly Range[];
  /** Windows that the next runs read again. Ascending. */
  readonly recent: readonly RememberedWindow[];
  /** Spans that the source had deleted before they were read. Ascending, apart. */
  readonly gaps: readonly Gap[];
  /** When the latest document of all windows happened: as long as the source has it, it has deleted nothing after it. */
  readonly newest: number | undefined;
  /** When, by the server's clock, the last span was last read again in full. */
  readonly rereadAt: number | undefined;
}

/** State of a snapshot. */
export interface SnapshotState {
  readonly shape: string;
  readonly documents: number;
  readonly contentHash: string;
  /** When, by the server's clock, the last committed reading began. */
  readonly readAt: number | undefined;
}

/** State of documents that change. */
export interface DeltaState {
  /** Fingerprint of shape and filters. */
  readonly filters: string;
  /** Everything changed before is read. Absent as long as no document said when it changed. */
  readonly mark: number | undefined;
  /** Documents changed within the overlap before `mark`: key and hash of those written. */
  readonly recent: Readonly<Record<string, string>>;
  /** When, by the server's clock, the keys of all documents were last read; a full load reads them, too. */
  readonly sweptAt: number | undefined;
  /** When, by the server's clock, the last committed reading began. */
  readonly readAt: number | undefined;
}

/** A reading that found nothing new is committed as well once the last one is so old: else nobody could tell it from no reading. */
export const quietMs = 3_600_000;

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

/** The hash of a feed's state that its receipt carries: all of it but where the ledger stands, which follows from the receipt. */
export function stateHash(kind: string, body: JsonObject): string {
  return hash('sha256', canonicalJson({ version, kind, ...body }), 'hex');
}

/** The hash that a stored state must have by its receipt. */
export function storedStateHash(state: JsonObject): string {
  const body = { ...state };
  delete body['ledger'];
  return hash('sha256', canonicalJson(body), 'hex');
}

export function writeWindowed(state: WindowedState): JsonObject {
  return {
    table: state.table,
    timestamp: [...state.timestamp],
    from: isoTime(state.from),
    complete: state.complete.map(rangeJson),
    recent: state.recent.map((window) => ({
      ...rangeJson(window),
      documents: window.documents,
      contentHash: window.contentHash,
    })),
    gaps: state.gaps.map((gap) => ({ ...rangeJson(gap), acknowledged: gap.acknowledged })),
    ...(state.newest === undefined ? {} : { newest: isoTime(state.newest) }),
    ...(state.rereadAt === undefined ? {} : { rereadAt: isoTime(state.rereadAt) }),
  };
}

export function readWindowed(feed: string, state: JsonObject): WindowedState {
  const reader = new Reader(feed, state, 'windowed');
  const instant = (name: string): number | undefined =>
    state[name] === undefined ? undefined : reader.instant(state, name);
  return {
    table: reader.text(state, 'table'),
    timestamp: reader.path(state, 'timestamp'),
    from: reader.instant(state, 'from'),
    complete: reader.list('complete').map((range) => reader.range(range)),
    recent: reader.list('recent').map((window) => ({
      ...reader.range(window),
      documents: reader.number(window, 'documents'),
      contentHash: reader.text(window, 'contentHash'),
    })),
    gaps: reader.list('gaps').map((gap) => ({ ...reader.range(gap), acknowledged: gap['acknowledged'] === true })),
    newest: instant('newest'),
    rereadAt: instant('rereadAt'),
  };
}

export function writeSnapshot(state: SnapshotState): JsonObject {
  const { readAt, ...rest } = state;
  return { ...rest, ...(readAt === undefined ? {} : { readAt: isoTime(readAt) }) };
}

export function readSnapshot(feed: string, state: JsonObject): SnapshotState {
  const reader = new Reader(feed, state, 'snapshot');
  return {
    shape: reader.text(state, 'shape'),
    documents: reader.number(state, 'documents'),
    contentHash: reader.text(state, 'contentHash'),
    readAt: state['readAt'] === undefined ? undefined : reader.instant(state, 'readAt'),
  };
}

export function writeDelta(state: DeltaState): JsonObject {
  return {
    filters: state.filters,
    ...(state.mark === undefined ? {} : { mark: isoTime(state.mark) }),
    ...(state.sweptAt === undefined ? {} : { sweptAt: isoTime(state.sweptAt) }),
    ...(state.readAt === undefined ? {} : { readAt: isoTime(state.readAt) }),
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
    sweptAt: state['sweptAt'] === undefined ? undefined : reader.instant(state, 'sweptAt'),
    readAt: state['readAt'] === undefined ? undefined : reader.instant(state, 'readAt'),
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

  path(object: JsonObject, name: string): Path {
    const value = object[name];
    const isStep = (step: JsonValue): step is string => typeof step === 'string';
    return Array.isArray(value) && value.every(isStep) ? value : this.#fail(`"${name}" is not a path`);
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
