/** What an extractor file makes of documents, as `@millrace/flatten` is told it. */
import type { ColumnType, Path, PathSpec, RootSpec } from '@millrace/flatten';
import type { ExtractorColumn, ExtractorEndpoint, ExtractorNestedTable } from './extractor-file.ts';
import { keysOf } from './shape-reference.ts';

/** How to read an endpoint. */
export interface ExtractorSpecOptions {
  /**
   * What identifies a row of a nested table among its siblings: the columns that the file ticks (default), or its place in the array,
   * with which no two rows are ever taken for one.
   */
  readonly childKeys?: 'file' | 'position';
}

/**
 * How to flatten the documents of an endpoint into the tables that the file describes. In a dependent endpoint the link column is read from a
 * field of that name (`issues$id`), which has to be put into each document.
 */
export function extractorSpec(endpoint: ExtractorEndpoint, options: ExtractorSpecOptions = {}): RootSpec {
  const { tableName, columns, nestedTables } = endpoint.response;
  const primaryKey = columns.filter(({ primaryKey: ticked }) => ticked).map(pathOf);
  return {
    table: tableName,
    ...(primaryKey.length > 0 && { primaryKey }),
    paths: [
      ...columnSpecs(columns, []),
      ...nestedTables.flatMap((nested) => nestedSpecs(nested, tableName, [], options)),
    ],
  };
}

/** Where the columns of an endpoint's tables stand in its documents; arrays on the way do not show. The Extractor Builder ignores every other field. */
export function extractorPaths(endpoint: ExtractorEndpoint): readonly Path[] {
  const { columns, nestedTables } = endpoint.response;
  const below = (nested: ExtractorNestedTable, base: Path): readonly Path[] => {
    const path = [...base, ...nested.path];
    if (nested.primitiveArray === true) return [path];
    const own = ownColumns(nested).map((column) => [...path, ...pathOf(column)]);
    return [...own, ...(nested.nestedTables ?? []).flatMap((deeper) => below(deeper, path))];
  };
  return [...columns.map(pathOf), ...nestedTables.flatMap((nested) => below(nested, []))].map(keysOf);
}

function pathOf({ name, path }: ExtractorColumn): Path {
  return path === undefined || path.length === 0 ? [name] : path;
}

function ownColumns({ columns }: ExtractorNestedTable): readonly ExtractorColumn[] {
  return columns.filter(({ foreignKey }) => foreignKey !== true);
}

/** What no table can hold is under its own name in any case. */
const leftToFlattening = /~json$/;

function columnSpecs(columns: readonly ExtractorColumn[], base: Path): readonly PathSpec[] {
  return columns
    .filter(({ name }) => !leftToFlattening.test(name))
    .map((column) => ({ path: [...base, ...pathOf(column)], column: column.name, type: columnType(column.type) }));
}

function nestedSpecs(
  nested: ExtractorNestedTable,
  parent: string,
  base: Path,
  options: ExtractorSpecOptions,
): readonly PathSpec[] {
  const path = [...base, ...nested.path];
  const own = ownColumns(nested);
  const isDollar = nested.columns.some(({ name, foreignKey }) => foreignKey === true && name.startsWith(`${parent}$`));
  const keys = own.filter(({ primaryKey }) => primaryKey).map(pathOf);
  const value = nested.primitiveArray === true ? own[0] : undefined;
  const table: PathSpec = {
    path,
    table: nested.name,
    ...(isDollar && { linkStyle: 'dollar' }),
    ...(options.childKeys !== 'position' && value === undefined && keys.length > 0 && { primaryKey: keys }),
    ...(value !== undefined && { type: columnType(value.type) }),
  };
  return [
    table,
    ...(value === undefined ? columnSpecs(own, path) : []),
    ...(nested.nestedTables ?? []).flatMap((deeper) => nestedSpecs(deeper, nested.name, path, options)),
  ];
}

const columnTypes: readonly ColumnType[] = ['BOOLEAN', 'INTEGER', 'FLOAT', 'DATE', 'DATETIME'];

function columnType(type: string): ColumnType {
  return columnTypes.find((known) => known === type) ?? 'STRING';
}
