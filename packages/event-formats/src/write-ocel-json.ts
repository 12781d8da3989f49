import type { Attribute, AttributeValue } from './attribute.ts';
import {
  checkedType,
  typesByName,
  type OcelCounts,
  type OcelEvent,
  type OcelLog,
  type OcelObject,
  type OcelType,
} from './ocel-log.ts';
import { writeText, type Output, type TextOutput } from './text-output.ts';

/** OCEL wants a time with each attribute of an object: since when it has the value. This says: always. */
export const ALWAYS = '1970-01-01T00:00:00.000Z';

/**
 * Writes OCEL 2.0 JSON. https://www.ocel-standard.org/specification/formats/json/
 * Throws an `EventFormatError` at the first object or event that its declared type does not allow.
 */
export function writeOcelJson(options: { readonly log: OcelLog; readonly output: Output }): Promise<OcelCounts> {
  const { log, output } = options;
  const objectTypes = typesByName(log.objectTypes, 'object type');
  const eventTypes = typesByName(log.eventTypes, 'event type');
  return writeText(output, async (to) => {
    await to.write(`{"objectTypes":${JSON.stringify(log.objectTypes.map(plainType))},\n`);
    await to.write(`"eventTypes":${JSON.stringify(log.eventTypes.map(plainType))},\n"objects":[`);
    const objects = await writeItems(to, log.objects(), (item) => {
      const { attributes } = checkedType(objectTypes, item, 'object');
      return itemText(item, valuesText(attributes, item.values, `,"time":"${ALWAYS}"`));
    });
    await to.write('],\n"events":[');
    const events = await writeItems(to, log.events(), (item) => {
      const { attributes } = checkedType(eventTypes, item, 'event');
      return itemText(item, valuesText(attributes, item.values, ''), `,"time":"${item.time}"`);
    });
    await to.write(']}\n');
    return {
      objects: objects.items,
      events: events.items,
      eventObjectRelations: events.relations,
      objectObjectRelations: objects.relations,
    };
  });
}

async function writeItems<Item extends OcelObject | OcelEvent>(
  to: TextOutput,
  items: AsyncIterable<Item>,
  text: (item: Item) => string,
): Promise<{ items: number; relations: number }> {
  const count = { items: 0, relations: 0 };
  for await (const item of items) {
    await to.write(`${count.items === 0 ? '\n' : ',\n'}${text(item)}`);
    count.items += 1;
    count.relations += item.relationships.length;
  }
  return count;
}

function plainType({ name, attributes }: OcelType): OcelType {
  return { name, attributes: attributes.map((attribute) => ({ name: attribute.name, type: attribute.type })) };
}

function itemText({ id, type, relationships }: OcelObject | OcelEvent, values: string, more = ''): string {
  const related = relationships.map(
    ({ objectId, qualifier }) => `{"objectId":${JSON.stringify(objectId)},"qualifier":${JSON.stringify(qualifier)}}`,
  );
  return `{"id":${JSON.stringify(id)},"type":${JSON.stringify(type)}${more},"attributes":[${values}],"relationships":[${related.join(',')}]}`;
}

function valuesText(attributes: readonly Attribute[], values: readonly AttributeValue[], more: string): string {
  const present: string[] = [];
  for (const [index, { name }] of attributes.entries()) {
    const value = values[index] ?? null;
    if (value !== null) present.push(`{"name":${JSON.stringify(name)}${more},"value":${valueText(value)}}`);
  }
  return present.join(',');
}

// All digits of an integer beyond 2^53 are written.
function valueText(value: NonNullable<AttributeValue>): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
