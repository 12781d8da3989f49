/**
 * Refuses an internal dependency that is anything but a link to the workspace.
 * The harm it prevents: when a sibling's version leaves the range, npm quietly fetches the published one, and tests run against old code.
 */
import { lstat, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rooms } from '../rooms.ts';

const root = resolve(import.meta.dirname, '../..');
const problems: string[] = [];

interface Lock {
  readonly packages: Readonly<Record<string, { readonly link?: boolean; readonly resolved?: string }>>;
}

const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock;
for (const [path, entry] of Object.entries(lock.packages)) {
  const internal = /node_modules\/@millrace\/[^/]+$/.test(path);
  if (internal && entry.link !== true) problems.push(`package-lock.json: ${path} is not a link to the workspace`);
  if (/^https?:/.test(entry.resolved ?? '')) problems.push(`package-lock.json: ${path} holds a download address`);
}
for (const room of rooms) {
  const stat = await lstat(join(root, 'node_modules', room.name)).catch(() => undefined);
  if (stat?.isSymbolicLink() !== true)
    problems.push(`node_modules/${room.name} is not a symbolic link: run npm install`);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
