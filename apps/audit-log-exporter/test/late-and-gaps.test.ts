import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEvent, CelonisSimulator } from '@millrace/simulator';
import { describe, expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Adds an event that happened some time ago and comes only now. */
function addLate(team: CelonisSimulator, age: number, event: string): string {
  const [model] = team.data.auditEvents;
  const timestamp = new Date(team.clock.now().getTime() - age).toISOString();
  if (model !== undefined) team.data.auditEvents.push({ ...model, timestamp, event });
  team.data.auditEvents.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  team.touch();
  return timestamp;
}

async function eventsIn(folder: string, destination: string): Promise<string[]> {
  const rows = await query(folder, destination, `SELECT epoch_ms("timestamp"), event FROM audit_log`);
  return rows.map((row) => row.join(' ')).toSorted();
}

function settledEvents(team: CelonisSimulator): string[] {
  const until = team.clock.now().getTime() - 5 * 60_000;
  return team.data.auditEvents
    .filter(({ timestamp }: AuditEvent) => Date.parse(timestamp) < until)
    .map(({ timestamp, event }) => `${Date.parse(timestamp)} ${event}`)
    .toSorted();
}

describe.for(['duckdb:audit', 'parquet:audit'])('late records: %s', (to) => {
  const run = async (folder: string, team: CelonisSimulator, ...argv: string[]) => {
    const [command = 'export', ...more] = argv;
    return celonisAuditIn(folder, [command, '--to', to, '--feeds', 'audit', ...more], keyOf(team));
  };

  test('up to 23 h late they are all there after the next runs, and none twice', async () => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    for (const late of [[], [4, 5, 23], [1, 22.9], [0.2, 23]]) {
      for (const hours of late) addLate(team, hours * hour, `LATE_${hours}`);
      const { code, stdout } = await run(folder, team, 'export', '--json');
      const summary = JSON.parse(stdout) as { feeds: { late: number }[] };
      // What is younger than the run before is new, not late.
      expect([code, summary.feeds[0]?.late]).toEqual([0, late.filter((hours) => hours > 3.1).length]);
      expect(await eventsIn(folder, to)).toEqual(settledEvents(team));
      team.clock.advance(3 * hour);
    }
  });

  test('one 30 h late is found by verify --deep, exit code 5, and taken in by export --heal', async () => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    await run(folder, team);
    team.clock.advance(2 * hour);
    const timestamp = addLate(team, 30 * hour, 'LATE');
    const twin = team.data.auditEvents[100];
    // A twin of a record that is there: only its number tells it apart.
    if (twin !== undefined) team.data.auditEvents.splice(100, 0, { ...twin });
    team.touch();
    expect((await run(folder, team)).code).toBe(0);
    const before = await readdir(folder, { recursive: true });

    const deep = await run(folder, team, 'verify', '--deep');
    expect(deep.code).toBe(5);
    expect(deep.stdout).toMatch(/^audit: [\d,]+ records read again, 2 late, 0 no longer at the source$/m);
    expect(deep.stdout).toContain(timestamp);
    expect(deep.stdout).toContain(twin?.timestamp);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
    expect(await eventsIn(folder, to)).toHaveLength(900);

    const heal = await run(folder, team, 'export', '--heal', '--json');
    expect(heal.code).toBe(0);
    expect((JSON.parse(heal.stdout) as { feeds: { late: number }[] }).feeds[0]?.late).toBe(2);
    expect(await eventsIn(folder, to)).toEqual(settledEvents(team));
    expect((await run(folder, team, 'verify', '--deep')).code).toBe(0);
    expect((await run(folder, team)).code).toBe(0);
    expect(await eventsIn(folder, to)).toEqual(settledEvents(team));
  });

  test('what the source deleted meanwhile is counted by verify --deep, and no fault', async () => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    await run(folder, team);
    team.data.auditEvents.splice(0, 7);
    team.touch();
    const { code, stdout } = await run(folder, team, 'verify', '--deep');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/0 late, 7 no longer at the source/)]);
  });
});

test.for(['duckdb:audit', 'parquet:audit'])(
  'a checkpoint older than the retention: gap with its bounds, exit code 4, shown until acknowledged: %s',
  async (to) => {
    const team = await smallTeam({ faults: { retention: { days: 30 } } });
    const folder = await emptyFolder();
    const status = (...more: string[]) => celonisAuditIn(folder, ['status', '--to', to, ...more], {});
    const env = keyOf(team);
    expect((await celonisAuditIn(folder, ['export', '--to', to], env)).code).toBe(0);
    const checkpoint = new Date(team.clock.now().getTime() - 5 * 60_000).toISOString();
    // 40 days later: ten days were deleted before they could be read.
    const [model] = team.data.auditEvents;
    for (let at = team.clock.now().getTime() + 7 * hour; at < team.clock.now().getTime() + 40 * day; at += 5 * hour) {
      if (model !== undefined) team.data.auditEvents.push({ ...model, timestamp: new Date(at).toISOString() });
    }
    team.touch();
    team.clock.advance(40 * day);
    const first = team.truth.audit()[0]?.timestamp ?? '';
    expect(Date.parse(first) - Date.parse(checkpoint)).toBeGreaterThan(9 * day);

    const { code, stderr } = await celonisAuditIn(folder, ['export', '--to', to, '--feeds', 'audit'], env);
    expect([code, stderr]).toEqual([
      4,
      `warning: audit: what happened from ${checkpoint} to ${first} was deleted at the source before it was read\n`,
    ]);
    const shown = await status('--json');
    expect(shown.code).toBe(4);
    const { feeds } = JSON.parse(shown.stdout) as { feeds: { feed: string; gaps: unknown[] }[] };
    expect(feeds.map(({ feed, gaps }) => [feed, gaps])).toEqual([
      ['audit', [{ from: checkpoint, to: first, acknowledged: false }]],
      ['logins', []],
      ['members', []],
    ]);
    expect((await celonisAuditIn(folder, ['export', '--to', to, '--feeds', 'audit'], env)).code).toBe(0);
    expect((await status()).stdout).toContain(`gap: audit: ${checkpoint} to ${first} was deleted at the source`);
    const acknowledged = await status('--acknowledge');
    expect([acknowledged.code, acknowledged.stderr]).toEqual([0, `acknowledged: audit: ${checkpoint} to ${first}\n`]);
    expect((await status()).stdout).toContain('(acknowledged)');
    expect((await celonisAuditIn(folder, ['verify', '--to', to], {})).code).toBe(0);
    expect((await celonisAuditIn(folder, ['export', '--to', to, '--feeds', 'audit'], env)).code).toBe(0);
    expect((await status()).code).toBe(0);
  },
);

describe('status', () => {
  test('shows per feed: complete up to, lag, last receipt, late records; and the same for Prometheus', async () => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    const env = keyOf(team);
    await celonisAuditIn(folder, ['export'], env);
    team.clock.advance(hour);
    addLate(team, 2 * hour, 'LATE');
    await celonisAuditIn(folder, ['export'], env);
    const { code, stdout } = await celonisAuditIn(folder, ['status', '--json', '--prometheus', 'millrace.prom'], {});
    expect(code).toBe(0);
    const { feeds } = JSON.parse(stdout) as { feeds: Record<string, unknown>[] };
    const completeTo = new Date(team.clock.now().getTime() - 5 * 60_000).toISOString();
    const [audit] = feeds;
    expect(audit).toMatchObject({ feed: 'audit', completeTo, late: 1, missing: 0, gaps: [], lastProof: 'counted' });
    expect(audit?.['lagSeconds']).toBeGreaterThan(0);
    expect(audit?.['lastHash']).toMatch(/^[\da-f]{64}$/);
    const text = await readFile(join(folder, 'millrace.prom'), 'utf8');
    const labels = '{destination="duckdb:celonis-audit.duckdb",feed="audit"}';
    expect(text).toContain(`millrace_complete_to_timestamp_seconds${labels} ${Date.parse(completeTo) / 1000}\n`);
    expect(text).toContain(`millrace_late_documents_total${labels} 1\n`);
    expect(text).toMatch(
      /^(?:# (?:HELP|TYPE) millrace_\w+ .+\n|millrace_\w+\{destination="[^"]+",feed="\w+"\} [\d.e+-]+\n)+$/,
    );
    expect((await celonisAuditIn(folder, ['status', '--max-lag', '1s'], {})).code).toBe(3);
  });

  test('a table that did not change is complete up to its last reading all the same', async () => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    for (const _ of [1, 2]) {
      team.clock.advance(2 * hour);
      await celonisAuditIn(folder, ['export', '--feeds', 'members'], keyOf(team));
    }
    const { stdout } = await celonisAuditIn(folder, ['status', '--json'], {});
    const { feeds } = JSON.parse(stdout) as { feeds: { completeTo: string }[] };
    expect(feeds.map(({ completeTo }) => completeTo)).toEqual([team.clock.now().toISOString()]);
  });

  test('a folder can be asked while a run writes to it; a DuckDB file says who has it', async () => {
    for (const [to, want] of [
      ['parquet:audit', 0],
      ['duckdb:audit.duckdb', 8],
    ] as const) {
      const folder = await emptyFolder();
      const codes: number[] = [];
      let requests = 0;
      const team = await smallTeam({
        faults: {
          hooks: {
            before: async () => {
              requests += 1;
              if (requests !== 10) return undefined;
              codes.push((await celonisAuditIn(folder, ['status', '--to', to], {})).code);
              return undefined;
            },
          },
        },
      });
      expect((await celonisAuditIn(folder, ['export', '--to', to], keyOf(team))).code).toBe(0);
      expect([to, codes]).toEqual([to, [want]]);
    }
  });
});

test('--log-windows appends a log record for each receipt, as OpenTelemetry reads them', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  for (const _ of [1, 2]) {
    await celonisAuditIn(folder, ['export', '--log-windows', 'windows.ndjson'], keyOf(team));
    team.clock.advance(hour);
  }
  const lines = (await readFile(join(folder, 'windows.ndjson'), 'utf8')).trimEnd().split('\n');
  const records = lines.map((line) => {
    const { resourceLogs } = JSON.parse(line) as {
      resourceLogs: {
        scopeLogs: { logRecords: { attributes: { key: string; value: Record<string, string> }[] }[] }[];
      }[];
    };
    const attributes = resourceLogs[0]?.scopeLogs[0]?.logRecords[0]?.attributes ?? [];
    return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
  });
  const receipts = await query(
    folder,
    'duckdb:celonis-audit.duckdb',
    'SELECT sequence, feed, documents FROM millrace.receipts ORDER BY sequence',
  );
  expect(
    records.map((each) => [each['millrace.receipt.sequence'], each['millrace.feed'], each['millrace.documents']]),
  ).toEqual(receipts);
});

test('a feed that fails does not keep the others from going on, and the exit code says so', async () => {
  const team = await smallTeam({ faults: { auth: { permissions: ['audit-log', 'members', 'adoption'] } } });
  const folder = await emptyFolder();
  const { code, stdout, stderr } = await celonisAuditIn(folder, ['export', '--json'], keyOf(team));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^celonis-audit: logins: .*Use Login History API/);
  const summary = JSON.parse(stdout) as { feeds: { feed: string }[]; failures: { feed: string }[] };
  expect(summary.feeds.map(({ feed }) => feed)).toEqual(['audit', 'members']);
  expect(summary.failures.map(({ feed }) => feed)).toEqual(['logins']);
  const counts = 'SELECT (SELECT count(*) FROM audit_log), (SELECT count(*) FROM members)';
  expect(await query(folder, 'duckdb:celonis-audit.duckdb', counts)).toEqual([['900', '30']]);
});
