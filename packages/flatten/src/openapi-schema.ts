/** Reads JSON Schema as OpenAPI 3.0 and 3.1 have it: what values a schema allows, as far as tables care. */
import { SpecError } from './errors.ts';
import type { ColumnType } from './schema.ts';
import { declaredState, joinTypes } from './types.ts';

/** A JSON Schema, as parsed from JSON or YAML. */
export type OpenApiSchema = boolean | { readonly [keyword: string]: unknown };

/** What a schema allows at one place, `null` apart. Everything may be there at once. */
export interface Facets {
  /** The join of all scalar types; absent where none is named. */
  scalar: ColumnType | undefined;
  /** Schemas of each named key. */
  readonly properties: Map<string, Place[]>;
  /** Schemas of keys that have no name. */
  readonly others: Place[];
  /** Schemas of elements; empty for an array of anything. */
  readonly items: Place[];
  isArray: boolean;
  isObject: boolean;
}

/** A schema and the references that led to it, so that one that contains itself is noticed. */
export interface Place {
  readonly schema: OpenApiSchema;
  readonly via: readonly string[];
}

/** Finds what a schema allows; of one that contains itself, only the first round. */
export function facetsOf(places: readonly Place[], document: unknown): Facets {
  const facets: Facets = {
    scalar: undefined,
    properties: new Map(),
    others: [],
    items: [],
    isArray: false,
    isObject: false,
  };
  for (const place of places) collect(place, document, facets);
  return facets;
}

function collect({ schema, via }: Place, document: unknown, facets: Facets): void {
  if (typeof schema === 'boolean') return;
  const whole = resolve({ schema, via }, document);
  if (whole === undefined) return;
  collectOwn(whole, facets);
  for (const branch of [...whole.list('anyOf'), ...whole.list('oneOf')]) {
    // What stands beside a choice holds for each of its branches.
    collect({ schema: { ...whole.beside, ...asObject(branch) }, via: whole.via }, document, facets);
  }
}

function collectOwn(whole: Whole, facets: Facets): void {
  const { via } = whole;
  for (const type of whole.types) {
    if (type === 'object') facets.isObject = true;
    else if (type === 'array') facets.isArray = true;
    else if (type !== 'null') join(facets, scalarType(type, whole.format));
  }
  for (const [key, schema] of whole.properties) {
    if (asObject(schema)['writeOnly'] === true) continue;
    const known = facets.properties.get(key) ?? [];
    facets.properties.set(key, [...known, { schema, via }]);
  }
  facets.others.push(...whole.others.map((schema) => ({ schema, via })));
  facets.items.push(...whole.items.map((schema) => ({ schema, via })));
}

function join(facets: Facets, type: ColumnType): void {
  facets.scalar =
    facets.scalar === undefined ? type : joinTypes(declaredState(facets.scalar), declaredState(type)).type;
}

function scalarType(type: string, format: string | undefined): ColumnType {
  switch (type) {
    case 'boolean':
      return 'BOOLEAN';
    case 'integer':
      return 'INTEGER';
    case 'number':
      return format === 'int32' || format === 'int64' ? 'INTEGER' : 'FLOAT';
    default:
      return format === 'date-time' ? 'DATETIME' : format === 'date' ? 'DATE' : 'STRING';
  }
}

/** A schema with its reference and all of its `allOf` in one. */
class Whole {
  readonly via: readonly string[];
  readonly properties: [string, OpenApiSchema][] = [];
  readonly others: OpenApiSchema[] = [];
  readonly items: OpenApiSchema[] = [];
  /** Keywords that a branch of `anyOf` shares. */
  readonly beside: Record<string, unknown> = {};
  format: string | undefined;
  #declared: readonly string[] | undefined;
  readonly #choices: Record<string, OpenApiSchema[]> = {};
  readonly #values: unknown[] = [];

  constructor(via: readonly string[]) {
    this.via = via;
  }

  /** Takes one part in; of a type that several parts name, what all of them allow. */
  add(part: { readonly [keyword: string]: unknown }): void {
    const { type, format, properties, additionalProperties, patternProperties, items, prefixItems } = part;
    const types = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : undefined;
    if (types !== undefined) this.#declared = this.#declared?.filter((known) => types.includes(known)) ?? types;
    if (typeof format === 'string') this.format = format;
    this.properties.push(...entries(properties));
    this.others.push(...entries(patternProperties).map(([, schema]) => schema));
    if (additionalProperties !== undefined && additionalProperties !== false)
      this.others.push(asSchema(additionalProperties));
    if (Array.isArray(prefixItems)) this.items.push(...prefixItems.map(asSchema));
    if (items !== undefined && items !== false) this.items.push(asSchema(items));
    for (const choice of ['anyOf', 'oneOf']) {
      if (Array.isArray(part[choice])) (this.#choices[choice] ??= []).push(...part[choice].map(asSchema));
    }
    if (Array.isArray(part['enum'])) this.#values.push(...(part['enum'] as unknown[]));
    if ('const' in part) this.#values.push(part['const']);
    if (format !== undefined) this.beside['format'] = format;
  }

  list(choice: string): readonly OpenApiSchema[] {
    return this.#choices[choice] ?? [];
  }

  /** The types that are named, else those that the other keywords are about. */
  get types(): readonly string[] {
    if (this.#declared !== undefined) return this.#declared;
    const types = this.#values.map(typeOfEnum);
    if (this.properties.length > 0 || this.others.length > 0) types.push('object');
    if (this.items.length > 0) types.push('array');
    return types;
  }
}

function typeOfEnum(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'object') return Array.isArray(value) ? 'array' : 'object';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

/** `undefined` for a reference that is inside of what it refers to. */
function resolve(place: Place, document: unknown): Whole | undefined {
  const via = [...place.via];
  const parts: { readonly [keyword: string]: unknown }[] = [];
  const todo: OpenApiSchema[] = [place.schema];
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (typeof part === 'boolean') continue;
    const { $ref: reference, allOf } = part;
    parts.push(part);
    if (typeof reference === 'string') {
      if (via.includes(reference)) return undefined;
      via.push(reference);
      todo.push(lookUp(reference, document));
    }
    if (Array.isArray(allOf)) todo.push(...allOf.map(asSchema).toReversed());
  }
  const whole = new Whole(via);
  // What a reference or `allOf` leads to comes first; what stands beside it says more.
  for (const part of parts.toReversed()) whole.add(part);
  return whole;
}

function lookUp(reference: string, document: unknown): OpenApiSchema {
  let found: unknown = reference.startsWith('#') ? document : undefined;
  for (const step of reference.split('/').slice(1)) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  }
  if (found === undefined) {
    throw new SpecError(
      `The schema refers to ${reference}, which is not there; give \`components\` of the OpenAPI document, with references to other files resolved`,
    );
  }
  return asSchema(found);
}

function entries(value: unknown): [string, OpenApiSchema][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([key, schema]) => [key, asSchema(schema)]);
}

function asSchema(value: unknown): OpenApiSchema {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as OpenApiSchema;
  throw new SpecError(`A JSON Schema is an object or a boolean, not ${JSON.stringify(value)}`);
}

function asObject(schema: OpenApiSchema): { readonly [keyword: string]: unknown } {
  return typeof schema === 'boolean' ? {} : schema;
}
