/**
 * Compiles every fenced `ts` block of the Markdown files as a module of its own, at the strictest settings.
 * The harm it prevents: an example that a reader copies and that never compiled.
 */
import { execFile } from 'node:child_process';
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'node_modules/.cache/millrace-docs');

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const origins = new Map<string, string>();
for await (const file of glob(['*.md', 'docs/*.md', '{packages,apps}/*/README.md', '.changeset/*.md'], { cwd: root })) {
  const text = await readFile(join(root, file), 'utf8');
  for (const block of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    const line = text.slice(0, block.index).split('\n').length;
    const name = `${file.replaceAll(/[^\w]/g, '_')}_${line}.ts`;
    origins.set(name, `${file}:${line}`);
    await writeFile(join(out, name), `${block[1] ?? ''}\nexport {};\n`);
  }
}
await writeFile(
  join(out, 'tsconfig.json'),
  JSON.stringify({
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      isolatedDeclarations: false,
      declaration: false,
      declarationMap: false,
      noUnusedLocals: false,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: ['*.ts'],
    exclude: [],
  }),
);
try {
  await promisify(execFile)('tsc', ['--noEmit', '-p', out]);
} catch (error) {
  const { stdout = '' } = error as { stdout?: string };
  process.stderr.write(
    stdout.replaceAll(
      /^.*?([\w]+\.ts)\((\d+),/gm,
      (_, name: string, line: string) => `${origins.get(name) ?? name} +${line} (`,
    ),
  );
  process.exitCode = 1;
}
process.stderr.write(`${origins.size} examples\n`);
