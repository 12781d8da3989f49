/** Programs of the benchmark as users would run them: bundled, so that no memory goes into stripping types. */
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

/** Bundles `memory.ts` and the worker it starts into the cache folder; gives the file to run. */
export async function bundleMemory(): Promise<string> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  await build({
    input: { memory: here('memory.ts'), 'part-worker': here('part-worker.ts') },
    platform: 'node',
    resolve: { conditionNames: ['@millrace/source', 'node', 'import'] },
    output: { dir: here('.cache/memory'), entryFileNames: '[name].js' },
    logLevel: 'silent',
  });
  return here('.cache/memory/memory.js');
}
