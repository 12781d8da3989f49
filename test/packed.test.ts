import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rooms } from '../scripts/rooms.ts';

/** What a user gets: the tarballs, installed into an empty folder, outside of this repository. */
const root = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const published = rooms.filter((room) => room.published);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-installed-'));
  const workspaces = published.flatMap((room) => ['--workspace', room.folder]);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, ...workspaces], { cwd: root });
  const packed = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const tarballs = packed.map(({ filename }) => `./${filename}`);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs], {
    cwd: folder,
  });
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const installed = (...path: string[]): string => join(folder, 'node_modules', ...path);

test.for(['celonis-audit', 'oe-extract', 'millrace-simulator'])('%s runs and prints its help', async (bin) => {
  const { stdout, stderr } = await run(process.execPath, [installed('.bin', bin), '--help'], { cwd: folder });
  expect(stdout).toContain(`Usage: ${bin}`);
  expect(stderr).toBe('');
});

test('every entry point of every package can be imported', async () => {
  const entries: string[] = [];
  for (const room of published) {
    const manifest = JSON.parse(await readFile(installed(room.name, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    for (const entry of Object.keys(manifest.exports)) {
      if (entry !== './package.json') entries.push(`${room.name}${entry.slice(1)}`);
    }
  }
  expect(entries.length).toBeGreaterThan(7);
  await writeFile(
    join(folder, 'all.mjs'),
    `${entries.map((entry) => `await import(${JSON.stringify(entry)});`).join('\n')}\n`,
  );
  await run(process.execPath, ['all.mjs'], { cwd: folder });
});

test('no package brings tests, machine paths or the private kit with it', async () => {
  for (const room of published) {
    const manifest = await readFile(installed(room.name, 'package.json'), 'utf8');
    const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> };
    expect(Object.keys(dependencies)).not.toContain('@millrace/cli-kit');
    expect(
      Object.values(dependencies).filter((range) => range.startsWith('file:') || range.startsWith('workspace:')),
    ).toEqual([]);
    await expect(readFile(installed(room.name, 'tsconfig.build.json'), 'utf8')).rejects.toThrow('ENOENT');
  }
});
