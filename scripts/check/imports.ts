/**
 * Refuses an import that the table of rooms does not allow.
 * The harm it prevents: a client that pulls DuckDB into a browser, or a cycle that only shows when somebody publishes.
 */
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { rooms, type Room } from '../rooms.ts';

const root = resolve(import.meta.dirname, '../..');
const byName = new Map(rooms.map((room) => [room.name, room]));
const problems: string[] = [];

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const statement =
  /\b(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/g;

/** Import and re-export statements, and dynamic imports, of a module. Comments are cut first. */
function importsOf(source: string): Import[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(statement)].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function judge(room: Room, file: string, { specifier, typeOnly }: Import, dependencies: ReadonlySet<string>): void {
  const say = (problem: string): unknown => problems.push(`${relative(root, file)}: ${problem}`);
  if (specifier.startsWith('.')) {
    const target = resolve(dirname(file), specifier);
    if (relative(join(root, room.folder), target).startsWith('..')) say(`"${specifier}" leaves ${room.folder}`);
    return;
  }
  if (specifier.startsWith('node:')) {
    if (room.pure) say(`"${specifier}" in a room that must run without Node`);
    return;
  }
  const target = byName.get(packageOf(specifier));
  if (target !== undefined && target !== room) {
    if (room.mayImport.includes(target.folder)) return;
    if (typeOnly && room.mayImportTypes?.includes(target.folder)) return;
    say(`${room.folder} may not import ${target.folder}${typeOnly ? '' : ' (other than types, if at all)'}`);
    return;
  }
  if (target === undefined && !dependencies.has(packageOf(specifier))) {
    say(`"${packageOf(specifier)}" is not among the dependencies of ${room.name}`);
  }
}

async function checkRoom(room: Room): Promise<void> {
  const manifest = JSON.parse(await readFile(join(root, room.folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
  };
  const dependencies = new Set([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.devDependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
  ]);
  const entries = await readdir(join(root, room.folder, 'src'), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    for (const found of importsOf(await readFile(file, 'utf8'))) judge(room, file, found, dependencies);
  }
}

/** The cell "may import" of a room's row in the architecture table of README.md. */
async function checkReadme(): Promise<void> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  for (const room of rooms) {
    const row = readme.split('\n').find((line) => line.split('|')[1]?.trim() === `\`${room.folder}\``);
    if (row === undefined) {
      problems.push(`README.md: the architecture table has no row for ${room.folder}`);
      continue;
    }
    const short = (folder: string): string => folder.replace(/^.*\//, '');
    const want =
      [...room.mayImport.map(short), ...(room.mayImportTypes ?? []).map((folder) => `${short(folder)} (types)`)].join(
        ', ',
      ) || '–';
    const got = row.split('|').at(-2)?.trim();
    if (got !== want)
      problems.push(`README.md: row ${room.folder} says it may import "${got}", the check allows "${want}"`);
  }
}

for (const room of rooms) await checkRoom(room);
await checkReadme();
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
