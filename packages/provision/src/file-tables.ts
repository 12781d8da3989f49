/** The tables that an Extractor Builder file makes. */
import type { ColumnType, TableSchema } from '@millrace/flatten';
import type { ExtractorColumn, ExtractorFile, ExtractorNestedTable } from '@millrace/model';
import type { WantedForeignKey } from './installation.ts';

/** A table of the file. */
export interface FileTable {
  readonly name: string;
  /** The table that it is nested in. */
  readonly parent?: string;
  readonly root: string;
  readonly columns: readonly ExtractorColumn[];
}

/** Every table of the file, parents before what is nested in them. */
export function fileTables(file: ExtractorFile): readonly FileTable[] {
  return file.endpoints.flatMap(({ response }) => {
    const root = response.tableName;
    const nested = (tables: readonly ExtractorNestedTable[], parent: string): readonly FileTable[] =>
      tables.flatMap(({ name, columns, nestedTables = [] }) => [
        { name, parent, root, columns },
        ...nested(nestedTables, name),
      ]);
    return [{ name: root, root, columns: response.columns }, ...nested(response.nestedTables, root)];
  });
}

/** The links of nested tables to the tables that they are nested in. One without a key has none. */
export function nestedForeignKeys(tables: readonly FileTable[]): readonly WantedForeignKey[] {
  return tables.flatMap((table) => {
    const parent = tables.find(({ name }) => name === table.parent);
    if (parent === undefined) return [];
    const keys = parent.columns.filter(({ primaryKey }) => primaryKey === true);
    // Links stand in the order of the parent's keys.
    const links = table.columns.filter(({ foreignKey }) => foreignKey === true);
    const columns = keys.flatMap(({ name }, at) => {
      const link = links[at];
      return link === undefined ? [] : [{ dimension: name, fact: link.name }];
    });
    return columns.length === 0 || columns.length !== keys.length
      ? []
      : [{ dimension: parent.name, fact: table.name, columns }];
  });
}

const types: readonly ColumnType[] = ['BOOLEAN', 'INTEGER', 'FLOAT', 'DATE', 'DATETIME'];

/** The tables as transformations need to know them. */
export function tableSchemas(tables: readonly FileTable[]): readonly TableSchema[] {
  return tables.map(({ name, parent, root, columns }) => ({
    name,
    path: [],
    ...(parent === undefined ? {} : { parent }),
    root,
    primaryKey: [],
    rootKey: [],
    columns: columns.map((column) => ({
      name: column.name,
      path: column.path ?? [],
      type: types.find((type) => type === column.type) ?? 'STRING',
      role: column.foreignKey === true ? 'link' : 'data',
      maxChars: 0,
      maxBytes: 0,
    })),
  }));
}
