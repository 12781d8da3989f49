/** From a model to what is to stand in a pool. */
import {
  celonis,
  celonisScript,
  type ExtractorFile,
  type Model,
  renderTransformations,
  type RenderOptions,
  tableOf,
} from '@millrace/model';
import { type FileTable, fileTables, nestedForeignKeys, tableSchemas } from './file-tables.ts';
import type {
  ConnectionValues,
  Installation,
  Road,
  WantedActivityTable,
  WantedForeignKey,
  WantedParameter,
  WantedTransformation,
} from './installation.ts';
import { keyedTableScript, rawTable } from './keyed-table.ts';

/** Filter statements of a table of the extraction. */
export interface TableFilters {
  readonly filter?: string;
  readonly deltaFilter?: string;
}

/** What an installation is made with besides the model. */
export interface InstallationOptions {
  readonly name: string;
  readonly pool: string;
  readonly program: string;
  /** On the push road: the tables that are pushed. Default: all that the model does not make. */
  readonly pushed?: readonly string[];
  /** On the pull road: the Extractor Builder file, and what its connection is filled in with. Without it the road is push. */
  readonly pull?: {
    readonly file: ExtractorFile;
    readonly values: ConnectionValues;
    /** By root table of the file. */
    readonly filters?: Readonly<Record<string, TableFilters>>;
    readonly parameters?: readonly WantedParameter[];
    /** For records without an ID: by table and column, the part that makes two records the same. */
    readonly identity?: Readonly<Record<string, Readonly<Record<string, (column: string) => string>>>>;
  };
}

/** What is to stand in the pool. Tables that nothing fills are left out, and foreign keys and activity tables with them. */
export function installationOf(model: Model, options: InstallationOptions): Installation {
  const { name, pool, program, pull, pushed = model.tables.map((table) => table.name) } = options;
  const found = pull === undefined ? undefined : fileTables(pull.file);
  const keyed = keyedFeeds(model, found);
  const extracted = found?.filter((table) => !keyed.some((feed) => rawTable(feed) === table.root));
  const made = new Set(model.transformations.map(({ output }) => output));
  const filled = new Set([...(extracted?.map((table) => table.name) ?? pushed), ...keyed, ...made]);
  const foreignKeys = foreignKeysOf(model, extracted).filter(
    ({ dimension, fact }) => filled.has(dimension) && filled.has(fact),
  );
  return {
    name,
    pool,
    program,
    description: model.description,
    road: (pull === undefined ? 'push' : 'pull') satisfies Road,
    ...(pull === undefined || found === undefined ? {} : extractionOf(options.name, pull, found)),
    transformations: [
      ...keyed.map((feed) => keying(model, feed, pull?.identity?.[feed])),
      ...transformationsOf(model, extracted, keyed),
    ],
    tables: [...filled],
    foreignKeys,
    activityTables: activityTablesOf(model, foreignKeys),
  };
}

/** Feeds whose records have no ID, as far as the file extracts them. */
function keyedFeeds(model: Model, found: readonly FileTable[] | undefined): readonly string[] {
  return model.feeds.map(({ table }) => table).filter((feed) => found?.some(({ name }) => name === rawTable(feed)));
}

function extractionOf(
  name: string,
  pull: NonNullable<InstallationOptions['pull']>,
  found: readonly FileTable[],
): Pick<Installation, 'connection' | 'extraction'> {
  const { file, values, filters = {}, parameters = [] } = pull;
  return {
    connection: { name, extractorName: name, file, values },
    extraction: {
      name: `${name}: extract`,
      description: 'Extracts the tables of the connection.',
      tables: found.map((table) => ({
        name: table.name,
        ...(table.parent === undefined ? {} : { parent: table.parent }),
        root: table.root,
        filter: table.parent === undefined ? (filters[table.name]?.filter ?? '') : '',
        deltaFilter: table.parent === undefined ? (filters[table.name]?.deltaFilter ?? '') : '',
      })),
      parameters,
    },
  };
}

function keying(
  model: Model,
  feed: string,
  identity: Readonly<Record<string, (column: string) => string>> | undefined,
): WantedTransformation {
  return {
    name: feed,
    description: `Gives each record of ${rawTable(feed)} its key, once.`,
    sql: keyedTableScript(tableOf(model, feed), identity),
  };
}

/** Made anew each time: the tables then are what their inputs say, whatever stood there before. */
function transformationsOf(
  model: Model,
  extracted: readonly FileTable[] | undefined,
  keyed: readonly string[],
): readonly WantedTransformation[] {
  const options: RenderOptions = {
    dialect: celonis,
    mode: 'full',
    ...(extracted === undefined ? {} : { tables: [...tableSchemas(extracted), ...tableSchemas(keyed.map(asKeyed))] }),
  };
  return renderTransformations(model, options).map(({ name, statements }) => ({
    name,
    description: model.transformations.find((each) => each.name === name)?.description ?? '',
    sql: celonisScript(statements),
  }));

  function asKeyed(feed: string): FileTable {
    return { name: feed, root: feed, columns: tableOf(model, feed).columns.map(({ name, type }) => ({ name, type })) };
  }
}

/** Those of the model; where Celonis extracts, nested tables hang together by the keys of the file. */
function foreignKeysOf(model: Model, extracted: readonly FileTable[] | undefined): readonly WantedForeignKey[] {
  const declared = model.foreignKeys.filter(({ fact, dimension }) => {
    const table = model.tables.find(({ name }) => name === fact.table);
    return extracted === undefined || table?.parent !== dimension.table;
  });
  return [
    ...declared.map(({ dimension, fact }) => ({
      dimension: dimension.table,
      fact: fact.table,
      columns: dimension.columns.map((column, at) => ({ dimension: column, fact: fact.columns[at] ?? column })),
    })),
    ...(extracted === undefined ? [] : nestedForeignKeys(extracted)),
  ];
}

/** The table of cases is the one that has each case once. */
function activityTablesOf(model: Model, foreignKeys: readonly WantedForeignKey[]): readonly WantedActivityTable[] {
  return model.activityTables.map(({ table, caseId, activity, timestamp, sorting, endTimestamp }, at) => ({
    table,
    caseTable:
      foreignKeys.find(({ fact, columns }) => fact === table && columns.length === 1 && columns[0]?.fact === caseId)
        ?.dimension ?? null,
    caseId,
    activity,
    timestamp,
    sorting: sorting ?? null,
    endTimestamp: endTimestamp ?? null,
    isDefault: at === 0,
  }));
}
