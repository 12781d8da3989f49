/** The fault plan: what the simulators do to a client, as one JSON value. */
import type { RequestRecord } from './request-log.ts';

export type PageOrder = 'ascending' | 'descending' | 'shuffled';

/** The feeds that a fault about rows can name. */
export type FeedName = 'audit' | 'logins' | 'adoption' | 'process-contexts';

/** The team permissions that an operation can need; `orchestration-engine` stands for all of OE. */
export type Permission =
  | 'audit-log'
  | 'login-history'
  | 'members'
  | 'adoption'
  | 'edit-data-pools'
  | 'create-data-pools'
  | 'data-push'
  | 'orchestration-engine';

/** Rows that appear while a client reads. */
export interface ArrivingRows {
  /** After every n-th page that the feed serves … */
  readonly every: number;
  /** … so many rows appear. */
  readonly rows: number;
  /** Rows in all; default: no end. */
  readonly total?: number;
  /** `range`: anywhere in the range that was asked for (default); `now`: at the present virtual time. */
  readonly where?: 'range' | 'now';
}

/** The oldest rows that vanish while a client reads. */
export interface AgeingRows {
  readonly every: number;
  readonly rows: number;
  readonly total?: number;
}

/** Rows with an old timestamp that appear late, once. Give one of `afterRequest` and `at`. */
export interface LateRows {
  readonly rows: number;
  /** How far before the virtual time of their appearance their timestamps lie, in milliseconds. */
  readonly age: number;
  /** Appear after the n-th page that the feed serves. */
  readonly afterRequest?: number;
  /** Appear at the first request at or after this virtual time. */
  readonly at?: string;
  /** Default `audit`; at OE `process-contexts`. */
  readonly feed?: FeedName;
}

/** When a failure strikes. Without any of the counting fields: at every request that it is about. */
export interface FailureTiming {
  /** Operation IDs; default: all but `createToken`. */
  readonly on?: string | readonly string[];
  /** Ordinals, from 1, among the requests that it is about. */
  readonly requests?: readonly number[];
  /** Every n-th of them. */
  readonly every?: number;
  /** From the n-th of them on. */
  readonly from?: number;
  /** Chance for each of them, 0 to 1; decided by the seed. */
  readonly probability?: number;
  /** At most so often in all. */
  readonly times?: number;
}

/** What happens when it strikes. */
export type FailureKind =
  /** An error answer in the vendor's shape, as text, as HTML, or with an empty body. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: 'vendor' | 'text' | 'html' | 'empty';
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** 429. The header defaults to `x-ratelimit-reset` at Celonis and `retry-after` at OE; `seconds` to 1. */
  | {
      readonly kind: 'rate-limit';
      readonly header?: 'x-ratelimit-reset' | 'retry-after' | 'retry-after-date' | 'none';
      readonly seconds?: number;
    }
  /** The connection breaks in the middle of the body. */
  | { readonly kind: 'torn' }
  /** The connection breaks before any answer. */
  | { readonly kind: 'no-answer' }
  /** Half the body comes, then nothing more, until the client gives up. */
  | { readonly kind: 'stall' }
  /** The answer (or, with `where: body`, its second half) comes so much later, in real milliseconds. */
  | { readonly kind: 'slow'; readonly milliseconds: number; readonly where?: 'answer' | 'body' }
  /** 200 with an HTML page, as a login page or proxy in between sends it. */
  | { readonly kind: 'html' }
  /** All tokens issued so far expire just before this request is looked at. */
  | { readonly kind: 'expire-tokens' }
  /** The page before the one asked for (page numbers only). */
  | { readonly kind: 'repeat-page' };

export type Failure = FailureTiming & FailureKind;

/** A request as a hook sees it. */
export interface HookRequest {
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly operationId?: string;
}

/** An answer that a hook gives in the simulator's place; it is not checked against the API description. */
export interface HookAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** For tests: code that runs around each request. Not part of the JSON form. */
export interface FaultHooks {
  /** Before anything else; may change data, clock and faults, and may answer itself. */
  readonly before?: (request: HookRequest) => HookAnswer | undefined | Promise<HookAnswer | undefined>;
  /** After the answer has been written. */
  readonly after?: (record: RequestRecord) => void | Promise<void>;
}

/**
 * Everything that a simulator can be told to do differently. The empty plan is the friendly server: pages ascending by
 * time, `from` inclusive, `to` exclusive, exact counts, no failures, gzip for clients that accept it.
 */
export interface FaultPlan {
  /** Seed of every choice that the plan leaves open; default: the simulator's. */
  readonly seed?: number;

  /** Order of rows over the pages (`across`) and inside each page (`within`, default: as they come). A word alone means `across`. */
  readonly order?: PageOrder | { readonly across?: PageOrder; readonly within?: PageOrder };
  /** Whether rows exactly at a bound belong; default: `from` inclusive, `to` exclusive. At OE `from` is `createdSince` and `updatedSince`. */
  readonly bounds?: { readonly from?: 'inclusive' | 'exclusive'; readonly to?: 'inclusive' | 'exclusive' };
  /** What becomes of fields that a row may lack: all `null`, all absent, or either by chance. */
  readonly optionalFields?: 'null' | 'absent' | 'mixed';
  /** What becomes of the `message` of audit events. */
  readonly message?: 'empty' | 'null' | 'absent';
  /** Timestamps are rounded down to a multiple of so many milliseconds, so that many are equal. Celonis event feeds. */
  readonly equalTimestamps?: number;
  /** About one row in so many exists twice, byte for byte, and is counted twice. Celonis event feeds. */
  readonly duplicates?: number;
  /** About one row in so many carries a value that no published enum has. */
  readonly unknownEnums?: number;
  readonly arriving?: ArrivingRows;
  readonly ageing?: AgeingRows;
  readonly late?: readonly LateRows[];
  /** OE: after every n-th page so many process contexts get the present virtual time as `metadata.updatedAt`. */
  readonly updating?: AgeingRows;
  /** Rows older than so many days are gone: at the virtual midnight (UTC) of the day of expiry (default), or exactly. Celonis event feeds. */
  readonly retention?: { readonly days: number; readonly edge?: 'midnight' | 'exact' };

  /** Status for a page without rows; default 200. Celonis. */
  readonly emptyRange?: 200 | 204;
  /** A count that is wrong: so many more or fewer, not there, or the number of rows on the page. */
  readonly totalCount?: number | 'absent' | 'page';
  /** What happens to a page size above the maximum: 400 (default), or silently the maximum. */
  readonly oversizePage?: 'reject' | 'clamp';
  /** What happens to a query parameter that the API does not know; default `ignore`. */
  readonly unknownParameters?: 'ignore' | 'reject';
  /** How cursor paging ends (default: no token), and whether every n-th page is followed by an empty one that has a token. */
  readonly cursor?: { readonly end?: 'absent' | 'null' | 'empty-string' | 'empty-page'; readonly emptyPages?: number };
  /** OE list bodies: a JSON array (default) or `{ "items": […] }`. */
  readonly envelope?: 'array' | 'items';
  /** A path prefix, for example `/team`, under which alone the Team API (login history, members) answers. */
  readonly teamApiPrefix?: string;

  /** Compression for clients that accept it; default on. */
  readonly gzip?: boolean;
  /** Real milliseconds: `answer` before each answer, side by side; `page` of work for each page of rows, one after another. */
  readonly latency?: { readonly answer?: number; readonly page?: number };
  /** A limit that answers 429 beyond so many requests (without those for tokens) in each span; counted by real time, or by virtual time. */
  readonly rate?: {
    readonly requests: number;
    readonly seconds: number;
    readonly header?: 'x-ratelimit-reset' | 'retry-after' | 'retry-after-date' | 'none';
    readonly clock?: 'real' | 'virtual';
  };

  readonly auth?: {
    /** Scopes of the OAuth client; default: all that the API has. Asking for another is 400 `invalid_scope`. */
    readonly scopes?: readonly string[];
    /** Permissions that the team gave to the good credentials; default: all. Missing: 403. */
    readonly permissions?: readonly Permission[];
    /** Seconds that a token lives; default 899 at Celonis and 14399 at OE. */
    readonly tokenLifetime?: number;
    /** Requests that a token is good for; then it has expired. */
    readonly tokenRequests?: number;
    /** The one way in which clients may send their secret; default: either. */
    readonly method?: 'basic' | 'post';
    /** Shape of the 401 for a missing or wrong credential; default `json`. */
    readonly unauthorized?: 'json' | 'text' | 'empty';
    /** Shape of the 403; `empty` is what an API that is switched off sends. Default `json`. */
    readonly forbidden?: 'json' | 'empty';
  };

  readonly failures?: readonly Failure[];
  readonly hooks?: FaultHooks;
}

/**
 * Several plans as one. Of single switches the last plan's holds; `late` and `failures` are joined; the parts of
 * `auth`, `bounds`, `cursor` and `latency` are merged; hooks run in turn, and the first that answers answers.
 */
export function composeFaults(...plans: readonly FaultPlan[]): FaultPlan {
  let composed: FaultPlan = {};
  for (const next of plans) {
    composed = {
      ...composed,
      ...next,
      ...merged('auth', composed, next),
      ...merged('bounds', composed, next),
      ...merged('cursor', composed, next),
      ...merged('latency', composed, next),
      ...joined('late', composed, next),
      ...joined('failures', composed, next),
      ...(composed.hooks && next.hooks ? { hooks: chained(composed.hooks, next.hooks) } : {}),
    };
  }
  return composed;
}

function merged(name: 'auth' | 'bounds' | 'cursor' | 'latency', first: FaultPlan, second: FaultPlan): FaultPlan {
  return first[name] && second[name] ? { [name]: { ...first[name], ...second[name] } } : {};
}

function joined(name: 'late' | 'failures', first: FaultPlan, second: FaultPlan): FaultPlan {
  return first[name] && second[name] ? { [name]: [...first[name], ...second[name]] } : {};
}

function chained(first: FaultHooks, second: FaultHooks): FaultHooks {
  return {
    before: async (request) => (await first.before?.(request)) ?? (await second.before?.(request)),
    after: async (record) => {
      await first.after?.(record);
      await second.after?.(record);
    },
  };
}
