import { appKey, createCelonisLogs } from '@millrace/celonis-client/logs';
import { type Destination, type ExtractionSummary, runExtraction, type WindowedFeed } from '@millrace/extract';
import { type JsonObject, parseJson } from '@millrace/flatten';

export function exportLogins(team: string, key: string, destination: Destination): Promise<ExtractionSummary> {
  const { logins } = createCelonisLogs({ team, credentials: appKey(key) });
  const feed: WindowedFeed = {
    kind: 'windowed',
    name: 'logins',
    root: { table: 'login_history' },
    timestamp: ['timestamp'],
    boundsStepMs: 1000,
    paging: { kind: 'numbered', first: 0 },
    readPage: async ({ from, to, page, signal }) => {
      const { bytes, serverTime } = await logins.readPage({ from, to, pageNumber: page, signal });
      if (bytes.length === 0) return { documents: [], serverTime };
      const body = parseJson(bytes) as unknown as { content: JsonObject[]; totalCount: number };
      return { documents: body.content, totalCount: body.totalCount, serverTime };
    },
  };
  return runExtraction({ feeds: [feed], destination });
}
