/** Programs of the benchmark as users would run them: bundled, so that no memory goes into stripping types. */
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Bundles `memory.ts` and the worker it starts into the cache folder; gives the file to run. */
export async function bundleMemory(): Promise<string> {
  return bundle('memory', { 'part-worker': 'part-worker.ts' });
}

/** The same for `job.ts`. */
export async function bundleJob(): Promise<string> {
  return bundle('job', { 'encoding-worker': '../packages/destinations/src/encoding-worker.ts' });
}

/** Bundles `<name>.ts` and what it starts by name; what is not of this repository stays outside. */
async function bundle(name: string, others: Readonly<Record<string, string>>): Promise<string> {
  const inputs = Object.entries({ [name]: `${name}.ts`, ...others });
  await build({
    input: Object.fromEntries(inputs.map(([key, file]) => [key, here(file)])),
    platform: 'node',
    external: (id) => !/^([./]|@millrace\/)/.test(id),
    resolve: { conditionNames: ['@millrace/source', 'node', 'import'] },
    output: { dir: here(`.cache/${name}`), entryFileNames: '[name].js' },
    logLevel: 'silent',
  });
  return here(`.cache/${name}/${name}.js`);
}
