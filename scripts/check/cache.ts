/**
 * Builds again: everything must come from the cache, and a deleted `dist` must come back from it.
 * The harm it prevents: a task without outputs, whose cache hit reports success and leaves nothing behind.
 */
import { execFile } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { rooms } from '../rooms.ts';

const root = resolve(import.meta.dirname, '../..');
for (const room of rooms) await rm(join(root, room.folder, 'dist'), { recursive: true, force: true });
const { stdout } = await promisify(execFile)('turbo', ['run', 'build', '--output-logs=none'], { cwd: root });
const [, cached, total] = /Cached:\s+(\d+) cached, (\d+) total/.exec(stdout) ?? [];
const missing: string[] = [];
for (const room of rooms) await access(join(root, room.folder, 'dist')).catch(() => missing.push(room.folder));
for (const folder of missing) process.stderr.write(`${folder}: the cache did not bring dist back\n`);
if (cached !== total) process.stderr.write(`only ${cached} of ${total} builds came from the cache\n`);
process.exitCode = missing.length === 0 && cached === total && cached !== undefined ? 0 : 1;
