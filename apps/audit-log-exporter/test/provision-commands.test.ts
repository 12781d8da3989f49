import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes, runProgram } from '@millrace/cli-kit';
import { parseExtractorFile } from '@millrace/model';
import { expect, test } from 'vitest';
import { testIo } from '../../../packages/cli-kit/test/helpers.ts';
import { askTeam } from '../../../packages/cli-kit/test/pool-tables.ts';
import { celonisAudit } from '../src/program.ts';
import { celonisAuditIn, emptyFolder, keyOf, smallTeam } from './support.ts';

const sizes = { auditEvents: 20, loginEvents: 10, members: 3, adoptionEvents: 5, days: 5 };

test('the file of the template has the header, the paging and the filters of the guide, and no host', async () => {
  const { code, stdout } = await celonisAuditIn(await emptyFolder(), ['template', '--feeds', 'audit,members'], {});
  expect(code).toBe(exitCodes.ok);
  const file = parseExtractorFile(stdout);
  expect(file.supportedAuthenticationConfigurations).toMatchObject([
    { authenticationMethod: 'API_KEY_AUTHENTICATION', apiKeyHeader: 'Authorization' },
  ]);
  expect(file.endpoints).toMatchObject([
    {
      url: '{Connection.API_URL}/log/api/external/audit',
      requestParameters: [
        { name: 'from', useAsFilter: true, filterType: 'DATETIME' },
        { name: 'to', useAsFilter: true, filterType: 'DATETIME' },
      ],
      pagination: { paginationMethod: 'PAGE_BY_PAGE_PAGINATION', paginationData: { defaultFirstPageIndex: 0 } },
      response: { tableName: 'audit_log_raw', responseRoot: ['content'] },
    },
    { url: '{Connection.API_URL}/api/external/members', response: { tableName: 'members' } },
  ]);
});

test('plan ends with 9 while there is something to do and with 0 when there is not; apply says what is left by hand', async () => {
  const team = await smallTeam({ sizes });
  const folder = await emptyFolder();
  const run = async (...argv: readonly string[]) => celonisAuditIn(folder, ['provision', ...argv], keyOf(team));
  const first = await run('plan', '--json');
  expect([first.code, (JSON.parse(first.stdout) as { road: string }).road]).toEqual([exitCodes.drift, 'pull']);

  const stopped = await run('apply', '--extractor-file', 'import-me.json');
  expect(stopped.code).toBe(exitCodes.drift);
  expect(stopped.stdout).toContain('File: import-me.json. Name: audit-log.');
  expect(stopped.stdout).toContain(`API URL: ${team.url}`);
  expect(stopped.stdout.split('\n').length).toBeLessThan(24);
  expect(stopped.stdout).not.toContain(team.credentials.appKey);
  parseExtractorFile(await readFile(join(folder, 'import-me.json'), 'utf8'));

  const push = ['--road', 'push', '--name', 'pushed'];
  expect((await run('apply', ...push)).code).toBe(exitCodes.ok);
  const settled = await run('plan', ...push);
  expect([settled.code, settled.stdout.split(',')[0]]).toEqual([
    exitCodes.ok,
    'pushed in data pool millrace (push): nothing to change',
  ]);
});

test('destroy asks, takes nothing without an answer, and needs --yes where nobody can be asked', async () => {
  const team = await smallTeam({ sizes });
  const folder = await emptyFolder();
  const apply = ['provision', 'apply', '--road', 'push'];
  expect((await celonisAuditIn(folder, apply, keyOf(team))).code).toBe(exitCodes.ok);
  const pools = () => askTeam<unknown[]>(team, '');

  const refused = await celonisAuditIn(folder, ['provision', 'destroy'], keyOf(team));
  expect(refused.code).toBe(exitCodes.usage);
  expect(refused.stderr).toContain('--yes');
  const asked = async (answer: string) => {
    const io = { ...testIo(keyOf(team), folder), ask: () => Promise.resolve(answer) };
    return runProgram(celonisAudit, ['provision', 'destroy'], io);
  };
  expect(await asked('no')).toBe(exitCodes.error);
  expect(await pools()).toHaveLength(1);
  expect(await asked('audit-log')).toBe(exitCodes.ok);
  expect(await pools()).toHaveLength(0);
  const none = await celonisAuditIn(folder, ['provision', 'destroy', '--yes'], keyOf(team));
  expect([none.code, none.stdout]).toEqual([
    exitCodes.ok,
    'audit-log does not stand in data pool millrace: nothing to remove\n',
  ]);
});

test('export writes the pool as a document, and needs no team', async () => {
  const { code, stdout } = await celonisAuditIn(await emptyFolder(), ['provision', 'export'], {});
  expect(code).toBe(exitCodes.ok);
  expect(JSON.parse(stdout)).toMatchObject({ dataPool: { name: 'millrace' }, jobs: [{ name: 'audit-log' }] });
});

test.each([
  [['--name', '-x'], '--name: "-x" must begin with a letter or digit'],
  [['--road', 'rail'], '--road: "rail" is not one of pull, push'],
  [['--pool', ' '], '--pool must be the name or the ID of a data pool'],
] as const)('%j is refused in a sentence', async (argv, says) => {
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), ['provision', 'plan', ...argv], {});
  expect([code, stderr]).toEqual([exitCodes.usage, expect.stringContaining(says)]);
});

test('a key without permission is told which permission and scope are missing', async () => {
  const team = await smallTeam({ sizes });
  const env = { CELONIS_URL: team.url, CELONIS_API_TOKEN: team.credentials.noPermissionAppKey };
  const { code, stderr } = await celonisAuditIn(await emptyFolder(), ['provision', 'plan'], env);
  expect(code).toBe(exitCodes.error);
  expect(stderr).toContain('Edit on the data pool');
  expect(stderr).toContain('integration.data-pools');
});
