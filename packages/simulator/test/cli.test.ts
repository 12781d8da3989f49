import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type ProgramIo, run } from '../src/cli.ts';
import { celonis } from './helpers.ts';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-simulator-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Service {
  readonly url: string;
  readonly credentials: Record<string, string>;
  readonly holds: Record<string, number>;
}

interface Summary {
  readonly seed: number;
  readonly now: string;
  readonly clock: string;
  readonly celonis?: Service;
  readonly oe?: Service;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

class Program {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, ['--conditions=@millrace/source', bin, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
    this.ready = new Promise((resolve, reject) => {
      this.#child.stdout?.on('data', (chunk: Buffer) => {
        this.#stdout += chunk.toString();
        if (this.#stdout.endsWith('\n}\n')) resolve(JSON.parse(this.#stdout) as Summary);
      });
      void this.ended.then(({ stderr }) => reject(new Error(`ended before it was ready: ${stderr}`)));
    });
    this.ready.catch(() => {});
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
    });
  }

  readonly ready: Promise<Summary>;

  async stop(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs the program in this process, for input that it refuses. */
async function refused(args: readonly string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const io: ProgramIo = {
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: (text) => {
      written.stderr += text;
    },
    stopped: AbortSignal.abort(),
  };
  return { code: await run(args, io), ...written };
}

const small = [
  '--audit-events',
  '30',
  '--login-events',
  '20',
  '--members',
  '5',
  '--adoption-events',
  '4',
  '--process-contexts',
  '12',
];

test('starts both, prints one JSON document, serves, and ends with 0 on SIGTERM', async () => {
  const program = new Program([...small, '--seed', '9', '--now', '2026-01-31T00:00:00Z']);
  const summary = await program.ready;
  expect(summary).toMatchObject({ seed: 9, now: '2026-01-31T00:00:00Z', clock: 'frozen' });
  expect(summary.celonis?.holds).toEqual({ auditEvents: 30, loginEvents: 20, members: 5, adoptionEvents: 4 });
  expect(summary.oe?.holds).toMatchObject({ accounts: 3, processContexts: 12 });

  const answer = await fetch(`${summary.celonis?.url}/log/api/external/audit`, {
    headers: { authorization: `AppKey ${summary.celonis?.credentials['appKey']}` },
  });
  expect(await answer.json()).toMatchObject({ totalCount: 30 });
  expect((await fetch(`${summary.oe?.url}/oe/accounts`)).status).toBe(401);
  const ended = await program.stop('SIGTERM');
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(JSON.parse(ended.stdout)).toEqual(summary);
});

test('starts one of them with a fault plan, and ends with 0 on SIGINT', async () => {
  const faults = file('faults.json', JSON.stringify({ totalCount: 1000, auth: { unauthorized: 'text' } }));
  const program = new Program(['celonis', ...small.slice(0, 8), '--faults', faults, '--ticking']);
  const { celonis: team, oe, clock } = await program.ready;
  expect([oe, clock]).toEqual([undefined, 'ticking']);
  expect(await (await fetch(`${team?.url}/api/external/members?includeInternal=true`)).text()).toBe('Unauthorized');
  const answer = await fetch(`${team?.url}/api/external/members?includeInternal=true`, {
    headers: { authorization: `Bearer ${team?.credentials['apiKey']}` },
  });
  expect(await answer.json()).toMatchObject({ totalCount: 1005 });
  expect((await program.stop('SIGINT')).code).toBe(0);
});

test('serves a process log and a captured audit page', async () => {
  const log = file(
    'log.csv',
    'order;step;when\nA;start;2026-01-01T00:00:00Z\nA;end;2026-01-01T01:00:00Z\nB;start;2026-01-02T00:00:00Z\n'.replaceAll(
      ';',
      ',',
    ),
  );
  const page = file(
    'page.json',
    JSON.stringify({
      content: [{ userId: 'u', event: 'E', timestamp: '2026-01-01T00:00:00.000Z' }],
      pageNumber: 0,
      pageSize: 1,
      totalCount: 1,
    }),
  );
  const program = new Program([
    '--process-log',
    log,
    '--case-column',
    'order',
    '--activity-column',
    'step',
    '--timestamp-column',
    'when',
    '--audit-page',
    page,
  ]);
  const { celonis: team, oe } = await program.ready;
  expect(team?.holds).toMatchObject({ auditEvents: 1 });
  expect(oe?.holds).toMatchObject({ processContexts: 2, eventTypes: 2 });
  await program.stop('SIGTERM');
});

test.each([
  ['an unknown flag', ['--no-such'], "error: unknown option '--no-such'\n"],
  [
    'an unknown simulator',
    ['emporix'],
    "error: command-argument value 'emporix' is invalid for argument 'which'. Allowed choices are oe, celonis, both.\n",
  ],
  [
    'a port that is none',
    ['--oe-port', '70000'],
    "error: option '--oe-port <port>' argument '70000' is invalid. It must be a port number from 0 to 65535.\n",
  ],
  [
    'a count that is none',
    ['--audit-events', 'many'],
    "error: option '--audit-events <number>' argument 'many' is invalid. It must be a whole number, such as 1000.\n",
  ],
  [
    'no members at all',
    ['--members', '0'],
    "error: option '--members <number>' argument '0' is invalid. It must be at least 1.\n",
  ],
  [
    'a time that is none',
    ['--now', '2026-02-01'],
    "error: option '--now <time>' argument '2026-02-01' is invalid. It must be a time with its zone, such as 2026-06-01T12:00:00.000Z.\n",
  ],
  [
    'a flag of the other simulator',
    ['oe', '--members', '5'],
    '--members is about the Celonis team, which "oe" does not start; leave it out, or start "both".\n',
  ],
  [
    'a size beside a file',
    ['--audit-page', 'x', '--days', '3'],
    '--days is about generated data and does not go with --audit-page.\n',
  ],
  [
    'a column without a log',
    ['--case-column', 'x'],
    '--case-column names a column of a process log; give the file with --process-log FILE.csv.\n',
  ],
  [
    'a file that is not there',
    ['--faults', '/no/such/file.json'],
    '--faults /no/such/file.json: there is no such file.\n',
  ],
])('%s is one sentence on stderr and exit 2', async (_name, args, message) => {
  const ended = await refused(args);
  expect(ended).toEqual({ code: 2, stdout: '', stderr: message });
});

test.each([
  ['a fault plan that is no JSON', '--faults', 'bad.json', '{', /^--faults \S+bad\.json: [^\n]+\n$/],
  [
    'a fault plan with a wrong switch',
    '--faults',
    'wrong.json',
    '{"ordre":1}',
    /^--faults \S+wrong\.json: Fault plan: the plan: Unrecognized key: "ordre"\.\n$/,
  ],
  ['an audit page that is none', '--audit-page', 'audit.json', '[]', /^--audit-page \S+audit\.json: [^\n]+\n$/],
  [
    'a process log without its columns',
    '--process-log',
    'no.csv',
    'a,b\n1,2\n',
    /^--process-log \S+no\.csv: [^\n]+\n$/,
  ],
])('%s is one sentence on stderr and exit 2', async (_name, flag, name, text, message) => {
  const ended = await refused([flag, file(name, text)]);
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toMatch(message);
});

test('the program itself exits with 2 for wrong input', async () => {
  const ended = await new Program(['--no-such']).ended;
  expect(ended).toEqual({ code: 2, stdout: '', stderr: "error: unknown option '--no-such'\n" });
});

test('a port that is taken is one sentence and exit 1', async () => {
  const taken = await celonis();
  const port = new URL(taken.url).port;
  const ended = await refused(['oe', '--oe-port', port]);
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: `Port ${port} on 127.0.0.1 is taken; give another, or 0 for a free one.\n`,
  });
});

test('help is on stdout and names every flag', async () => {
  const ended = await refused(['--help']);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  for (const flag of [
    '--oe-port',
    '--celonis-port',
    '--seed',
    '--now',
    '--ticking',
    '--faults',
    '--process-log',
    '--audit-page',
  ]) {
    expect(ended.stdout).toContain(flag);
  }
});
