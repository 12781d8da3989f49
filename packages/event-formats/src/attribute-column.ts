import { duckdb } from '@millrace/model';
import type { DuckDBValue } from '@duckdb/node-api';
import type { AttributeType, AttributeValue } from './attribute.ts';

/** What a DuckDB type is in an event log. */
export function attributeType(duckdbType: string): AttributeType {
  if (duckdbType === 'BOOLEAN') return 'boolean';
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(duckdbType)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(duckdbType)) return 'float';
  return duckdbType === 'DATE' || duckdbType.startsWith('TIMESTAMP') ? 'time' : 'string';
}

/** A column as an expression whose values `attributeValue` takes. A value that neither format has, such as a year after 9999, is NULL. */
export function attributeExpression(expression: string, duckdbType: string): string {
  switch (attributeType(duckdbType)) {
    case 'boolean':
      return expression;
    case 'integer':
      return `CAST(${expression} AS BIGINT)`;
    case 'float':
      return `CASE WHEN isfinite(CAST(${expression} AS DOUBLE)) THEN CAST(${expression} AS DOUBLE) END`;
    case 'time':
      return instantText(expression);
    default:
      return `CAST(${expression} AS VARCHAR)`;
  }
}

/** ISO 8601 with milliseconds, of a date or timestamp in UTC. */
export function instantText(expression: string): string {
  const timestamp = `CAST(${expression} AS TIMESTAMP)`;
  const first = duckdb.timestamp('0001-01-01T00:00:00Z');
  const last = duckdb.timestamp('9999-12-31T23:59:59.999Z');
  return `CASE WHEN ${timestamp} BETWEEN ${first} AND ${last} THEN strftime(${timestamp}, '%Y-%m-%dT%H:%M:%S.%gZ') END`;
}

/** A value of `attributeExpression`. */
export function attributeValue(value: DuckDBValue | undefined): AttributeValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}
