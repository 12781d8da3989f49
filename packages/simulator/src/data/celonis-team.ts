/** A generated Celonis team. */
import { generateAdoptionEvents } from './adoption-events.ts';
import { generateAuditLog } from './audit-log.ts';
import type { CelonisTeamData } from './celonis-data.ts';
import { generateLoginHistory } from './login-history.ts';
import { DAY } from './office-time.ts';
import { countOption, DEFAULT_NOW, DEFAULT_SEED, timeOption } from './options.ts';
import { generateLeavers, generateProfiles, toMembers } from './people.ts';
import { createRandom } from './random.ts';

export type { AdoptionEvent, AuditEvent, CelonisTeamData, LoginEvent, Member } from './celonis-data.ts';
export { celonisTeamFromAuditPage, AuditPageError } from './audit-page.ts';

/** What to generate. */
export interface CelonisTeamOptions {
  /** Default 1. */
  seed?: number | undefined;
  /** End of the logs, RFC 3339 with a zone. Default `2026-06-01T12:00:00.000Z`. */
  now?: string | undefined;
  /** Days before `now` that the logs reach back. Default 90. */
  days?: number | undefined;
  /** Default 50,000. */
  auditEvents?: number | undefined;
  /** Default 20,000. */
  loginEvents?: number | undefined;
  /** At least 1. Default 200. */
  members?: number | undefined;
  /** Default 5,000. */
  adoptionEvents?: number | undefined;
}

/**
 * Generates a team: its members, and its audit log, login history and adoption events over the days before `now`.
 * The same options give the same data. Throws a `RangeError` that names an option with a wrong value.
 */
export function generateCelonisTeam(options: CelonisTeamOptions = {}): CelonisTeamData {
  const seed = countOption('seed', options.seed ?? DEFAULT_SEED);
  const to = timeOption('now', options.now ?? DEFAULT_NOW);
  const from = to - countOption('days', options.days ?? 90, 1) * DAY;
  const memberCount = countOption('members', options.members ?? 200, 1);

  const profiles = generateProfiles(createRandom(seed, 'members'), memberCount);
  const active = profiles.filter((profile) => profile.status === 'Active').map((profile) => profile.person);
  const leavers = generateLeavers(createRandom(seed, 'leavers'), Math.floor(memberCount / 40), from, to);
  const people = [...active, ...leavers];

  const audit = generateAuditLog(createRandom(seed, 'audit log'), people, {
    from,
    to,
    count: countOption('auditEvents', options.auditEvents ?? 50_000),
  });
  const loginEvents = generateLoginHistory(createRandom(seed, 'login history'), people, audit.sittings, {
    from,
    to,
    count: countOption('loginEvents', options.loginEvents ?? 20_000),
  });
  return {
    auditEvents: audit.events,
    loginEvents,
    members: toMembers(createRandom(seed, 'last log-ins'), profiles, loginEvents, from, to),
    adoptionEvents: generateAdoptionEvents(createRandom(seed, 'adoption'), active, audit.objects, {
      from,
      to,
      count: countOption('adoptionEvents', options.adoptionEvents ?? 5000),
    }),
  };
}
