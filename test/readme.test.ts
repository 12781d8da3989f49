import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startCelonisSimulator, startOeSimulator } from '@millrace/simulator';
import { expect, onTestFinished, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const readme = await readFile(join(root, 'README.md'), 'utf8');
const run = promisify(execFile);

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1] ?? '',
  );
}

const programs: Readonly<Record<string, string>> = {
  '@millrace/audit-log-exporter': 'apps/audit-log-exporter/bin/celonis-audit.js',
  '@millrace/oe-extractor': 'apps/oe-extractor/bin/oe-extract.js',
};

test('the two commands of the README are what CI runs', async () => {
  const ci = await readFile(join(root, '.ci/run'), 'utf8');
  const commands = blocks('sh')
    .filter((block) => block.startsWith('npm install'))
    .flatMap((block) => block.trim().split(' && '));
  expect(new Set(commands)).toEqual(new Set(['npm install', 'npm run demo', 'npm test']));
  for (const command of commands) expect(ci).toMatch(new RegExp(`^${command} `, 'm'));
});

test('the output in the README is what the demo prints', async () => {
  const { stdout, stderr } = await run('node', ['--conditions=@millrace/source', 'scripts/demo.ts'], {
    cwd: root,
    maxBuffer: 1 << 24,
  });
  const untimed = (line: string): string => line.replace(/^\[ *\d+\.\d s\]/, '[     s]');
  const printed = `${stderr}${stdout}`.split('\n').map(untimed);
  const shown = blocks('text').flatMap((block) => block.trimEnd().split('\n').map(untimed));
  expect(shown.length).toBeGreaterThan(10);
  expect(printed).toEqual(expect.arrayContaining(shown));
}, 120_000);

test('the calls of the programs in the README run as they stand', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-readme-'));
  const team = await startCelonisSimulator({
    sizes: { auditEvents: 300, loginEvents: 100, members: 5, adoptionEvents: 5 },
  });
  const engine = await startOeSimulator({ sizes: { processContexts: 50 } });
  onTestFinished(async () => {
    await team.close();
    await engine.close();
    await rm(folder, { recursive: true });
  });
  const env = {
    PATH: process.env['PATH'],
    CELONIS_URL: team.url,
    CELONIS_API_TOKEN: team.credentials.appKey,
    OE_API_URL: engine.url,
    OE_AUTH_URL: engine.url,
    OE_CLIENT_ID: engine.credentials.clientId,
    OE_CLIENT_SECRET: engine.credentials.clientSecret,
  };
  const calls = blocks('sh').flatMap((block) => block.split('\n').filter((line) => line.startsWith('npx ')));
  expect(calls.length).toBeGreaterThan(3);
  for (const call of calls) {
    const [, name = '', ...args] = call.split(' ');
    const { stdout } = await run('node', [join(root, programs[name] ?? name), ...args], { cwd: folder, env });
    expect(stdout, call).not.toBe('');
  }
}, 120_000);

test('help of every command answers, on stdout, with exit code 0', async () => {
  for (const [program, commands] of [
    [
      'apps/audit-log-exporter/bin/celonis-audit.js',
      ['export', 'status', 'doctor', 'model', 'template', 'provision plan', 'up', 'config explain'],
    ],
    [
      'apps/oe-extractor/bin/oe-extract.js',
      ['run', 'status', 'doctor', 'model', 'provision plan', 'up', 'config explain'],
    ],
    ['packages/simulator/bin/millrace-simulator.js', []],
  ] as const) {
    for (const command of ['', ...commands]) {
      const { stdout, stderr } = await run('node', [
        join(root, program),
        ...command.split(' ').filter(Boolean),
        '--help',
      ]);
      expect(stdout).toMatch(/^Usage: /);
      expect(stderr).toBe('');
    }
  }
});
