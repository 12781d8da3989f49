/** What is logged in a Celonis team while time goes on. */
import { generateAuditLog } from './audit-log.ts';
import type { AuditEvent, CelonisTeamData, LoginEvent } from './celonis-data.ts';
import { generateLoginHistory } from './login-history.ts';
import { isoTime } from './office-time.ts';
import { countOption, DEFAULT_SEED, timeOption } from './options.ts';
import { personOf, type Person } from './people.ts';
import { createRandom } from './random.ts';

/** How far a team goes on. */
export interface CelonisEvolution {
  /** Default 1. */
  seed?: number | undefined;
  /** New present, RFC 3339 with a zone; later than every event of the team. */
  now: string;
  /** Audit events between the latest event and `now`. Default 500. */
  auditEvents?: number | undefined;
  /** Login events in the same time. Default 200. */
  loginEvents?: number | undefined;
  /** Audit events that appear only now, though they are older than what was logged before. Default 0. */
  lateAuditEvents?: number | undefined;
  /** How many hours before the latest audit event late ones may lie. Default 12. */
  lateHours?: number | undefined;
}

/** What an evolution added. */
export interface CelonisChanges {
  auditEvents: AuditEvent[];
  loginEvents: LoginEvent[];
  lateAuditEvents: AuditEvent[];
}

/**
 * Lets a team's logs go on until a new present. Adds to the data in place, in order of time; members are left as they are.
 * Throws a `RangeError` that names an option with a wrong value.
 */
export function evolveCelonisTeam(data: CelonisTeamData, options: CelonisEvolution): CelonisChanges {
  const seed = countOption('seed', options.seed ?? DEFAULT_SEED);
  const to = timeOption('now', options.now);
  const latestAudit = lastTime(data.auditEvents);
  const latest = Math.max(latestAudit, lastTime(data.loginEvents));
  if (latest >= to)
    throw new RangeError(`now must be later than the team's latest event, ${isoTime(latest)}; got ${options.now}`);
  const people = peopleOf(data);
  const span = { from: Math.max(latest + 1, to - LONGEST), to };
  const audit = generateAuditLog(createRandom(seed, `audit log ${options.now}`), people, {
    ...span,
    count: countOption('auditEvents', options.auditEvents ?? 500),
  });
  const loginEvents = generateLoginHistory(createRandom(seed, `login history ${options.now}`), people, audit.sittings, {
    ...span,
    count: countOption('loginEvents', options.loginEvents ?? 200),
  });
  const lateCount = countOption('lateAuditEvents', options.lateAuditEvents ?? 0);
  const late = generateAuditLog(createRandom(seed, `late ${options.now}`), people, {
    from: latestAudit - countOption('lateHours', options.lateHours ?? 12, 1) * 3_600_000,
    to: latestAudit,
    // Nothing can be late in an empty log.
    count: data.auditEvents.length === 0 ? 0 : lateCount,
  });
  data.auditEvents.push(...late.events, ...audit.events);
  data.auditEvents.sort(byTime);
  data.loginEvents.push(...loginEvents);
  return { auditEvents: audit.events, loginEvents, lateAuditEvents: late.events };
}

// An empty log goes back this far, in milliseconds.
const LONGEST = 30 * 86_400_000;

function peopleOf(data: CelonisTeamData): Person[] {
  const people: Person[] = [];
  for (const member of data.members) {
    const person = member.status === 'Active' ? personOf(member) : undefined;
    if (person !== undefined) people.push(person);
  }
  if (people.length === 0) throw new RangeError('the team has no active member with a name and an e-mail address');
  return people;
}

function lastTime(events: readonly { timestamp: string }[]): number {
  const last = events.at(-1);
  return last === undefined ? Number.NEGATIVE_INFINITY : Date.parse(last.timestamp);
}

function byTime(a: AuditEvent, b: AuditEvent): number {
  return a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0;
}
