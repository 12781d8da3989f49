/** The feeds of the Orchestration Engine, each read through the typed client. */
import { enginePage, enginePaging, pageAddress } from '@millrace/cli-kit/pages';
import type { DeltaFeed, Feed, SnapshotFeed } from '@millrace/extract';
import { flattenSpec, type Model } from '@millrace/model';
import type { OeClient, ProcessContextFilters } from '@millrace/oe-client';

/** Which process contexts, and how many a page. */
export interface RunFilters {
  readonly status?: string;
  /** ISO 8601. */
  readonly createdSince?: string;
  readonly updatedSince?: string;
  readonly includeScopes: NonNullable<ProcessContextFilters['includeScopes']> & string;
  readonly pageSize: number;
}

/** Which list fills which kind of table; the two models name them differently. */
const listOf: Readonly<Record<string, 'accounts' | 'digitalProcesses' | 'eventTypes' | 'processContexts'>> = {
  listAccounts: 'accounts',
  listDigitalProcesses: 'digitalProcesses',
  listEventTypes: 'eventTypes',
  listProcessContexts: 'processContexts',
};

/** Makes the feeds of a model. */
export function oeFeeds(client: OeClient, model: Model, filters: RunFilters): Feed[] {
  return model.feeds.map(({ table }) => {
    const operation = model.tables.find((each) => each.name === table)?.source?.operation ?? '';
    const list = listOf[operation];
    if (list === undefined)
      throw new Error(`Model ${model.name}: no list of the client fills the table ${table} (${operation}).`);
    const root = flattenSpec(model, table);
    return list === 'processContexts'
      ? contextFeed(client, table, root, filters)
      : listFeed(client[list], table, root, filters.pageSize);
  });
}

function listFeed(
  list: Pick<OeClient['accounts'], 'paging' | 'readPage'>,
  name: string,
  root: Feed['root'],
  pageSize: number,
): SnapshotFeed {
  return {
    kind: 'snapshot',
    name,
    root,
    paging: enginePaging(list.paging),
    readPage: async (request) =>
      enginePage(await list.readPage({ ...pageAddress(list.paging, request), pageSize }), list.paging),
  };
}

function contextFeed(
  { processContexts }: OeClient,
  name: string,
  root: Feed['root'],
  { status, createdSince, updatedSince, includeScopes, pageSize }: RunFilters,
): DeltaFeed {
  const filters = {
    includeScopes,
    ...(status === undefined ? {} : { status }),
    ...(createdSince === undefined ? {} : { createdSince }),
  };
  const { paging } = processContexts;
  return {
    kind: 'delta',
    name,
    root,
    updatedAt: ['metadata', 'updatedAt'],
    filters,
    ...(updatedSince === undefined ? {} : { updatedSince: new Date(updatedSince) }),
    paging: enginePaging(paging),
    readPage: async (request) => {
      const since = request.updatedSince === undefined ? {} : { updatedSince: request.updatedSince };
      return enginePage(
        await processContexts.readPage({ ...filters, ...since, ...pageAddress(paging, request), pageSize }),
        paging,
      );
    },
  };
}
