/**
 * Filter statements as the extraction of a Celonis data job takes them: `status = 'finished' AND updatedSince = <%=max_modified_time%>`.
 * A condition becomes a query parameter of the request, so there is no other operator than `=` and no other connective than `AND`.
 * Sources: https://docs.celonis.com/en/configuring-request-parameters.html,
 * https://developer.emporix.io/oe/value-streams/oe-celonis-data-flow/sending-data-from-oe-to-celonis
 */

/** `name = value`. */
export interface FilterCondition {
  readonly name: string;
  /** What stands right of `=`, without its quotes. Placeholders stand in it as they were written. */
  readonly value: string;
  /** Whether the value stood in single quotes. */
  readonly quoted: boolean;
  /** Place of the name in the statement, from 1. */
  readonly nameAt: number;
  /** Place of the value in the statement, from 1. */
  readonly valueAt: number;
}

/** A filter statement, read. */
export interface FilterStatement {
  readonly text: string;
  readonly conditions: readonly FilterCondition[];
}

/** A filter statement that cannot be. */
export class FilterError extends Error {
  override readonly name: string = 'FilterError';
  readonly statement: string;
  /** Character that is wrong, from 1. */
  readonly position: number;

  constructor(statement: string, position: number, message: string) {
    super(`character ${position} of "${statement}": ${message}`);
    this.statement = statement;
    this.position = position;
  }
}

/** `<%=name%>`; blanks are tolerated inside, as Celonis does. */
export const placeholderPattern: RegExp = /<%=\s*([\w.-]+)\s*%>/g;

interface Token {
  readonly kind: 'word' | 'text' | 'name' | 'placeholder' | 'sign';
  /** Without quotes. */
  readonly text: string;
  /** From 1. */
  readonly at: number;
}

const tokens =
  /(?<text>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*")|(?<placeholder><%=\s*[\w.-]+\s*%>)|(?<sign><=|>=|<>|!=|==|[=<>(),;|&])|(?<word>[^\s'"=<>(),;|&]+)/y;

/**
 * Reads a statement. Throws a `FilterError` that names the place and the right form: for `OR`, for an operator that is not `=`, for
 * parentheses, for a quote that does not end, for a parameter that is set twice.
 */
export function parseFilter(text: string): FilterStatement {
  const found = tokenize(text);
  const conditions: FilterCondition[] = [];
  let next = 0;
  do {
    const condition = readCondition(text, found, next);
    const twin = conditions.find(({ name }) => name === condition.name);
    if (twin !== undefined)
      throw new FilterError(text, condition.nameAt, `${condition.name} is set twice; it can have one value.`);
    conditions.push(condition);
    next += 3;
  } while (isAnd(text, found[next++]));
  return { text, conditions };
}

/** The statement in one spelling, whatever its blanks and letter case were. */
export function formatFilter({ conditions }: FilterStatement): string {
  return conditions
    .map(({ name, value, quoted }) => `${name} = ${quoted ? `'${value.replaceAll("'", "''")}'` : value}`)
    .join(' AND ');
}

function tokenize(text: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1;
    if (at >= text.length) return found;
    tokens.lastIndex = at;
    const groups = tokens.exec(text)?.groups;
    if (groups === undefined) {
      const quote = text.charAt(at);
      throw new FilterError(text, at + 1, `the ${quote} that begins here has no end; write status = 'finished'.`);
    }
    const [kind, raw] = Object.entries(groups).find(([, value]) => value !== undefined) ?? ['word', ''];
    found.push({ kind: kind as Token['kind'], text: unquote(kind, raw ?? ''), at: at + 1 });
    at = tokens.lastIndex;
  }
}

function unquote(kind: string, raw: string): string {
  if (kind === 'text') return raw.slice(1, -1).replaceAll("''", "'");
  return kind === 'name' ? raw.slice(1, -1).replaceAll('""', '"') : raw;
}

const otherOperators = new Set(['like', 'in', 'is', 'not', 'between']);
const onlyEqual =
  "only = is possible: a condition is sent as a query parameter, as ?status=finished. Write name = 'value'.";

function readCondition(text: string, found: readonly Token[], from: number): FilterCondition {
  const [name, sign, value] = found.slice(from, from + 3);
  const end = text.trimEnd().length + 1;
  if (name === undefined)
    throw new FilterError(
      text,
      end,
      from === 0
        ? "the statement is empty; write status = 'finished'."
        : "a condition is missing after AND; write name = 'value'.",
    );
  if (name.text === '(' || name.text === ')')
    throw new FilterError(text, name.at, 'parentheses are not possible; conditions are joined with AND alone.');
  if (name.kind === 'word' && /^not$/i.test(name.text)) throw new FilterError(text, name.at, onlyEqual);
  if (name.kind !== 'word' && name.kind !== 'name')
    throw new FilterError(text, name.at, `the name of a parameter is expected here, as in status = 'finished'.`);
  if (sign === undefined)
    throw new FilterError(text, end, `"= value" is missing after ${name.text}; write ${name.text} = 'value'.`);
  if (sign.text !== '=' || sign.kind !== 'sign') throw new FilterError(text, sign.at, whyNotEqual(name, sign));
  if (value === undefined) throw new FilterError(text, end, `the value is missing; write ${name.text} = 'value'.`);
  if (value.kind === 'name')
    throw new FilterError(text, value.at, `text stands in single quotes; write '${value.text}'.`);
  if (value.kind === 'sign')
    throw new FilterError(text, value.at, `a value is expected here; write ${name.text} = 'value'.`);
  return { name: name.text, value: value.text, quoted: value.kind === 'text', nameAt: name.at, valueAt: value.at };
}

function whyNotEqual(name: Token, sign: Token): string {
  if (sign.kind === 'sign' || otherOperators.has(sign.text.toLowerCase())) return `"${sign.text}": ${onlyEqual}`;
  return `= is expected after ${name.text}; write ${name.text} = 'value'.`;
}

/** Whether the statement goes on. */
function isAnd(text: string, token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'word' && /^and$/i.test(token.text)) return true;
  const onlyAnd = 'all conditions are sent in one request, so they can only be joined with AND.';
  if (/^(?:or|\|)$/i.test(token.text))
    throw new FilterError(text, token.at, `"${token.text}": ${onlyAnd} Extract one value at a time, or all of them.`);
  if (token.text === ';') throw new FilterError(text, token.at, '";": a statement has no end mark; leave it out.');
  throw new FilterError(text, token.at, `"${token.text}": AND is expected here; ${onlyAnd}`);
}
