/** Extractions of data jobs: the Extractor Builder file of the connection, run against its source. */
import { createFlattener, type JsonObject as Document, type Row, rows } from '@millrace/flatten';
import { parseAnyIso } from '@millrace/flatten/schemas';
import {
  documentShaper,
  type ExtractorColumn,
  type ExtractorEndpoint,
  type ExtractorFile,
  type ExtractorNestedTable,
  extractorPaths,
  extractorSpec,
  parseExtractorFile,
  parseFilter,
} from '@millrace/model';
import type { StepLog } from './execution.ts';
import { type ConnectionValues, ExtractionError, Source } from './extraction-requests.ts';
import { loadExtracted } from './extraction-tables.ts';
import { formatJava } from './date-pattern.ts';
import { asObject, asText, type JsonObject, stringAt, textAt } from './json.ts';
import { fillPlaceholders } from './parameter-values.ts';
import { extractorOf } from './pool-operations.ts';
import { withoutRepeats } from './repeated-rows.ts';
import type { PoolState } from './state.ts';
import type { PoolTeam } from './team.ts';

/** An extraction that runs. */
export interface ExtractionRun {
  readonly team: PoolTeam;
  readonly pool: PoolState;
  readonly job: JsonObject;
  readonly task: JsonObject;
  readonly mode: 'FULL' | 'DELTA';
  readonly log: StepLog;
}

/** Runs an extraction. Rejects with what is wrong; tables that were loaded before that stay loaded. */
export async function runExtraction(run: ExtractionRun): Promise<void> {
  const { pool, job, task, log } = run;
  const connection = pool.connections.get(stringAt(job, 'dataSourceId'));
  const file = fileOf(pool, connection);
  const chosen = pool
    .tablesOf(stringAt(task, 'id'))
    .all()
    .filter((table) => table['disabled'] !== true);
  if (chosen.length === 0) throw new ExtractionError('There is no table in the extraction.');
  const source = new Source(valuesOf(pool, connection, file), file.supportedAuthenticationConfigurations[0], log);
  const extracted = new Map<string, readonly Row[]>();
  const waiting = file.endpoints.filter(({ response }) =>
    chosen.some((table) => table['tableName'] === response.tableName),
  );
  const offered = new Set(file.endpoints.flatMap((endpoint) => [...tablesOf(endpoint).keys()]));
  const unknown = chosen.find((table) => !offered.has(stringAt(table, 'tableName')));
  if (unknown !== undefined) throw new ExtractionError(`The source has no table ${stringAt(unknown, 'tableName')}.`);
  // An endpoint comes after the one that it depends on.
  for (const endpoint of inOrder(waiting, file)) {
    const documents = await documentsOf(run, { endpoint, file, source, chosen, extracted });
    for (const [name, found] of shaped(endpoint, documents)) {
      extracted.set(name, found);
      const table = chosen.find((each) => each['tableName'] === name);
      if (table !== undefined) await load(run, endpoint, table, found);
    }
  }
  log.info('Extraction successful.');
}

function fileOf(pool: PoolState, connection: JsonObject): ExtractorFile {
  const configuration = extractorOf(pool, connection);
  if (configuration === undefined) {
    throw new ExtractionError(`The connection ${stringAt(connection, 'name')} has no custom extractor.`);
  }
  return parseExtractorFile(JSON.stringify(configuration));
}

/** What was filled in for the connection, over the defaults of the file. */
function valuesOf(pool: PoolState, connection: JsonObject, file: ExtractorFile): ConnectionValues {
  const given = asObject(pool.typed.get(stringAt(connection, 'id'))?.['configuration']);
  const defaults = file.connectionParameters.flatMap(({ placeholder, defaultValue }) =>
    defaultValue === undefined ? [] : [[placeholder, defaultValue] as const],
  );
  const filled = Object.entries(given).map(([name, value]) => [name, asText(value)] as const);
  return Object.fromEntries([...defaults, ...filled]);
}

function inOrder(endpoints: readonly ExtractorEndpoint[], file: ExtractorFile): ExtractorEndpoint[] {
  const depth = (endpoint: ExtractorEndpoint, steps = 0): number => {
    const parent = file.endpoints.find(({ id }) => id === endpoint.dependsOn);
    return parent === undefined || steps > file.endpoints.length ? steps : depth(parent, steps + 1);
  };
  return endpoints.toSorted((a, b) => depth(a) - depth(b));
}

interface EndpointRun {
  readonly endpoint: ExtractorEndpoint;
  readonly file: ExtractorFile;
  readonly source: Source;
  readonly chosen: readonly JsonObject[];
  readonly extracted: ReadonlyMap<string, readonly Row[]>;
}

/** All rows of an endpoint; of a dependent one, with the value that each was asked with in its link column. */
async function documentsOf(run: ExtractionRun, one: EndpointRun): Promise<Document[]> {
  const { endpoint, file, source, chosen, extracted } = one;
  const table = chosen.find((each) => each['tableName'] === endpoint.response.tableName) ?? {};
  const filters = await filtersOf(run, endpoint, table);
  run.log.info(`Starting extraction for ${endpoint.response.tableName}.`);
  const documents: Document[] = [];
  const parent = file.endpoints.find(({ id }) => id === endpoint.dependsOn);
  if (parent === undefined) {
    for await (const page of source.pages(endpoint, filters)) documents.push(...page);
    return documents;
  }
  const column = endpoint.dependsOnColumn ?? '';
  const parentRows = extracted.get(parent.response.tableName);
  if (parentRows === undefined) {
    throw new ExtractionError(`${endpoint.name} depends on ${parent.name}, which is not in the extraction.`);
  }
  const link = `${parent.response.tableName}$${column}`;
  const values = new Set(parentRows.map((row) => row[column]).filter((value) => value !== null && value !== undefined));
  for (const value of [...values].map(String)) {
    for await (const page of source.pages(endpoint, filters, { column, value })) {
      documents.push(...page.map((document) => ({ ...document, [link]: value })));
    }
  }
  return documents;
}

/** Values of the parameters that filters fill in: of the filter statement in full loads, of the delta filter statement in delta loads. */
async function filtersOf(
  { team, pool, task, mode, log }: ExtractionRun,
  endpoint: ExtractorEndpoint,
  table: JsonObject,
): Promise<ReadonlyMap<string, string>> {
  const written = textAt(table, mode === 'FULL' ? 'filterDefinition' : 'deltaFilterDefinition');
  if (written === undefined || written.trim() === '') return new Map();
  const statement = await fillPlaceholders(written, { team, pool, task });
  log.info(`Setting filter to ${statement}.`);
  const values = new Map<string, string>();
  for (const { name, value } of parseFilter(statement).conditions) {
    const parameter = endpoint.requestParameters.find((each) => each.name === name && each.useAsFilter);
    if (parameter === undefined) throw new ExtractionError(`${endpoint.name} has no parameter ${name} to filter by.`);
    values.set(name, formatted(value, parameter));
  }
  return values;
}

/** A date in the format of its parameter; all else as it is. */
function formatted(value: string, { filterType, dateFormat }: ExtractorEndpoint['requestParameters'][number]): string {
  if (filterType !== 'DATE' && filterType !== 'DATETIME') return value;
  const time = parseAnyIso(value.replace(' ', 'T'));
  if (time === undefined) throw new ExtractionError(`"${value}" is no date.`);
  return formatJava(time, dateFormat ?? (filterType === 'DATE' ? 'yyyy-MM-dd' : "yyyy-MM-dd'T'HH:mm:ssZZ"));
}

/** The columns of an endpoint's tables, by table. */
function tablesOf({ response }: ExtractorEndpoint): Map<string, readonly ExtractorColumn[]> {
  const tables = new Map([[response.tableName, response.columns]]);
  const add = (nested: readonly ExtractorNestedTable[] | undefined): void => {
    for (const table of nested ?? []) {
      tables.set(table.name, table.columns);
      add(table.nestedTables);
    }
  };
  add(response.nestedTables);
  return tables;
}

/** Documents as rows of the endpoint's tables; fields that the file does not have are ignored. */
function shaped(endpoint: ExtractorEndpoint, documents: readonly Document[]): Map<string, readonly Row[]> {
  const flattener = createFlattener(extractorSpec(endpoint));
  const chosen = documentShaper({ only: extractorPaths(endpoint) }, (text) => text);
  const { nestedTables } = endpoint.response;
  flattener.push(documents.map((document) => withoutRepeats(chosen.shape(document), nestedTables)));
  const found = new Map([...tablesOf(endpoint).keys()].map((name) => [name, [] as readonly Row[]]));
  for (const batch of flattener.take().tables) {
    if (found.has(batch.table.name)) found.set(batch.table.name, [...rows(batch)]);
  }
  return found;
}

async function load(
  run: ExtractionRun,
  endpoint: ExtractorEndpoint,
  table: JsonObject,
  found: readonly Row[],
): Promise<void> {
  const { team, pool, job, task, mode, log } = run;
  const source = stringAt(table, 'tableName');
  const name = table['renameTargetTable'] === true ? (textAt(table, 'targetTableName') ?? source) : source;
  const settings = pool.extractionSettings.get(stringAt(task, 'id'));
  const columns = tablesOf(endpoint).get(source) ?? [];
  const schema = pool.schemaOf(job['dataSourceId']);
  await loadExtracted(team, { schema, name, columns, rows: found }, mode, settings?.['ignoreMetadataChanges'] === true);
  log.info(`Table ${name} successfully extracted: ${found.length} rows.`);
}
