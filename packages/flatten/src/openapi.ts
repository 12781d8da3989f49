/** A specification from an OpenAPI schema. */
import { SpecError } from './errors.ts';
import { keyInPath, renderPath } from './names.ts';
import { type Facets, facetsOf, type OpenApiSchema, type Place } from './openapi-schema.ts';
import { depthOf } from './spec-tree.ts';
import type { MapStyle, Path, PathSpec, RootSpec } from './spec.ts';

export type { OpenApiSchema } from './openapi-schema.ts';

/** What the schema does not say. `paths` add to what it says, and go before it at the same path. */
export interface OpenApiOptions extends RootSpec {
  /** `components` of the OpenAPI document, for `$ref`s. */
  readonly components?: object;
  /** How objects are shaped that have no named keys, only `additionalProperties`. Default `columns`. */
  readonly maps?: MapStyle;
}

/**
 * The specification for documents of a schema: every property that the schema names is a typed column, every array a child table, whether a
 * document fills it or not. What the schema leaves open is inferred from the documents.
 *
 * - `string` with format `date-time` is DATETIME, `date` DATE, any other STRING; `integer` is INTEGER, `number` FLOAT (INTEGER with format
 *   `int32` or `int64`), `boolean` BOOLEAN
 * - several types, `anyOf` and `oneOf` join; `null` and `nullable` do not matter, `enum` stays open; `allOf` holds together
 * - an object without named keys is a map (`maps`); `writeOnly` properties are left out; a schema inside itself ends at the second round
 *
 * @param schema of one document, JSON Schema as in OpenAPI 3.0 or 3.1; `{ $ref: '#/components/schemas/Order' }` will do
 * @throws SpecError when the schema is not that of an object, or refers to what is not there
 */
export function specFromOpenApi(schema: OpenApiSchema, options: OpenApiOptions): RootSpec {
  const { components, maps = 'columns', ...spec } = options;
  if (!['columns', 'table', 'json'].includes(maps)) throw new SpecError("`maps` is 'columns', 'table' or 'json'");
  const isSchema = typeof schema === 'object' && schema !== null;
  const document = { ...(isSchema ? schema : {}), components };
  const facets = facetsOf(isSchema ? [{ schema, via: [] }] : [], document);
  if (!facets.isObject) {
    throw new SpecError('The schema is not that of an object; give the schema of one document, not of a page');
  }
  const given = new Map((spec.paths ?? []).map((entry) => [JSON.stringify(entry.path), entry]));
  const writer = new SpecWriter({ document, maps, given, maxDepth: depthOf(spec) });
  writer.members(facets, { path: [], table: spec.table, column: [], level: 0 });
  const written = new Set(writer.paths.map(({ path }) => JSON.stringify(path)));
  const added = (spec.paths ?? []).filter(({ path }) => !written.has(JSON.stringify(path)));
  return { ...spec, paths: [...writer.paths, ...added] };
}

interface Settings {
  readonly document: unknown;
  readonly maps: MapStyle;
  readonly given: ReadonlyMap<string, PathSpec>;
  readonly maxDepth: number;
}

interface Here {
  /** As a specification has it. */
  readonly path: Path;
  readonly table: string;
  /** From the rows of the table. */
  readonly column: Path;
  readonly level: number;
}

class SpecWriter {
  readonly paths: PathSpec[] = [];
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  members(facets: Facets, here: Here): void {
    for (const [key, places] of facets.properties) this.#value(places, below(here, key));
  }

  #value(places: readonly Place[], here: Here): void {
    const facets = facetsOf(places, this.#settings.document);
    const given = this.#settings.given.get(JSON.stringify(here.path));
    if (given?.omit === true || given?.type === 'JSON' || given?.map === 'json') this.paths.push(given);
    else if (facets.isArray) this.#array(facets, given, here);
    else if (facets.isObject) this.#object(facets, given, here);
    else this.#put(here.path, given, facets.scalar === undefined ? {} : { type: facets.scalar });
  }

  #object(facets: Facets, given: PathSpec | undefined, here: Here): void {
    const isMap = facets.properties.size === 0 && facets.others.length > 0;
    const map = given?.map ?? (isMap && this.#settings.maps !== 'columns' ? this.#settings.maps : undefined);
    const scalar = facets.scalar === undefined ? {} : { type: facets.scalar };
    this.#put(here.path, given, { ...(map === 'json' ? {} : scalar), ...(map === undefined ? {} : { map }) });
    if (map === 'json' || here.level > this.#settings.maxDepth) return;
    if (map !== 'table') {
      this.members(facets, here);
      return;
    }
    const values = [...facets.properties.values()].flat();
    const entry = { ...here, table: given?.table ?? `${here.table}$${renderPath(here.column)}`, column: [] };
    this.#value([...values, ...facets.others], below(entry, 'value'));
  }

  #array(facets: Facets, given: PathSpec | undefined, here: Here): void {
    const items = facetsOf(facets.items, this.#settings.document);
    const isNested = items.isArray || items.isObject;
    if (here.level + (isNested ? 1 : 0) > this.#settings.maxDepth) return;
    // Nothing is known of the elements: whether there will be a table is up to the documents.
    if (!isNested && items.scalar === undefined && given === undefined) return;
    const table = given?.table ?? `${here.table}$${here.column.length === 0 ? '[]' : renderPath(here.column)}`;
    this.#put(here.path, given, { table, ...(items.scalar === undefined ? {} : { type: items.scalar }) });
    const rows: Here = { path: here.path, table, column: [], level: here.level + 1 };
    if (items.isArray) this.#value([...facets.items], { ...rows, path: [...here.path, '[]'] });
    if (items.isObject) this.members(items, rows);
    if (facets.isObject) this.members(facets, here);
  }

  #put(path: Path, given: PathSpec | undefined, found: Omit<PathSpec, 'path'>): void {
    if (given === undefined && Object.keys(found).length === 0) return;
    this.paths.push({ path, ...found, ...given });
  }
}

function below(here: Here, key: string): Here {
  return { ...here, path: [...here.path, keyInPath(key)], column: [...here.column, key], level: here.level + 1 };
}
