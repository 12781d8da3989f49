/** What the audit log speaks of: objects of the team that are created, changed and deleted, one person at a time. */
import type { Random } from './random.ts';
import { AREAS, slug } from './words.ts';

/** An object of the team, such as a package, a node of a package, or a data pool. */
export interface TeamObject {
  readonly id: string;
  name: string;
  readonly key: string;
  /** Type within its kind, such as `VIEW` for a node. */
  readonly type: string;
  /** Counts changes that make a new version. */
  version: number;
  /** Contained objects by kind. */
  readonly parts: Map<string, TeamObject[]>;
  /** Epoch milliseconds until which somebody works on it. */
  busyUntil: number;
}

/** The objects of a team that are not contained in others, by kind. */
export class TeamObjects {
  readonly #byKind = new Map<string, TeamObject[]>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** All objects of a kind. */
  all(kind: string): readonly TeamObject[] {
    return this.#byKind.get(kind) ?? [];
  }

  /** An object that nobody works on at `from`, reserved until `until`. A few attempts are made; `undefined` when none is found. */
  take(kind: string, from: number, until: number): TeamObject | undefined {
    const objects = this.all(kind);
    for (let attempt = 0; attempt < 4 && objects.length > 0; attempt++) {
      const object = this.#random.pick(objects);
      if (object.busyUntil < from) {
        object.busyUntil = until;
        return object;
      }
    }
    return undefined;
  }

  /** A new object, reserved until `until`. */
  create(kind: string, until: number, type = ''): TeamObject {
    const object = newObject(this.#random, kind, type);
    object.busyUntil = until;
    const objects = this.#byKind.get(kind);
    if (objects === undefined) this.#byKind.set(kind, [object]);
    else objects.push(object);
    return object;
  }

  /** Removes an object. */
  remove(kind: string, object: TeamObject): void {
    this.#byKind.set(
      kind,
      this.all(kind).filter((other) => other !== object),
    );
  }
}

/** An object of the given kind that belongs to nothing yet. */
export function newObject(random: Random, kind: string, type = ''): TeamObject {
  const name = `${random.pick(AREAS)} ${kind} ${random.int(1, 999)}`;
  return {
    id: random.uuid(),
    name,
    key: slug(name),
    type,
    version: 1,
    parts: new Map(),
    busyUntil: Number.NEGATIVE_INFINITY,
  };
}

/** The contained objects of a kind; a list that may be changed. */
export function partsOf(object: TeamObject, kind: string): TeamObject[] {
  let parts = object.parts.get(kind);
  if (parts === undefined) {
    parts = [];
    object.parts.set(kind, parts);
  }
  return parts;
}
