/**
 * Pages to Parquet parts in a process of its own, as a stream of any length: the cached pages come again and again with other keys. Prints what it
 * took; reading pages and changing keys is not timed with one worker. The heap is kept as the programs keep theirs.
 *
 *     node memory.ts '{"files":["…"],"rounds":10,"workers":1,"codec":"zstd"}'
 */
import { leanHeap } from '../packages/cli-kit/src/lean-heap.ts';
import { createPageReader, renewKeys } from './corpora.ts';
import { withFolder } from './children.ts';
import { startPartWorkers } from './part-workers.ts';
import { createPartWork, type Codec, type PartOptions } from './parts.ts';

export interface MemoryJob {
  readonly files: readonly string[];
  readonly rounds: number;
  readonly workers: 1 | 2;
  readonly codec: Codec;
}

export interface MemoryResult {
  readonly megabytes: number;
  readonly ms: number;
  readonly peakRssMb: number;
}

async function main({ files, rounds, workers, codec }: MemoryJob): Promise<MemoryResult> {
  const read = createPageReader();
  let next = 0;
  let bytes = 0;
  const keepLean = leanHeap();
  const nextPage = (buffer?: ArrayBuffer): Uint8Array | undefined => {
    keepLean();
    const file = files[next % files.length];
    if (next === files.length * rounds || file === undefined) return undefined;
    const page = read(file, buffer);
    renewKeys(page, Math.floor(next++ / files.length));
    bytes += page.length;
    return page;
  };
  const ms = await withFolder(async (folder) => {
    const options: PartOptions = { corpus: 'nested', codec, folder };
    return workers === 1 ? workAlone(options, nextPage) : workTogether(workers, options, nextPage);
  });
  // In kilobytes.
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  return { megabytes: bytes / 1e6, ms, peakRssMb };
}

function workAlone(options: PartOptions, nextPage: () => Uint8Array | undefined): number {
  const work = createPartWork(options);
  let ms = 0;
  let page: Uint8Array | undefined;
  do {
    page = nextPage();
    const start = performance.now();
    work(page);
    ms += performance.now() - start;
  } while (page !== undefined);
  return ms;
}

async function workTogether(
  count: number,
  options: PartOptions,
  nextPage: (buffer: ArrayBuffer) => Uint8Array | undefined,
): Promise<number> {
  const workers = await startPartWorkers(count, options);
  const start = performance.now();
  await workers.write(nextPage);
  const ms = performance.now() - start;
  await workers.stop();
  return ms;
}

process.stdout.write(JSON.stringify(await main(JSON.parse(process.argv[2] ?? '') as MemoryJob)));
