/** A generated audit log: sittings of people and nights of the platform, put in order of time. */
import type { AuditEvent } from './celonis-data.ts';
import { newObject, partsOf, TeamObjects } from './audit-objects.ts';
import { bulkChange, downloads, ownAccount, permissionWork, systemWork, teamWork } from './audit-administration.ts';
import { actionFlowWork, familyWork, studioWork } from './audit-building.ts';
import { integrationWork } from './audit-integration.ts';
import type { Action, Sitting } from './audit-sitting.ts';
import { FAMILIES } from './audit-families.ts';
import { isoTime, nightTime, officeTime, SECOND } from './office-time.ts';
import type { Person } from './people.ts';
import { at, type Random, type Weighted } from './random.ts';

/** What is generated, and when somebody was at work. */
export interface AuditLog {
  readonly events: AuditEvent[];
  readonly objects: TeamObjects;
  readonly sittings: readonly { readonly email: string; readonly start: number }[];
}

/** Actor of system changes. */
const SYSTEM_ACTOR = 'celonis-service (SYSTEM)';

/** Share of events that are written twice, equal in every field. */
const DUPLICATE_SHARE = 0.002;

interface SittingKind {
  readonly actor: 'ADMIN' | 'ANALYST' | 'any' | 'system';
  readonly length: readonly [min: number, max: number];
  /** Mean milliseconds between two actions. */
  readonly pause: number;
  readonly script: (sitting: Sitting) => Action[];
}

const KINDS: readonly Weighted<SittingKind>[] = [
  [{ actor: 'ANALYST', length: [3, 40], pause: 40 * SECOND, script: studioWork }, 34],
  [{ actor: 'ANALYST', length: [3, 30], pause: 70 * SECOND, script: integrationWork }, 20],
  [{ actor: 'ANALYST', length: [2, 15], pause: 50 * SECOND, script: actionFlowWork }, 7],
  [{ actor: 'ANALYST', length: [1, 7], pause: 60 * SECOND, script: (sitting) => familyWork(sitting, 'ANALYST') }, 18],
  [{ actor: 'ADMIN', length: [1, 6], pause: 45 * SECOND, script: (sitting) => familyWork(sitting, 'ADMIN') }, 8],
  [{ actor: 'ADMIN', length: [1, 5], pause: 45 * SECOND, script: teamWork }, 9],
  [{ actor: 'ADMIN', length: [2, 12], pause: 15 * SECOND, script: permissionWork }, 4],
  [{ actor: 'ADMIN', length: [20, 120], pause: 4, script: bulkChange }, 1.2],
  [{ actor: 'any', length: [1, 2], pause: 30 * SECOND, script: downloads }, 4],
  [{ actor: 'any', length: [1, 2], pause: 40 * SECOND, script: ownAccount }, 5],
  [{ actor: 'system', length: [4, 40], pause: 90 * SECOND, script: systemWork }, 13],
];

interface PlannedSitting {
  readonly kind: SittingKind;
  readonly length: number;
  readonly times: readonly number[];
}

/** Generates `count` events in `[from, to)` (epoch milliseconds), ascending by time. */
export function generateAuditLog(
  random: Random,
  people: readonly Person[],
  span: { readonly from: number; readonly to: number; readonly count: number },
): AuditLog {
  const duplicates = Math.floor(span.count * DUPLICATE_SHARE);
  const objects = foundTeam(random);
  const sittings: { email: string; start: number }[] = [];
  const written: { time: number; event: AuditEvent }[] = [];
  // The day on which an administrator switched IP tracking on.
  const tracked = span.from + (span.to - span.from) / 4;
  for (const { kind, length, times } of planSittings(random, span.from, span.to, span.count - duplicates)) {
    const from = at(times, 0);
    const until = at(times, times.length - 1);
    const person = kind.actor === 'system' ? undefined : actor(random, people, kind.actor, until);
    if (person !== undefined) sittings.push({ email: person.email, start: from });
    const address = randomAddress(random);
    const actions = kind.script({ random, objects, people, from, until, length });
    for (const [index, time] of times.entries()) {
      written.push({ time, event: record(random, at(actions, index), person, time, time >= tracked ? address : null) });
    }
  }
  for (let index = 0; index < duplicates; index++) {
    const original = random.pick(written);
    written.push({ time: original.time, event: structuredClone(original.event) });
  }
  written.sort((a, b) => a.time - b.time);
  return { events: written.map(({ event }) => event), objects, sittings };
}

function planSittings(random: Random, from: number, to: number, count: number): PlannedSitting[] {
  const planned: PlannedSitting[] = [];
  for (let left = count; left > 0; ) {
    const kind = random.weighted(KINDS);
    const length = Math.min(left, random.int(...kind.length));
    left -= length;
    const offsets = [0];
    // One pause in twenty is none: what one click does is written in one millisecond.
    while (offsets.length < length) {
      offsets.push(
        at(offsets, offsets.length - 1) + (random.chance(0.05) ? 0 : Math.round(random.exponential(kind.pause))),
      );
    }
    const latest = Math.max(from + 1, to - at(offsets, length - 1));
    const start = (kind.actor === 'system' ? nightTime : officeTime)(random, from, latest);
    planned.push({ kind, length, times: offsets.map((offset) => Math.min(start + offset, to - 1)) });
  }
  return planned.sort((a, b) => at(a.times, 0) - at(b.times, 0));
}

function foundTeam(random: Random): TeamObjects {
  const objects = new TeamObjects(random);
  const longAgo = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < 60; index++) {
    const pkg = objects.create('Package', longAgo, 'PACKAGE');
    for (let nodes = random.int(3, 12); nodes > 0; nodes--) {
      partsOf(pkg, 'Node').push(newObject(random, 'View', random.pick(['VIEW', 'ANALYSIS', 'KNOWLEDGE_MODEL'])));
    }
  }
  for (let index = 0; index < 25; index++) {
    const pool = objects.create('Pool', longAgo);
    for (const kind of ['Source', 'Job', 'Job', 'Model']) partsOf(pool, kind).push(newObject(random, kind));
  }
  for (let index = 0; index < 20; index++) objects.create('Action Flow', longAgo);
  for (const { kind } of FAMILIES) for (let index = 0; index < 8; index++) objects.create(kind, longAgo);
  return objects;
}

function actor(random: Random, people: readonly Person[], role: 'ADMIN' | 'ANALYST' | 'any', until: number): Person {
  const able = people.filter((person) => person.until > until && (role === 'any' || person.role === role));
  // Some work far more than others.
  return at(able.length > 0 ? able : people, Math.floor((able.length || people.length) * random.float() ** 1.6));
}

function record(
  random: Random,
  action: Action,
  person: Person | undefined,
  time: number,
  address: string | null,
): AuditEvent {
  const event: AuditEvent = {
    userId: person === undefined ? SYSTEM_ACTOR : `${person.userId} (${person.email})`,
    userRole: person?.role ?? null,
    event: action.event,
    timestamp: isoTime(time),
  };
  if (person === undefined && random.chance(0.5)) delete event.userRole;
  if (action.message !== null) event.message = action.message;
  else withoutMessage(random, event);
  // A captured page has both: fields that are null, and a record that lacks them.
  if (random.chance(0.04) && action.diffPayload === undefined) return event;
  event.ipAddress = person === undefined ? null : address;
  event.port = address !== null && person !== undefined && random.chance(0.6) ? '443' : null;
  event.diffPayload = action.diffPayload ?? null;
  return event;
}

// Which of these the API sends is not documented.
function withoutMessage(random: Random, event: AuditEvent): void {
  const style = random.int(0, 2);
  if (style === 0) event.message = null;
  if (style === 1) event.message = {};
}

// Ranges reserved for documentation: RFC 5737 and RFC 3849.
function randomAddress(random: Random): string {
  const last = random.int(1, 254);
  return random.weighted([
    [`192.0.2.${last}`, 5],
    [`198.51.100.${last}`, 3],
    [`203.0.113.${last}`, 3],
    [`2001:db8::${last.toString(16)}`, 1],
  ]);
}
