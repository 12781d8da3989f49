/** Tables back to documents. */
import type { Batch, TableBatch } from './batch.ts';
import { keyOfPath } from './names.ts';
import { parseJson } from './parse.ts';
import { type CellValue, columnValues } from './read.ts';
import type { ColumnSchema, TableSchema } from './schema.ts';
import type { JsonObject, JsonValue, Path } from './spec.ts';
import { storedText } from './types.ts';

/** A value while it is put together: a scalar or JSON value, else members, else elements. */
class Place {
  value: JsonValue | undefined;
  members: Map<string, Place> | undefined;
  elements: Place[] | undefined;

  member(key: string): Place {
    this.members ??= new Map();
    const known = this.members.get(key);
    if (known !== undefined) return known;
    const made = new Place();
    this.members.set(key, made);
    return made;
  }

  at(path: Path): Place {
    return path.reduce((place: Place, key) => place.member(key), this);
  }

  /** `undefined` for what has nothing in it. */
  build(): JsonValue | undefined {
    if (this.value !== undefined) return this.value;
    if (this.elements !== undefined) return Array.from(this.elements, (element) => element?.build() ?? null);
    if (this.members === undefined) return undefined;
    const entries: [string, JsonValue][] = [];
    for (const [key, place] of this.members) {
      const value = place.build();
      if (value !== undefined) entries.push([key, value]);
    }
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
}

/**
 * The documents that batches of one flattener hold, in their order; of several with one key the last. What a table cannot tell apart comes
 * back in its shortest form: members that are `null`, `{}` or `[]` are left out, such elements are `null`; a value whose column had to
 * become a STRING is its text; `-0` is `0`, a lone surrogate U+FFFD. Rejected documents are not among them.
 */
export function unflatten(batches: Iterable<Batch>): JsonObject[] {
  const documents = new Map<string, JsonObject>();
  for (const batch of batches) {
    const placed = new Map<string, PlacedTable>();
    for (const table of batch.tables) {
      if (table.table.rejects !== true) placed.set(table.table.name, placeRows(table, placed));
    }
    for (const { table, places } of placed.values()) {
      if (table.parent !== undefined) continue;
      for (const [key, place] of places) {
        const id = JSON.stringify([table.name, key]);
        documents.delete(id);
        documents.set(id, (place.build() ?? {}) as JsonObject);
      }
    }
  }
  return [...documents.values()];
}

/** Where the value of each row goes, by the text of the row's primary key. */
interface PlacedTable {
  readonly table: TableSchema;
  readonly places: ReadonlyMap<string, Place>;
}

interface ReadColumn {
  readonly schema: ColumnSchema;
  readonly values: readonly CellValue[];
}

function placeRows(batch: TableBatch, placed: ReadonlyMap<string, PlacedTable>): PlacedTable {
  const { table } = batch;
  const columns = batch.columns.map((column): ReadColumn => ({ schema: column.schema, values: columnValues(column) }));
  const parent = table.parent === undefined ? undefined : placed.get(table.parent);
  const isEntry = table.map === true;
  const steps = isEntry ? 'entry' : 'element';
  const links = columns.filter(({ schema }) => schema.role === 'link');
  const keys = table.primaryKey.flatMap((name) => columns.filter(({ schema }) => schema.name === name));
  const own = columns.find(({ schema }) =>
    isEntry ? schema.path.length === 1 && schema.path[0] === 'key' : schema.role === 'position',
  );
  const data = columns.filter((column) => isDocumentColumn(column.schema) && !(isEntry && column === own));
  const places = new Map<string, Place>();
  for (let row = 0; row < batch.rows; row++) {
    const above = parent?.places.get(keyOf(links, row));
    const container = parent === undefined ? undefined : above?.at(pathBelow(table, parent.table));
    const place = new Place();
    if (container !== undefined) attach(container, place, steps, own?.values[row] ?? null);
    for (const { schema, values } of data) putCell(schema, isEntry, place, values[row] ?? null);
    places.set(keyOf(keys, row), place);
  }
  return { table, places };
}

function attach(container: Place, place: Place, kind: 'entry' | 'element', at: CellValue): void {
  if (kind === 'entry') {
    container.members ??= new Map();
    container.members.set(String(at), place);
    return;
  }
  container.elements ??= [];
  if (at === null) container.elements.push(place);
  else container.elements[Number(at)] = place;
}

function isDocumentColumn(schema: ColumnSchema): boolean {
  return schema.role === 'data' || schema.role === 'variant';
}

/** The path of a table's array or map in the rows of its parent. */
function pathBelow(table: TableSchema, parent: TableSchema): Path {
  const below = table.path.slice(parent.path.length).flatMap((step) => keyOfPath(step) ?? []);
  return parent.map === true ? below.slice(1) : below;
}

function putCell(schema: ColumnSchema, isEntry: boolean, place: Place, value: CellValue): void {
  if (value === null) return;
  const target = place.at(isEntry ? schema.path.slice(1) : schema.path);
  if (schema.type === 'JSON') target.value = parseJson(String(value));
  else if (schema.type === 'DATE' || schema.type === 'DATETIME') target.value = storedText(schema, value);
  else target.value = value;
}

function keyOf(columns: readonly ReadColumn[], row: number): string {
  return JSON.stringify(columns.map(({ values }) => String(values[row] ?? '')));
}
