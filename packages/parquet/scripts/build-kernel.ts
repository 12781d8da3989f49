/**
 * Compiles the kernel (`assembly/`) and writes it into `src/wasm/kernel.ts`.
 *
 * node scripts/build-kernel.ts [--check]
 *
 * `--check` writes nothing and fails when the file is not what the sources give.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const sources = fileURLToPath(new URL('../assembly/', import.meta.url));
const target = new URL('../src/wasm/kernel.ts', import.meta.url);

const options = [
  'kernel.ts',
  '--outFile=kernel.wasm',
  '--runtime=stub',
  '--enable=bulk-memory',
  '--uncheckedBehavior=always',
  '--use=abort=',
  '--noAssert',
  '--converge',
  '-O3',
];

const [argument, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (argument !== undefined && argument !== '--check')) {
  process.stderr.write('Use: node scripts/build-kernel.ts [--check]\n');
  process.exitCode = 2;
} else {
  const text = await build();
  if (argument === undefined) await writeFile(target, text);
  else if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(
      'src/wasm/kernel.ts is not what assembly/ gives. Run scripts/build-kernel.ts and commit what it writes.\n',
    );
    process.exitCode = 1;
  }
}

async function build(): Promise<string> {
  let binary: Uint8Array | undefined;
  const errors: (string | Uint8Array)[] = [];
  const { error } = await main(options, {
    readFile: (name, baseDir) => readFile(`${baseDir}/${name}`, 'utf8').catch(() => readSource(name)),
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm' && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
    stderr: { write: (chunk) => errors.push(chunk) },
  });
  if (error !== null || binary === undefined) throw new Error(`The kernel does not compile:\n${errors.join('')}`);
  return [
    '// Made by scripts/build-kernel.ts from assembly/; not to be edited.',
    '',
    '/** The kernel as WebAssembly, in base64. */',
    'export const KERNEL: string =',
    `  '${Buffer.from(binary).toString('base64')}';`,
    '',
  ].join('\n');
}

function readSource(name: string): Promise<string | null> {
  return readFile(`${sources}${name}`, 'utf8').catch(() => null);
}
