import type { ColumnType } from '@millrace/flatten';
import type { Dialect, TableTarget } from './dialect.ts';

const types: Readonly<Record<ColumnType, string>> = {
  BOOLEAN: 'BOOLEAN',
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
  DATE: 'DATE',
  DATETIME: 'TIMESTAMP',
  STRING: 'VARCHAR',
  JSON: 'JSON',
};

/** DuckDB, 1.4 or later (`MERGE INTO … WHEN NOT MATCHED BY SOURCE`). */
export const duckdb: Dialect = {
  name: 'duckdb',
  identifier,
  text,
  timestamp: (iso) => `TIMESTAMP ${text(new Date(iso).toISOString().replace('T', ' ').replace('Z', ''))}`,
  type: (type) => types[type],
  convert,
  epochMillis: (timestamp) => `epoch_ms(${timestamp})`,
  // NULL is last by default.
  ascending: (expression) => expression,
  distinct: (left, right) => `${left} IS DISTINCT FROM ${right}`,
  extract: (expression, pattern) => `NULLIF(regexp_extract(${expression}, ${text(pattern)}, 1), '')`,
  replaceTable: (target, query) => [`CREATE OR REPLACE TABLE ${identifier(target.name)} AS\n${query}`],
  createTable,
  mergeTable: (target, query) => [mergeTable(target, query)],
};

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function convert(expression: string, type: ColumnType): string {
  if (type !== 'DATETIME') return `TRY_CAST(${expression} AS ${types[type]})`;
  // A cast of text to TIMESTAMP drops a zone offset without applying it; by way of TIMESTAMPTZ it is applied.
  // Text without a zone is UTC, not the session's: with a zone put behind it, it is an instant; text that has one becomes none by it.
  const text = `CAST(${expression} AS VARCHAR)`;
  const casts = [`${text} || 'Z'`, `${text} || ' 00:00:00Z'`, text].map((value) => `TRY_CAST(${value} AS TIMESTAMPTZ)`);
  return `make_timestamp(epoch_us(COALESCE(${casts.join(', ')})))`;
}

// No PRIMARY KEY clause: the index would be the slowest and largest part of a log, and the query gives each key once.
function createTable(target: TableTarget): string {
  const columns = target.columns.map((column) => `  ${identifier(column.name)} ${types[column.type]}`);
  return `CREATE TABLE IF NOT EXISTS ${identifier(target.name)} (\n${columns.join(',\n')}\n)`;
}

function mergeTable(target: TableTarget, query: string): string {
  const names = target.columns.map((column) => column.name);
  const values = names.filter((name) => !target.primaryKey.includes(name));
  const old = (name: string): string => `target.${identifier(name)}`;
  const fresh = (name: string): string => `source.${identifier(name)}`;
  const lines = [
    `MERGE INTO ${identifier(target.name)} AS target`,
    `USING (\n${query}\n) AS source`,
    `ON ${target.primaryKey.map((name) => `${old(name)} = ${fresh(name)}`).join(' AND ')}`,
  ];
  if (values.length > 0) {
    const differs = values.map((name) => duckdb.distinct(old(name), fresh(name))).join(' OR ');
    lines.push(
      `WHEN MATCHED AND (${differs}) THEN UPDATE SET ${values.map((name) => `${identifier(name)} = ${fresh(name)}`).join(', ')}`,
    );
  }
  lines.push(
    `WHEN NOT MATCHED THEN INSERT (${names.map(identifier).join(', ')}) VALUES (${names.map(fresh).join(', ')})`,
    'WHEN NOT MATCHED BY SOURCE THEN DELETE',
  );
  return lines.join('\n');
}
