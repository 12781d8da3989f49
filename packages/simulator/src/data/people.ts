/** The people of a generated Celonis team. */
import type { LoginEvent, Member } from './celonis-data.ts';
import { DAY, HOUR } from './office-time.ts';
import type { Random } from './random.ts';
import { FIRST_NAMES, LAST_NAMES, slug } from './words.ts';

/** Somebody who acts in the team. */
export interface Person {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  /** Epoch milliseconds; after that the person has left the team and is no member any more. */
  readonly until: number;
}

/** A person and what the team knows of them beside log-ins. */
export interface Profile {
  readonly person: Person;
  readonly status: string;
  readonly groups: Member['group'];
}

/** Groups of the team and the role that each gives. */
export const GROUPS: readonly Member['group'][number][] = [
  { name: 'Finance Analysts', teamRole: 'ANALYST' },
  { name: 'Supply Chain', teamRole: 'ANALYST' },
  { name: 'Platform Admins', teamRole: 'ADMIN' },
  { name: 'Viewers', teamRole: 'MEMBER' },
  { name: 'Einkauf & Logistik', teamRole: 'MEMBER' },
  { name: 'Auditors', teamRole: 'MEMBER' },
  { name: 'Partners', teamRole: 'MEMBER' },
];

/** Generates the members' profiles. The first is an administrator, the second an analyst, both active. */
export function generateProfiles(random: Random, count: number): Profile[] {
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const role = FIRST_ROLES[index] ?? random.weighted(ROLES);
    return {
      person: newPerson(random, taken, role, Number.POSITIVE_INFINITY),
      // Only `Active` is seen in a source.
      status:
        index < FIRST_ROLES.length
          ? 'Active'
          : random.weighted([
              ['Active', 180],
              ['Inactive', 12],
              ['Pending', 6],
              ['Locked', 2],
            ]),
      groups: random
        .shuffle(GROUPS.filter((group) => group.teamRole === role || group.teamRole === 'MEMBER'))
        .slice(0, random.int(0, 3)),
    };
  });
}

/** People who left the team in `[from, to)`: the log still speaks of them. */
export function generateLeavers(random: Random, count: number, from: number, to: number): Person[] {
  const taken = new Set<string>();
  return Array.from({ length: count }, () =>
    newPerson(random, taken, 'ANALYST', random.int(from + DAY, to), 'former.'),
  );
}

/** The members, with their last log-in as the login history shows it. */
export function toMembers(
  random: Random,
  profiles: readonly Profile[],
  logins: readonly LoginEvent[],
  from: number,
  now: number,
): Member[] {
  const last = new Map<string, number>();
  for (const login of logins) {
    if (login.success && login.authenticationEventType !== 'LOGOUT') last.set(login.email, Date.parse(login.timestamp));
  }
  return profiles.map(({ person, status, groups }) => {
    // Who did not log in within the log's span did so before, unless the invitation is still pending.
    const before = from - Math.round(random.float() * 200 * DAY) - HOUR;
    const time = last.get(person.email) ?? (status === 'Pending' ? undefined : before);
    return {
      userId: person.userId,
      nameAndEmail: `${person.name} (${person.email})`,
      userRole: person.role,
      status,
      lastLogin: time === undefined ? '' : usTime(time),
      inactivityPeriod: time === undefined ? 0 : Math.floor((now - time) / DAY),
      group: groups,
    };
  });
}

/** The person of a member record, or `undefined` when the record does not have the form `<name> (<e-mail>)`. */
export function personOf(member: Member): Person | undefined {
  const [, name, email] = /^(.*) \(([^()]*)\)$/.exec(member.nameAndEmail) ?? [];
  if (name === undefined || email === undefined) return undefined;
  return { userId: member.userId, name, email, role: member.userRole, until: Number.POSITIVE_INFINITY };
}

/** US-style text as the members API writes it, such as `12/10/2023, 6:49:07 AM UTC`. */
export function usTime(epochMs: number): string {
  const time = new Date(epochMs);
  const hours = time.getUTCHours();
  const clock = [hours % 12 === 0 ? 12 : hours % 12, two(time.getUTCMinutes()), two(time.getUTCSeconds())].join(':');
  const date = [time.getUTCMonth() + 1, time.getUTCDate(), time.getUTCFullYear()].join('/');
  return `${date}, ${clock} ${hours < 12 ? 'AM' : 'PM'} UTC`;
}

const FIRST_ROLES = ['ADMIN', 'ANALYST'];
const ROLES = [
  ['ADMIN', 6],
  ['ANALYST', 26],
  ['MEMBER', 68],
] as const;

function newPerson(random: Random, taken: Set<string>, role: string, until: number, prefix = ''): Person {
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const local = `${prefix}${slug(first)}.${slug(last)}`;
  const domain = random.weighted([
    ['aldermoor.example.com', 8],
    ['partner.example.org', 1],
    ['consulting.example.net', 1],
  ]);
  let email = `${local}@${domain}`;
  for (let number = 2; taken.has(email); number++) email = `${local}${number}@${domain}`;
  taken.add(email);
  return { userId: random.uuid(), name: `${first} ${last}`, email, role, until };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
