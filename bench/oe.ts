/**
 * 1,000,000 events of 100,000 process contexts into one DuckDB file, all tables and the activity log. Ratios:
 * - `extract_vs_fetch`: the simulator's pages fetched and thrown away ÷ the same extracted
 * - `peak_rss_mb`: of the process that extracts
 * The details have the same against a server whose pages are ready and compressed, which costs nothing itself.
 */
import { join } from 'node:path';
import { doJob, inTurn, median, ratioOf, startServer, withFolder } from './children.ts';
import type { Source } from './job.ts';

const concurrency = 8;
const pageSize = 500;

/** Measures. `quick`: a twentieth of the contexts, one round. */
export async function run({
  quick,
}: {
  readonly quick: boolean;
}): Promise<{ ratios: Record<string, number>; details: unknown }> {
  const contexts = quick ? 5000 : 100_000;
  const simulated = await measure('oe-server.ts', { contexts, events: 10 }, contexts, quick ? 2 : 3);
  const ready = await measure(
    'page-server.ts',
    { kind: 'contexts', pages: contexts / pageSize, size: pageSize, events: 10 },
    contexts,
    quick ? 2 : 3,
  );
  return {
    ratios: { extract_vs_fetch: simulated.ratio, peak_rss_mb: simulated.peakRssMb },
    details: { contexts, simulator: simulated, readyPages: ready },
  };
}

async function measure(server: string, options: object, contexts: number, rounds: number) {
  const { said, stop } = await startServer<{ url: string; key?: string }>(server, [JSON.stringify(options)]);
  try {
    return await withFolder(async (folder) => {
      const source: Source = { kind: 'oe', url: said.url, key: said.key ?? 'bench:bench', pageSize };
      let round = 0;
      const to = (): string => `duckdb:${join(folder, `oe-${round++}.duckdb`)}`;
      const results = await inTurn(rounds, {
        fetch: () => doJob({ work: 'bytes', source, pages: contexts / pageSize, concurrency }),
        extract: () => doJob({ work: 'extract', source, to: to(), concurrency, build: true, memoryLimit: '192MB' }),
      });
      return {
        ratio: ratioOf(results.fetch, results.extract),
        peakRssMb: median(results.extract.map((result) => result.peakRssMb)),
        contextsPerSecond: median(results.extract.map((result) => (contexts / result.ms) * 1000)),
        ...results,
      };
    });
  } finally {
    stop();
  }
}
