/** Compiles a package's `assembly/kernel.ts` (AssemblyScript) and writes it into one of its modules, as text. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';
import binaryen from 'assemblyscript/binaryen';

const options = [
  'kernel.ts',
  '--outFile=kernel.wasm',
  '--runtime=stub',
  '--enable=bulk-memory',
  '--uncheckedBehavior=always',
  '--use=abort=',
  '--noAssert',
];

/** Binaryen may take it that nothing lies below: see `optimize`. */
const MEMORY_BASE = 1024;

/** With a kernel's own ones these are more than half of its functions: see `addSmallFunctions`. */
const SMALL_FUNCTIONS = 64;

/** Printable ASCII without quotes and backslashes, from `#` on. */
const CHARACTERS = Array.from({ length: 92 }, (_, i) => String.fromCharCode(35 + i)).filter(
  (c) => c !== "'" && c !== '\\',
);

interface KernelOptions {
  /** For pages in a browser: as few bytes as can be once it is gzipped. Default: base64. */
  readonly small?: boolean;
  /** Whether it may have instructions on vectors, which not every runtime with WebAssembly knows. Default true. */
  readonly simd?: boolean;
}

/**
 * Does what the command line says: without an argument the module is written, with `--check` it is compared with what the sources
 * give, and a difference ends with exit code 1.
 * @param script the caller's `import.meta.url`: `scripts/build-wasm.ts` of a package
 * @param module the module, from the package's folder: `src/wasm/kernel.ts`
 */
export async function buildKernel(
  script: string,
  module: string,
  { small = false, simd = true }: KernelOptions = {},
): Promise<void> {
  const [argument, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || (argument !== undefined && argument !== '--check')) {
    process.stderr.write('Use: node scripts/build-wasm.ts [--check]\n');
    process.exitCode = 2;
    return;
  }
  const target = new URL(`../${module}`, script);
  const sources = fileURLToPath(new URL('../assembly/', script));
  const features = simd ? ['--enable=simd'] : [];
  const binary = small
    ? addSmallFunctions(optimize(await build(sources, [...features, `--memoryBase=${MEMORY_BASE}`])))
    : await build(sources, [...features, '--converge', '-O3']);
  const text = `// Made by scripts/build-wasm.ts from assembly/; not to be edited.\n\n${small ? compact(binary) : base64(binary)}`;
  if (argument === undefined) await writeFile(target, text);
  else if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(
      `${module} is not what assembly/ gives. Run scripts/build-wasm.ts and commit what it writes.\n`,
    );
    process.exitCode = 1;
  }
}

async function build(sources: string, more: readonly string[]): Promise<Uint8Array> {
  const readSource = (name: string): Promise<string | null> => readFile(`${sources}${name}`, 'utf8').catch(() => null);
  let binary: Uint8Array | undefined;
  const errors: (string | Uint8Array)[] = [];
  const { error } = await main([...options, ...more], {
    readFile: (name, baseDir) => readFile(`${baseDir}/${name}`, 'utf8').catch(() => readSource(name)),
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm' && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
    stderr: { write: (chunk) => errors.push(chunk) },
  });
  if (error !== null || binary === undefined) throw new Error(`The kernel does not compile:\n${errors.join('')}`);
  return binary;
}

/**
 * Binaryen's own choice of passes in place of that of `asc`, which writes a kernel larger by a tenth that is no faster. It is told
 * to mind size, too; how much is inlined follows from that.
 */
function optimize(binary: Uint8Array): Uint8Array {
  const module = read(binary);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(1);
  binaryen.setOneCallerInlineMaxSize(300);
  binaryen.setDebugInfo(false);
  binaryen.setLowMemoryUnused(true);
  let best = binary;
  while (true) {
    module.optimize();
    module.runPasses(['reorder-globals-always']);
    const next = module.emitBinary();
    if (next.length >= best.length) return best;
    best = next;
  }
}

function read(binary: Uint8Array): binaryen.Module {
  const module = binaryen.readBinary(binary);
  const { SIMD128, BulkMemory, BulkMemoryOpt, MutableGlobals, SignExt, NontrappingFPToInt } = binaryen.Features;
  module.setFeatures(SIMD128 | BulkMemory | BulkMemoryOpt | MutableGlobals | SignExt | NontrappingFPToInt);
  return module;
}

/**
 * Adds functions that nobody calls. V8 inlines the less the fewer of a module's functions are small: fully where half of them are, and
 * hardly at all where a quarter is, which costs a twentieth of the speed.
 * https://chromium.googlesource.com/v8/v8/+/refs/heads/main/src/wasm/inlining-tree.h
 */
function addSmallFunctions(binary: Uint8Array): Uint8Array {
  const module = read(binary);
  for (let i = 0; i < SMALL_FUNCTIONS; i++) {
    module.addFunction(`small${i}`, binaryen.none, binaryen.none, [], module.nop());
  }
  return module.emitBinary();
}

function base64(binary: Uint8Array): string {
  return `/** The kernel as WebAssembly, in base64. */\nexport const KERNEL: string =\n  '${Buffer.from(binary).toString('base64')}';\n`;
}

/**
 * One character for each of the bytes from -4 to 83, which are most of a kernel, two for each of the others. Gzipped it is hardly longer
 * than the bytes themselves; base64, which hides what they repeat, would be longer by a third.
 */
function compact(binary: Uint8Array): string {
  const size = CHARACTERS.length;
  const singles = size - 2;
  const text = Array.from(binary, (byte) => {
    const rank = (byte + 4) & 255;
    const rest = rank - singles;
    return rest < 0 ? CHARACTERS[rank] : `${CHARACTERS[singles + Math.floor(rest / size)]}${CHARACTERS[rest % size]}`;
  }).join('');
  return `/** The kernel as WebAssembly: see \`decodeKernel\` in \`instance.ts\`. */\nexport const KERNEL: string =\n  '${text}';\n`;
}
