import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startOeSimulator } from '@millrace/simulator';
import { expect, onTestFinished, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, smallTeam } from './support.ts';

const nobody = { CELONIS_URL: 'http://127.0.0.1:9', CELONIS_API_TOKEN: 'key' };

const calls: readonly (readonly [string, string[], Record<string, string>, RegExp])[] = [
  ['an unknown flag', ['export', '--form', '2026-01-01'], nobody, /unknown option '--form'.*\n?.*--from/],
  [
    'a malformed URL',
    ['export'],
    { ...nobody, CELONIS_URL: 'https://' },
    /^celonis-audit: CELONIS_URL: "https:\/\/" is not a URL\. Write https:\/\/acme/,
  ],
  [
    'plain http to a remote host',
    ['export'],
    { ...nobody, CELONIS_URL: 'http://acme.celonis.cloud' },
    /plain http would send the credential in clear text/,
  ],
  ['no team', ['export'], { CELONIS_API_TOKEN: 'key' }, /The team is missing: set CELONIS_URL/],
  [
    'no credential',
    ['export'],
    { CELONIS_URL: 'https://acme.celonis.cloud' },
    /The credential is missing: set CELONIS_API_TOKEN/,
  ],
  [
    'half a credential',
    ['export'],
    { CELONIS_URL: 'https://acme.celonis.cloud', OAUTH_CLIENT_ID: 'id' },
    /set OAUTH_CLIENT_SECRET/,
  ],
  [
    'a date that is none',
    ['export', '--from', '2026-02-30'],
    nobody,
    /--from: "2026-02-30" is not a date\. Write 2026-01-31 or/,
  ],
  [
    '--until before --from',
    ['export', '--from', '2026-02-01', '--until', '2026-01-01'],
    nobody,
    /--until \(2026-01-01T.*\) must be later than --from/,
  ],
  [
    'an unknown feed',
    ['export', '--feeds', 'audit,logs'],
    nobody,
    /--feeds: "logs" is not one of audit, logins, members, adoption/,
  ],
  [
    'an unknown destination',
    ['export', '--to', 'postgres:db'],
    nobody,
    /'postgres:db' is not a destination: write duckdb:FILE/,
  ],
  ['a span without a unit', ['export', '--reread', '24'], nobody, /--reread: "24" is not a span of time/],
  ['the status of nothing', ['status'], {}, /Nothing was extracted to .*celonis-audit\.duckdb/],
];

test.for(calls)('%s: one sentence, exit code 2, nothing on stdout and nothing written', async ([, argv, env, want]) => {
  const folder = await emptyFolder();
  const { code, stdout, stderr } = await celonisAuditIn(folder, argv, env);
  expect(stderr).toMatch(want);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect(await readdir(folder)).toEqual([]);
});

test('a wrong key: 401 is told as what it is, exit code 1, and no row is written', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const env = { ...keyOf(team), CELONIS_API_TOKEN: 'wrong-key' };
  const { code, stderr } = await celonisAuditIn(folder, ['export'], env);
  expect(await readdir(folder)).toEqual([]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/401/);
  expect(stderr).not.toContain('wrong-key');
});

test('a key without permission: 403 names the permission and the scope', async () => {
  const team = await smallTeam();
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), ['export'], {
    ...keyOf(team),
    CELONIS_API_TOKEN: team.credentials.noPermissionAppKey,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/Use Audit Log API/);
  expect(stderr).toMatch(/audit\.log:read/);
});

test('a server without that path: 404 with the URL', async () => {
  const engine = await startOeSimulator({ sizes: { processContexts: 1 } });
  onTestFinished(() => engine.close());
  const env = { CELONIS_URL: engine.url, CELONIS_API_TOKEN: 'key' };
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), ['export'], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/log\/api\/external\/audit.* 404/s);
});

test('a team URL with a path: exit code 2 with the right form', async () => {
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), ['export'], {
    ...nobody,
    CELONIS_URL: 'https://acme.eu-1.celonis.cloud/ui',
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(/without a path: use https:\/\/acme\.eu-1\.celonis\.cloud\./);
});

test('HTML instead of JSON: said so, with the likely cause', async () => {
  const server = createServer(
    (_, response) => void response.setHeader('content-type', 'text/html').end('<html>log in</html>'),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), ['export'], {
    CELONIS_URL: url,
    CELONIS_API_TOKEN: 'key',
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/HTML/);
});

test('nobody listens: the address and the likely cause', async () => {
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), ['export'], nobody);
  expect(code).toBe(1);
  expect(stderr).toMatch(/127\.0\.0\.1:9/);
});

test('a file that is no database is refused and left as it is', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  await writeFile(join(folder, 'notes.txt'), 'not a database');
  const { code, stderr } = await celonisAuditIn(folder, ['export', '--to', 'duckdb:notes.txt'], keyOf(team));
  expect(code).toBe(2);
  expect(stderr).toMatch(/notes\.txt/);
  expect(await readdir(folder)).toEqual(['notes.txt']);
});

test('a destination below a folder that does not exist is refused before anything is read', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const { code, stderr } = await celonisAuditIn(folder, ['export', '--to', 'duckdb:none/audit.duckdb'], keyOf(team));
  expect(code).toBe(2);
  expect(stderr).toMatch(/none/);
  expect(team.requests).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test('a folder where a file is wanted is refused', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  await mkdir(join(folder, 'audit.duckdb'));
  const { code } = await celonisAuditIn(folder, ['export', '--to', 'duckdb:audit.duckdb'], keyOf(team));
  expect(code).toBe(2);
});

test.each(['duckdb', 'parquet', 'csv', 'ndjson'])(
  '%s below a file is refused with the place that is wrong',
  async (scheme) => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    await writeFile(join(folder, 'notes'), 'a file');
    const { code, stderr } = await celonisAuditIn(folder, ['export', '--to', `${scheme}:notes/audit`], keyOf(team));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^celonis-audit: .*notes.*(?:make it|choose another place|name a folder)/);
    expect(team.requests).toEqual([]);
  },
);

// Even a superuser cannot make a file there.
test.skipIf(!existsSync('/proc/self'))(
  'a place where no file can be made is refused in one sentence, exit code 2',
  async () => {
    const team = await smallTeam();
    const { code, stderr } = await celonisAuditIn('/proc', ['export', '--to', 'duckdb:audit.duckdb'], keyOf(team));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^celonis-audit: \/proc cannot be written \(ENOENT\)/);
  },
);
