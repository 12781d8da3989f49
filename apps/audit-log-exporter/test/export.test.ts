import { evolveCelonisTeam, type AuditEvent, type CelonisSimulator } from '@millrace/simulator';
import { describe, expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';

const auditRows = `SELECT event, strftime("timestamp", '%Y-%m-%dT%H:%M:%S.%gZ'), "userId" FROM audit_log`;

function auditTruth(events: readonly AuditEvent[]): string[] {
  return events
    .map(({ event, timestamp, userId }) => [event, new Date(timestamp).toISOString(), userId].join('|'))
    .toSorted();
}

async function auditIn(folder: string, destination = 'duckdb:celonis-audit.duckdb'): Promise<string[]> {
  return (await query(folder, destination, auditRows)).map((row) => row.join('|')).toSorted();
}

describe.for(['v1', 'v2'])('audit API %s', (version) => {
  test('brings every event, log-in and member once', async () => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    const { code, stderr } = await celonisAuditIn(folder, ['export', '--audit-api', version], keyOf(team));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(await auditIn(folder)).toEqual(auditTruth(team.data.auditEvents));
    const counts = `SELECT (SELECT count(*) FROM login_history), (SELECT count(*) FROM members), (SELECT count(DISTINCT _key) FROM audit_log)`;
    expect(await query(folder, 'duckdb:celonis-audit.duckdb', counts)).toEqual([['450', '30', '900']]);
  });

  test('a second run brings what is new and what came late, and nothing twice', async () => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    await celonisAuditIn(folder, ['export', '--audit-api', version], keyOf(team));
    team.clock.advance(6 * 3_600_000);
    evolveCelonisTeam(team.data, {
      seed: 7,
      now: team.clock.now().toISOString(),
      auditEvents: 120,
      loginEvents: 40,
      lateAuditEvents: 9,
      lateHours: 10,
    });
    team.touch();
    team.clock.advance(10 * 60_000);
    const { code, stdout } = await celonisAuditIn(folder, ['export', '--audit-api', version, '--json'], keyOf(team));
    expect(code).toBe(0);
    expect(await auditIn(folder)).toEqual(auditTruth(team.data.auditEvents));
    const summary = JSON.parse(stdout) as { feeds: { feed: string; late: number; mode: string }[] };
    expect(summary.feeds.find(({ feed }) => feed === 'audit')).toMatchObject({ mode: 'delta' });
  });
});

test.for(['basic', 'post'] as const)('OAuth client credentials work with %s', async (method) => {
  const team = await smallTeam({ faults: { auth: { method } } });
  const folder = await emptyFolder();
  const { clientId, clientSecret } = team.credentials;
  const env = { CELONIS_URL: team.url, OAUTH_CLIENT_ID: clientId, OAUTH_CLIENT_SECRET: clientSecret };
  const { code, stderr } = await celonisAuditIn(folder, ['export', '--oauth-method', method], env);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(await auditIn(folder)).toHaveLength(900);
});

test('a token that expires while pages are read is renewed', async () => {
  const team = await smallTeam({ faults: { auth: { tokenRequests: 3 } } });
  const folder = await emptyFolder();
  const { clientId, clientSecret } = team.credentials;
  const env = { CELONIS_URL: team.url, OAUTH_CLIENT_ID: clientId, OAUTH_CLIENT_SECRET: clientSecret };
  expect((await celonisAuditIn(folder, ['export'], env)).code).toBe(0);
  expect(await auditIn(folder)).toHaveLength(900);
});

test('a user API key is sent as Bearer', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const env = { CELONIS_URL: team.url, CELONIS_API_TOKEN: team.credentials.apiKey, CELONIS_KEY_TYPE: 'Bearer' };
  expect((await celonisAuditIn(folder, ['export', '--feeds', 'audit'], env)).code).toBe(0);
});

test('--from and --until bound the events, --until left out', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  await celonisAuditIn(
    folder,
    ['export', '--from', '2026-05-20', '--until', '2026-05-25T12:00:00Z', '--feeds', 'audit'],
    keyOf(team),
  );
  const within = team.data.auditEvents.filter(
    ({ timestamp }) => timestamp >= '2026-05-20T00:00:00.000Z' && timestamp < '2026-05-25T12:00:00.000Z',
  );
  expect(within.length).toBeGreaterThan(10);
  expect(await auditIn(folder)).toEqual(auditTruth(within));
});

test.for(['parquet:out', 'csv:out', 'ndjson:out'])(
  '%s gets the same rows, and a second run adds none',
  async (destination) => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    for (const _ of [1, 2]) {
      const { code, stderr } = await celonisAuditIn(folder, ['export', '--to', destination], keyOf(team));
      expect(stderr).toBe('');
      expect(code).toBe(0);
    }
    const [[rows] = []] = await query(folder, destination, 'SELECT count(*) FROM audit_log');
    expect(rows).toBe('900');
  },
);

test('ndjson:- writes rows on stdout and everything else on stderr', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const { code, stdout } = await celonisAuditIn(
    folder,
    ['export', '--to', 'ndjson:-', '--feeds', 'logins'],
    keyOf(team),
  );
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { table: string });
  expect(lines.filter(({ table }) => table === 'login_history')).toHaveLength(450);
});

test('--json prints one JSON document and nothing else on stdout', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const { stdout } = await celonisAuditIn(folder, ['export', '--json'], keyOf(team));
  const summary = JSON.parse(stdout) as { feeds: { feed: string; documents: number }[]; built: { tables: string[] }[] };
  expect(summary.feeds.map(({ feed, documents }) => [feed, documents])).toEqual([
    ['audit', 900],
    ['logins', 450],
    ['members', 30],
  ]);
  expect(summary.built.flatMap(({ tables }) => tables).toSorted()).toEqual([
    'audit_activity',
    'audit_object',
    'audit_session',
    'login_activity',
    'login_session',
    'object_activity',
  ]);
});

test('no secret is printed or stored', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const { stdout, stderr } = await celonisAuditIn(folder, ['export', '--json'], keyOf(team));
  const { readFile } = await import('node:fs/promises');
  const stored = await readFile(`${folder}/celonis-audit.duckdb`, 'latin1');
  for (const text of [stdout, stderr, stored]) expect(text).not.toContain(team.credentials.appKey);
});

describe('faults on the way', () => {
  const faults: readonly (readonly [string, CelonisSimulator['faults']])[] = [
    ['429 with a reset time', { failures: [{ kind: 'rate-limit', every: 9, seconds: 0 }] }],
    ['503 now and then', { failures: [{ kind: 'status', status: 503, every: 7 }] }],
    ['torn connections', { failures: [{ kind: 'torn', every: 6 }] }],
    [
      'rows that arrive while pages are read',
      { arriving: { every: 2, rows: 3, total: 30, where: 'range' }, order: 'descending' },
    ],
    ['pages in another order each time', { order: 'shuffled' }],
    [
      '204 for an empty range, gzip, exclusive bounds',
      { emptyRange: 204, gzip: true, bounds: { from: 'exclusive', to: 'exclusive' } },
    ],
  ];
  test.for(faults)('%s: complete all the same', async ([, plan]) => {
    const team = await smallTeam({ faults: plan });
    const folder = await emptyFolder();
    const { code, stderr } = await celonisAuditIn(folder, ['export', '--feeds', 'audit'], keyOf(team));
    expect([code, stderr]).toEqual([0, '']);
    const newest = new Date(team.clock.now().getTime() - 5 * 60_000).toISOString();
    expect(await auditIn(folder)).toEqual(
      auditTruth(team.data.auditEvents.filter(({ timestamp }) => timestamp < newest)),
    );
  });
});
