/**
 * Celonis SQL, which is Vertica's, as DuckDB runs it: what transformations are known to use. What Vertica is known to lack is refused.
 * Not the whole of either language.
 */
import { quoted } from './sql-text.ts';
import { closing, is, nameOf, splitAt, SqlError, statementsOf, type Token, tokenize, words } from './sql-tokens.ts';
import { type FunctionContext, functions, unknownFunctions } from './vertica-functions.ts';
import { readType } from './vertica-types.ts';

/** A string column with a declared length. */
export interface DeclaredLength {
  readonly table: string;
  readonly column: string;
  readonly octets: number;
}

/** A statement for DuckDB. */
export interface Translated {
  readonly sql: string;
  /** The statement as it was, for messages. */
  readonly source: string;
  /** Lengths that it declares. */
  readonly lengths: readonly DeclaredLength[];
  /** The schema that the table is in, when the statement names one. */
  readonly schema?: string;
}

const defaultLength = 80;

/** Translates a script, its parameters filled in. Throws `SqlError` for what Vertica refuses. */
export function translate(script: string, context: FunctionContext): Translated[] {
  return statementsOf(tokenize(script)).map((tokens) => statement(tokens, context));
}

const beginnings =
  /^(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|TRUNCATE TABLE|DROP (?:TABLE|VIEW)|ALTER TABLE|CREATE (?:TABLE|VIEW|OR REPLACE VIEW|(?:LOCAL |GLOBAL )?TEMP(?:ORARY)? (?:TABLE|VIEW))|COMMIT|\()/u;

/** Word sequences that Vertica does not know. */
const unknownSyntax: readonly (readonly [RegExp, string])[] = [
  [/\bIS (?:NOT )?DISTINCT FROM\b/u, 'IS DISTINCT FROM (the null-safe comparison is <=>)'],
  [/\bWHEN NOT MATCHED BY\b/u, 'WHEN NOT MATCHED BY SOURCE'],
  [/\bON CONFLICT\b/u, 'ON CONFLICT'],
  [/\bQUALIFY\b/u, 'QUALIFY'],
  [/\b(?:GROUP|ORDER) BY ALL\b/u, 'BY ALL'],
  [/^DELETE FROM \S+ (?:AS \S+ |\S+ )?USING\b/u, 'DELETE … USING'],
  [/\* EXCLUDE\b|\* REPLACE\b/u, '* EXCLUDE'],
  [/\bSELECT DISTINCT ON \(/u, 'DISTINCT ON'],
  [/\) FILTER \( WHERE\b/u, 'FILTER (WHERE …)'],
  [/^INSERT OR\b/u, 'INSERT OR …'],
  [/^CREATE (?:TABLE|VIEW) .*\bUNION (?:ALL )?BY NAME\b|\bUNION (?:ALL )?BY NAME\b/u, 'UNION BY NAME'],
];

function statement(tokens: readonly Token[], context: FunctionContext): Translated {
  const source = tokens
    .map(({ text, newLine }) => (newLine ? '\n' : ' ') + text)
    .join('')
    .trim();
  const shape = tokens
    .map(({ kind, text }) => (kind === 'word' || kind === 'symbol' ? text.toUpperCase() : '?'))
    .join(' ');
  if (!beginnings.test(shape))
    throw new SqlError(`Syntax error at or near "${tokens[0]?.text ?? ''}" in: ${short(source)}`);
  for (const [pattern, what] of unknownSyntax) {
    if (pattern.test(shape)) throw new SqlError(`Syntax error: Vertica has no ${what}, in: ${short(source)}`);
  }
  // https://docs.vertica.com/23.3.x/en/sql-reference/statements/select/order-by-clause/
  if (outsideWindows(tokens).some((token, at, rest) => is(token, 'NULLS') && is(rest[at + 1], 'FIRST', 'LAST')))
    throw new SqlError(`Syntax error: Vertica has NULLS FIRST and LAST in windows only, in: ${short(source)}`);
  if (is(tokens[0], 'CREATE')) return create(tokens, source, context);
  if (is(tokens[0], 'COMMIT')) return { sql: 'SELECT 1', source, lengths: [] };
  return { sql: rewrite(tokens, context), source, lengths: [] };
}

/** Without what is in the brackets of `OVER (…)`. */
function outsideWindows(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token !== undefined) kept.push(token);
    if (is(token, 'OVER') && is(tokens[at + 1], '(')) at = closing(tokens, at + 1);
  }
  return kept;
}

function short(sql: string): string {
  const line = sql.replaceAll(/\s+/gu, ' ');
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

function create(tokens: readonly Token[], source: string, context: FunctionContext): Translated {
  const table = tokens.findIndex((token) => is(token, 'TABLE'));
  if (table < 0) return { sql: rewrite(tokens, context), source, lengths: [] };
  const nameAt = words(tokens, table + 1, 3) === 'IF NOT EXISTS' ? table + 4 : table + 1;
  const parts = nameParts(tokens, nameAt);
  const name = parts.names.at(-1) ?? '';
  const schema = parts.names.length > 1 ? parts.names[0] : undefined;
  const after = parts.end;
  const head = rewrite(
    tokens.slice(0, after).filter((token) => !is(token, 'LOCAL', 'GLOBAL')),
    context,
  );
  if (!is(tokens[after], '(')) {
    const rest = withoutCommit(tokens.slice(after));
    const lengths = selectedLengths(rest).map((length) => ({ table: name, ...length }));
    return { sql: `${head} ${rewrite(rest, context)}`, source, lengths, ...(schema === undefined ? {} : { schema }) };
  }
  const end = closing(tokens, after);
  const columns = splitAt(tokens.slice(after + 1, end), ',').flatMap((definition) => column(definition, context));
  const lengths = columns.flatMap(({ name: of, octets }) =>
    octets === undefined ? [] : [{ table: name, column: of, octets }],
  );
  const sql = `${head} (${columns.map(({ sql: text }) => text).join(', ')})`;
  return { sql, source, lengths, ...(schema === undefined ? {} : { schema }) };
}

function nameParts(tokens: readonly Token[], from: number): { names: string[]; end: number } {
  const names = [nameOf(tokens[from])];
  let at = from + 1;
  while (is(tokens[at], '.')) {
    names.push(nameOf(tokens[at + 1]));
    at += 2;
  }
  return { names, end: at };
}

/** `ON COMMIT PRESERVE ROWS` is what DuckDB does anyway. */
function withoutCommit(tokens: readonly Token[]): readonly Token[] {
  const at = tokens.findIndex((_, index) => words(tokens, index, 2) === 'ON COMMIT');
  return at < 0 ? tokens : [...tokens.slice(0, at), ...tokens.slice(at + 4)];
}

interface ColumnDefinition {
  readonly name: string;
  readonly sql: string;
  readonly octets?: number;
}

/** A column; none for a constraint of the table, since Vertica does not enforce keys. */
function column(tokens: readonly Token[], context: FunctionContext): ColumnDefinition[] {
  if (is(tokens[0], 'PRIMARY', 'UNIQUE', 'FOREIGN', 'CONSTRAINT', 'CHECK')) return [];
  const name = nameOf(tokens[0]);
  const type = readType(tokens.slice(1));
  const octets = type.duckdb === 'VARCHAR' ? (type.octets ?? defaultLength) : undefined;
  let rest = tokens.slice(1 + type.length);
  // A key column takes no null, and that is all that is enforced of it.
  const key = rest.findIndex((_, at) => words(rest, at, 2) === 'PRIMARY KEY');
  const required = key >= 0 ? ' NOT NULL' : '';
  if (key >= 0) rest = [...rest.slice(0, key), ...rest.slice(key + 2)];
  const unique = rest.findIndex((token) => is(token, 'UNIQUE', 'ENABLED', 'DISABLED'));
  if (unique >= 0) rest = rest.filter((token) => !is(token, 'UNIQUE', 'ENABLED', 'DISABLED'));
  const bound = octets === undefined ? '' : ` CHECK (strlen(${quoted(name)}) <= ${octets})`;
  const sql = `${quoted(name)} ${type.duckdb}${required}${rest.length > 0 ? ` ${rewrite(rest, context)}` : ''}${bound}`;
  return [{ name, sql, ...(octets === undefined ? {} : { octets }) }];
}

/** Lengths of the columns of a query that casts them: `SELECT CAST(… AS VARCHAR(n)) AS name, …`. */
function selectedLengths(tokens: readonly Token[]): { column: string; octets: number }[] {
  const select = tokens.findIndex((token) => is(token, 'SELECT'));
  if (select < 0 || select > 2) return [];
  const items = splitAt(splitAt(tokens.slice(select + 1), 'FROM')[0] ?? [], ',');
  return items.flatMap((item) => {
    if (!is(item[0], 'CAST') || !is(item[1], '(')) return [];
    const end = closing(item, 1);
    const [, type = []] = splitAt(item.slice(2, end), 'AS');
    const name = nameOf(item[end + 2]);
    if (!is(item[end + 1], 'AS') || name === '' || !is(type[0], 'VARCHAR')) return [];
    const { octets } = readType(type);
    return octets === undefined ? [] : [{ column: name, octets }];
  });
}

/** Tokens as SQL for DuckDB. */
function rewrite(tokens: readonly Token[], context: FunctionContext): string {
  const out: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    const called = token.kind === 'word' && is(tokens[at + 1], '(') && !is(tokens[at - 1], '.');
    if (called) {
      const end = closing(tokens, at + 1);
      out.push(call(token.text.toUpperCase(), token.text, tokens.slice(at + 2, end), context));
      if (isBareNow(token, tokens, at, end)) out.push('AS "NOW"');
      at = end;
    } else if (is(token, '(')) {
      const end = closing(tokens, at);
      out.push(`(${rewrite(tokens.slice(at + 1, end), context)})`);
      at = end;
    } else if (is(token, '::')) {
      // `::!` gives NULL where a cast fails.
      const lenient = is(tokens[at + 1], '!');
      const type = readType(tokens.slice(at + (lenient ? 2 : 1)));
      const value = out.pop() ?? '';
      out.push(`${lenient || isTime(type.duckdb) ? 'TRY_CAST' : 'CAST'}(${value} AS ${type.duckdb})`);
      at += type.length + (lenient ? 1 : 0);
    } else if (is(token, '<=>')) {
      out.push('IS NOT DISTINCT FROM');
    } else if (is(token, 'CURRENT_TIMESTAMP', 'SYSDATE', 'LOCALTIMESTAMP') && !is(tokens[at - 1], '.', 'AS')) {
      out.push(functions['NOW']?.([], context) ?? '');
    } else if (token.kind === 'word' && token.text.includes('$')) {
      out.push(quoted(token.text));
    } else out.push(token.text);
  }
  return join(out);
}

/** A result column that is a bare `NOW()` is called `NOW`. */
function isBareNow(token: Token, tokens: readonly Token[], at: number, end: number): boolean {
  const before = at === 0 || is(tokens[at - 1], 'SELECT', ',');
  const after = tokens[end + 1] === undefined || is(tokens[end + 1], 'FROM', ',');
  return is(token, 'NOW') && before && after;
}

function call(name: string, written: string, args: readonly Token[], context: FunctionContext): string {
  if (unknownFunctions.has(name)) throw new SqlError(`Function ${written} does not exist in Vertica.`);
  if (name === 'CAST') {
    const parts = splitAt(args, 'AS');
    const type = readType(parts.at(-1) ?? []);
    // A text that is no time becomes NULL: https://docs.vertica.com/23.3.x/en/sql-reference/language-elements/operators/data-type-coercion-operators-cast/cast-failures/
    const cast = isTime(type.duckdb) ? 'TRY_CAST' : 'CAST';
    const value = `${cast}(${rewrite(parts.slice(0, -1).flat(), context)} AS ${type.duckdb})`;
    return type.octets === undefined ? value : cut(value, type.octets);
  }
  const known = functions[name];
  if (known !== undefined)
    return known(
      splitAt(args, ',').map((part) => rewrite(part, context)),
      context,
    );
  return `${written.includes('$') ? quoted(written) : written}(${rewrite(args, context)})`;
}

/** A cast cuts a string at so many octets, never within a character. */
function cut(value: string, octets: number): string {
  const column = /^CAST\([\w".$]+ AS VARCHAR\)$/u.test(value);
  const whole = column ? value : 's';
  const fits = `strlen(${whole}) <= ${octets}`;
  // A character has four octets at most.
  const lengths = `range(${Math.floor(octets / 4)}, least(${octets}, length(${whole})) + 1)`;
  const longest = `list_max(list_filter(${lengths}, n -> strlen(left(${whole}, n)) <= ${octets}))`;
  const chosen = `CASE WHEN ${fits} THEN ${whole} ELSE left(${whole}, COALESCE(${longest}, 0)) END`;
  if (column) return chosen;
  // The value is named once, so that it is not computed again and again.
  return `list_extract(list_transform([${value}], s -> ${chosen}), 1)`;
}

function isTime(type: string): boolean {
  return /^(?:TIME|DATE)/u.test(type);
}

function join(parts: readonly string[]): string {
  let sql = '';
  let glued = true;
  for (const part of parts) {
    const glue = part === '.' || part === '::';
    sql += glued || glue ? part : ` ${part}`;
    glued = glue;
  }
  return sql;
}
