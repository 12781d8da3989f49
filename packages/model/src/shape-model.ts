/** A model in another shape. */
import type { MapStyle, Path, PathSpec, RootSpec } from '@millrace/flatten';
import { defineModel } from './define-model.ts';
import { flattenSpec } from './flatten-spec.ts';
import type { ColumnModel, ForeignKeyModel, Model, RelationEnd, TableModel } from './model.ts';
import { renameTables } from './rename-tables.ts';
import { documentShaper, type DocumentRules, type DocumentShaper } from './shape-documents.ts';
import { covers, feedOf, keysOf, type Place, placeOf } from './shape-reference.ts';
import { type Shape, ShapeError } from './shape.ts';

/** A model in another shape, and how documents come into it. */
export interface ShapedModel {
  /** With the tables as they will be. */
  readonly model: Model;
  /** As `flattenSpec` of the shaped model. */
  readonly spec: (feed: string) => RootSpec;
  /**
   * What is to be done to the documents of a feed before anything else sees them; `undefined` when nothing is. `pseudonym` gives the
   * text to store in place of another.
   */
  readonly documents: (feed: string, pseudonym: (text: string) => string) => DocumentShaper | undefined;
}

/** What of a feed must stay as it is, whatever the shape: `[{ table: 'process_context', column: 'metadata$updatedAt' }]`. */
export type KeptColumns = readonly { readonly table: string; readonly column: string }[];

/**
 * Shapes a model. `kept` are columns that the reading of a source needs as they are.
 * Throws a `ShapeError` for a name that is no table or column of the model's feeds, and for what cannot be left out or replaced: keys,
 * and columns that an activity table is made of.
 */
export function shapeModel(model: Model, shape: Shape, kept: KeptColumns = []): ShapedModel {
  const places = (names: readonly string[] = []): readonly Place[] => names.map((name) => placeOf(model, name));
  const maps = Object.entries(shape.maps ?? {}).map(([name, style]) => ({ ...placeOf(model, name), style }));
  const shaping: Shaping = {
    model,
    kept,
    omit: places(shape.omit),
    only: places(shape.only),
    maps,
    pseudonyms: withJoined(model, places(shape.pseudonymize)),
  };
  for (const place of shaping.omit) refuseNeeded(shaping, place);
  for (const place of shaping.pseudonyms) refuseTimes(shaping, place);
  const names = shape.rename ?? {};
  const declared = Object.fromEntries(
    Object.entries(names).filter(([name]) => model.tables.some((table) => table.name === name)),
  );
  const others = Object.entries(names)
    .filter(([name]) => !(name in declared))
    .map(([name, table]) => ({ ...placeOf(model, name), table }));
  const shaped = renameTables(reduced(shaping), declared);
  const formerFeeds = new Map(shaped.feeds.map((feed, index) => [feed.table, model.feeds[index]?.table ?? feed.table]));
  const former = (feed: string): string => formerFeeds.get(feed) ?? feed;
  return {
    model: shaped,
    spec: (feed) =>
      withPaths(flattenSpec(shaped, feed), [
        ...maps.filter((place) => place.feed === former(feed)).map(({ path, style }) => ({ path, map: style })),
        ...others.filter((place) => place.feed === former(feed)).map(({ path, table }) => ({ path, table })),
      ]),
    documents: (feed, pseudonym) => {
      const rules = rulesOf(shaping, former(feed));
      return rules === undefined ? undefined : documentShaper(rules, pseudonym);
    },
  };
}

interface Shaping {
  readonly model: Model;
  readonly kept: KeptColumns;
  readonly omit: readonly Place[];
  readonly only: readonly Place[];
  readonly maps: readonly (Place & { readonly style: MapStyle })[];
  readonly pseudonyms: readonly Place[];
}

function rulesOf({ model, kept, omit, only, pseudonyms }: Shaping, feed: string): DocumentRules | undefined {
  const of = (places: readonly Place[]): readonly Path[] =>
    places.filter((place) => place.feed === feed).map(({ path }) => path);
  const chosen = of(only);
  const rules = {
    omit: of(omit),
    pseudonymize: of(pseudonyms),
    ...(chosen.length === 0 ? {} : { only: [...chosen, ...neededPaths(model, kept, feed)] }),
  };
  return rules.omit.length + rules.pseudonymize.length + chosen.length === 0 ? undefined : rules;
}

/** Where the columns stand that a feed cannot do without. */
function neededPaths(model: Model, kept: KeptColumns, feed: string): readonly Path[] {
  return model.tables
    .filter((table) => feedOf(model, table) === feed)
    .flatMap((table) =>
      table.columns
        .filter(({ name }) => whyNeeded(model, kept, table, name) !== undefined)
        .flatMap((column) => fullPath(table, column) ?? []),
    )
    .map((path) => keysOf(path));
}

function fullPath(table: TableModel, column: ColumnModel): readonly [Path] | undefined {
  return column.path === undefined ? undefined : [[...(table.path ?? []), ...column.path]];
}

/** Why a column has to stay; `undefined` when it has not. */
function whyNeeded(model: Model, kept: KeptColumns, table: TableModel, column: string): string | undefined {
  if (table.primaryKey.includes(column)) return `it is in the primary key of ${table.name}`;
  if (kept.some((each) => each.table === table.name && each.column === column)) return 'a delta load goes by it';
  const reader = model.transformations.find(({ inputs }) =>
    inputs.some((input) => input.table === table.name && input.columns.includes(column)),
  );
  return reader === undefined ? undefined : `${reader.output} is made of it`;
}

function refuseNeeded({ model, kept }: Shaping, place: Place): void {
  for (const { table, column } of columnsAt(model, place)) {
    const why = whyNeeded(model, kept, table, column.name);
    if (why !== undefined)
      throw new ShapeError(place.reference, `${table.name}.${column.name} cannot be left out: ${why}.`);
  }
}

function refuseTimes({ model, kept }: Shaping, place: Place): void {
  for (const { table, column } of columnsAt(model, place)) {
    if (column.type !== 'DATETIME' && column.type !== 'DATE') continue;
    const why = whyNeeded(model, kept, table, column.name);
    if (why !== undefined)
      throw new ShapeError(
        place.reference,
        `${table.name}.${column.name} is a time and cannot be a pseudonym: ${why}.`,
      );
  }
}

/** The declared columns at or below a place. */
function columnsAt(
  model: Model,
  place: Place,
): readonly { readonly table: TableModel; readonly column: ColumnModel }[] {
  return model.tables
    .filter((table) => feedOf(model, table) === place.feed)
    .flatMap((table) =>
      table.columns.filter((column) => isAt(place.path, table, column)).map((column) => ({ table, column })),
    );
}

function isAt(pattern: Path, table: TableModel, column: ColumnModel): boolean {
  const path = fullPath(table, column)?.[0];
  return path !== undefined && covers(pattern, keysOf(path));
}

/** The places, and those of the columns that foreign keys join to them. */
function withJoined(model: Model, places: readonly Place[]): readonly Place[] {
  const all = [...places];
  for (let next = 0; next < all.length; next += 1) {
    const place = all[next];
    if (place === undefined) break;
    for (const { table, column } of columnsAt(model, place)) {
      for (const partner of partnersOf(model, table.name, column.name)) {
        if (!all.some((other) => other.feed === partner.feed && covers(other.path, partner.path)))
          all.push({ ...partner, reference: place.reference });
      }
    }
  }
  return all;
}

function partnersOf(model: Model, table: string, column: string): readonly Omit<Place, 'reference'>[] {
  const other = (from: RelationEnd, to: RelationEnd): readonly Omit<Place, 'reference'>[] => {
    if (from.table !== table) return [];
    const target = model.tables.find(({ name }) => name === to.table);
    const feed = target === undefined ? undefined : feedOf(model, target);
    const name = to.columns[from.columns.indexOf(column)];
    const found = target?.columns.find((each) => each.name === name);
    if (target === undefined || feed === undefined || found?.path === undefined) return [];
    return [{ feed, path: keysOf([...(target.path ?? []), ...found.path]) }];
  };
  return model.foreignKeys.flatMap(({ dimension, fact }) => [...other(dimension, fact), ...other(fact, dimension)]);
}

/** The model without what is left out, and with text where pseudonyms stand. */
function reduced(shaping: Shaping): Model {
  const { model } = shaping;
  const stays = (table: TableModel, path: Path): boolean => {
    const feed = feedOf(model, table);
    const keys = keysOf(path);
    const here = <At extends Place>(places: readonly At[]): readonly At[] =>
      places.filter((place) => place.feed === feed);
    if (here(shaping.omit).some((place) => covers(place.path, keys))) return false;
    if (
      here(shaping.maps).some(
        ({ path: at, style }) => style !== 'columns' && covers(at, keys) && keys.length > at.length,
      )
    )
      return false;
    const only = here(shaping.only);
    if (only.length === 0 || feed === undefined) return true;
    const needed = neededPaths(model, shaping.kept, feed);
    return only.some((place) => covers(place.path, keys)) || needed.some((place) => covers(place, keys));
  };
  const tables = model.tables.map((table): TableModel => {
    if (feedOf(model, table) === undefined) return table;
    const columns = table.columns.filter((column) => {
      const path = fullPath(table, column)?.[0];
      return path === undefined || stays(table, path);
    });
    return { ...table, columns: columns.map((column) => pseudonymous(shaping, table, column)) };
  });
  const gone = tables.filter(({ name, path, columns, parent }) => {
    if (parent === undefined || path === undefined) return false;
    const table = model.tables.find((each) => each.name === name);
    const lost = table !== undefined && !stays(table, path);
    return lost && !columns.some((column) => column.path !== undefined);
  });
  const left = tables.filter((table) => !isBelow(tables, table, gone));
  return defineModel({
    ...model,
    tables: left.map((table) => followLinks(left, table)),
    foreignKeys: model.foreignKeys.filter((key) => holds(left, key)),
  });
}

function isBelow(tables: readonly TableModel[], table: TableModel, gone: readonly TableModel[]): boolean {
  if (gone.includes(table)) return true;
  const parent = tables.find(({ name }) => name === table.parent);
  return parent !== undefined && isBelow(tables, parent, gone);
}

function holds(tables: readonly TableModel[], { dimension, fact }: ForeignKeyModel): boolean {
  return [dimension, fact].every(({ table, columns }) => {
    const found = tables.find(({ name }) => name === table);
    return columns.every((name) => found?.columns.some((column) => column.name === name));
  });
}

function pseudonymous({ model, pseudonyms }: Shaping, table: TableModel, column: ColumnModel): ColumnModel {
  const feed = feedOf(model, table);
  if (!pseudonyms.some((place) => place.feed === feed && isAt(place.path, table, column))) return column;
  const { sensitive: _, maxLength: __, ...rest } = column;
  return { ...rest, type: 'STRING', description: `Pseudonym. ${column.description}` };
}

/** Link columns have the type of what they repeat. */
function followLinks(tables: readonly TableModel[], table: TableModel): TableModel {
  const columns = table.columns.map((column) => {
    const { references } = column;
    const target = tables.find(({ name }) => name === references?.table);
    const type = target?.columns.find(({ name }) => name === references?.column)?.type;
    return type === undefined || type === column.type ? column : { ...column, type };
  });
  return { ...table, columns };
}

/** The specification with more declared for some paths. */
function withPaths(spec: RootSpec, more: readonly PathSpec[]): RootSpec {
  const paths = [...(spec.paths ?? [])];
  for (const entry of more) {
    const at = paths.findIndex(({ path }) => path.join('\0') === entry.path.join('\0'));
    if (at === -1) paths.push(entry);
    else paths[at] = { ...paths[at], ...entry };
  }
  return { ...spec, paths };
}
