/** The feeds of the Orchestration Engine, each read through the typed client. */
import { bytePage, enginePaging, pageAddress } from '@millrace/cli-kit/pages';
import type { DeltaFeed, DeltaPageRequest, Feed, Page, SnapshotFeed } from '@millrace/extract';
import type { RootSpec } from '@millrace/flatten';
import { tableOf, type DocumentShaper, type Model } from '@millrace/model';
import type { OeClient, ProcessContextFilters } from '@millrace/oe-client';
import { clientFilters, type ContextFilters } from './context-filters.ts';
import { parsedPage } from './parsed-page.ts';

/** What the feeds read, and how. */
export interface FeedOptions {
  readonly model: Model;
  /** How the documents of a feed become tables. */
  readonly spec: (feed: string) => RootSpec;
  /** What is done to each document of a feed before anything else sees it. */
  readonly shapers: ReadonlyMap<string, DocumentShaper>;
  /** What decides, besides the specification, which rows come of the documents. */
  readonly shape: Readonly<Record<string, string>>;
  readonly filters: ContextFilters;
  readonly pageSize: number;
  /** How long after the last sweep the next is due, in ms; 0: at each run. Left out: never. */
  readonly sweepMs?: number | undefined;
}

/** A list of the client. */
export type ListName = 'accounts' | 'digitalProcesses' | 'eventTypes' | 'processContexts';

const lists: Readonly<Record<string, ListName>> = {
  listAccounts: 'accounts',
  listDigitalProcesses: 'digitalProcesses',
  listEventTypes: 'eventTypes',
  listProcessContexts: 'processContexts',
};

/** The list that fills a feed's tables; the models name these differently. */
export function listOf(model: Model, feed: string): ListName {
  const operation = tableOf(model, feed).source?.operation ?? '';
  const list = lists[operation];
  if (list === undefined)
    throw new Error(`Model ${model.name}: no list of the client fills the table ${feed} (${operation}).`);
  return list;
}

/** Makes the feeds of a model. */
export function oeFeeds(client: OeClient, options: FeedOptions): Feed[] {
  const { model } = options;
  return model.feeds.map(({ table }) => {
    const list = listOf(model, table);
    return list === 'processContexts' ? contextFeed(client, table, options) : listFeed(client[list], table, options);
  });
}

function listFeed(
  list: Pick<OeClient['accounts'], 'paging' | 'readPage'>,
  name: string,
  options: FeedOptions,
): SnapshotFeed {
  return {
    kind: 'snapshot',
    name,
    root: options.spec(name),
    paging: enginePaging(list.paging),
    readPage: async (request) => {
      const raw = await list.readPage({ ...pageAddress(list.paging, request), pageSize: options.pageSize });
      return shaped(await bytePage(raw, list.paging), options.shapers.get(name));
    },
  };
}

function contextFeed({ processContexts }: OeClient, name: string, options: FeedOptions): DeltaFeed {
  const { filters, pageSize, shapers, shape, sweepMs } = options;
  const { paging } = processContexts;
  const question = contextQuestion(filters);
  return {
    kind: 'delta',
    name,
    root: options.spec(name),
    updatedAt: ['metadata', 'updatedAt'],
    filters: { ...filters.fingerprint, ...shape },
    ...(sweepMs === undefined ? {} : { sweepMs }),
    paging: enginePaging(paging),
    readPage: async (request) => {
      const raw = await processContexts.readPage({ ...question(request), ...pageAddress(paging, request), pageSize });
      return shaped(await bytePage(raw, paging), shapers.get(name));
    },
  };
}

/**
 * What to ask the list for. A load that begins without a lower bound is a first load; one that begins with one is a delta load. Later
 * in a load a later bound asks for what changed while it was under way. A sweep asks for all that a first load would bring.
 */
function contextQuestion(filters: ContextFilters): (request: DeltaPageRequest) => ProcessContextFilters {
  let begun: { readonly since: number | undefined } | undefined;
  return ({ updatedSince, all }) => {
    const since = updatedSince?.getTime();
    if (all === true) {
      const bounds = [since, instant(filters.full['updatedSince'])?.getTime()].filter((bound) => bound !== undefined);
      const { updatedSince: _, ...rest } = clientFilters(filters.full);
      return { ...rest, ...(bounds.length === 0 ? {} : { updatedSince: new Date(Math.max(...bounds)) }) };
    }
    begun ??= { since };
    const isDelta = begun.since !== undefined;
    const isClosing = since !== begun.since;
    const values = isDelta ? filters.delta : filters.full;
    const start = isDelta ? filters.deltaStart : instant(filters.full['updatedSince']);
    const bounds = [
      start === 'newest' || isClosing ? since : undefined,
      start === 'newest' ? instant(filters.delta['updatedSince'])?.getTime() : start?.getTime(),
    ].filter((bound) => bound !== undefined);
    const { updatedSince: _, ...rest } = clientFilters(values);
    return { ...rest, ...(bounds.length === 0 ? {} : { updatedSince: new Date(Math.max(...bounds)) }) };
  };
}

function instant(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function shaped(page: Page, shaper: DocumentShaper | undefined): Page {
  if (shaper === undefined) return page;
  const parsed = parsedPage(page);
  return { ...parsed, documents: parsed.documents.map((document) => shaper.shape(document)) };
}
