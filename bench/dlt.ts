/** dlt's normaliser on the same documents, from a Python environment in the cache folder. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withFolder } from './children.ts';

/** What dlt took, or why there is no figure. */
export type DltResult = { readonly ms: number; readonly version: string } | { readonly skipped: string };

const ENVIRONMENT = fileURLToPath(new URL('.cache/dlt/', import.meta.url));
const SCRIPT = fileURLToPath(new URL('dlt-normalise.py', import.meta.url));
const PATIENCE = 300_000;

/** Extracts and normalises pages into Parquet, with the newest dlt that the package index has. */
export async function runDlt(files: readonly string[]): Promise<DltResult> {
  const python = `${ENVIRONMENT}bin/python`;
  if (!existsSync(`${ENVIRONMENT}ready`)) {
    await rm(ENVIRONMENT, { recursive: true, force: true });
    const failed =
      run('python3', ['-m', 'venv', ENVIRONMENT]) ??
      run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'dlt[parquet]']) ??
      run('touch', [`${ENVIRONMENT}ready`]);
    if (failed !== undefined) return { skipped: failed };
  }
  return withFolder(async (folder) => {
    const env = { ...process.env, RUNTIME__DLTHUB_TELEMETRY: 'false', RUNTIME__LOG_LEVEL: 'CRITICAL' };
    const child = spawnSync(python, [SCRIPT, folder, ...files], { encoding: 'utf8', timeout: PATIENCE, env });
    if (child.status !== 0) return { skipped: `dlt failed: ${lastLine(child.stderr)}` };
    return JSON.parse(lastLine(child.stdout)) as DltResult;
  });
}

/** Why a command failed. */
function run(command: string, args: readonly string[]): string | undefined {
  const child = spawnSync(command, args, { encoding: 'utf8', timeout: PATIENCE });
  if (child.status === 0) return undefined;
  return `${command} ${args.slice(0, 2).join(' ')}: ${child.error?.message ?? lastLine(child.stderr)}`;
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
