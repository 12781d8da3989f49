/** A model's tables as an endpoint's answer in an extractor file. */
import type { ColumnType } from '@millrace/flatten';
import type { ExtractorColumn, ExtractorNestedTable, ExtractorResponse } from './extractor-file.ts';
import { familyOf } from './look-up.ts';
import type { ColumnModel, Model, TableModel } from './model.ts';

/** Java pattern of an instant with milliseconds; `ZZ` takes `Z` and `+02:00`. */
export const instantFormat: string = "yyyy-MM-dd'T'HH:mm:ss.SSSZZ";

/** What a response is made with. */
export interface ExtractorResponseOptions {
  /** Where in the answer the rows are. Default: the answer is the list. */
  readonly responseRoot?: readonly string[];
  /**
   * Columns that identify a row of a nested table among its siblings, by table. The Extractor Builder knows no place in an array, and merges rows
   * with equal keys. Default: `likelyKey`.
   */
  readonly childKeys?: ReadonlyMap<string, readonly string[]>;
}

/** The response of the endpoint that fills a feed's tables: every column and child table, keys ticked, link columns last. */
export function extractorResponse(
  model: Model,
  feed: string,
  options: ExtractorResponseOptions = {},
): ExtractorResponse {
  const family = familyOf(model, feed);
  const [root] = family;
  const keys = new Map<string, readonly ExtractorColumn[]>();
  const columns = (root?.columns ?? []).flatMap(
    (column) => dataColumn(column, root?.primaryKey.includes(column.name)) ?? [],
  );
  keys.set(
    feed,
    columns.filter(({ primaryKey }) => primaryKey),
  );
  return {
    tableName: feed,
    responseRoot: options.responseRoot ?? [],
    responseType: 'JSON',
    columns,
    nestedTables: nestedTables(family, feed, keys, options),
  };
}

/** The columns that most likely identify a row of an array: `id` or `key`, else one whose name ends in `id`, else all. */
export function likelyKey(table: TableModel): readonly string[] {
  const names = table.columns.filter(({ path }) => path !== undefined).map(({ name }) => name);
  const single =
    ['id', 'key'].find((name) => names.includes(name)) ??
    names.find((name) => /(?:^|_|[a-z])i[dD]$/i.test(name) && !name.includes('$'));
  return single === undefined ? names : [single];
}

function nestedTables(
  family: readonly TableModel[],
  parent: string,
  keys: Map<string, readonly ExtractorColumn[]>,
  options: ExtractorResponseOptions,
): readonly ExtractorNestedTable[] {
  const above = family.find(({ name }) => name === parent)?.path ?? [];
  return family
    .filter((table) => table.parent === parent && table.map !== true)
    .map((table) => {
      const ticked = options.childKeys?.get(table.name) ?? likelyKey(table);
      const own = table.columns.flatMap((column) => dataColumn(column, ticked.includes(column.name)) ?? []);
      const links = linkColumns(table, keys.get(parent) ?? []);
      const columns = [...own, ...links];
      keys.set(
        table.name,
        columns.filter(({ primaryKey }) => primaryKey),
      );
      const isPrimitive = table.columns.some(({ path }) => path?.length === 0);
      return {
        name: table.name,
        path: (table.path ?? []).slice(above.length),
        columns,
        ...(isPrimitive && { primitiveArray: true }),
        nestedTables: nestedTables(family, table.name, keys, options),
      };
    });
}

/** One for each key column of the parent; a column that is a link there keeps its name. */
function linkColumns(table: TableModel, parentKey: readonly ExtractorColumn[]): readonly ExtractorColumn[] {
  const joint = table.linkStyle === 'dollar' ? '$' : '_';
  return parentKey.map(({ name, type, dateFormat, foreignKey }) => ({
    name: foreignKey === true ? name : `${table.parent ?? ''}${joint}${name}`,
    type,
    ...(dateFormat !== undefined && { dateFormat }),
    primaryKey: true,
    foreignKey: true,
  }));
}

function dataColumn({ name, path, type }: ColumnModel, isKey = false): ExtractorColumn | undefined {
  if (path === undefined) return undefined;
  return {
    name,
    ...((path.length > 1 || (path.length === 1 && path[0] !== name)) && { path }),
    ...typeOf(type),
    ...(isKey && { primaryKey: true }),
  };
}

function typeOf(type: ColumnType): Pick<ExtractorColumn, 'type' | 'dateFormat'> {
  if (type === 'DATETIME') return { type, dateFormat: instantFormat };
  if (type === 'DATE') return { type, dateFormat: 'yyyy-MM-dd' };
  return { type: type === 'JSON' ? 'STRING' : type };
}
