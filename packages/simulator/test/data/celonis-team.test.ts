import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { celonisTeamFromAuditPage, AuditPageError, generateCelonisTeam } from '../../src/data/celonis-team.ts';
import { evolveCelonisTeam } from '../../src/data/celonis-evolve.ts';
import type { AuditEvent, LoginEvent } from '../../src/data/celonis-data.ts';

const team = generateCelonisTeam();
const NOW = Date.parse('2026-06-01T12:00:00.000Z');
const capturedPage = new URL('../../../../../shared/data/celonis-audit-page.json', import.meta.url);

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

function ascends(events: readonly { timestamp: string }[]): boolean {
  return events.every((event, index) => index === 0 || (events[index - 1]?.timestamp ?? '') <= event.timestamp);
}

describe('a generated team', () => {
  test('has the default sizes', () => {
    expect([team.auditEvents.length, team.loginEvents.length, team.members.length, team.adoptionEvents.length]).toEqual(
      [50_000, 20_000, 200, 5000],
    );
  });

  test('is the same for the same options and another for another seed', () => {
    const sizes = { auditEvents: 2000, loginEvents: 900, members: 30, adoptionEvents: 100 };
    const one = JSON.stringify(generateCelonisTeam({ ...sizes, seed: 7 }));
    expect(JSON.stringify(generateCelonisTeam({ ...sizes, seed: 7 }))).toBe(one);
    expect(JSON.stringify(generateCelonisTeam({ ...sizes, seed: 8 }))).not.toBe(one);
    expect(JSON.stringify(generateCelonisTeam({ ...sizes, seed: 7, now: '2026-01-01T00:00:00Z' }))).not.toBe(one);
  });

  test.each([
    ['none of anything', { auditEvents: 0, loginEvents: 0, members: 1, adoptionEvents: 0, days: 90 }],
    ['one of everything', { auditEvents: 1, loginEvents: 1, members: 1, adoptionEvents: 1, days: 2 }],
    ['one day', { auditEvents: 700, loginEvents: 300, members: 3, adoptionEvents: 5, days: 1 }],
  ])('keeps to the sizes and the span asked for: %s', (_name, options) => {
    for (let seed = 0; seed < 12; seed++) {
      const small = generateCelonisTeam({ ...options, seed });
      expect(small.auditEvents).toHaveLength(options.auditEvents);
      expect(small.loginEvents).toHaveLength(options.loginEvents);
      expect(small.members).toHaveLength(options.members);
      expect(small.adoptionEvents).toHaveLength(options.adoptionEvents);
      const from = NOW - options.days * 86_400_000;
      for (const { timestamp } of [...small.auditEvents, ...small.loginEvents, ...small.adoptionEvents]) {
        expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(from);
        expect(Date.parse(timestamp)).toBeLessThan(NOW);
      }
    }
  });

  test('has every log in order of time', () => {
    expect([team.auditEvents, team.loginEvents, team.adoptionEvents].map(ascends)).toEqual([true, true, true]);
  });

  test.each([
    ['seed', { seed: -1 }],
    ['now', { now: 'yesterday' }],
    ['now', { now: '2026-06-01T12:00:00' }],
    ['members', { members: 0 }],
    ['auditEvents', { auditEvents: 1.5 }],
  ])('refuses a wrong %s and names it', (name, options) => {
    expect(() => generateCelonisTeam(options)).toThrow(new RegExp(`^${name} must be`));
  });
});

describe('a generated audit log', () => {
  const codes = countBy(team.auditEvents, (event) => event.event);

  test('has more than a hundred event codes, one of them with spaces', () => {
    expect(codes.size).toBeGreaterThan(100);
    expect([...codes.keys()]).toContain('ADMIN USER INVITED');
  });

  test('has message keys in camel case, snake case, kebab case and with spaces', () => {
    const keys = new Set(team.auditEvents.flatMap((event) => Object.keys(event.message ?? {})));
    expect([...keys]).toEqual(
      expect.arrayContaining([
        'nodeName',
        'new_permissions',
        'application-key-id',
        'Analysis Id',
        'login-history-enabled',
      ]),
    );
  });

  test('gives lists and objects in messages', () => {
    const values = team.auditEvents.flatMap((event) => Object.values(event.message ?? {}));
    expect(values.some((value) => Array.isArray(value) && typeof value[0] === 'string')).toBe(true);
    expect(values.some((value) => Array.isArray(value) && typeof value[0] === 'object')).toBe(true);
    expect(values.some((value) => typeof value === 'object' && value !== null && !Array.isArray(value))).toBe(true);
    expect(values.some((value) => value === null)).toBe(true);
  });

  test('knows who acted: a member or a leaver with UUID and e-mail, or the platform', () => {
    const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} \([^() ]+@[^() ]+\.example\.(com|org|net)\)$/;
    expect(
      team.auditEvents.filter(({ userId }) => !form.test(userId) && userId !== 'celonis-service (SYSTEM)'),
    ).toEqual([]);
    const members = new Set(team.members.map((member) => member.userId));
    const actors = new Set(team.auditEvents.map((event) => event.userId.split(' ')[0]));
    expect([...actors].filter((actor) => actor !== undefined && members.has(actor)).length).toBeGreaterThan(100);
    expect([...actors].some((actor) => actor !== undefined && !members.has(actor) && actor !== 'celonis-service')).toBe(
      true,
    );
  });

  test('gives Action Flow events, and only these, what was and what is', () => {
    const changed = team.auditEvents.filter((event) => event.event === 'ACTIONFLOW_DRAFT_BLUEPRINT_MODIFIED');
    expect(changed.length).toBeGreaterThan(0);
    expect(
      changed.every(
        ({ diffPayload }) => diffPayload?.oldValue !== undefined && diffPayload.newValue !== diffPayload.oldValue,
      ),
    ).toBe(true);
    const created = team.auditEvents.filter((event) => event.event === 'ACTIONFLOW_CREATED');
    expect(
      created.every(({ diffPayload }) => diffPayload?.newValue !== undefined && diffPayload.oldValue === undefined),
    ).toBe(true);
    expect(
      team.auditEvents.filter(({ event, diffPayload }) => diffPayload && !event.startsWith('ACTIONFLOW_')),
    ).toEqual([]);
  });

  test.each(['userRole', 'message', 'ipAddress', 'port', 'diffPayload'] as const)(
    'has %s present, null and absent',
    (field) => {
      const kinds = countBy(team.auditEvents, (event) =>
        event[field] === null ? 'null' : event[field] === undefined ? 'absent' : 'present',
      );
      expect([...kinds.keys()].toSorted()).toEqual(['absent', 'null', 'present']);
    },
  );

  test('shows addresses from documentation ranges only, and none for the platform', () => {
    const documented = /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8::/;
    const addresses = team.auditEvents.filter((event) => typeof event.ipAddress === 'string');
    expect(addresses.every(({ ipAddress }) => documented.test(ipAddress ?? ''))).toBe(true);
    expect(addresses.some(({ userId }) => userId.includes('(SYSTEM)'))).toBe(false);
  });

  test('has equal records, and different records in one millisecond', () => {
    const records = countBy(team.auditEvents, (event) => JSON.stringify(event));
    expect([...records.values()].filter((count) => count > 1).length).toBeGreaterThan(50);
    const perMillisecond = countBy(
      [...records.keys()].map((text): AuditEvent => JSON.parse(text)),
      (event) => event.timestamp,
    );
    expect([...perMillisecond.values()].filter((count) => count > 1).length).toBeGreaterThan(500);
  });

  test('follows working days and hours, and the platform works at night', () => {
    const people = team.auditEvents.filter((event) => !event.userId.includes('(SYSTEM)'));
    const share = (events: readonly AuditEvent[], holds: (time: Date) => boolean): number =>
      events.filter((event) => holds(new Date(event.timestamp))).length / events.length;
    expect(share(people, (time) => time.getUTCDay() % 6 === 0)).toBeLessThan(0.1);
    expect(share(people, (time) => time.getUTCHours() >= 6 && time.getUTCHours() < 18)).toBeGreaterThan(0.8);
    const platform = team.auditEvents.filter((event) => event.userId.includes('(SYSTEM)'));
    expect(share(platform, (time) => time.getUTCHours() >= 22 || time.getUTCHours() < 6)).toBeGreaterThan(0.6);
  });

  test('never changes an object before it was created or after it was deleted', () => {
    const life = new Map<string, { created?: number; deleted?: number; first: number; last: number }>();
    for (const [index, { event, message }] of team.auditEvents.entries()) {
      const id = message?.['skillId'] ?? message?.['clientId'] ?? message?.['factoryId'] ?? message?.['nodeId'];
      if (typeof id !== 'string') continue;
      const entry = life.get(id) ?? { first: index, last: index };
      entry.last = index;
      if (event.endsWith('_CREATED')) entry.created ??= index;
      if (event.endsWith('_DELETED')) entry.deleted = index;
      life.set(id, entry);
    }
    const lives = [...life.values()];
    expect(lives.filter(({ created, first }) => created !== undefined && created > first)).toEqual([]);
    expect(lives.filter(({ deleted, last }) => deleted !== undefined && deleted < last)).toEqual([]);
    expect(
      lives.filter(({ created, deleted }) => created !== undefined && deleted !== undefined).length,
    ).toBeGreaterThan(20);
  });

  test('follows each manual run of a job by its end', () => {
    const perPerson = Map.groupBy(
      team.auditEvents,
      (event) => `${event.userId}${String(event.message?.['dataJobId'])}`,
    );
    let runs = 0;
    let ended = 0;
    for (const events of perPerson.values()) {
      for (const [index, { event }] of events.entries()) {
        if (event !== 'DATA_JOB_MANUALLY_EXECUTED') continue;
        runs++;
        if (events.slice(index + 1, index + 4).some((next) => next.event === 'JOB_EXECUTION_FINISHED')) ended++;
      }
    }
    expect(runs).toBeGreaterThan(500);
    expect(ended).toBe(runs);
  });
});

describe('a generated login history', () => {
  const types = countBy(team.loginEvents, (event) => event.authenticationEventType);

  test('has every documented type', () => {
    expect([...types.keys()].toSorted()).toEqual([
      'ACCOUNT_NOT_ACTIVE',
      'ACCOUNT_NOT_CONFIRMED',
      'ACCOUNT_TEMPORARILY_LOCKED',
      'BAD_CREDENTIALS',
      'INVALID_2FA_TOKEN',
      'INVALID_PROVIDER',
      'LOGIN',
      'LOGIN_CELONIS_ID',
      'LOGIN_OIDC',
      'LOGIN_SSO',
      'LOGOUT',
      'NOT_MEMBER_OF_TEAM',
      'TEAM_MEMBERSHIP_NOT_ACTIVE',
      'TEAM_MEMBERSHIP_NOT_CONFIRMED',
    ]);
  });

  test('locks an account only after five wrong passwords within a minute', () => {
    const perEmail = Map.groupBy(team.loginEvents, (event) => event.email);
    const locks = team.loginEvents.filter((event) => event.authenticationEventType === 'ACCOUNT_TEMPORARILY_LOCKED');
    const before = (lock: LoginEvent): number =>
      (perEmail.get(lock.email) ?? []).filter((event) => {
        const earlier = Date.parse(lock.timestamp) - Date.parse(event.timestamp);
        return event.authenticationEventType === 'BAD_CREDENTIALS' && earlier >= 0 && earlier < 180_000;
      }).length;
    expect(locks.length).toBeGreaterThan(50);
    expect(locks.filter((lock) => before(lock) < 5)).toEqual([]);
  });

  test('has attempts of unknown users, none of which succeeds', () => {
    const strangers = team.loginEvents.filter((event) => event.email.endsWith('@unknown.example.org'));
    expect(strangers.length).toBeGreaterThan(50);
    expect(strangers.some((event) => event.success)).toBe(false);
  });

  test('agrees with what the members list says of the last log-in', () => {
    for (const member of team.members) {
      const email = /\((.*)\)$/.exec(member.nameAndEmail)?.[1];
      const last = team.loginEvents.findLast(
        (event) => event.email === email && event.success && event.authenticationEventType !== 'LOGOUT',
      );
      if (last === undefined) continue;
      expect(member.lastLogin).toMatch(/^\d{1,2}\/\d{1,2}\/\d{4}, \d{1,2}:\d{2}:\d{2} (AM|PM) UTC$/);
      expect(Date.parse(member.lastLogin)).toBe(Math.floor(Date.parse(last.timestamp) / 1000) * 1000);
      expect(member.inactivityPeriod).toBe(Math.floor((NOW - Date.parse(last.timestamp)) / 86_400_000));
    }
  });
});

describe('generated members', () => {
  test('have the three roles, several states, groups, and e-mails of their own', () => {
    expect(new Set(team.members.map((member) => member.userRole))).toEqual(new Set(['ADMIN', 'ANALYST', 'MEMBER']));
    expect(new Set(team.members.map((member) => member.status)).size).toBeGreaterThan(2);
    expect(new Set(team.members.map((member) => member.userId)).size).toBe(200);
    expect(new Set(team.members.map((member) => member.nameAndEmail)).size).toBe(200);
    expect(team.members.some((member) => member.group.length === 0)).toBe(true);
    expect(team.members.some((member) => member.group.length > 1)).toBe(true);
  });
});

describe('a team that goes on', () => {
  const sizes = { auditEvents: 1000, loginEvents: 300, members: 20, adoptionEvents: 10 };

  test('gets newer events and, when asked, late ones, and stays in order', () => {
    const data = generateCelonisTeam(sizes);
    const before = structuredClone(data);
    const changes = evolveCelonisTeam(data, {
      now: '2026-06-01T18:00:00Z',
      auditEvents: 80,
      loginEvents: 40,
      lateAuditEvents: 7,
    });
    const latest = before.auditEvents.at(-1)?.timestamp ?? '';
    expect(changes.auditEvents).toHaveLength(80);
    expect(changes.loginEvents).toHaveLength(40);
    expect(changes.auditEvents.every((event) => event.timestamp > latest)).toBe(true);
    expect(changes.lateAuditEvents.filter((event) => event.timestamp < latest)).toHaveLength(7);
    expect(data.auditEvents).toHaveLength(1087);
    expect(ascends(data.auditEvents)).toBe(true);
    expect(ascends(data.loginEvents)).toBe(true);
    expect(data.members).toEqual(before.members);
  });

  test('goes on in the same way each time', () => {
    const run = (): string => {
      const data = generateCelonisTeam(sizes);
      evolveCelonisTeam(data, { now: '2026-06-02T00:00:00Z', lateAuditEvents: 3 });
      return JSON.stringify(data);
    };
    expect(run()).toBe(run());
  });

  test('cannot go back', () => {
    expect(() => evolveCelonisTeam(generateCelonisTeam(sizes), { now: '2026-05-01T00:00:00Z' })).toThrow(
      /now must be later/,
    );
  });
});

describe('a captured audit page', () => {
  test('becomes the log, in order of time and with every field as it was', () => {
    const first = { userId: 'u2', event: 'B', timestamp: '2026-01-02T00:00:00.000Z', message: { a: [1] }, extra: true };
    const second = {
      userId: 'u1 (a@example.com)',
      userRole: 'ADMIN',
      event: 'A',
      timestamp: '2026-01-01T00:00:00.000Z',
      port: null,
    };
    const data = celonisTeamFromAuditPage(JSON.stringify({ content: [first, second], totalCount: 30 }));
    expect(data.auditEvents).toEqual([second, first]);
    expect(data.members.map((member) => [member.userId, member.nameAndEmail, member.userRole])).toEqual([
      ['u1', 'u1 (a@example.com)', 'ADMIN'],
      ['u2', 'u2', 'MEMBER'],
    ]);
  });

  test.each([
    ['no JSON', '<html>', /not JSON/],
    ['no list', '{"items":[]}', /content/],
    ['a wrong time', '{"content":[{"userId":"u","event":"A","timestamp":"yesterday"}]}', /content\.0\.timestamp/],
  ])('is refused when it is %s', (_name, text, message) => {
    expect(() => celonisTeamFromAuditPage(text)).toThrow(AuditPageError);
    expect(() => celonisTeamFromAuditPage(text)).toThrow(message);
  });

  test.skipIf(!existsSync(capturedPage))('of the real service is taken whole', () => {
    const text = readFileSync(capturedPage, 'utf8');
    const data = celonisTeamFromAuditPage(text);
    const { content } = JSON.parse(text) as { content: AuditEvent[] };
    expect(data.auditEvents).toHaveLength(11);
    expect(data.auditEvents).toEqual(expect.arrayContaining(content));
    expect(ascends(data.auditEvents)).toBe(true);
  });
});
