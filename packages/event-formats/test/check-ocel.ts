/** The rules of OCEL 2.0 that a JSON file must keep, checked without the code that writes it. https://www.ocel-standard.org/specification/formats/json/ */

interface Type {
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly type: string }[];
}

interface Item {
  readonly id: string;
  readonly type: string;
  readonly time?: string;
  readonly attributes: readonly { readonly name: string; readonly value: unknown; readonly time?: string }[];
  readonly relationships: readonly { readonly objectId: string; readonly qualifier: string }[];
}

export interface OcelFile {
  readonly objectTypes: readonly Type[];
  readonly eventTypes: readonly Type[];
  readonly objects: readonly Item[];
  readonly events: readonly Item[];
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  time: (value) => typeof value === 'string' && instant.test(value),
  integer: Number.isInteger,
  float: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
};

/** Every rule that is broken, in words. */
export function brokenRules(log: OcelFile): readonly string[] {
  const broken: string[] = [];
  const ids = new Set<string>();
  const objects = new Set(log.objects.map(({ id }) => id));
  for (const [kind, types, items] of [
    ['object', log.objectTypes, log.objects],
    ['event', log.eventTypes, log.events],
  ] as const) {
    if (new Set(types.map(({ name }) => name)).size < types.length) broken.push(`${kind} type declared twice`);
    for (const item of items) {
      if (ids.has(item.id) || item.id === '') broken.push(`${item.id} is not unique`);
      ids.add(item.id);
      const type = types.find(({ name }) => name === item.type);
      if (!type) broken.push(`${item.type} is not declared`);
      if (kind === 'event' && !instant.test(item.time ?? '')) broken.push(`${item.id} has time ${item.time}`);
      for (const { name, value, time } of item.attributes) {
        const declared = type?.attributes.find((attribute) => attribute.name === name);
        if (!declared || !fits[declared.type]?.(value)) broken.push(`${item.id}.${name} is ${JSON.stringify(value)}`);
        if (kind === 'object' && !instant.test(time ?? '')) broken.push(`${item.id}.${name} has time ${time}`);
      }
      const links = item.relationships.map((link) => JSON.stringify([link.objectId, link.qualifier]));
      if (new Set(links).size < links.length) broken.push(`${item.id} is related twice`);
      for (const { objectId } of item.relationships)
        if (!objects.has(objectId)) broken.push(`${item.id} is related to ${objectId}, which is not there`);
    }
  }
  return broken;
}
