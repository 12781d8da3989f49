/** What process contexts are asked for: flags and filter statements as conditions on the query parameters of the list. */
import { access } from 'node:fs/promises';
import { UsageError, type CommandContext } from '@millrace/cli-kit';
import { instantSetting, wordSetting } from '@millrace/cli-kit/values';
import { parseDestinationUrl, queryDestination } from '@millrace/destinations';
import {
  checkFilterNames,
  duckdb,
  fillFilter,
  FilterError,
  filterValues,
  formatFilter,
  formatParameter,
  ParameterError,
  parseFilter,
  parseParameters,
  placeholdersOf,
  type ExtractionParameter,
  type FilterCondition,
  type FilterParameter,
  type FilterStatement,
} from '@millrace/model';
import { oeOperations, type ProcessContextFilters } from '@millrace/oe-client';

const paging = new Set(['pageNumber', 'pageSize', 'sort']);

/** What the list of process contexts can be filtered by. */
export const contextParameters: readonly FilterParameter[] = oeOperations.listProcessContexts.query.filter(
  ({ name }) => !paging.has(name),
);

/** Column that `updatedSince` goes by. */
export const changeColumn = 'metadata$updatedAt';

/** Where a delta load begins: at the newest change that the destination holds, at an instant, or nowhere in particular. */
export type DeltaStart = 'newest' | Date | undefined;

/** What is asked for, and what has to stay the same for a delta load to make sense. */
export interface ContextFilters {
  /** Values of the first load, by query parameter. */
  readonly full: Readonly<Record<string, string>>;
  /** Values of later loads. `updatedSince` is in it where no later load may ask for anything older. */
  readonly delta: Readonly<Record<string, string>>;
  readonly deltaStart: DeltaStart;
  /** The conditions that the user set on the first load, without the defaults, for people: `status = 'finished'`. */
  readonly told: FilterStatement | undefined;
  /** The conditions as they were written: with others, everything is read again. */
  readonly fingerprint: Readonly<Record<string, string>>;
}

/** Where conditions come from and what their parameters are looked up in. */
export interface FilterSources {
  /** Name of the table of process contexts in the destination. */
  readonly table: string;
  /** The destination, absolute. */
  readonly destination: string;
  /** Conditions that something else than a flag sets, such as a template's static parameters. */
  readonly fixed?: Readonly<Record<string, string>>;
}

/** Reads flags and statements. @throws UsageError for what the list cannot be asked, with place and right form */
export async function readContextFilters(context: CommandContext, sources: FilterSources): Promise<ContextFilters> {
  const { settings } = context;
  const parameters = readParameters(context, sources.table);
  const flags = readFlags(context, sources.fixed ?? {});
  const own = statementSetting(context, 'filter', sources.table);
  const ownDelta = statementSetting(context, 'deltaFilter', sources.table);
  const values = await resolveParameters(
    parameters,
    [own, ownDelta].filter((each) => each !== undefined),
    sources,
  );
  const told = joined(flags, own, values, settings.sourceOf('filter'));
  const full = withScopes(context, told);
  const delta =
    ownDelta === undefined
      ? full
      : withScopes(context, joined(flags, ownDelta, values, settings.sourceOf('deltaFilter')));
  const fullValues = valuesOf(full, values, settings.sourceOf('filter'));
  const { updatedSince, ...deltaValues } = valuesOf(delta, values, settings.sourceOf('deltaFilter'));
  const used = new Set([full, delta].flatMap(placeholdersOf));
  return {
    full: fullValues,
    delta: ownDelta === undefined ? fullValues : deltaValues,
    deltaStart: deltaStart(delta, updatedSince, { parameters, table: sources.table, isOwn: ownDelta !== undefined }),
    told: told.conditions.length === 0 ? undefined : fillFilter(told, values),
    fingerprint: {
      filter: formatFilter(full),
      ...(ownDelta === undefined ? {} : { deltaFilter: formatFilter(delta) }),
      ...Object.fromEntries(
        parameters.filter(({ name }) => used.has(name)).map((each) => [`<%=${each.name}%>`, formatParameter(each)]),
      ),
    },
  };
}

/** The statements as a data job of Celonis has them, with their parameters. */
export interface WrittenFilters {
  readonly filter: string;
  readonly deltaFilter: string;
  /** Those that the statements name. */
  readonly parameters: readonly ExtractionParameter[];
}

/**
 * Flags and statements as the filter statements of a data job. Scopes are the parameter `includeScopes`; a delta load without a statement of
 * its own reads what changed. @throws UsageError for what the list cannot be asked
 */
export function writtenFilters(context: CommandContext, table: string): WrittenFilters {
  const { settings } = context;
  const parameters = readParameters(context, table);
  const values = new Map(
    parameters.map((each) => [each.name, each.kind === 'text' ? each.value : each.default] as const),
  );
  // A connection of one digital process sends its ID by itself.
  const left = new Set(['includeScopes', ...(settings.on('byTemplate') ? ['executionTemplateID'] : [])]);
  const told: FilterStatement = {
    text: '',
    conditions: readFlags(context, {}).conditions.filter(({ name }) => !left.has(name)),
  };
  const full = withParameter(
    joined(told, statementSetting(context, 'filter', table), values, settings.sourceOf('filter')),
    'includeScopes',
    true,
  );
  const own = statementSetting(context, 'deltaFilter', table);
  const delta = withParameter(
    own === undefined
      ? withParameter(full, 'updatedSince', false, 'max_modified_time')
      : joined(told, own, values, settings.sourceOf('deltaFilter')),
    'includeScopes',
    true,
  );
  const used = new Set([full, delta].flatMap(placeholdersOf));
  return {
    filter: formatFilter(full),
    deltaFilter: formatFilter(delta),
    parameters: parameters.filter(({ name }) => used.has(name)),
  };
}

function withParameter(statement: FilterStatement, name: string, quoted: boolean, parameter = name): FilterStatement {
  if (statement.conditions.some((each) => each.name === name)) return statement;
  const added = { ...condition(name, `<%=${parameter}%>`), quoted };
  return { ...statement, conditions: [...statement.conditions, added] };
}

/** The values under the names that the client gives them. */
export function clientFilters(values: Readonly<Record<string, string>>): ProcessContextFilters {
  const { executionTemplateID, includeScopes, ...rest } = values;
  return {
    ...rest,
    // Checked against the values of the list.
    ...(includeScopes === undefined
      ? {}
      : { includeScopes: includeScopes as NonNullable<ProcessContextFilters['includeScopes']> }),
    ...(executionTemplateID === undefined ? {} : { executionTemplateId: executionTemplateID }),
  };
}

function deltaStart(
  delta: FilterStatement,
  value: string | undefined,
  { parameters, table, isOwn }: { parameters: readonly ExtractionParameter[]; table: string; isOwn: boolean },
): DeltaStart {
  // A delta load without a statement of its own reads what changed.
  if (!isOwn) return 'newest';
  const placeholder = /^<%=\s*([\w.-]+)\s*%>$/.exec(
    delta.conditions.find(({ name }) => name === 'updatedSince')?.value ?? '',
  );
  const parameter = parameters.find(({ name }) => name === placeholder?.[1]);
  const isNewest =
    parameter?.kind === 'dynamic' &&
    parameter.operation === 'FIND_MAX' &&
    parameter.table === table &&
    parameter.column === changeColumn;
  if (isNewest) return 'newest';
  return value === undefined ? undefined : new Date(value);
}

/** The parameters that there are without saying, and those given. The older guide spells the first one in two ways. */
function readParameters(context: CommandContext, table: string): readonly ExtractionParameter[] {
  const { settings } = context;
  const newest = {
    kind: 'dynamic',
    operation: 'FIND_MAX',
    table,
    column: changeColumn,
    default: '1970-01-01',
  } as const;
  const builtIn: readonly ExtractionParameter[] = [
    { name: 'max_modified_time', ...newest },
    { name: 'max_modfied_time', ...newest },
    { kind: 'text', name: 'includeScopes', value: chosenScopes(context) },
  ];
  const given = explained(settings.sourceOf('parameters'), () => parseParameters(settings.text('parameters') ?? ''));
  const renamed = given.map((parameter) =>
    parameter.kind === 'dynamic' && /^(?:process|execution)_context$/.test(parameter.table)
      ? { ...parameter, table }
      : parameter,
  );
  return [...builtIn.filter(({ name }) => !given.some((each) => each.name === name)), ...renamed];
}

function chosenScopes({ settings }: CommandContext): string {
  const scopes = wordSetting(settings, 'scopes', ['live', 'draft', 'live,draft', 'draft,live']) ?? 'live';
  return scopes === 'draft,live' ? 'live,draft' : scopes;
}

function readFlags(context: CommandContext, fixed: Readonly<Record<string, string>>): FilterStatement {
  const { settings } = context;
  const status = settings.text('status');
  if (status === '') throw new UsageError('--status: give a status, as finished, or leave the flag out for all.');
  const process = settings.text('digitalProcess');
  if (process !== undefined && !/^[\w-]+$/.test(process))
    throw new UsageError(
      `${settings.sourceOf('digitalProcess')}: "${process}" is not the ID of a digital process. It stands in the URL of the digital process in OE: 01JX0B2M9Q3N4P5R6S7T8V9W0X.`,
    );
  const values: Readonly<Record<string, string | undefined>> = {
    ...fixed,
    status: status ?? fixed['status'],
    createdSince: instantSetting(settings, 'createdSince') ?? fixed['createdSince'],
    updatedSince: instantSetting(settings, 'updatedSince') ?? fixed['updatedSince'],
    executionTemplateID: process ?? fixed['executionTemplateID'],
  };
  const isGiven = settings
    .explain()
    .some(({ key, origin }) => key === 'scopes' && origin !== 'default' && origin !== 'none');
  const scopes = chosenScopes(context);
  const all = { ...values, ...(isGiven ? { includeScopes: scopes } : {}) };
  const conditions = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : condition(name, value),
  );
  return { text: '', conditions };
}

function condition(name: string, value: string): FilterCondition {
  return { name, value, quoted: true, nameAt: 1, valueAt: 1 };
}

function withScopes(context: CommandContext, statement: FilterStatement): FilterStatement {
  if (statement.conditions.some(({ name }) => name === 'includeScopes')) return statement;
  return { ...statement, conditions: [...statement.conditions, condition('includeScopes', chosenScopes(context))] };
}

function statementSetting({ settings }: CommandContext, key: string, table: string): FilterStatement | undefined {
  const text = settings.text(key);
  if (text === undefined) return undefined;
  return explained(settings.sourceOf(key), () => {
    const statement = parseFilter(text);
    checkFilterNames(statement, table, contextParameters);
    return statement;
  });
}

function joined(
  flags: FilterStatement,
  own: FilterStatement | undefined,
  values: ReadonlyMap<string, string>,
  source: string,
): FilterStatement {
  if (own === undefined) return flags;
  for (const { name, value } of explained(source, () => fillFilter(own, values)).conditions) {
    const twin = flags.conditions.find((each) => each.name === name);
    if (twin !== undefined && twin.value !== value)
      throw new UsageError(
        `${source} sets ${name} to ${value}, and another option to ${twin.value}. Set it in one of them.`,
      );
  }
  const names = new Set(own.conditions.map(({ name }) => name));
  return {
    text: own.text,
    conditions: [...flags.conditions.filter(({ name }) => !names.has(name)), ...own.conditions],
  };
}

function valuesOf(
  statement: FilterStatement,
  values: ReadonlyMap<string, string>,
  source: string,
): Readonly<Record<string, string>> {
  return explained(source, () => filterValues(fillFilter(statement, values), contextParameters));
}

/** The values of the parameters that the statements use. */
async function resolveParameters(
  parameters: readonly ExtractionParameter[],
  statements: readonly FilterStatement[],
  { destination }: FilterSources,
): Promise<ReadonlyMap<string, string>> {
  const used = new Set(statements.flatMap(placeholdersOf));
  const values = new Map<string, string>();
  for (const parameter of parameters) {
    if (parameter.kind === 'text') values.set(parameter.name, parameter.value);
    else if (used.has(parameter.name))
      values.set(parameter.name, (await extremeOf(destination, parameter)) ?? parameter.default);
    else values.set(parameter.name, parameter.default);
  }
  return values;
}

/** The largest or smallest value of a column; `undefined` as long as there is none. */
async function extremeOf(
  destination: string,
  { operation, table, column }: ExtractionParameter & { readonly kind: 'dynamic' },
): Promise<string | undefined> {
  const { target } = parseDestinationUrl(destination);
  if (target === '-') return undefined;
  try {
    await access(target);
    const name = duckdb.identifier(column);
    const sql = `SELECT ${operation === 'FIND_MAX' ? 'MAX' : 'MIN'}(${name}) FROM ${duckdb.identifier(table)}`;
    const { rows } = await queryDestination(destination, sql);
    const value = rows[0]?.[0];
    return value === null || value === undefined ? undefined : String(value);
  } catch {
    // Nothing was extracted yet, or not this column. What else ails the destination shows when it is opened to write.
    return undefined;
  }
}

function explained<Result>(source: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof FilterError || error instanceof ParameterError)
      throw new UsageError(`${source}: ${error.message}`, { cause: error });
    throw error;
  }
}
