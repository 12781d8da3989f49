/** An object-centric event log as a stream. https://www.ocel-standard.org/ */
import { hasType, isInstant, type Attribute, type AttributeValue } from './attribute.ts';
import { EventFormatError } from './errors.ts';

/** A type of events or of objects, with its attributes. */
export interface OcelType {
  /** Unique among the types of its kind. */
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/** From an event to an object, or from an object to another. */
export interface OcelRelationship {
  readonly objectId: string;
  /** What the object is to the event, or to the other object. */
  readonly qualifier: string;
}

/** An object, with its attributes as they are at the end. */
export interface OcelObject {
  readonly id: string;
  /** Name of its type. */
  readonly type: string;
  /** One for each attribute of its type, in that order. */
  readonly values: readonly AttributeValue[];
  readonly relationships: readonly OcelRelationship[];
}

/** An event. */
export interface OcelEvent {
  readonly id: string;
  readonly type: string;
  /** ISO 8601 with its zone: `2026-01-31T08:00:00.000Z`. */
  readonly time: string;
  readonly values: readonly AttributeValue[];
  readonly relationships: readonly OcelRelationship[];
}

/**
 * A whole log. IDs of objects are unique, so are IDs of events, no event has the ID of an object, and every object that a relationship names is
 * among the objects. Each stream may be read once at a time, objects before events.
 */
export interface OcelLog {
  readonly objectTypes: readonly OcelType[];
  readonly eventTypes: readonly OcelType[];
  objects(): AsyncIterable<OcelObject>;
  events(): AsyncIterable<OcelEvent>;
}

/** How many of each a file holds. */
export interface OcelCounts {
  readonly objects: number;
  readonly events: number;
  readonly eventObjectRelations: number;
  readonly objectObjectRelations: number;
}

/** Types by name. Throws when two have one name, or two attributes of a type. */
export function typesByName(types: readonly OcelType[], what: string): ReadonlyMap<string, OcelType> {
  const byName = new Map<string, OcelType>();
  for (const type of types) {
    if (byName.has(type.name)) throw new EventFormatError(`The ${what} '${type.name}' is declared twice.`);
    const names = new Set(type.attributes.map(({ name }) => name));
    if (names.size < type.attributes.length)
      throw new EventFormatError(`The ${what} '${type.name}' declares an attribute twice.`);
    byName.set(type.name, type);
  }
  return byName;
}

/** The declared type of an object or event. Throws when there is none, or a value is not of its attribute's type. */
export function checkedType(
  types: ReadonlyMap<string, OcelType>,
  item: OcelObject | OcelEvent,
  what: 'object' | 'event',
): OcelType {
  const type = types.get(item.type);
  if (!type) throw new EventFormatError(`The ${what} '${item.id}' has the type '${item.type}', which is not declared.`);
  if (item.values.length !== type.attributes.length)
    throw new EventFormatError(
      `The ${what} '${item.id}' has ${item.values.length} values; its type declares ${type.attributes.length}.`,
    );
  if ('time' in item && !isInstant(item.time))
    throw new EventFormatError(`The event '${item.id}' has the time '${item.time}'; write 2026-01-31T08:00:00.000Z.`);
  for (const [index, attribute] of type.attributes.entries()) {
    const value = item.values[index] ?? null;
    if (value !== null && !hasType(value, attribute.type))
      throw new EventFormatError(
        `The ${what} '${item.id}' has ${JSON.stringify(String(value))} as '${attribute.name}', which is no ${attribute.type}.`,
      );
  }
  return type;
}
