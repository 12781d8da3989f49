/** Delta Lake for the suite's Spark. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './processes.ts';
import { Unavailable } from './unavailable.ts';

const folder = join(import.meta.dirname, 'delta-lake');
const jars = join(folder, 'jars');

/**
 * Fetches the jars that `delta-lake/pom.xml` names, unless they are there; what Spark has itself is left out. Gives their paths.
 * Throws `Unavailable` when there is no Maven or its repository does not answer.
 */
export async function deltaLakeJars(say: (line: string) => void): Promise<readonly string[]> {
  const pom = join(folder, 'pom.xml');
  const hash = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex');
  const mark = join(jars, 'made-from');
  if ((await readFile(mark, 'utf8').catch(() => '')) !== hash) {
    say('fetching Delta Lake into interop/delta-lake/jars');
    await rm(jars, { recursive: true, force: true });
    const groups = '-DincludeGroupIds=io.delta,io.unitycatalog';
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', groups, `-DoutputDirectory=${jars}`];
    const { code, stdout, stderr } = await run('mvn', ['-B', '-q', '-f', pom, ...goal]);
    const why = `${stdout}\n${stderr}`.split('\n').find((line) => line.includes('ERROR')) ?? stderr.trim();
    if (code !== 0) throw new Unavailable(`Delta Lake cannot be had: ${why.slice(0, 200)}`);
    await writeFile(mark, hash);
  }
  return (await readdir(jars)).filter((file) => file.endsWith('.jar')).map((file) => join(jars, file));
}
