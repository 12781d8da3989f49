/** A Python virtual environment of the suite's own. */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './processes.ts';
import { Unavailable } from './unavailable.ts';

/** The oldest Python that the pinned packages run on. */
const oldest = [3, 11] as const;

const folder = join(import.meta.dirname, '.venv');
const requirements = join(import.meta.dirname, 'requirements.txt');

/**
 * Makes `interop/.venv` with the pinned packages, or takes the one that is there when it was made from the same pins by the same Python.
 * Gives the path of its interpreter. Throws `Unavailable` when there is no Python or its package index does not answer.
 */
export async function pythonEnvironment(say: (line: string) => void): Promise<string> {
  const { command, version } = await findPython();
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const pins = await readFile(requirements);
  const hash = createHash('sha256').update(version).update(pins).digest('hex');
  const mark = join(folder, 'made-from');
  if ((await readFile(mark, 'utf8').catch(() => '')) === hash) return python;
  say(`installing the pinned packages with Python ${version} into interop/.venv`);
  await rm(folder, { recursive: true, force: true });
  const made = await run(command, ['-m', 'venv', folder]);
  if (made.code !== 0)
    throw new Unavailable(`Python ${version} cannot make a virtual environment: ${lastLine(made.stderr)}`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--retries', '2'];
  const installed = await run(python, [...pip, '--requirement', requirements]);
  if (installed.code !== 0)
    throw new Unavailable(`the pinned Python packages cannot be had: ${lastLine(installed.stderr)}`);
  await writeFile(mark, hash);
  return python;
}

async function findPython(): Promise<{ readonly command: string; readonly version: string }> {
  const script = 'import sys, venv, ensurepip; print(*sys.version_info[:3], sep=".")';
  for (const command of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11']) {
    const { code, stdout } = await run(command, ['-c', script]);
    const version = stdout.trim();
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (code === 0 && major === oldest[0] && minor >= oldest[1]) return { command, version };
  }
  throw new Unavailable(`there is no Python ${oldest.join('.')} or later with venv and ensurepip`);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
