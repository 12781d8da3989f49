/**
 * `npm run test:interop`: what other ecosystems read of ours, read by them: pm4py, pyarrow and a real Spark; and the vendor's own client
 * against the simulated team. Everything runs on loopback but the installation of the pinned packages. The last line is
 * `N passed, N failed`; without a registry, Python or Java what needs them is skipped, which `MILLRACE_INTEROP=required` makes a failure.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkContentCli } from './check-content-cli.ts';
import { checkDeltaLake } from './check-delta-lake.ts';
import { checkPm4py } from './check-pm4py.ts';
import { checkPyarrow } from './check-pyarrow.ts';
import { checkSpark } from './check-spark.ts';
import { complete, countOf, type Result, type Tool } from './checks.ts';
import { installContentCli } from './content-cli.ts';
import { deltaLakeJars } from './delta-lake.ts';
import { stopAll } from './processes.ts';
import { extractAll } from './produce.ts';
import { pythonEnvironment } from './python-environment.ts';
import { javaVersion, type SparkCluster, startSparkCluster } from './spark-cluster.ts';
import { Unavailable } from './unavailable.ts';

const MOST_MINUTES = 15;
const oldestJava = 17;
const out = join(import.meta.dirname, 'out');
const started = performance.now();

function say(line: string): void {
  process.stderr.write(`[${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}\n`);
}

function skip(tools: readonly Tool[], why: string): number {
  process.stderr.write(`interop: skipped ${tools.join(', ')}: ${why}\n`);
  return countOf(tools);
}

/** Runs one tool's checks; an error fails them all. */
async function attempt(tool: Tool, body: () => Promise<readonly Result[]>): Promise<readonly Result[]> {
  say(tool);
  try {
    return await body();
  } catch (error) {
    return complete(tool, [], error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** Gives undefined, having said why, when it is not to be had. */
async function obtain<T>(tools: readonly Tool[], get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    skipped += skip(tools, error.message);
    return undefined;
  }
}

let skipped = 0;

async function suite(): Promise<readonly Result[]> {
  const installed = await obtain(['content-cli'], () => installContentCli(say).then(() => true));
  const python = await obtain(['pm4py', 'pyarrow', 'spark', 'delta-lake'], () => pythonEnvironment(say));
  const jars = python === undefined ? undefined : await obtain(['delta-lake'], () => deltaLakeJars(say));
  // The installation is not counted: it is as slow as the registries.
  setTimeout(() => giveUp(`not done after ${MOST_MINUTES} minutes`), MOST_MINUTES * 60_000).unref();
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const results = installed ? [...(await attempt('content-cli', () => checkContentCli(out)))] : [];
  if (python === undefined) return results;
  say('extracting from the simulators');
  const extracted = await extractAll(out);
  const [activityLog] = extracted;
  if (!activityLog) throw new Error('Nothing was extracted.');
  results.push(...(await attempt('pm4py', () => checkPm4py(python, activityLog, out))));
  results.push(...(await attempt('pyarrow', () => checkPyarrow(python, extracted, out))));
  if ((await javaVersion()) < oldestJava) {
    skipped += skip(['spark', 'delta-lake'], `there is no Java ${oldestJava} or later`);
    return results;
  }
  // Started by whoever needs it first.
  let cluster: Promise<SparkCluster> | undefined;
  const started = (): Promise<SparkCluster> => (cluster ??= startSparkCluster(python, out));
  results.push(...(await attempt('spark', async () => checkSpark(python, await started(), extracted, out))));
  if (jars === undefined) return results;
  results.push(...(await attempt('delta-lake', async () => checkDeltaLake(python, await started(), jars, out))));
  return results;
}

let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await stopAll();
  await rm(out, { recursive: true, force: true });
  process.exit(code);
}

/** Ends the suite before it is done. */
function giveUp(why: string): void {
  if (ending) return;
  process.stdout.write(`${why}\n0 passed, 1 failed\n`);
  void end(1);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => giveUp(`ended by ${signal}`));

function report(results: readonly Result[]): number {
  for (const { check, ok, detail = '' } of results)
    process.stdout.write(ok ? `ok    ${check}\n` : `FAIL  ${check}\n${detail}\n`);
  const failed = results.filter(({ ok }) => !ok).length;
  const also = skipped > 0 ? `, ${skipped} skipped` : '';
  process.stdout.write(`${results.length - failed} passed, ${failed} failed${also}\n`);
  return failed > 0 || (skipped > 0 && process.env['MILLRACE_INTEROP'] === 'required') ? 1 : 0;
}

try {
  const results = await suite();
  if (!ending) await end(report(results));
} catch (error) {
  giveUp(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
