import { expect, test } from 'vitest';
import type { AuditEvent, CelonisTeamData, FaultPlan } from '../src/index.ts';
import { celonis, cursored, get, multiset, numbered, page, paths, timesOf } from './helpers.ts';

const minute = 60_000;
const at = (millisecond: number): string => new Date(Date.UTC(2026, 4, 1) + millisecond).toISOString();

function teamOf(auditEvents: AuditEvent[]): CelonisTeamData {
  return { auditEvents, loginEvents: [], members: [], adoptionEvents: [] };
}

/** So many audit events, one a minute. */
function everyMinute(count: number): CelonisTeamData {
  return teamOf(
    Array.from({ length: count }, (_, index) => ({
      userId: `u${index}`,
      event: 'TEAM_UPDATED',
      timestamp: at(index * minute),
    })),
  );
}

test('descending pages are the ascending ones from the end', async () => {
  const team = await celonis({ faults: { order: 'descending' } });
  const read = await numbered(team, paths.audit, 100);
  expect(read).toEqual(team.data.auditEvents.toReversed());
  expect((await cursored(team, paths.auditV2, 100)).rows).toEqual(read);
});

test('shuffled pages hold every row once, in an order that is neither', async () => {
  const team = await celonis({ faults: { order: 'shuffled' } });
  const read = await numbered(team, paths.audit, 100);
  expect(multiset(read)).toEqual(multiset(team.data.auditEvents));
  expect(timesOf(read)).not.toEqual(timesOf(read).sort());
  expect(timesOf(read.slice(0, 100)).sort()).not.toEqual(
    timesOf(team.truth.audit().map((row) => ({ ...row }))).slice(0, 100),
  );
});

test('an order inside pages leaves the rows of each page as they are', async () => {
  const team = await celonis({ faults: { order: { within: 'shuffled' } } });
  const first = (await page(team, `${paths.audit}?pageSize=100`)).content;
  expect(multiset(first)).toEqual(multiset(team.data.auditEvents.slice(0, 100)));
  expect(first).not.toEqual(team.data.auditEvents.slice(0, 100));
  team.faults = { order: { across: 'descending', within: 'ascending' } };
  const last = (await page(team, `${paths.audit}?pageSize=100`)).content;
  expect(last).toEqual(team.data.auditEvents.slice(-100));
});

test('a shuffled order keeps for the other rows when one arrives', async () => {
  const team = await celonis({ data: everyMinute(60), faults: { order: 'shuffled' } });
  const before = (await page(team, paths.audit)).content.map((row) => row['userId']);
  team.data.auditEvents.push({ userId: 'new', event: 'TEAM_UPDATED', timestamp: at(30.5 * minute) });
  const after = (await page(team, paths.audit)).content.map((row) => row['userId']);
  expect(after).toHaveLength(61);
  expect(after.filter((user) => user !== 'new')).toEqual(before);
});

test.each<[string, FaultPlan, Partial<AuditEvent>]>([
  ['null', { optionalFields: 'null' }, { userRole: null, ipAddress: null, port: null, diffPayload: null }],
  ['absent', { optionalFields: 'absent' }, {}],
  [
    'null, message empty',
    { optionalFields: 'null', message: 'empty' },
    { userRole: null, ipAddress: null, port: null, diffPayload: null, message: {} },
  ],
  ['absent, message null', { optionalFields: 'absent', message: 'null' }, { message: null }],
  ['absent, message absent', { optionalFields: 'absent', message: 'absent' }, {}],
])('optional fields can be %s', async (_name, faults, fields) => {
  const row = {
    userId: 'u',
    userRole: 'ADMIN',
    event: 'E',
    timestamp: at(0),
    ipAddress: '1.2.3.4',
    port: '443',
    diffPayload: {},
  };
  const full = faults.message === undefined ? row : { ...row, message: { name: 'n' } };
  const team = await celonis({ data: teamOf([full]), faults });
  expect((await page(team, paths.audit)).content).toEqual([{ userId: 'u', event: 'E', timestamp: at(0), ...fields }]);
  expect(team.truth.audit()).toEqual([{ userId: 'u', event: 'E', timestamp: at(0), ...fields }]);
});

test('mixed optional fields are the same at each reading', async () => {
  const team = await celonis({ faults: { optionalFields: 'mixed' } });
  const first = await numbered(team, paths.audit, 200);
  expect(first.some((row) => row['port'] === null)).toBe(true);
  expect(first.some((row) => !('port' in row))).toBe(true);
  expect(multiset((await cursored(team, paths.auditV2, 30)).rows)).toEqual(multiset(first));
  expect(team.truth.audit()).toEqual(first);
});

test('equal timestamps are those of the range that was asked for', async () => {
  const team = await celonis({ data: everyMinute(120), faults: { equalTimestamps: 60 * minute } });
  const { content, totalCount } = await page(team, `${paths.audit}?from=${at(60 * minute)}`);
  expect(totalCount).toBe(60);
  expect(new Set(timesOf(content))).toEqual(new Set([at(60 * minute)]));
  expect((await page(team, `${paths.audit}?from=${at(1)}&to=${at(60 * minute)}`)).totalCount).toBe(0);
});

test('duplicate rows are counted and served twice, byte for byte', async () => {
  const team = await celonis({ faults: { duplicates: 10, optionalFields: 'mixed' } });
  const read = await numbered(team, paths.audit, 100);
  expect(read.length).toBeGreaterThan(450);
  expect((await page(team, paths.audit)).totalCount).toBe(read.length);
  expect(multiset(read)).toEqual(multiset(team.truth.audit()));
  expect(new Set(multiset(read)).size).toBe(new Set(multiset(team.data.auditEvents)).size);
});

test('values that no published enum has come through', async () => {
  const team = await celonis({ faults: { unknownEnums: 5 } });
  const audit = await numbered(team, paths.audit, 200);
  const strange = audit.filter((row) => row['event'] === 'SOMETHING_NEW_IN_THE_NEXT_RELEASE');
  expect(strange.length).toBeGreaterThan(20);
  expect(strange.length).toBeLessThan(200);
  const logins = await numbered(team, paths.logins, 200);
  expect(logins.some((row) => row['authenticationEventType'] === 'SOMETHING_NEW_IN_THE_NEXT_RELEASE')).toBe(true);
});

test('rows arrive inside the range while its pages are read, up to the total', async () => {
  const team = await celonis({ data: everyMinute(100), faults: { arriving: { every: 2, rows: 3, total: 5 } } });
  const range = `from=${at(10 * minute)}&to=${at(50 * minute)}`;
  const counts = [];
  for (let number = 0; number < 6; number += 1) {
    counts.push((await page(team, `${paths.audit}?${range}&pageSize=10&pageNumber=${number}`)).totalCount);
  }
  expect(counts).toEqual([40, 40, 43, 43, 45, 45]);
  expect(team.data.auditEvents).toHaveLength(105);
  expect(team.truth.audit(at(10 * minute), at(50 * minute))).toHaveLength(45);
});

test('rows can arrive at the present virtual time', async () => {
  const team = await celonis({ data: everyMinute(3), faults: { arriving: { every: 1, rows: 1, where: 'now' } } });
  team.clock.advance(1234);
  await page(team, paths.audit);
  expect(team.data.auditEvents.at(-1)?.timestamp).toBe('2026-06-01T12:00:01.234Z');
});

test('the oldest rows age out while pages are read', async () => {
  const team = await celonis({ data: everyMinute(10), faults: { ageing: { every: 1, rows: 2, total: 3 } } });
  const first = async (): Promise<unknown> => (await page(team, paths.audit)).content[0]?.['userId'];
  expect([await first(), await first(), await first(), await first()]).toEqual(['u0', 'u2', 'u3', 'u3']);
});

test('late rows appear after their page, once, with their old timestamps', async () => {
  const team = await celonis({
    data: everyMinute(5),
    faults: { late: [{ rows: 2, age: 23 * 60 * minute, afterRequest: 2 }] },
  });
  const total = async (): Promise<unknown> => (await page(team, paths.audit)).totalCount;
  expect([await total(), await total(), await total(), await total()]).toEqual([5, 5, 7, 7]);
  expect(timesOf(team.truth.audit().map((row) => ({ ...row }))).slice(-2)).toEqual([
    '2026-05-31T13:00:00.000Z',
    '2026-05-31T13:00:00.001Z',
  ]);
});

test('late rows of another feed appear when their virtual time has come', async () => {
  const team = await celonis({
    faults: { late: [{ rows: 4, age: minute, at: '2026-06-01T13:00:00Z', feed: 'logins' }] },
  });
  await page(team, paths.logins);
  expect(team.data.loginEvents).toHaveLength(120);
  team.clock.set('2026-06-01T13:00:00.000Z');
  expect((await page(team, paths.logins)).totalCount).toBe(124);
  expect(team.truth.logins('2026-06-01T12:59:00.000Z')).toHaveLength(4);
});

test('retention cuts at the virtual midnight, or exactly', async () => {
  const team = await celonis({
    data: everyMinute(60 * 24 * 2),
    now: '2026-05-03T10:00:00.000Z',
    faults: { retention: { days: 1 } },
  });
  expect((await page(team, paths.audit)).content[0]?.['timestamp']).toBe('2026-05-02T00:00:00.000Z');
  team.faults = { retention: { days: 1, edge: 'exact' } };
  expect((await page(team, paths.audit)).content[0]?.['timestamp']).toBe('2026-05-02T10:00:00.000Z');
  team.clock.set('2026-05-04T00:00:00.000Z');
  expect((await page(team, paths.audit)).totalCount).toBe(0);
  expect(team.truth.audit()).toEqual([]);
});

test('an empty range answers 204 without a body when the plan says so', async () => {
  const team = await celonis({ faults: { emptyRange: 204 } });
  for (const path of [paths.audit, paths.auditV2, paths.logins]) {
    const answer = await get(team, `${path}?from=2030-01-01T00:00:00Z`);
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  }
  expect((await get(team, paths.audit)).status).toBe(200);
});

test('the count can be wrong, absent, or that of the page', async () => {
  const team = await celonis({ faults: { totalCount: -7 } });
  expect(await page(team, paths.audit)).toMatchObject({ totalCount: 443 });
  team.faults = { totalCount: 'absent' };
  expect(await page(team, paths.audit)).not.toHaveProperty('totalCount');
  team.faults = { totalCount: 'page' };
  expect(await page(team, `${paths.audit}?pageSize=30`)).toMatchObject({ totalCount: 30 });
});

test('oversize pages are clamped when the plan says so', async () => {
  const team = await celonis({ faults: { oversizePage: 'clamp' } });
  expect(await page(team, `${paths.audit}?pageSize=5000`)).toMatchObject({ pageSize: 200 });
  expect((await page(team, `${paths.auditV2}?limit=5000`)).content).toHaveLength(450);
});

test('unknown query parameters are ignored, or refused', async () => {
  const team = await celonis();
  expect((await get(team, `${paths.audit}?sort=asc`)).status).toBe(200);
  team.faults = { unknownParameters: 'reject' };
  expect((await get(team, `${paths.audit}?sort=asc`)).status).toBe(400);
});

test.each<[string, NonNullable<FaultPlan['cursor']>, unknown]>([
  ['absent', { end: 'absent' }, undefined],
  ['null', { end: 'null' }, null],
  ['an empty string', { end: 'empty-string' }, ''],
])('the last token is %s, also after a full last page', async (_name, cursor, token) => {
  const team = await celonis({ data: everyMinute(30), faults: { cursor } });
  const read = await cursored(team, paths.auditV2, 10);
  expect([read.rows.length, read.pages]).toEqual([30, 3]);
  expect((await page(team, `${paths.auditV2}?limit=10&from=${at(29 * minute)}`)).nextPageToken).toEqual(token);
});

test('the last page with rows can have a token, and an empty page after it has none', async () => {
  const team = await celonis({ data: everyMinute(30), faults: { cursor: { end: 'empty-page' } } });
  const read = await cursored(team, paths.auditV2, 10);
  expect([read.rows.length, read.pages]).toEqual([30, 4]);
});

test('empty pages with a token can come in between', async () => {
  const team = await celonis({ data: everyMinute(30), faults: { cursor: { emptyPages: 1 } } });
  const read = await cursored(team, paths.auditV2, 10);
  expect(read.rows).toEqual(team.data.auditEvents);
  expect(read.pages).toBe(5);
});

test('a page can come again in the place of the next', async () => {
  const team = await celonis({ data: everyMinute(30), faults: { failures: [{ kind: 'repeat-page', requests: [2] }] } });
  const first = await page(team, `${paths.audit}?pageSize=10&pageNumber=0`);
  expect((await page(team, `${paths.audit}?pageSize=10&pageNumber=1`)).content).toEqual(first.content);
  expect((await page(team, `${paths.audit}?pageSize=10&pageNumber=1`)).content).not.toEqual(first.content);
});
