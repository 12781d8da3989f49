/** Compiles a package's `assembly/kernel.ts` (AssemblyScript) and writes it into one of its modules, in base64. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const options = [
  'kernel.ts',
  '--outFile=kernel.wasm',
  '--runtime=stub',
  '--enable=simd,bulk-memory',
  '--uncheckedBehavior=always',
  '--use=abort=',
  '--noAssert',
  '--converge',
  '-O3',
];

/**
 * Does what the command line says: without an argument the module is written, with `--check` it is compared with what the sources
 * give, and a difference ends with exit code 1.
 * @param script the caller's `import.meta.url`: `scripts/build-wasm.ts` of a package
 * @param module the module, from the package's folder: `src/wasm/kernel.ts`
 */
export async function buildKernel(script: string, module: string): Promise<void> {
  const [argument, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || (argument !== undefined && argument !== '--check')) {
    process.stderr.write('Use: node scripts/build-wasm.ts [--check]\n');
    process.exitCode = 2;
    return;
  }
  const target = new URL(`../${module}`, script);
  const text = await build(fileURLToPath(new URL('../assembly/', script)));
  if (argument === undefined) await writeFile(target, text);
  else if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(
      `${module} is not what assembly/ gives. Run scripts/build-wasm.ts and commit what it writes.\n`,
    );
    process.exitCode = 1;
  }
}

async function build(sources: string): Promise<string> {
  const readSource = (name: string): Promise<string | null> => readFile(`${sources}${name}`, 'utf8').catch(() => null);
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
    '// Made by scripts/build-wasm.ts from assembly/; not to be edited.',
    '',
    '/** The kernel as WebAssembly, in base64. */',
    'export const KERNEL: string =',
    `  '${Buffer.from(binary).toString('base64')}';`,
    '',
  ].join('\n');
}
