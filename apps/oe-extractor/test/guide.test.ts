import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExtractorFile } from '@millrace/model';
import type { CelonisSimulator } from '@millrace/simulator';
import { expect, test } from 'vitest';
import { credentialsOf, emptyFolder, emptyTeam, oeExtractIn, smallTenant } from './support.ts';

const guide = await readFile(new URL('../../../docs/oe-guide.md', import.meta.url), 'utf8');

/** The columns of tables are as wide as their widest cell. */
const unaligned = (line: string): string => line.trimEnd().replaceAll(/ {2,}/g, '  ');

/** The words of a command line, quotes taken off. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
}

/** What a line of a shell block prints, on both streams. */
async function printedBy(line: string, cwd: string, env: Record<string, string>): Promise<string> {
  const [command = '', after] = line.split(' || ');
  const [program, ...argv] = wordsOf(command);
  if (program === 'cat') return readFile(join(cwd, argv[0] ?? ''), 'utf8');
  expect(program).toBe('oe-extract');
  const { code, stdout, stderr } = await oeExtractIn(cwd, argv, env);
  return `${stderr}${stdout}${after === undefined ? '' : `exit code ${code}`}`;
}

/** What a person does in the browser when a command says so. */
async function importAsTold(text: string, team: CelonisSimulator, cwd: string): Promise<void> {
  const [, file, name] =
    /Import from file[.] File: (.+)[.] Name: (.+)[.] Then/.exec(text.replaceAll(/\s+/g, ' ')) ?? [];
  const [, poolId] = /ui\/pools\/([\w-]+)/.exec(text) ?? [];
  if (file === undefined || name === undefined || poolId === undefined) return;
  team.dataPools.addExtractor(poolId, name, parseExtractorFile(await readFile(join(cwd, file), 'utf8')));
}

test('every command of the guide prints what the guide shows, in that order', async () => {
  const engine = await smallTenant();
  const team = await emptyTeam();
  const cwd = await emptyFolder();
  const env = {
    ...credentialsOf(engine),
    OE_PSEUDONYM_KEY: 'correct horse battery staple',
    CELONIS_URL: team.url,
    CELONIS_API_TOKEN: team.credentials.appKey,
  };
  let printed: string[] = [];
  let commands = 0;
  for (const [, language, block = ''] of guide.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)) {
    const lines = block.trimEnd().split('\n');
    if (language === 'sh') {
      printed = [];
      for (const line of lines) {
        const text = await printedBy(line, cwd, env);
        printed.push(...text.split('\n').map(unaligned));
        await importAsTold(text, team, cwd);
      }
      commands += 1;
      continue;
    }
    let from = 0;
    for (const line of lines.map(unaligned)) {
      const at = printed.findIndex((each, index) => index >= from && (each === line || each.startsWith(`${line}  `)));
      const told = `${line}\nnot found in this order in what was printed:\n${printed.slice(0, 80).join('\n')}`;
      expect(at, told).toBeGreaterThanOrEqual(0);
      from = at + 1;
    }
  }
  expect(commands).toBeGreaterThan(18);
}, 400_000);

test('no row of the two tables is empty, and every number leads to an output', () => {
  const rows = guide.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| step |'));
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) {
    const cells = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    expect(cells.map((cell) => cell !== '')).toEqual([true, true, true]);
    expect(cells[1]).toMatch(/\[\d+\]|`/);
  }
  for (const [, number = ''] of guide.matchAll(/\[(\d+)\](?!\()/g)) expect(guide).toContain(`\n### ${number}\n`);
});
