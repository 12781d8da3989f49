/** Feeds over the typed clients, as a program builds them. */
import type { EventLog } from '@millrace/celonis-client/logs';
import type { PageAddress, PagedList } from '@millrace/http';
import { type JsonObject, type JsonValue, parseJson } from '@millrace/flatten';
import { celonisAuditLog, flattenSpec, oeActivityLog } from '@millrace/model';
import type { OeClient } from '@millrace/oe-client';
import type { DeltaFeed, Page, PageRequest, SnapshotFeed, WindowedFeed } from '../src/index.ts';

type Reader = Pick<PagedList<unknown, object>, 'paging'>;
type RawPage = Awaited<ReturnType<PagedList<unknown>['readPage']>>;

interface ListReader extends Reader {
  readonly readPage: (request: PageAddress) => Promise<RawPage>;
}

export function logFeed(
  name: string,
  table: string,
  log: EventLog<unknown>,
  more: Partial<WindowedFeed> = {},
): WindowedFeed {
  return {
    kind: 'windowed',
    name,
    root: flattenSpec(celonisAuditLog, table),
    timestamp: ['timestamp'],
    paging: pagingOf(log),
    readPage: async ({ from, to, ...request }) =>
      pageOf(log, await log.readPage({ from, to, ...addressOf(log, request) })),
    ...more,
  };
}

export function membersFeed(members: ListReader): SnapshotFeed {
  return {
    kind: 'snapshot',
    name: 'members',
    root: flattenSpec(celonisAuditLog, 'members'),
    paging: pagingOf(members),
    readPage: async (request) => pageOf(members, await members.readPage(addressOf(members, request))),
  };
}

export function contextFeed({ processContexts }: OeClient, more: Partial<DeltaFeed> = {}): DeltaFeed {
  return {
    kind: 'delta',
    name: 'process_context',
    root: flattenSpec(oeActivityLog, 'process_context'),
    updatedAt: ['metadata', 'updatedAt'],
    filters: { includeScopes: 'live,draft' },
    paging: pagingOf(processContexts),
    readPage: async ({ updatedSince, filters, ...request }) =>
      pageOf(
        processContexts,
        await processContexts.readPage({
          ...filters,
          ...(updatedSince === undefined ? {} : { updatedSince }),
          ...addressOf(processContexts, request),
          pageSize: 200,
        }),
      ),
    ...more,
  };
}

function pagingOf({ paging }: Reader): WindowedFeed['paging'] {
  return paging.style === 'cursor' ? { kind: 'cursor' } : { kind: 'numbered', first: paging.firstPage };
}

function addressOf({ paging }: Reader, { page, cursor, signal }: PageRequest) {
  if (paging.style === 'page-number') return { pageNumber: page, signal };
  return { ...(cursor === undefined ? {} : { cursor }), signal };
}

function pageOf({ paging }: Reader, { bytes, headers, serverTime }: RawPage): Page {
  const body: JsonValue = bytes.length === 0 ? [] : parseJson(bytes);
  const items = isObject(body) ? body[paging.items] : body;
  const documents = (Array.isArray(items) ? items : []) as readonly JsonObject[];
  if (paging.style === 'cursor') {
    return {
      documents,
      next: (isObject(body) ? body[paging.nextCursor] : null) as string | null | undefined,
      serverTime,
    };
  }
  const { in: place, name } = paging.totalCount;
  const count = place === 'header' ? headers.get(name) : isObject(body) ? body[name] : undefined;
  return { documents, totalCount: count === null || count === undefined ? undefined : Number(count), serverTime };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
