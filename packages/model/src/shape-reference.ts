/** From the name of a table or column to the place in the documents that it comes from. */
import type { Path } from '@millrace/flatten';
import type { Model, TableModel } from './model.ts';
import { ShapeError } from './shape.ts';

/** A place in the documents of a feed. Arrays on the way do not show. */
export interface Place {
  /** As the user wrote it. */
  readonly reference: string;
  /** Root table. */
  readonly feed: string;
  /** Keys from the root document; `*` stands for any one. Empty for the root table itself. */
  readonly path: Path;
}

/** Finds the place that a name stands for. Throws a `ShapeError` when no extracted table begins so. */
export function placeOf(model: Model, reference: string): Place {
  const table = longestTable(model, reference);
  if (table === undefined) {
    const names = model.tables.filter((each) => feedOf(model, each) !== undefined).map(({ name }) => name);
    throw new ShapeError(
      reference,
      `no table begins so. Write TABLE or TABLE$COLUMN, with a table of: ${names.join(', ')}.`,
    );
  }
  const feed = feedOf(model, table);
  if (feed === undefined)
    throw new ShapeError(reference, `${table.name} is made by a transformation; shape the tables that it is made of.`);
  const rest = reference.slice(table.name.length + 1);
  if (rest === '') return { reference, feed, path: keysOf(table.path ?? []) };
  const column = table.columns.find(({ name }) => name === rest);
  if (column !== undefined && column.path === undefined)
    throw new ShapeError(
      reference,
      `${rest} is a key that links the tables; it follows the primary key of the table that it links to.`,
    );
  return { reference, feed, path: [...keysOf(table.path ?? []), ...(column?.path ?? pathOfName(rest))] };
}

/** The root table that a table's rows come with; `undefined` when they are not extracted. */
export function feedOf(model: Model, table: TableModel): string | undefined {
  let root = table;
  while (root.parent !== undefined) {
    const parent = model.tables.find(({ name }) => name === root.parent);
    if (parent === undefined) return undefined;
    root = parent;
  }
  return root.source === undefined ? undefined : root.name;
}

/** Whether the pattern is the path, or leads to something above it. */
export function covers(pattern: Path, path: Path): boolean {
  return pattern.length <= path.length && pattern.every((key, index) => key === '*' || key === path[index]);
}

/** A path without the steps "each element" of arrays. */
export function keysOf(path: Path): Path {
  return path.filter((key) => key !== '[]').map((key) => (/^~+\[\]$/.test(key) ? key.slice(1) : key));
}

function longestTable(model: Model, reference: string): TableModel | undefined {
  const found = model.tables.filter(
    ({ name }) => reference === name || reference.startsWith(`${name}$`) || reference.startsWith(`${name}.`),
  );
  return found.toSorted((a, b) => b.name.length - a.name.length)[0];
}

/** The path that flattening joins to this name: `$` between keys, `~` before a `$` or `~` of a key, `~0` for an empty key. */
function pathOfName(name: string): Path {
  const keys = name.match(/(?:~.|[^~$])+/gs) ?? [];
  return keys
    .filter((key) => key !== '[]')
    .map((key) => (key === '~0' ? '' : key === '~[]' ? '[]' : key.replaceAll(/~(.)/gs, '$1')));
}
