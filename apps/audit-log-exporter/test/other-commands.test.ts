import { expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, smallTeam } from './support.ts';

test('doctor says which API answers and which permission is missing', async () => {
  const team = await smallTeam({ faults: { auth: { permissions: ['audit-log', 'members', 'adoption'] } } });
  const { code, stdout } = await celonisAuditIn(await emptyFolder(), ['doctor', '--json'], keyOf(team));
  expect(code).toBe(1);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; says: string }[] };
  expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['audit log', true],
    ['login history', false],
    ['members', true],
    ['studio adoption', true],
  ]);
  expect(checks[1]?.says).toMatch(/Use Login History API/);
});

test('status says how far each feed is complete, and exits 3 when that is too long ago', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  await celonisAuditIn(folder, ['export'], keyOf(team));
  const { code, stdout } = await celonisAuditIn(folder, ['status', '--json'], {});
  expect(code).toBe(0);
  const { feeds } = JSON.parse(stdout) as { feeds: { feed: string; completeTo: string }[] };
  expect(feeds.map(({ feed }) => feed)).toEqual(['audit', 'logins', 'members']);
  expect(feeds[0]?.completeTo).toBe(new Date(team.clock.now().getTime() - 5 * 60_000).toISOString());
  expect((await celonisAuditIn(folder, ['status', '--max-lag', '1s'], {})).code).toBe(3);
});

test.for(['table', 'json', 'markdown', 'mermaid'])('the model prints as %s without a connection', async (format) => {
  const { code, stdout, stderr } = await celonisAuditIn(await emptyFolder(), ['model', '--format', format], {});
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('audit_log');
  if (format === 'json') JSON.parse(stdout);
});

test('config explain names the origin of each value and never a secret', async () => {
  const env = { CELONIS_URL: 'https://acme.eu-1.celonis.cloud', CELONIS_API_TOKEN: 'hunter2' };
  const { code, stdout } = await celonisAuditIn(
    await emptyFolder(),
    ['config', 'explain', '--from', '2026-01-01'],
    env,
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/from\s+2026-01-01\s+flag\s+--from/);
  expect(stdout).toMatch(/team\s+https:\/\/acme\.eu-1\.celonis\.cloud\s+environment\s+CELONIS_URL/);
  expect(stdout).toMatch(/CELONIS_API_TOKEN\s+set/);
  expect(stdout).not.toContain('hunter2');
});
