import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository root. */
export const root: string = fileURLToPath(new URL('../../..', import.meta.url));

/** Generated text by path relative to the repository root, with `/`. */
export type Files = ReadonlyMap<string, string>;

/** Files in `packages/<name>/src/generated` that the generator does not write. */
async function staleFiles(base: string, files: Files): Promise<string[]> {
  const stale: string[] = [];
  for (const name of (await readdir(join(base, 'packages'))).toSorted()) {
    const folder = `packages/${name}/src/generated`;
    const entries = await readdir(join(base, folder), { recursive: true, withFileTypes: true }).catch(
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
          return [];
        throw error;
      },
    );
    for (const entry of entries) {
      if (entry.isDirectory()) continue;
      const path = relative(base, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
      if (!files.has(path)) stale.push(path);
    }
  }
  return stale;
}

/** Writes what is new or different, removes what is no longer generated, and says so line by line. */
export async function writeFiles(base: string, files: Files, say: (line: string) => void): Promise<void> {
  for (const [path, text] of files) {
    const target = join(base, path);
    if ((await readOrNothing(target)) === text) continue;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    say(`wrote ${path}`);
  }
  for (const path of await staleFiles(base, files)) {
    await rm(join(base, path));
    say(`removed ${path}`);
  }
}

/** One line for each file that is missing, different or no longer generated. */
export async function checkFiles(base: string, files: Files): Promise<string[]> {
  const differences: string[] = [];
  for (const [path, text] of files) {
    const found = await readOrNothing(join(base, path));
    if (found === undefined) differences.push(`${path} is missing.`);
    else if (found !== text) differences.push(`${path} differs from what its specification gives.`);
  }
  for (const path of await staleFiles(base, files)) differences.push(`${path} is no longer generated.`);
  return differences;
}

async function readOrNothing(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
}
