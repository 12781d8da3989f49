import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseFaultPlan } from '../src/index.ts';
import { celonis, get, oe, paths, requestToken } from './helpers.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The fenced blocks of a language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter(([, tag]) => tag === language)
    .map(([, , text = '']) => text);
}

test.each([
  ['tests', 0, '50 of 500 events, 1 request\n'],
  ['data pools', 1, '[ { n: 1n } ]\n'],
])('the example for %s runs as it stands', async (_name, at, want) => {
  const code = blocks('ts')[at] ?? '';
  const child = spawn(process.execPath, ['--conditions=@millrace/source', '--input-type=module-typescript'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let written = '';
  child.stdout.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  child.stdin.end(code);
  const status = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  expect([status, written]).toEqual([0, want]);
});

test('the fault plan of the example is one', () => {
  const plan = blocks('json').at(-1) ?? '';
  expect(parseFaultPlan(JSON.parse(plan))).toMatchObject({ order: 'shuffled' });
});

test('the three calls give what is printed', async () => {
  const [calls = ''] = blocks('console');
  const printed = calls.split('\n').filter((line) => line !== '' && !line.startsWith('$'));
  const team = await celonis({ sizes: { auditEvents: 1000 } });
  const tenant = await oe({ sizes: { processContexts: 100 } });
  expect(calls).toContain(team.credentials.appKey);
  const { clientId, clientSecret } = tenant.credentials;
  const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
  const token = await (
    await requestToken(`${tenant.url}/oauth/token`, { grant_type: 'client_credentials' }, basic)
  ).text();
  const { access_token: text } = JSON.parse(token) as { access_token: string };
  const types = await fetch(`${tenant.url}/oe/event-types?pageSize=2`, {
    headers: { authorization: `Bearer ${text}` },
  });
  expect(printed).toEqual([await (await get(team, `${paths.audit}?pageSize=1`)).text(), token, await types.text()]);
});

test('the table names every switch', () => {
  const source = readFileSync(new URL('../src/faults.ts', import.meta.url), 'utf8');
  const plan = source.slice(
    source.indexOf('export interface FaultPlan'),
    source.indexOf('export function composeFaults'),
  );
  const switches = [...plan.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name);
  expect(switches.length).toBeGreaterThan(25);
  for (const name of switches) expect(readme).toMatch(new RegExp(`\\b${name}\\b`));
});
