/**
 * Runs a benchmark and prints its figures as one JSON document; everything else goes to stderr.
 *
 *     npm run bench -- <name> [--json] [--quick]
 *
 * A benchmark is a module `<name>.ts` beside this one with `run({ quick })`.
 */
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

interface Benchmark {
  readonly run: (options: {
    readonly quick: boolean;
  }) => Promise<{ readonly ratios: Readonly<Record<string, number>>; readonly details: unknown }>;
}

const words = process.argv.slice(2);
const [name = ''] = words.filter((word) => !word.startsWith('--'));
const unknown = words.find((word) => word.startsWith('--') && word !== '--json' && word !== '--quick');
const file = new URL(`./${name}.ts`, import.meta.url);
if (!/^[a-z]+$/.test(name) || !existsSync(file) || unknown !== undefined) {
  process.stderr.write(
    `bench: write npm run bench -- <name> [--json] [--quick], with a file bench/<name>.ts${unknown === undefined ? '' : ` (not ${unknown})`}\n`,
  );
  process.exit(2);
}
const { run } = (await import(file.href)) as Benchmark;
const { ratios, details } = await run({ quick: words.includes('--quick') });
const { node, v8 } = process.versions;
const figures = {
  name,
  versions: { node, v8 },
  machine: {
    processor: cpus()[0]?.model,
    parallelism: availableParallelism(),
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
  },
  ratios,
  ...(words.includes('--json') ? { details } : {}),
};
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
