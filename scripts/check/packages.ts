/**
 * Packs every published package and lets publint and attw judge the tarball.
 * The harm it prevents: an entry point that works here, where the sources lie, and nowhere else.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { rooms } from '../rooms.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const out = await mkdtemp(join(tmpdir(), 'millrace-pack-'));
const problems: string[] = [];

async function attempt(what: string, command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await run(command, [...args], { cwd })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    problems.push(`${what}:\n${stdout ?? ''}${stderr ?? ''}`);
    return '';
  }
}

try {
  for (const room of rooms.filter(({ published }) => published)) {
    const folder = join(root, room.folder);
    const packed = await attempt(
      `npm pack ${room.name}`,
      'npm',
      ['pack', '--silent', '--pack-destination', out],
      folder,
    );
    const tarball = join(out, packed.trim());
    await attempt(`publint ${room.name}`, 'publint', ['run', tarball, '--strict'], root);
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      exports?: Record<string, unknown>;
    };
    const entries = Object.keys(manifest.exports ?? {}).filter((entry) => entry !== './package.json');
    // A program without an entry point has no types to judge.
    if (entries.length > 0) {
      await attempt(`attw ${room.name}`, 'attw', [tarball, '--profile', 'esm-only', '--no-emoji'], root);
    }
  }
} finally {
  await rm(out, { recursive: true, force: true });
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
