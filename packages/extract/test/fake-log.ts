/** A log in memory that answers in pages, as the vendors' do, with every liberty that they leave themselves. */
import type { JsonObject } from '@millrace/flatten';
import type { ParsedPage, WindowedFeed, WindowPageRequest } from '../src/index.ts';

export interface LogRecord extends JsonObject {
  readonly timestamp: string;
  readonly event: string;
}

export interface FakeLogOptions {
  readonly records: readonly LogRecord[];
  readonly order?: 'ascending' | 'descending' | 'shuffled';
  readonly pageSize?: number;
  readonly fromInclusive?: boolean;
  readonly toInclusive?: boolean;
  /** `none`: pages without a count, to be read to the first empty one. */
  readonly style?: 'counted' | 'none' | 'cursor';
  /** What an answer without documents looks like: with its count, or without anything (204). */
  readonly empty?: 'counted' | '204';
  readonly serverTime?: Date;
}

/** Mulberry32: a small generator of the same numbers for the same seed, in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class FakeLog {
  records: LogRecord[];
  readonly requests: { readonly from: string; readonly to: string; readonly page: number }[] = [];
  /** Called after each answer was made, before it is given. */
  afterPage: (request: WindowPageRequest) => void = () => undefined;
  /** Changes an answer. */
  answer: (page: ParsedPage, request: WindowPageRequest) => ParsedPage | Promise<ParsedPage> = (page) => page;
  serverTime: Date;
  readonly #options: FakeLogOptions;
  readonly #random = seeded(7);

  constructor(options: FakeLogOptions) {
    this.#options = options;
    this.records = [...options.records];
    this.serverTime = options.serverTime ?? new Date('2026-06-01T12:00:00Z');
  }

  feed(more: Partial<WindowedFeed> = {}): WindowedFeed {
    const { style } = this.#options;
    return {
      kind: 'windowed',
      name: 'log',
      root: { table: 'log' },
      timestamp: ['timestamp'],
      paging: style === 'cursor' ? { kind: 'cursor' } : { kind: 'numbered', first: 0 },
      readPage: (request) => this.readPage(request),
      ...more,
    };
  }

  async readPage(request: WindowPageRequest): Promise<ParsedPage> {
    const { pageSize = 10, style = 'counted', empty = 'counted' } = this.#options;
    this.requests.push({ from: request.from.toISOString(), to: request.to.toISOString(), page: request.page });
    const matching = this.#matching(request);
    const at = style === 'cursor' ? Number(request.cursor ?? 0) : request.page * pageSize;
    const documents = matching.slice(at, at + pageSize);
    if (this.#options.order === 'shuffled') documents.sort(() => this.#random() - 0.5);
    const counted = style === 'counted' && (documents.length > 0 || empty === 'counted');
    const more = style === 'cursor' && at + pageSize < matching.length;
    const page: ParsedPage = {
      documents,
      serverTime: this.serverTime,
      ...(counted ? { totalCount: matching.length } : {}),
      ...(more ? { next: String(at + pageSize) } : {}),
    };
    const answer = await this.answer(page, request);
    this.afterPage(request);
    return answer;
  }

  #matching(request: WindowPageRequest): LogRecord[] {
    const { order = 'ascending', fromInclusive = true, toInclusive = false } = this.#options;
    const from = request.from.toISOString();
    const to = request.to.toISOString();
    const matching = this.records.filter(
      ({ timestamp }) =>
        (timestamp > from || (fromInclusive && timestamp === from)) &&
        (timestamp < to || (toInclusive && timestamp === to)),
    );
    matching.sort((a, b) =>
      a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : a.event < b.event ? -1 : 1,
    );
    return order === 'descending' ? matching.toReversed() : matching;
  }
}

/** Records spread over the days before the server's time; several share a millisecond. */
export function makeRecords(
  count: number,
  options: { readonly seed?: number; readonly days?: number } = {},
): LogRecord[] {
  const random = seeded(options.seed ?? 1);
  const end = Date.parse('2026-06-01T11:00:00Z');
  const span = (options.days ?? 30) * 86_400_000;
  return Array.from({ length: count }, (_, index) => ({
    timestamp: new Date(end - Math.floor((random() * span) / 1000) * 1000).toISOString(),
    event: `EVENT_${index}`,
    user: `user-${Math.floor(random() * 20)}`,
  }));
}

/** What a table of records must hold: each record as often as it is there. */
export function asText(records: readonly { readonly timestamp?: unknown; readonly event?: unknown }[]): string[] {
  return records.map(({ timestamp, event }) => `${instant(timestamp)} ${String(event)}`).sort();
}

function instant(timestamp: unknown): string {
  return typeof timestamp === 'bigint' ? new Date(Number(timestamp)).toISOString() : String(timestamp);
}
