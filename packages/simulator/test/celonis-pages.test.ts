import { expect, test } from 'vitest';
import type { CelonisTeamData } from '../src/index.ts';
import { celonis, cursored, get, multiset, numbered, page, paths, timesOf } from './helpers.ts';

const at = (millisecond: number): string => new Date(Date.UTC(2026, 4, 1) + millisecond).toISOString();

/** A team with audit events at the given milliseconds of one day. */
function teamAt(milliseconds: readonly number[]): CelonisTeamData {
  const auditEvents = milliseconds.map((millisecond, index) => ({
    userId: `u${index}`,
    event: 'TEAM_UPDATED',
    timestamp: at(millisecond),
  }));
  return { auditEvents, loginEvents: [], members: [], adoptionEvents: [] };
}

test.each([
  ['audit', paths.audit, (data: CelonisTeamData) => data.auditEvents],
  ['logins', paths.logins, (data: CelonisTeamData) => data.loginEvents],
  ['adoption', paths.adoption, (data: CelonisTeamData) => data.adoptionEvents],
])('%s pages by number hold every event once, ascending', async (_name, path, rows) => {
  const team = await celonis();
  const read = await numbered(team, path, 50);
  expect(read).toEqual(rows(team.data));
  expect(timesOf(read)).toEqual(timesOf(read).sort());
});

test.each([
  ['audit', paths.auditV2, (data: CelonisTeamData) => data.auditEvents],
  ['adoption', paths.adoptionV2, (data: CelonisTeamData) => data.adoptionEvents],
])('%s pages by cursor hold every event once', async (_name, path, rows) => {
  const team = await celonis();
  const { rows: read, pages } = await cursored(team, path, 100);
  expect(read).toEqual(rows(team.data));
  expect(pages).toBe(Math.ceil(rows(team.data).length / 100));
});

test('the page object carries number, size and count, and the documented defaults', async () => {
  const team = await celonis();
  expect(await page(team, paths.audit)).toMatchObject({ pageNumber: 0, pageSize: 200, totalCount: 450 });
  expect((await page(team, paths.audit)).content).toHaveLength(200);
  expect(await page(team, `${paths.logins}?pageNumber=2&pageSize=50`)).toMatchObject({
    pageNumber: 2,
    pageSize: 50,
    totalCount: 120,
  });
  const cursor = await page(team, paths.auditV2);
  expect([cursor.content.length, Object.keys(cursor).sort()]).toEqual([200, ['content', 'nextPageToken']]);
  expect((await get(team, `${paths.auditV2}?limit=500`)).status).toBe(200);
  expect((await get(team, `${paths.auditV2}?limit=501`)).status).toBe(400);
});

test('a page beyond the end is empty with the true count', async () => {
  const team = await celonis();
  expect(await page(team, `${paths.audit}?pageNumber=9`)).toEqual({
    content: [],
    pageNumber: 9,
    pageSize: 200,
    totalCount: 450,
  });
});

test('members are paged, and internal ones can be left out', async () => {
  const team = await celonis();
  const [first] = team.data.members;
  if (first === undefined) throw new Error('no members');
  team.data.members[0] = { ...first, nameAndEmail: 'Sam Support (s.support@celonis.com)' };
  const all = await page(team, `${paths.members}?includeInternal=true&pageSize=15&pageNumber=1`);
  expect(all).toMatchObject({ pageNumber: 1, pageSize: 15, totalCount: 20 });
  expect(all.content).toEqual(team.data.members.slice(15));
  expect(await page(team, `${paths.members}?includeInternal=false`)).toMatchObject({ totalCount: 19 });
  expect(team.truth.members()).toEqual(team.data.members);
});

test('a range holds its lower bound and not its upper one, to the millisecond', async () => {
  const team = await celonis({ data: teamAt([0, 1, 2, 3, 3, 4, 5]) });
  const read = async (from: number, to: number): Promise<string[]> =>
    (await page(team, `${paths.audit}?from=${at(from)}&to=${at(to)}`)).content.map((row) => String(row['userId']));
  expect(await read(1, 3)).toEqual(['u1', 'u2']);
  expect(await read(3, 5)).toEqual(['u3', 'u4', 'u5']);
  expect(await read(3, 3)).toEqual([]);
  expect(await read(5, 1)).toEqual([]);
  team.faults = { bounds: { from: 'exclusive', to: 'inclusive' } };
  expect(await read(1, 3)).toEqual(['u2', 'u3', 'u4']);
});

test.each([
  ['whole seconds', '2026-05-01T00:00:00', 4],
  ['whole seconds with zone', '2026-05-01T00:00:00Z', 4],
  ['milliseconds', '2026-05-01T00:00:00.001Z', 3],
  ['milliseconds without zone', '2026-05-01T00:00:00.001', 3],
  ['microseconds', '2026-05-01T00:00:00.001000Z', 3],
  ['microseconds past the millisecond', '2026-05-01T00:00:00.001001Z', 2],
])('a time of %s is taken as UTC', async (_name, from, count) => {
  const team = await celonis({ data: teamAt([0, 1, 2, 3]) });
  expect((await page(team, `${paths.audit}?from=${from}`)).totalCount).toBe(count);
});

test('an unknown adoption entity type has no events', async () => {
  const team = await celonis();
  expect(await page(team, paths.adoption.replace('STUDIO_ASSET', 'OTHER'))).toMatchObject({
    content: [],
    totalCount: 0,
  });
});

test('a page token is refused when it is unknown or comes with other filters', async () => {
  const team = await celonis();
  const { nextPageToken } = await page(team, `${paths.auditV2}?limit=10`);
  expect((await get(team, `${paths.auditV2}?pageToken=nonsense`)).status).toBe(400);
  expect((await get(team, `${paths.auditV2}?pageToken=${nextPageToken}&from=${at(0)}`)).status).toBe(400);
  expect((await get(team, `${paths.adoptionV2}?pageToken=${nextPageToken}`)).status).toBe(400);
  const twice = [
    await page(team, `${paths.auditV2}?limit=10&pageToken=${nextPageToken}`),
    await page(team, `${paths.auditV2}?limit=10&pageToken=${nextPageToken}`),
  ];
  expect(twice[0]).toEqual(twice[1]);
});

test('events pushed later appear where their time puts them, and cursor pages stay as they were', async () => {
  const team = await celonis({ data: teamAt([0, 10, 20, 30]) });
  const { content, nextPageToken } = await page(team, `${paths.auditV2}?limit=2`);
  team.data.auditEvents.push({ userId: 'late', event: 'GROUP_CREATED', timestamp: at(5) });
  team.data.auditEvents.push({ userId: 'new', event: 'GROUP_CREATED', timestamp: at(40) });
  const rest = await page(team, `${paths.auditV2}?limit=9&pageToken=${nextPageToken}`);
  expect([...content, ...rest.content].map((row) => row['userId'])).toEqual(['u0', 'u1', 'u2', 'u3']);
  const { content: now } = await page(team, paths.audit);
  expect(now.map((row) => row['userId'])).toEqual(['u0', 'late', 'u1', 'u2', 'u3', 'new']);
});

test('rows that are removed, replaced or changed in place are seen', async () => {
  const team = await celonis({ data: teamAt([0, 10, 20, 30]) });
  const users = async (): Promise<unknown[]> => (await page(team, paths.audit)).content.map((row) => row['userId']);
  expect(await users()).toEqual(['u0', 'u1', 'u2', 'u3']);
  team.data.auditEvents.splice(1, 1);
  expect(await users()).toEqual(['u0', 'u2', 'u3']);
  const [first] = team.data.auditEvents;
  if (first !== undefined) first.timestamp = at(25);
  team.touch();
  expect(await users()).toEqual(['u2', 'u0', 'u3']);
  team.data.auditEvents = [{ userId: 'only', event: 'TEAM_UPDATED', timestamp: at(1) }];
  expect(await users()).toEqual(['only']);
});

test('the truth is what a full reading gives, range by range', async () => {
  const team = await celonis();
  const from = team.data.auditEvents[100]?.timestamp;
  const to = team.data.auditEvents[300]?.timestamp;
  expect(await numbered(team, paths.audit, 50, `&from=${from}&to=${to}`)).toEqual(team.truth.audit(from, to));
  expect(multiset(await numbered(team, paths.logins, 50))).toEqual(multiset(team.truth.logins()));
  expect(team.truth.adoption()).toHaveLength(90);
});

test('the request log tells what was asked and answered', async () => {
  const team = await celonis();
  await get(team, `${paths.audit}?pageNumber=1&pageSize=50`);
  team.clock.advance(1000);
  await get(team, '/nothing', {});
  expect(team.requests).toEqual([
    {
      number: 1,
      method: 'GET',
      path: paths.audit,
      query: { pageNumber: '1', pageSize: '50' },
      status: 200,
      operationId: 'findAllAuditLogs',
      started: Date.parse('2026-06-01T12:00:00.000Z'),
      credentials: 'app-key',
      rows: 50,
    },
    {
      number: 2,
      method: 'GET',
      path: '/nothing',
      query: {},
      status: 404,
      started: Date.parse('2026-06-01T12:00:01.000Z'),
      credentials: 'none',
    },
  ]);
});
