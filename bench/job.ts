/**
 * One measured piece of work in a process of its own: reads pages and throws them away, or extracts them. Prints what it took.
 *
 *     node job.ts '{"work":"extract","source":{"kind":"audit","url":"http://127.0.0.1:8401","key":"…"},"to":"parquet:/tmp/x","concurrency":8}'
 */
import { nodeFetch } from '@millrace/cli-kit/node-fetch';
import { leanHeap } from '../packages/cli-kit/src/lean-heap.ts';
import { bytePage, enginePaging, pageAddress } from '@millrace/cli-kit/pages';
import { createCelonisLogs } from '@millrace/celonis-client/logs';
import { createDestination } from '@millrace/destinations';
import {
  type DeltaPageRequest,
  type Destination,
  type Feed,
  type PageRequest,
  type ProgressEvent,
  runExtraction,
  type WindowPageRequest,
} from '@millrace/extract';
import { appKey, clientCredentials, type RawPage } from '@millrace/http';
import {
  celonisAuditLog,
  duckdb,
  flattenSpec,
  type Model,
  oeActivityLog,
  renderTransformations,
} from '@millrace/model';
import { createOeClient } from '@millrace/oe-client';

/** Where pages come from. */
export interface Source {
  readonly kind: 'audit' | 'audit-and-logins' | 'oe' | 'contexts';
  readonly url: string;
  /** AppKey, or client ID and secret with a colon between. */
  readonly key: string;
  readonly pageSize?: number;
}

/** What is done. */
export interface Job {
  /**
   * - `json`: Node's own `fetch`, `response.json()` thrown away
   * - `bytes`: the programs' fetch and client, bytes thrown away
   * - `extract`: the engine, into `to`
   */
  readonly work: 'json' | 'bytes' | 'extract';
  readonly source: Source;
  /** Page requests of `json` and `bytes`. */
  readonly pages?: number;
  /** Pages that the source has, where more are asked for: then they come again. Default: as many as `pages`. */
  readonly of?: number;
  /** URL of a destination; left out: batches are counted and thrown away. */
  readonly to?: string;
  readonly concurrency: number;
  /** Runs the extraction so many times into the same destination. */
  readonly runs?: number;
  /** Builds the activity log afterwards. */
  readonly build?: boolean;
  readonly memoryLimit?: string;
}

/** What it took. */
export interface JobResult {
  readonly ms: number;
  readonly pages: number;
  readonly documents: number;
  /** Highest resident memory of the process. */
  readonly peakRssMb: number;
  readonly cpuMs: number;
  /** Milliseconds until everything was extracted, and built; the rest is closing. */
  readonly phases?: { readonly extracted: number; readonly built: number };
  /** Page requests of each feed of the last run. */
  readonly feeds?: Readonly<Record<string, number>>;
  readonly rows?: Readonly<Record<string, number>>;
}

interface List {
  readonly feed: Feed;
  readonly read: (page: number) => Promise<RawPage>;
  readonly address: (page: number) => { readonly url: string; readonly headers: Record<string, string> };
}

async function lists({ kind, url, key, pageSize }: Source): Promise<List[]> {
  const fetchPages = await nodeFetch({});
  if (kind === 'audit' || kind === 'audit-and-logins') {
    const client = createCelonisLogs({ team: url, credentials: appKey(key), fetch: fetchPages });
    const log = (name: string, table: string, from: typeof client.audit | typeof client.logins, more: object): List => {
      const { paging } = from;
      const size = pageSize === undefined ? {} : { pageSize };
      return {
        feed: {
          kind: 'windowed',
          name,
          root: flattenSpec(celonisAuditLog, table),
          timestamp: ['timestamp'],
          paging: enginePaging(paging),
          ...more,
          readPage: async ({ from: since, to, ...request }: WindowPageRequest) =>
            bytePage(await from.readPage({ from: since, to, ...pageAddress(paging, request), ...size }), paging),
        },
        read: (page) => from.readPage({ pageNumber: page, ...size }),
        address: (page) => ({
          url: `${url}/log/api/external/audit?pageNumber=${page}&pageSize=${pageSize ?? 200}`,
          headers: { authorization: `AppKey ${key}` },
        }),
      };
    };
    const audit = log('audit', 'audit_log', client.audit, {});
    if (kind === 'audit') return [audit];
    return [audit, log('logins', 'login_history', client.logins, { boundsStepMs: 1000 })];
  }
  const [id = '', secret = ''] = key.split(':');
  const client = createOeClient({ apiUrl: url, credentials: clientCredentials(id, secret), fetch: fetchPages });
  const token = await tokenFor(url, key);
  const { processContexts } = client;
  const size = pageSize ?? 1000;
  const contexts: List = {
    feed: {
      kind: 'delta',
      name: 'process_context',
      root: flattenSpec(oeActivityLog, 'process_context'),
      updatedAt: ['metadata', 'updatedAt'],
      filters: { includeScopes: 'live,draft' },
      paging: enginePaging(processContexts.paging),
      readPage: async ({ updatedSince, ...request }: DeltaPageRequest) =>
        bytePage(
          await processContexts.readPage({
            includeScopes: 'live,draft',
            ...(updatedSince === undefined ? {} : { updatedSince }),
            ...pageAddress(processContexts.paging, request),
            pageSize: size,
          }),
          processContexts.paging,
        ),
    },
    read: (page) => processContexts.readPage({ pageNumber: page + 1, pageSize: size, includeScopes: 'live,draft' }),
    address: (page) => ({
      url: `${url}/oe/process-contexts?pageNumber=${page + 1}&pageSize=${size}&includeScopes=live,draft`,
      headers: { authorization: `Bearer ${token}`, 'x-total-count': 'true' },
    }),
  };
  if (kind === 'contexts') return [contexts];
  const small = (
    name: string,
    list: typeof client.accounts | typeof client.digitalProcesses | typeof client.eventTypes,
  ): List => ({
    ...contexts,
    feed: {
      kind: 'snapshot',
      name,
      root: flattenSpec(oeActivityLog, name),
      paging: enginePaging(list.paging),
      readPage: async (request: PageRequest) =>
        bytePage(await list.readPage({ ...pageAddress(list.paging, request), pageSize: 1000 }), list.paging),
    },
  });
  return [
    contexts,
    small('account', client.accounts),
    small('digital_process', client.digitalProcesses),
    small('event_type', client.eventTypes),
  ];
}

async function tokenFor(url: string, key: string): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(key).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}

/** Does `count` things, `width` at a time. */
async function inFlight(count: number, width: number, one: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await one(index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** A destination that looks at nothing. */
function nowhere(): Destination {
  return {
    url: 'nowhere:',
    open: () => Promise.resolve({ tables: [], feeds: {} }),
    begin: () =>
      Promise.resolve({
        write: () => Promise.resolve(),
        commit: () => Promise.resolve(),
        rollback: () => Promise.resolve(),
      }),
    // oxlint-disable-next-line no-empty-function -- it keeps none
    receipts: async function* () {},
    close: () => Promise.resolve(),
  };
}

async function run(job: Job): Promise<Omit<JobResult, 'peakRssMb' | 'cpuMs'>> {
  const [list, ...others] = await lists(job.source);
  if (list === undefined) throw new Error('The source has no list.');
  const { pages = 0, concurrency } = job;
  const started = performance.now();
  const took = (): number => performance.now() - started;
  if (job.work === 'bytes') {
    await inFlight(pages, concurrency, async (page) => void (await list.read(page % (job.of ?? pages))));
    return { ms: took(), pages, documents: 0 };
  }
  if (job.work === 'json') {
    await inFlight(pages, concurrency, async (page) => {
      const { url, headers } = list.address(page);
      await (await fetch(url, { headers })).json();
    });
    return { ms: took(), pages, documents: 0 };
  }
  const destination =
    job.to === undefined
      ? nowhere()
      : createDestination(job.to, job.memoryLimit === undefined ? {} : { memoryLimit: job.memoryLimit });
  const feeds = [list, ...others].map((each) => each.feed);
  const keepLean = leanHeap();
  const onProgress = (event: ProgressEvent): void =>
    keepLean(event.kind === 'progress' ? event.bytes / event.pages : 0);
  let summary = await runExtraction({ feeds, destination, concurrency, onProgress });
  for (let again = 1; again < (job.runs ?? 1); again += 1)
    summary = await runExtraction({ feeds, destination, concurrency, onProgress });
  const extracted = took();
  if (job.build === true) await build(destination, oeActivityLog, summary.tables);
  const built = took();
  await destination.close();
  return {
    phases: { extracted, built },
    ms: took(),
    pages: summary.feeds.reduce((sum, feed) => sum + feed.pages, 0),
    documents: summary.feeds.reduce((sum, feed) => sum + feed.documents, 0),
    feeds: Object.fromEntries(summary.feeds.map((feed) => [feed.feed, feed.pages])),
  };
}

async function build(
  destination: Destination,
  model: Model,
  tables: Parameters<typeof renderTransformations>[1]['tables'],
): Promise<void> {
  for (const transformation of renderTransformations(model, {
    dialect: duckdb,
    mode: 'full',
    ...(tables === undefined ? {} : { tables }),
  })) {
    await destination.transform?.(transformation);
  }
}

const result = await run(JSON.parse(process.argv[2] ?? '{}') as Job);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const measured: JobResult = { ...result, peakRssMb: maxRSS / 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
process.stdout.write(`${JSON.stringify(measured)}\n`);
process.exit(0);
