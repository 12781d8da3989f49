/**
 * `npm test`: every gate and every suite, one after the other, all of them even when one fails, and one closing line over all.
 * `MILLRACE_FULL=1` (npm run test:full) lets the suites take their long runs.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const node = ['node', '--conditions=@millrace/source'];

interface Gate {
  readonly name: string;
  readonly command: readonly string[];
}

const gates: readonly Gate[] = [
  { name: 'generated code is what the specs say', command: [...node, 'tools/codegen/src/generate.ts', '--check'] },
  { name: 'specs pass redocly', command: ['redocly', 'lint'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'imports follow the table of rooms', command: [...node, 'scripts/check/imports.ts'] },
  { name: 'internal dependencies are workspace links', command: [...node, 'scripts/check/links.ts'] },
  { name: 'npm ls is clean', command: ['npm', 'ls', '--all', '--silent'] },
  { name: 'nothing unused', command: ['knip'] },
  { name: 'build', command: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
  { name: 'a second build comes from the cache, whole', command: [...node, 'scripts/check/cache.ts'] },
  { name: 'examples in the documents compile', command: [...node, 'scripts/check/docs.ts'] },
  { name: 'packages pass publint and attw', command: [...node, 'scripts/check/packages.ts'] },
];

const env: NodeJS.ProcessEnv = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
};

function run(command: readonly string[], quiet: boolean): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = command;
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: root,
      env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

let passed = 0;
let failed = 0;
for (const gate of gates) {
  const started = performance.now();
  const { code, output } = await run(gate.command, true);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (code === 0) {
    passed += 1;
    process.stdout.write(`ok    ${gate.name} (${seconds} s)\n`);
  } else {
    failed += 1;
    process.stdout.write(`FAIL  ${gate.name} (${seconds} s)\n${output}\n`);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'millrace-test-'));
const report = join(folder, 'vitest.json');
const { code } = await run(
  ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  false,
);
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(await readFile(report, 'utf8')) as Record<
    string,
    number
  >;
  passed += numPassedTests ?? 0;
  // A suite that does not load has no failed test; it must count all the same.
  failed += Math.max(numFailedTests ?? 0, (numFailedTestSuites ?? 0) > 0 ? 1 : 0);
  if (code !== 0 && failed === 0) failed = 1;
} catch {
  failed += 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
