/** Types of Vertica as DuckDB has them. */
import { is, nameOf, SqlError, type Token } from './sql-tokens.ts';

/** A type. */
export interface SqlType {
  readonly duckdb: string;
  /** Longest value of a string in octets, where one is given. */
  readonly octets?: number;
  /** How many tokens it takes. */
  readonly length: number;
}

const types: Readonly<Record<string, string>> = {
  INT: 'BIGINT',
  INTEGER: 'BIGINT',
  BIGINT: 'BIGINT',
  SMALLINT: 'BIGINT',
  TINYINT: 'BIGINT',
  INT8: 'BIGINT',
  FLOAT: 'DOUBLE',
  FLOAT8: 'DOUBLE',
  REAL: 'DOUBLE',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  TIME: 'TIME',
  DATETIME: 'TIMESTAMP',
  SMALLDATETIME: 'TIMESTAMP',
  TIMESTAMP: 'TIMESTAMP',
  TIMESTAMPTZ: 'TIMESTAMPTZ',
  UUID: 'UUID',
};

const strings = new Set(['VARCHAR', 'CHAR', 'CHARACTER', 'VARCHAR2', 'TEXT']);
const numbers = new Set(['NUMERIC', 'DECIMAL', 'NUMBER', 'MONEY']);

/** The type at the beginning of the tokens. Throws `SqlError` for one that Vertica does not have. */
export function readType(tokens: readonly Token[]): SqlType {
  const long = is(tokens[0], 'LONG') ? 1 : 0;
  const name = nameOf(tokens[long]).toUpperCase();
  const sized = is(tokens[long + 1], '(');
  const first = sized ? Number(tokens[long + 2]?.text) : Number.NaN;
  const closes = sized ? tokens.findIndex((token, at) => at > long && is(token, ')')) + 1 : long + 1;
  if (strings.has(name)) {
    const most = long === 1 ? 32_000_000 : 65_000;
    if (sized && !(first >= 1 && first <= most)) {
      throw new SqlError(`Length for type ${name} must be from 1 to ${most}.`);
    }
    return { duckdb: 'VARCHAR', ...(sized ? { octets: first } : {}), length: closes };
  }
  if (numbers.has(name)) {
    const size = sized
      ? tokens
          .slice(long + 1, closes)
          .map(({ text }) => text)
          .join('')
      : '(38, 15)';
    return { duckdb: `DECIMAL${size}`, length: closes };
  }
  if (name === 'DOUBLE' && is(tokens[1], 'PRECISION')) return { duckdb: 'DOUBLE', length: 2 };
  const known = types[name];
  if (known === undefined) throw new SqlError(`Type "${name}" does not exist.`);
  return { duckdb: known, length: closes };
}
