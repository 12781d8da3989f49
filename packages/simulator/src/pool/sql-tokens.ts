/** SQL cut into tokens, so that what stands in strings, names and comments is left alone. */

/** A token; spaces and comments before it are kept beside it. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol';
  readonly text: string;
  /** Whether a line break stands before it. */
  readonly newLine: boolean;
}

/** SQL that cannot be read. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
}

const space = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /[eE]?'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['symbol', /<=>|\|\||::|<=|>=|<>|!=|[^\s\w]/uy],
];

/** The tokens of a text. Throws `SqlError` where a string, a name or a comment does not end. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    space.lastIndex = at;
    const gap = space.exec(sql)?.[0] ?? '';
    at += gap.length;
    if (at >= sql.length) break;
    const found = next(sql, at);
    const unended = found.kind === 'symbol' && (found.text === "'" || found.text === '"');
    if (unended || sql.startsWith('/*', at)) {
      throw new SqlError(
        `Syntax error: unterminated ${found.text === "'" ? 'string' : found.text === '"' ? 'name' : 'comment'} at or near "${sql.slice(at, at + 30)}".`,
      );
    }
    tokens.push({ ...found, newLine: gap.includes('\n') });
    at += found.text.length;
  }
  return tokens;
}

function next(sql: string, at: number): { kind: Token['kind']; text: string } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return { kind: 'symbol', text: sql.slice(at, at + 1) };
}

/** The statements of a script: what stands between semicolons. */
export function statementsOf(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.text === ';') {
      statements.push(current);
      current = [];
    } else current.push(token);
  }
  return [...statements, current].filter((statement) => statement.length > 0);
}

/** Whether a token is one of the given words or signs, without regard to case. */
export function is(token: Token | undefined, ...texts: readonly string[]): boolean {
  if (token === undefined || token.kind === 'string' || token.kind === 'quoted') return false;
  return texts.includes(token.text.toUpperCase());
}

/** The words at a place, in capitals. */
export function words(tokens: readonly Token[], from: number, count: number): string {
  return tokens
    .slice(from, from + count)
    .map(({ kind, text }) => (kind === 'word' || kind === 'symbol' ? text.toUpperCase() : '?'))
    .join(' ');
}

/** Position of the bracket that closes the one at `open`. Throws `SqlError` when there is none. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (is(tokens[at], '(')) depth += 1;
    if (is(tokens[at], ')')) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new SqlError('Syntax error: a bracket is not closed.');
}

/** Tokens cut at a word or sign that stands outside of brackets. */
export function splitAt(tokens: readonly Token[], separator: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (is(token, '(')) depth += 1;
    if (is(token, ')')) depth -= 1;
    if (depth === 0 && is(token, separator)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** A name as it is meant: without quotes. */
export function nameOf(token: Token | undefined): string {
  if (token === undefined) return '';
  return token.kind === 'quoted' ? token.text.slice(1, -1).replaceAll('""', '"') : token.text;
}
