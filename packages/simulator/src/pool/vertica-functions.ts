/** Functions of Vertica as DuckDB writes them. */
import { SqlError } from './sql-tokens.ts';
import { text } from './sql-text.ts';

/** What a function needs to know besides its arguments. */
export interface FunctionContext {
  /** The clock, as ISO 8601 in UTC. */
  readonly now: string;
}

type Rewrite = (args: readonly string[], context: FunctionContext) => string;

const units: Readonly<Record<string, string>> = {
  microsecond: 'microsecond',
  us: 'microsecond',
  millisecond: 'millisecond',
  ms: 'millisecond',
  second: 'second',
  ss: 'second',
  s: 'second',
  minute: 'minute',
  mi: 'minute',
  n: 'minute',
  hour: 'hour',
  hh: 'hour',
  day: 'day',
  dd: 'day',
  d: 'day',
  week: 'week',
  wk: 'week',
  ww: 'week',
  month: 'month',
  mm: 'month',
  m: 'month',
  quarter: 'quarter',
  qq: 'quarter',
  q: 'quarter',
  year: 'year',
  yy: 'year',
  yyyy: 'year',
};

function unit(argument: string | undefined): string {
  const name = (argument ?? '').replaceAll(/^'|'$/gu, '').toLowerCase();
  const known = units[name] ?? units[name.replace(/s$/u, '')];
  if (known === undefined) throw new SqlError(`"${name}" is no unit of time.`);
  return known;
}

const timestamp = (expression: string | undefined): string => `CAST(${expression ?? 'NULL'} AS TIMESTAMP)`;

const difference: Rewrite = ([part, from, to]) => `date_diff('${unit(part)}', ${timestamp(from)}, ${timestamp(to)})`;

const addition: Rewrite = ([part, count, at]) =>
  `(${timestamp(at)} + CAST(${count ?? '0'} AS BIGINT) * INTERVAL '1 ${unit(part)}')`;

const now: Rewrite = (_, { now: iso }) => `TIMESTAMP ${text(iso.replace('T', ' ').replace('Z', ''))}`;

/** Parts of a template pattern (`YYYY-MM-DD HH24:MI:SS.MS`), as DuckDB writes them. */
const templates: readonly (readonly [RegExp, string])[] = [
  [/YYYY/gu, '%Y'],
  [/MM/gu, '%m'],
  [/DD/gu, '%d'],
  [/HH24/gu, '%H'],
  [/HH12|HH/gu, '%I'],
  [/MI/gu, '%M'],
  [/SS/gu, '%S'],
  [/MS/gu, '%g'],
  [/US/gu, '%f'],
  [/AM|PM/gu, '%p'],
  [/MON|Mon/gu, '%b'],
  [/DY|Dy/gu, '%a'],
];

function template(argument: string | undefined): string {
  if (argument === undefined || !argument.startsWith("'")) throw new SqlError('A template pattern must be a literal.');
  let pattern = argument;
  // MS must not be taken for the end of MM and SS: longer ones first.
  for (const [found, written] of templates) pattern = pattern.replaceAll(found, written);
  return pattern;
}

const substring: Rewrite = (args) => {
  const [value, pattern, position = '1', occurrence = '1', modifiers = "''", group = '0'] = args;
  if (position !== '1' || occurrence !== '1')
    throw new SqlError('The simulator knows REGEXP_SUBSTR from position 1 for occurrence 1 only.');
  const flags = modifiers === "''" ? '' : `, ${modifiers}`;
  return `NULLIF(regexp_extract(${value ?? 'NULL'}, ${pattern ?? 'NULL'}, ${group}${flags}), '')`;
};

/** Functions whose name or arguments differ. */
export const functions: Readonly<Record<string, Rewrite>> = {
  TIMESTAMPDIFF: difference,
  DATEDIFF: difference,
  TIMESTAMPADD: addition,
  DATEADD: addition,
  NOW: now,
  GETDATE: now,
  SYSDATE: now,
  CLOCK_TIMESTAMP: now,
  STATEMENT_TIMESTAMP: now,
  TO_CHAR: ([value, pattern]) =>
    pattern === undefined
      ? `CAST(${value ?? 'NULL'} AS VARCHAR)`
      : `strftime(${timestamp(value)}, ${template(pattern)})`,
  TO_TIMESTAMP: ([value, pattern]) =>
    pattern === undefined
      ? `make_timestamp(CAST(${value ?? 'NULL'} * 1000000 AS BIGINT))`
      : `strptime(${value ?? 'NULL'}, ${template(pattern)})`,
  TO_DATE: ([value, pattern]) => `CAST(strptime(${value ?? 'NULL'}, ${template(pattern)}) AS DATE)`,
  NVL: (args) => `COALESCE(${args.join(', ')})`,
  ISNULL: (args) => `COALESCE(${args.join(', ')})`,
  IFNULL: (args) => `COALESCE(${args.join(', ')})`,
  ZEROIFNULL: ([value]) => `COALESCE(${value ?? 'NULL'}, 0)`,
  NVL2: ([value, some, none]) =>
    `CASE WHEN ${value ?? 'NULL'} IS NOT NULL THEN ${some ?? 'NULL'} ELSE ${none ?? 'NULL'} END`,
  OCTET_LENGTH: ([value]) => `strlen(${value ?? 'NULL'})`,
  CHARACTER_LENGTH: ([value]) => `length(${value ?? 'NULL'})`,
  CHAR_LENGTH: ([value]) => `length(${value ?? 'NULL'})`,
  REGEXP_SUBSTR: substring,
  REGEXP_LIKE: ([value, pattern, modifiers]) =>
    `regexp_matches(${[value, pattern, ...(modifiers === undefined ? [] : [modifiers])].join(', ')})`,
  REGEXP_REPLACE: ([value, pattern, replacement = "''"]) =>
    `regexp_replace(${value ?? 'NULL'}, ${pattern ?? 'NULL'}, ${replacement}, 'g')`,
  REGEXP_COUNT: ([value, pattern]) => `len(regexp_extract_all(${value ?? 'NULL'}, ${pattern ?? 'NULL'}))`,
  LISTAGG: (args) => `string_agg(${args[0] ?? 'NULL'}, ${args[1] ?? "','"})`,
  ANALYZE_STATISTICS: () => '0',
};

/** Functions of DuckDB that Vertica does not have. */
export const unknownFunctions: ReadonlySet<string> = new Set([
  'EPOCH_MS',
  'EPOCH_US',
  'EPOCH_NS',
  'REGEXP_EXTRACT',
  'REGEXP_EXTRACT_ALL',
  'REGEXP_MATCHES',
  'MAKE_TIMESTAMP',
  'STRFTIME',
  'STRPTIME',
  'DATE_DIFF',
  'DATE_SUB',
  'DATE_ADD',
  'TRY_CAST',
  'UNNEST',
  'STRING_AGG',
  'LIST_VALUE',
  'LIST',
  'LEN',
  'STRUCT_PACK',
  'ARG_MAX',
  'ARG_MIN',
  'FIRST',
  'LAST',
  'READ_PARQUET',
  'READ_CSV',
  'READ_JSON',
  'JSON_EXTRACT',
  'JSON_EXTRACT_STRING',
  'FORMAT',
  'PRINTF',
]);
