/** A table of documents in memory, served in pages, that can change while it is read. */
import type { JsonObject } from '@millrace/flatten';
import type { DeltaFeed, DeltaPageRequest, PageRequest, ParsedPage, SnapshotFeed } from '../src/index.ts';

export interface TableDocument extends JsonObject {
  readonly id: string;
  readonly metadata: { readonly updatedAt: string };
  readonly status: string;
  readonly events: readonly { readonly name: string }[];
}

export interface FakeTableOptions {
  readonly documents: readonly TableDocument[];
  readonly pageSize?: number;
  /** By time of change, or by ID (then a changed document stays where it is). */
  readonly order?: 'oldest change first' | 'latest change first' | 'id';
  readonly sinceInclusive?: boolean;
  readonly style?: 'counted' | 'none' | 'cursor';
}

export class FakeTable {
  readonly documents: Map<string, TableDocument>;
  readonly requests: { readonly page: number; readonly updatedSince?: string; readonly filters?: unknown }[] = [];
  afterPage: () => void = () => undefined;
  now: number = Date.parse('2026-06-01T12:00:00.000Z');
  readonly #options: FakeTableOptions;

  constructor(options: FakeTableOptions) {
    this.#options = options;
    this.documents = new Map(options.documents.map((document) => [document.id, document]));
  }

  snapshot(more: Partial<SnapshotFeed> = {}): SnapshotFeed {
    return { kind: 'snapshot', ...this.#base(), readPage: (request) => this.#page(request), ...more };
  }

  delta(more: Partial<DeltaFeed> = {}): DeltaFeed {
    return {
      kind: 'delta',
      ...this.#base(),
      updatedAt: ['metadata', 'updatedAt'],
      readPage: (request) => this.#page(request),
      ...more,
    };
  }

  /** Adds a document, or changes one, now. */
  put(id: string, change: { readonly status?: string; readonly events?: number } = {}): void {
    this.now += 1;
    this.documents.set(id, makeDocument(id, this.now, change));
  }

  /** ID, status and number of events of each document. */
  asText(): string[] {
    return [...this.documents.values()].map(({ id, status, events }) => `${id} ${status} ${events.length}`).sort();
  }

  #base(): Pick<SnapshotFeed, 'name' | 'root' | 'paging'> {
    return {
      name: 'table',
      root: { table: 'document', primaryKey: [['id']] },
      paging: this.#options.style === 'cursor' ? { kind: 'cursor' } : { kind: 'numbered', first: 1 },
    };
  }

  #page(request: PageRequest & Partial<DeltaPageRequest>): Promise<ParsedPage> {
    const { pageSize = 10, style = 'counted', order = 'oldest change first', sinceInclusive = true } = this.#options;
    const { updatedSince, filters, page: number } = request;
    this.requests.push({
      page: number,
      ...(updatedSince === undefined ? {} : { updatedSince: updatedSince.toISOString() }),
      ...(filters === undefined ? {} : { filters }),
    });
    const since = updatedSince?.toISOString() ?? '';
    const matching = [...this.documents.values()].filter(
      ({ metadata, status }) =>
        (metadata.updatedAt > since || (sinceInclusive && metadata.updatedAt === since)) &&
        (filters?.['status'] === undefined || filters['status'] === status),
    );
    const rank = (document: TableDocument): string =>
      order === 'id' ? document.id : `${document.metadata.updatedAt} ${document.id}`;
    matching.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
    if (order === 'latest change first') matching.reverse();
    const at = style === 'cursor' ? Number(request.cursor ?? 0) : (number - 1) * pageSize;
    const page: ParsedPage = {
      documents: matching.slice(at, at + pageSize),
      serverTime: new Date(Math.floor(this.now / 1000) * 1000),
      ...(style === 'counted' ? { totalCount: matching.length } : {}),
      ...(style === 'cursor' && at + pageSize < matching.length ? { next: String(at + pageSize) } : {}),
    };
    this.afterPage();
    return Promise.resolve(page);
  }
}

export function makeDocument(
  id: string,
  updatedAt: number,
  change: { readonly status?: string; readonly events?: number } = {},
): TableDocument {
  const { status = 'running', events = 1 } = change;
  return {
    id,
    metadata: { updatedAt: new Date(updatedAt).toISOString() },
    status,
    events: Array.from({ length: events }, (_, index) => ({ name: `event ${index}` })),
  };
}

export function makeDocuments(count: number): TableDocument[] {
  const start = Date.parse('2026-05-01T00:00:00.000Z');
  return Array.from({ length: count }, (_, index) =>
    makeDocument(`d${String(index).padStart(4, '0')}`, start + index * 60_000, { events: index % 4 }),
  );
}
