/** A sitting: who sits down to work on what, and the actions that come of it. */
import type { TeamObject, TeamObjects } from './audit-objects.ts';
import type { Person } from './people.ts';
import type { Random } from './random.ts';

/** What is written to the log, but for who and when. */
export interface Action {
  readonly event: string;
  readonly message: Record<string, unknown> | null;
  readonly diffPayload?: { newValue?: string; oldValue?: string };
}

/** Where a script takes place. */
export interface Sitting {
  readonly random: Random;
  readonly objects: TeamObjects;
  readonly people: readonly Person[];
  /** Start and end, epoch milliseconds. Objects are reserved for this span. */
  readonly from: number;
  readonly until: number;
  /** How many actions are wanted. More may be given; the rest is dropped. */
  readonly length: number;
}

/** An object of a kind for this sitting: mostly one that nobody works on, else a new one. */
export function takeOrCreate(
  { random, objects, from, until }: Sitting,
  kind: string,
  createShare: number,
  type = '',
): [object: TeamObject, isNew: boolean] {
  const taken = random.chance(createShare) ? undefined : objects.take(kind, from, until);
  return taken === undefined ? [objects.create(kind, until, type), true] : [taken, false];
}

/** Any object of a kind, whoever works on it. */
export function anyOf(objects: TeamObjects, kind: string, random: Random): TeamObject | undefined {
  const all = objects.all(kind);
  return all[random.int(0, all.length - 1)];
}

/** The last of the objects. Throws a `RangeError` when there are none. */
export function lastOf(objects: readonly TeamObject[]): TeamObject {
  const object = objects.at(-1);
  if (object === undefined) throw new RangeError('the list is empty');
  return object;
}
