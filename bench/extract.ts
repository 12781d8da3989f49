/**
 * The engine against servers in processes of their own. Ratios:
 * - `concurrent_vs_sequential`: 50 ms latency and 5 ms of work a page; a loop of one page after the other ÷ the engine with 8 in flight, into Parquet
 * - `engine_overhead`: 5 ms of work a page and no latency; the engine without a destination ÷ as many pages fetched 8 at a time
 *   and thrown away
 * - `gzip_vs_fetchjson`: compressed pages; `fetch().json()` thrown away ÷ the engine into Parquet, both 8 in flight
 * - `peak_rss_mb`: of a process that extracts 10 million audit records into Parquet
 * - `idle_delta_requests`: most page requests that a feed needs where nothing is new
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { doJob, inTurn, median, ratioOf, startServer, withFolder } from './children.ts';
import type { Job, Source } from './job.ts';

interface Options {
  readonly quick: boolean;
}

interface SimulatorSaid {
  readonly celonis?: { readonly url: string; readonly credentials: { readonly appKey: string } };
  readonly oe?: {
    readonly url: string;
    readonly credentials: { readonly clientId: string; readonly clientSecret: string };
  };
}

const concurrency = 8;
const simulator = '../packages/simulator/src/bin.ts';

/** Measures. `quick`: smaller sizes, fewer rounds. */
export async function run({ quick }: Options): Promise<{ ratios: Record<string, number>; details: unknown }> {
  const details: Record<string, unknown> = {};
  const ratios = await withFolder(async (folder) => ({
    concurrent_vs_sequential: await concurrent(folder, quick, details),
    engine_overhead: await overhead(folder, quick, details),
    gzip_vs_fetchjson: await gzip(folder, quick, details),
    peak_rss_mb: await memory(folder, quick, details),
    idle_delta_requests: await idle(folder, details),
  }));
  return { ratios, details };
}

async function withAuditLog<T>(
  folder: string,
  records: number,
  latency: object,
  body: (source: Source) => Promise<T>,
): Promise<T> {
  const faults = join(folder, 'faults.json');
  await writeFile(faults, JSON.stringify({ latency }));
  const sizes = ['--audit-events', `${records}`, '--login-events', '500', '--members', '10', '--adoption-events', '10'];
  const server = await startServer<SimulatorSaid>(simulator, ['celonis', '--faults', faults, ...sizes]);
  try {
    const { celonis } = server.said;
    if (celonis === undefined) throw new Error('The simulator did not say where the team is.');
    return await body({ kind: 'audit', url: celonis.url, key: celonis.credentials.appKey });
  } finally {
    server.stop();
  }
}

async function concurrent(folder: string, quick: boolean, details: Record<string, unknown>): Promise<number> {
  const pages = quick ? 150 : 500;
  return withAuditLog(folder, pages * 200, { answer: 50, page: 5 }, async (source) => {
    let round = 0;
    const to = (): string => `parquet:${join(folder, `concurrent-${round++}`)}`;
    const results = await inTurn(quick ? 1 : 3, {
      sequential: () => doJob({ work: 'json', source, pages, concurrency: 1 }),
      engine: () => doJob({ work: 'extract', source, to: to(), concurrency }),
      withoutDestination: () => doJob({ work: 'extract', source, concurrency }),
    });
    const { sequential, withoutDestination } = results;
    details['concurrent_vs_sequential'] = {
      pages,
      withoutDestination: ratioOf(sequential, withoutDestination),
      results,
    };
    return ratioOf(sequential, results.engine);
  });
}

async function overhead(folder: string, quick: boolean, details: Record<string, unknown>): Promise<number> {
  const pages = quick ? 300 : 1000;
  return withAuditLog(folder, pages * 200, { page: 5 }, async (source) => {
    let round = 0;
    let requests = pages;
    const to = (): string => `parquet:${join(folder, `overhead-${round++}`)}`;
    const results = await inTurn(quick ? 2 : 5, {
      engine: async () => {
        const result = await doJob({ work: 'extract', source, concurrency });
        requests = result.pages;
        return result;
      },
      // As many requests: a proof needs some pages twice, which is not what is measured here.
      bare: () => doJob({ work: 'bytes', source, pages: requests, of: pages, concurrency }),
      parquet: () => doJob({ work: 'extract', source, to: to(), concurrency }),
    });
    const { bare, engine, parquet } = results;
    details['engine_overhead'] = { pages, requests, intoParquet: ratioOf(parquet, bare), results };
    return ratioOf(engine, bare);
  });
}

async function gzip(folder: string, quick: boolean, details: Record<string, unknown>): Promise<number> {
  const pages = quick ? 40 : 500;
  const options = JSON.stringify({ kind: 'contexts', pages, size: 500, events: 10 });
  const server = await startServer<{ url: string }>('page-server.ts', [options]);
  try {
    const source: Source = { kind: 'contexts', url: server.said.url, key: 'bench:bench', pageSize: 500 };
    let round = 0;
    const to = (): string => `parquet:${join(folder, `gzip-${round++}`)}`;
    const results = await inTurn(quick ? 3 : 5, {
      fetchJson: () => doJob({ work: 'json', source, pages, concurrency }),
      engine: () => doJob({ work: 'extract', source, to: to(), concurrency }),
      bytes: () => doJob({ work: 'bytes', source, pages, concurrency }),
    });
    details['gzip_vs_fetchjson'] = { pages, ...results };
    return ratioOf(results.fetchJson, results.engine);
  } finally {
    server.stop();
  }
}

async function memory(folder: string, quick: boolean, details: Record<string, unknown>): Promise<number> {
  const records = quick ? 400_000 : 10_000_000;
  const server = await startServer<{ url: string }>('page-server.ts', [JSON.stringify({ kind: 'audit', records })]);
  try {
    const source: Source = { kind: 'audit', url: server.said.url, key: 'bench' };
    const job: Job = { work: 'extract', source, to: `parquet:${join(folder, 'memory')}`, concurrency };
    const { engine } = await inTurn(1, { engine: () => doJob(job) });
    details['peak_rss_mb'] = { records, engine };
    return median(engine.map((result) => result.peakRssMb));
  } finally {
    server.stop();
  }
}

async function idle(folder: string, details: Record<string, unknown>): Promise<number> {
  const sizes = ['--audit-events', '20000', '--login-events', '8000', '--process-contexts', '1500'];
  const server = await startServer<SimulatorSaid>(simulator, ['both', ...sizes]);
  try {
    const { celonis, oe } = server.said;
    if (celonis === undefined || oe === undefined) throw new Error('The simulator did not say where it serves.');
    const team: Source = { kind: 'audit-and-logins', url: celonis.url, key: celonis.credentials.appKey };
    const tenant: Source = {
      kind: 'oe',
      url: oe.url,
      key: `${oe.credentials.clientId}:${oe.credentials.clientSecret}`,
    };
    const runs = [
      await doJob({ work: 'extract', source: team, to: `duckdb:${join(folder, 'team.duckdb')}`, concurrency, runs: 2 }),
      await doJob({ work: 'extract', source: tenant, to: `duckdb:${join(folder, 'oe.duckdb')}`, concurrency, runs: 2 }),
    ];
    const requests = Object.assign({}, ...runs.map((result) => result.feeds)) as Record<string, number>;
    details['idle_delta_requests'] = requests;
    return Math.max(...Object.values(requests));
  } finally {
    server.stop();
  }
}
