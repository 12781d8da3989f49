import { auditEventIdentity, celonisAuditLog, duckdb, renderTransformation } from '@millrace/model';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database } from './database.ts';

const uuid = '00000000-0000-4000-8000-000000000001';
const ada = `${uuid} (ada@example.com)`;
const noon = Date.UTC(2026, 0, 2, 12);
const at = (minutes: number): string => new Date(noon + minutes * 60_000).toISOString();

let database: Database;
beforeEach(async () => {
  database = await openDatabase();
});
afterEach(() => database.close());

const transform = (name: string, mode: 'full' | 'delta' = 'full'): Promise<void> =>
  database.transform(renderTransformation(celonisAuditLog, name, { dialect: duckdb, mode }));

test('counts only the UUID of a user towards the identity of an event, and null as absent', () => {
  const event = { userId: ada, event: 'GROUP_CREATED', message: { name: 'G' }, port: null };
  const renamed = { message: { name: 'G' }, event: 'GROUP_CREATED', userId: `${uuid.toUpperCase()} (ada@new.example)` };
  expect(auditEventIdentity(event)).toEqual({ userId: uuid, event: 'GROUP_CREATED', message: { name: 'G' } });
  expect(auditEventIdentity(event)).toEqual(auditEventIdentity(renamed));
});

test.each([
  ['celonis-service (SYSTEM)', 'celonis-service (SYSTEM)'],
  ['user11', 'user11'],
  [`${uuid}x`, `${uuid}x`],
  [uuid, uuid],
])('takes the identity of user %s as it stands', (userId, want) => {
  expect(auditEventIdentity({ userId })).toEqual({ userId: want });
});

test.each([
  [ada, uuid, 'ada@example.com'],
  ['celonis-service (SYSTEM)', 'celonis-service', null],
  ['user11', 'user11', null],
  [null, null, null],
])('splits the user %s', async (userId, id, email) => {
  await database.fill(celonisAuditLog, 'audit_log', [{ _key: 'k', userId, timestamp: at(0) }]);
  await transform('audit_activity');
  expect(await database.query('SELECT user_id, user_email FROM audit_activity')).toEqual([
    { user_id: id, user_email: email },
  ]);
});

test('ends a session with a pause of more than 30 minutes', async () => {
  const rows = [0, 30, 60.001, 100, 90].map((minute, index) => ({
    _key: `k${index}`,
    userId: ada,
    event: `E${index}`,
    timestamp: at(minute),
  }));
  await database.fill(celonisAuditLog, 'audit_log', [...rows, { _key: 'x', userId: 'other', timestamp: at(40) }]);
  await transform('audit_activity');
  const found = await database.query(
    `SELECT event, session_id, sorting FROM audit_activity WHERE user_id = '${uuid}' ORDER BY occurred_at`,
  );
  const first = `${uuid}#${noon}`;
  const second = `${uuid}#${noon + 60.001 * 60_000}`;
  expect(found).toEqual([
    { event: 'E0', session_id: first, sorting: 1 },
    { event: 'E1', session_id: first, sorting: 2 },
    { event: 'E2', session_id: second, sorting: 1 },
    { event: 'E4', session_id: second, sorting: 2 },
    { event: 'E3', session_id: second, sorting: 3 },
  ]);
});

test('marks failed log-ins and finds the member by the address', async () => {
  await database.fill(celonisAuditLog, 'members', [{ userId: uuid, nameAndEmail: 'Ada (L) (Ada@example.com)' }]);
  await database.fill(celonisAuditLog, 'login_history', [
    {
      _key: 'a',
      authenticationEventType: 'BAD_CREDENTIALS',
      email: 'ADA@example.com',
      success: false,
      timestamp: at(0),
    },
    { _key: 'b', authenticationEventType: 'LOGIN', email: 'ada@example.com', success: true, timestamp: at(1) },
    { _key: 'c', authenticationEventType: 'LOGIN', email: 'eve@example.com', success: true, timestamp: at(1) },
  ]);
  await transform('login_activity');
  expect(
    await database.query('SELECT activity, session_id, sorting, user_id FROM login_activity ORDER BY login_key'),
  ).toEqual([
    { activity: 'BAD_CREDENTIALS (failed)', session_id: `ada@example.com#${noon}`, sorting: 1, user_id: uuid },
    { activity: 'LOGIN', session_id: `ada@example.com#${noon}`, sorting: 2, user_id: uuid },
    { activity: 'LOGIN', session_id: `eve@example.com#${noon + 60_000}`, sorting: 1, user_id: null },
  ]);
  await transform('login_session');
  expect(await database.query('SELECT * FROM login_session ORDER BY session_id')).toEqual([
    {
      session_id: `ada@example.com#${noon}`,
      email: 'ada@example.com',
      user_id: uuid,
      started_at: at(0),
      ended_at: at(1),
      activities: 2,
      failures: 1,
    },
    {
      session_id: `eve@example.com#${noon + 60_000}`,
      email: 'eve@example.com',
      user_id: null,
      started_at: at(1),
      ended_at: at(1),
      activities: 1,
      failures: 0,
    },
  ]);
});

const records = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 0, max: 99 }).map((number) => `k${number}`),
    userId: fc.constantFrom('u1 (a@b.c)', 'u2', null),
    minute: fc.option(fc.integer({ min: 0, max: 200 }), { freq: 20 }),
  }),
  { selector: ({ id }) => id, maxLength: 25 },
);

test('gives the sessions that plain code gives, and the same by delta, on random data', async () => {
  await fc.assert(
    fc.asyncProperty(records, records, async (before, after) => {
      for (const table of ['audit_activity', 'audit_session']) await database.run(`DROP TABLE IF EXISTS ${table}`);
      for (const state of [before, after]) {
        await database.fill(
          celonisAuditLog,
          'audit_log',
          state.map(({ id, userId, minute }) => ({ _key: id, userId, timestamp: minute === null ? null : at(minute) })),
        );
        await transform('audit_activity', 'delta');
        await transform('audit_session', 'delta');
      }
      const found = await database.query(
        'SELECT event_key, session_id, sorting FROM audit_activity ORDER BY event_key',
      );
      const want = recompute(after);
      expect(found).toEqual(want);
      expect(await database.query('SELECT * FROM audit_session ORDER BY session_id')).toEqual(gather(want, after));
    }),
    { numRuns: process.env['MILLRACE_FULL'] ? 1_000 : 40 },
  );
});

interface AuditRecord {
  readonly id: string;
  readonly userId: string | null;
  readonly minute: number | null;
}

interface Placed {
  readonly event_key: string;
  readonly session_id: string;
  readonly sorting: number;
}

/** The sessions of the placed records. */
function gather(placed: readonly Placed[], records: readonly AuditRecord[]): readonly unknown[] {
  return [...Map.groupBy(placed, (row) => row.session_id)]
    .map(([session, rows]) => {
      const mine = records.filter(({ id }) => rows.some((row) => row.event_key === id));
      const times = mine.map(({ minute }) => minute ?? 0);
      const user = mine[0]?.userId ?? null;
      return {
        session_id: session,
        user_id: user?.split(' ')[0] ?? null,
        user_email: user?.includes('@') ? 'a@b.c' : null,
        started_at: at(Math.min(...times)),
        ended_at: at(Math.max(...times)),
        activities: rows.length,
      };
    })
    .toSorted((left, right) => compare(left.session_id, right.session_id));
}

function recompute(records: readonly AuditRecord[]): readonly Placed[] {
  const timed = records.flatMap(({ minute, ...rest }) => (minute === null ? [] : [{ ...rest, minute }]));
  const byUser = Map.groupBy(timed, ({ userId }) => userId?.split(' ')[0] ?? 'unknown');
  const rows = [...byUser].flatMap(([user, mine]) => {
    let start = 0;
    let last = Number.NEGATIVE_INFINITY;
    let sorting = 0;
    const ordered = mine.toSorted((left, right) => left.minute - right.minute || compare(left.id, right.id));
    return ordered.map(({ id, minute }) => {
      if (minute - last > 30) [start, sorting] = [minute, 0];
      last = minute;
      sorting += 1;
      return { event_key: id, session_id: `${user}#${noon + start * 60_000}`, sorting };
    });
  });
  return rows.toSorted((left, right) => compare(left.event_key, right.event_key));
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
