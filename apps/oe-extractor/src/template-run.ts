/** A file of the Celonis Extractor Builder, run here. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError, type CommandContext } from '@millrace/cli-kit';
import {
  documentShaper,
  ExtractorFileError,
  extractorPaths,
  extractorSpec,
  parseExtractorFile,
  renameTables,
  tableOf,
  type DocumentShaper,
  type ExtractorEndpoint,
  type ExtractorFile,
  type Model,
} from '@millrace/model';
import { changeColumn, contextParameters } from './context-filters.ts';
import { contextTable, models, namesOf } from './models.ts';
import { readPseudonyms } from './pseudonyms.ts';
import type { Road } from './road.ts';
import { readShape, shapedModel, shapeFingerprint } from './shaping.ts';

/** Reads the file that the settings name. @throws UsageError for a file that is none, or that asks for what OE does not have */
export async function readTemplate(context: CommandContext): Promise<Road> {
  const { io, settings } = context;
  const source = settings.sourceOf('template');
  const name = settings.text('template') ?? '';
  const file = parse(source, name, await readFile(resolve(io.cwd, name), 'utf8').catch(() => undefined));
  refuseShapes(context, source);
  const model = modelOf(context, file, source);
  const endpoints = new Map(file.endpoints.map((endpoint) => [endpoint.response.tableName, endpoint]));
  const endpointOf = (feed: string): ExtractorEndpoint => {
    const found = endpoints.get(feed);
    if (found === undefined) throw new Error(`${name} has no table ${feed}.`);
    return found;
  };
  const shape = { pseudonymize: readShape(context, model).pseudonymize ?? [] };
  const pseudonyms = await readPseudonyms(io, shape.pseudonymize);
  const shaped = shapedModel(model, shape);
  const contexts = endpoints.get(contextTable(model).name);
  return {
    model: withoutFeeds(shaped.model, new Set(endpoints.keys())),
    spec: (feed) => extractorSpec(endpointOf(feed), { childKeys: 'position' }),
    shaper: (feed) => chained(chosenFields(model, endpointOf(feed)), shaped.documents(feed, pseudonyms.of)),
    fingerprint: shapeFingerprint({ ...shape, only: [...endpoints.values()].flatMap(fieldsOf) }, pseudonyms.keyId),
    paths: Object.fromEntries([...endpoints.values()].map((endpoint) => pathOf(model, endpoint, source))),
    fixed: contexts === undefined ? {} : fixedParameters(context, contexts, source),
    pageSize: contexts === undefined ? undefined : pageSizeOf(contexts, source),
  };
}

function parse(source: string, name: string, text: string | undefined): ExtractorFile {
  if (text === undefined) throw new UsageError(`${source}: ${name} cannot be read.`);
  try {
    return parseExtractorFile(text);
  } catch (error) {
    if (error instanceof ExtractorFileError)
      throw new UsageError(`${source}: ${name} is not a file of the Extractor Builder. ${error.message}`, {
        cause: error,
      });
    throw error;
  }
}

function refuseShapes({ settings }: CommandContext, source: string): void {
  const other = ['omit', 'only', 'rename', 'map'].find((key) => settings.text(key) !== undefined);
  if (other !== undefined)
    throw new UsageError(
      `${settings.sourceOf(other)} and ${source} both say which tables there are. Change the file, or leave one out.`,
    );
}

/** The model whose extracted tables are those of the file, under either generation of names; of several, the one that lacks fewest. */
function modelOf(context: CommandContext, file: ExtractorFile, source: string): Model {
  const tables = new Set(file.endpoints.map(({ response }) => response.tableName));
  const explicit = context.settings.explain().find(({ key }) => key === 'model');
  const wanted = explicit?.origin === 'default' ? models : models.filter(({ name }) => name === explicit?.value);
  const candidates = wanted
    .flatMap((model) =>
      [{}, namesOf('older', model), namesOf('current', model)].map((names) => renameTables(model, names)),
    )
    .filter((model) => tables.has(contextTable(model).name))
    .filter((model) => [...tables].every((table) => model.feeds.some((feed) => feed.table === table)));
  const [best] = candidates.toSorted((a, b) => a.feeds.length - b.feeds.length);
  if (best !== undefined) return best;
  const known = models.map((model) => `${model.name}: ${model.feeds.map(({ table }) => table).join(', ')}`).join('; ');
  throw new UsageError(
    `${source}: the file has the tables ${[...tables].join(', ')}, which are not those of a model (${known}).`,
  );
}

/** Feeds that the file does not have are not read. */
function withoutFeeds(model: Model, tables: ReadonlySet<string>): Model {
  return { ...model, feeds: model.feeds.filter(({ table }) => tables.has(table)) };
}

function fieldsOf(endpoint: ExtractorEndpoint): readonly string[] {
  return extractorPaths(endpoint).map((path) => [endpoint.response.tableName, ...path].join('$'));
}

/** The Extractor Builder ignores fields that the file does not have. What delta loads go by is read all the same. */
function chosenFields(model: Model, endpoint: ExtractorEndpoint): DocumentShaper {
  const isContext = endpoint.response.tableName === contextTable(model).name;
  const only = [...extractorPaths(endpoint), ...(isContext ? [changeColumn.split('$')] : [])];
  return documentShaper({ only }, (text) => text);
}

function chained(first: DocumentShaper, second: DocumentShaper | undefined): DocumentShaper {
  if (second === undefined) return first;
  return {
    shape: (document) => second.shape(first.shape(document)),
    get documents() {
      return second.documents;
    },
    get unmatched() {
      return second.unmatched;
    },
  };
}

const apiUrl = '{Connection.API_URL}';

function pathOf(model: Model, endpoint: ExtractorEndpoint, source: string): readonly [string, string] {
  const { name, url, dependsOn, response } = endpoint;
  const refuse = (why: string): never => {
    throw new UsageError(`${source}: the endpoint ${name} ${why}.`);
  };
  if (dependsOn !== '') refuse('depends on another one, which no list of OE does');
  if (!url.startsWith(`${apiUrl}/`) || /[{}?#]/.test(url.slice(apiUrl.length)))
    refuse(`has the URL ${url}; ${apiUrl} and a path are expected`);
  const root = response.responseRoot.join('.');
  if (root !== '' && root !== 'items')
    refuse(`has its rows at ${root}; a list of OE is the answer itself, or under items`);
  const operation = tableOf(model, response.tableName).source?.operation ?? '';
  return [operation, url.slice(apiUrl.length)];
}

function fixedParameters(
  { settings }: CommandContext,
  { name, requestParameters }: ExtractorEndpoint,
  source: string,
): Readonly<Record<string, string>> {
  const values = requestParameters.flatMap(({ name: parameter, useAsFilter, value }) => {
    if (useAsFilter || value === undefined) return [];
    if (!contextParameters.some((known) => known.name === parameter))
      throw new UsageError(
        `${source}: the endpoint ${name} sends "${parameter}", which the list does not have. It has ${contextParameters.map((known) => known.name).join(', ')}.`,
      );
    const filled = value.replaceAll('{Connection.DIGITAL_PROCESS_ID}', () => {
      const id = settings.text('digitalProcess');
      if (id !== undefined) return id;
      throw new UsageError(
        `${source}: the file asks for the connection parameter DIGITAL_PROCESS_ID. Give it with --digital-process.`,
      );
    });
    if (filled.includes('{'))
      throw new UsageError(
        `${source}: the endpoint ${name} sends ${parameter}=${value}, which cannot be filled in here.`,
      );
    return [[parameter, filled] as const];
  });
  return Object.fromEntries(values);
}

function pageSizeOf({ name, pagination }: ExtractorEndpoint, source: string): number | undefined {
  const { paginationMethod: method, paginationData: data = {} } = pagination;
  if (method === 'PAGE_BY_PAGE_PAGINATION' && data.pageParameter === 'pageNumber' && data.pageSize === 'pageSize')
    return data.defaultPageSize;
  throw new UsageError(
    `${source}: the endpoint ${name} is paged by ${method ?? 'nothing'}; lists of OE are paged page by page, with pageNumber and pageSize.`,
  );
}
