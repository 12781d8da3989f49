import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { celonisAuditLog } from '@millrace/model';
import type { CelonisSimulator } from '@millrace/simulator';
import { expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';

const hour = 3_600_000;
const { activityTables } = celonisAuditLog;

/** Adds records of the past and of the future, as far as runs will come. */
function addEvents(team: CelonisSimulator, times: readonly number[]): void {
  const [model] = team.data.auditEvents;
  if (model === undefined) return;
  const events = times.map((time) => ({ ...model, timestamp: new Date(time).toISOString() }));
  team.data.auditEvents.push(...events);
  team.data.auditEvents.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  team.touch();
}

/** Four runs, the second with late records, the last after a gap. */
async function history(folder: string, to: string): Promise<void> {
  const team = await smallTeam({ faults: { retention: { days: 30 } } });
  const run = () => celonisAuditIn(folder, ['export', '--to', to], keyOf(team));
  expect((await run()).code).toBe(0);
  const start = team.clock.now().getTime();
  team.clock.advance(7 * hour);
  addEvents(team, [start - 2 * hour, start - 3 * hour, start + hour]);
  expect((await run()).code).toBe(0);
  team.clock.advance(20 * hour);
  expect((await run()).code).toBe(0);
  addEvents(
    team,
    Array.from({ length: 180 }, (_, index) => start + (30 + index * 6) * hour),
  );
  team.clock.advance(40 * 24 * hour);
  expect((await run()).code).toBe(4);
}

/** Whether a page asks nothing of anybody and runs nothing: all its attributes and styles are its own. */
function isSelfContained(page: string): boolean {
  return !/<(?:script|link|img|iframe|object|embed)\b|\bsrc=|\bhref=|@import|url\(/i.test(page);
}

test.for(['duckdb:audit.duckdb', 'parquet:audit'])(
  'the report shows runs, gap, late records, verification and the processes of %s, and needs nothing else',
  async (to) => {
    const folder = await emptyFolder();
    await history(folder, to);
    const argv = ['report', '--to', to, '--out', 'report.html', '--json'];
    const { code, stdout, stderr } = await celonisAuditIn(folder, argv, {});
    expect([code, stderr]).toEqual([0, '']);
    const figures = JSON.parse(stdout) as {
      runs: { documents: Record<string, number>; late: number }[];
      feeds: { feed: string; late: number; gaps: unknown[] }[];
      processes: { table: string; events: number; cases: number; topActivities: { name: string; events: number }[] }[];
    };
    expect(figures.runs[0]?.documents).toMatchObject({ audit: 900, logins: 450, members: 30 });
    expect(figures.runs.reduce((sum, run) => sum + run.late, 0)).toBe(2);
    expect(figures.feeds.find(({ feed }) => feed === 'audit')?.gaps).toHaveLength(1);
    for (const { table, events, cases, topActivities } of figures.processes) {
      const { caseId = '', activity = '' } = activityTables.find((each) => each.table === table) ?? {};
      const counted = `SELECT count(*), count(DISTINCT "${caseId}"), (SELECT max(n) FROM (SELECT count(*) AS n FROM ${table} GROUP BY "${activity}")) FROM ${table}`;
      expect([[String(events), String(cases), String(topActivities[0]?.events)]]).toEqual(
        await query(folder, to, counted),
      );
    }
    const page = await readFile(join(folder, 'report.html'), 'utf8');
    expect(isSelfContained(page)).toBe(true);
    expect(page).toMatch(/class="good">Verified: [\d,]+ receipts/);
    expect(page).toMatch(/class="bad">Gap: what happened in audit from \S+ \S+ to \S+ \S+ was deleted at the source/);
    for (const heading of [
      'Feeds',
      'Time covered',
      'Documents read, by run',
      'audit_activity',
      'login_activity',
      'Tables',
    ])
      expect(page).toContain(`<h2>${heading}</h2>`);
    expect(page).toMatch(/<rect class="gap"[^>]+><title>audit: gap, /);
    expect(page).toMatch(/<rect class="late"[^>]+><title>audit: records came late, /);
  },
);

test('the report names no person and holds no e-mail address', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  await celonisAuditIn(folder, ['export'], keyOf(team));
  const { stdout } = await celonisAuditIn(folder, ['report', '--skip-verify'], {});
  expect(stdout).toBe('written to celonis-audit-report.html\n');
  const page = await readFile(join(folder, 'celonis-audit-report.html'), 'utf8');
  for (const { nameAndEmail, userId } of team.data.members) {
    expect(page).not.toContain(userId);
    expect(page).not.toContain(nameAndEmail);
  }
  expect(page).not.toMatch(/\w@\w/);
});

test('data that was changed is told in the report, exit code 6', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  await celonisAuditIn(folder, ['export'], keyOf(team));
  const database = await DuckDBInstance.create(join(folder, 'celonis-audit.duckdb'));
  const connection = await database.connect();
  await connection.run(`DELETE FROM login_history WHERE _key = (SELECT min(_key) FROM login_history)`);
  connection.closeSync();
  database.closeSync();
  const { code } = await celonisAuditIn(folder, ['report'], {});
  expect(code).toBe(6);
  const page = await readFile(join(folder, 'celonis-audit-report.html'), 'utf8');
  expect(page).toMatch(/class="bad">Changed after it was written:[\s\S]*<code>login_history<\/code>: it has 449 rows/);
  expect((await celonisAuditIn(folder, ['report', '--skip-verify'], {})).code).toBe(0);
});

test('a report of nothing: exit code 2, and no file is made', async () => {
  const folder = await emptyFolder();
  const { code, stderr } = await celonisAuditIn(folder, ['report'], {});
  expect([code, stderr]).toEqual([2, expect.stringMatching(/Nothing was extracted/)]);
  expect(await readdir(folder)).toEqual([]);
});
