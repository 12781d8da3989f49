/** A generated login history. */
import type { LoginEvent } from './celonis-data.ts';
import { isoTime, MINUTE, officeTime, SECOND } from './office-time.ts';
import type { Person } from './people.ts';
import { at, createRandom, type Random, type Weighted } from './random.ts';
import { FIRST_NAMES, slug } from './words.ts';

/** Wrong passwords in a row after which an account is locked. */
const ATTEMPTS_BEFORE_LOCK = 5;

interface Attempt {
  readonly type: string;
  readonly email: string;
  readonly success: boolean;
  /** Milliseconds since the first attempt of the episode. */
  readonly after: number;
}

type Episode = (random: Random, person: Person) => Attempt[];

const EPISODES: readonly Weighted<Episode>[] = [
  [logIn, 78],
  [mistype, 9],
  [lockOut, 1.2],
  [wrongSecondFactor, 3],
  [refused, 3],
  [stranger, 1.5],
  [guessing, 0.4],
];

/** Generates `count` events in `[from, to)` (epoch milliseconds), ascending by time. Log-ins are laid just before the given sittings, as far as these reach. */
export function generateLoginHistory(
  random: Random,
  people: readonly Person[],
  sittings: readonly { readonly email: string; readonly start: number }[],
  span: { readonly from: number; readonly to: number; readonly count: number },
): LoginEvent[] {
  const byEmail = new Map(people.map((person) => [person.email, person]));
  const waiting = random.shuffle(sittings);
  const written: { time: number; event: LoginEvent }[] = [];
  for (let left = span.count; left > 0; ) {
    const sitting = waiting.pop();
    const person = byEmail.get(sitting?.email ?? '') ?? random.pick(people);
    const planned = (sitting === undefined ? random.weighted(EPISODES) : logIn)(random, person).slice(0, left);
    const length = at(planned, planned.length - 1).after;
    const latest = Math.max(span.from + 1, Math.min(span.to, person.until) - length);
    const start =
      sitting === undefined
        ? officeTime(random, span.from, latest)
        : Math.max(span.from, sitting.start - random.int(20, 240) * SECOND);
    const attempts = planned.filter(({ after }) => start + after < span.to);
    left -= attempts.length;
    for (const { type, email, success, after } of attempts) {
      const time = start + after;
      written.push({ time, event: { authenticationEventType: type, email, success, timestamp: isoTime(time) } });
    }
  }
  written.sort((a, b) => a.time - b.time);
  return written.map(({ event }) => event);
}

// How somebody logs in does not change.
function methodOf(person: Person): string {
  return createRandom(0, person.userId).weighted<string>([
    ['LOGIN_SSO', 60],
    ['LOGIN_CELONIS_ID', 20],
    ['LOGIN_OIDC', 12],
    ['LOGIN', 8],
  ]);
}

function logIn(random: Random, person: Person): Attempt[] {
  const attempts = [attempt(methodOf(person), person, true, 0)];
  if (random.chance(0.45))
    attempts.push(attempt('LOGOUT', person, true, Math.round(random.exponential(150 * MINUTE)) + MINUTE));
  return attempts;
}

function mistype(random: Random, person: Person): Attempt[] {
  const misses = random.int(1, ATTEMPTS_BEFORE_LOCK - 2);
  const attempts = Array.from({ length: misses }, (_, index) =>
    attempt('BAD_CREDENTIALS', person, false, index * 9 * SECOND + random.int(0, 4000)),
  );
  return [...attempts, attempt(passwordMethod(person), person, true, misses * 12 * SECOND + random.int(4000, 9000))];
}

function lockOut(random: Random, person: Person): Attempt[] {
  const attempts = Array.from({ length: ATTEMPTS_BEFORE_LOCK }, (_, index) =>
    attempt('BAD_CREDENTIALS', person, false, index * 7 * SECOND + random.int(0, 3000)),
  );
  const locked = ATTEMPTS_BEFORE_LOCK * 7 * SECOND;
  for (let index = 0, tries = random.int(1, 3); index < tries; index++) {
    attempts.push(
      attempt('ACCOUNT_TEMPORARILY_LOCKED', person, false, locked + index * 40 * SECOND + random.int(0, 5000)),
    );
  }
  return [
    ...attempts,
    attempt(passwordMethod(person), person, true, locked + 16 * MINUTE + random.int(0, 20 * MINUTE)),
  ];
}

function wrongSecondFactor(random: Random, person: Person): Attempt[] {
  return [
    attempt('INVALID_2FA_TOKEN', person, false, 0),
    attempt(passwordMethod(person), person, true, random.int(8, 50) * SECOND),
  ];
}

function refused(random: Random, person: Person): Attempt[] {
  const type = random.weighted<string>([
    ['TEAM_MEMBERSHIP_NOT_CONFIRMED', 3],
    ['TEAM_MEMBERSHIP_NOT_ACTIVE', 2],
    ['ACCOUNT_NOT_CONFIRMED', 2],
    ['ACCOUNT_NOT_ACTIVE', 2],
    ['INVALID_PROVIDER', 3],
  ]);
  return [attempt(type, person, false, 0)];
}

// Somebody who is no member.
function stranger(random: Random): Attempt[] {
  const email = `${slug(random.pick(FIRST_NAMES))}@unknown.example.org`;
  return [{ type: random.chance(0.5) ? 'NOT_MEMBER_OF_TEAM' : 'BAD_CREDENTIALS', email, success: false, after: 0 }];
}

// A machine that tries names, several in one second.
function guessing(random: Random): Attempt[] {
  let after = 0;
  return Array.from({ length: random.int(10, 60) }, () => {
    after += random.int(0, 300);
    const email = `${random.pick(['admin', 'test', 'info', 'celonis', 'root'])}@unknown.example.org`;
    return { type: 'BAD_CREDENTIALS', email, success: false, after };
  });
}

function attempt(type: string, person: Person, success: boolean, after: number): Attempt {
  return { type, email: person.email, success, after };
}

// Only who types a password can mistype it; the others fall back on one.
function passwordMethod(person: Person): string {
  const method = methodOf(person);
  return method === 'LOGIN' ? method : 'LOGIN_CELONIS_ID';
}
