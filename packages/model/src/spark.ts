import type { ColumnType } from '@millrace/flatten';
import { DialectError, type Dialect, type TableTarget } from './dialect.ts';

/** What the tables that a transformation makes are stored as. `parquet` has no MERGE. */
export type SparkTableFormat = 'parquet' | 'delta' | 'iceberg';

/** How to write Spark SQL. */
export interface SparkOptions {
  /** Default `parquet`, which every Spark has. */
  readonly tables?: SparkTableFormat;
}

const types: Readonly<Record<ColumnType, string>> = {
  BOOLEAN: 'BOOLEAN',
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
  DATE: 'DATE',
  DATETIME: 'TIMESTAMP',
  STRING: 'STRING',
  JSON: 'STRING',
};

/**
 * Spark SQL, 3.5 or later (`WHEN NOT MATCHED BY SOURCE`), whatever the session's time zone is.
 * A full build works on plain Parquet. A delta needs tables in a format with MERGE, which Spark gets from a library of its own:
 * with `tables: 'parquet'` rendering one throws a `DialectError`.
 */
export function sparkDialect(options: SparkOptions = {}): Dialect {
  const { tables = 'parquet' } = options;
  return {
    name: 'spark',
    identifier,
    text,
    timestamp: (iso) => `TIMESTAMP ${text(new Date(iso).toISOString().replace('T', ' '))}`,
    type: (type) => types[type],
    convert,
    epochMillis: (timestamp) => `unix_millis(${timestamp})`,
    ascending: (expression) => `${expression} ASC NULLS LAST`,
    distinct: (left, right) => `NOT (${left} <=> ${right})`,
    extract: (expression, pattern) => `NULLIF(regexp_extract(${expression}, ${text(pattern)}, 1), '')`,
    replaceTable: ({ name }, query) => replaceTable(identifier(name), tables, query),
    createTable: (target) => createTable(target, tables),
    mergeTable: (target, query) => [mergeTable(target, tables, query)],
  };
}

/** Spark SQL over plain Parquet: full builds. */
export const spark: Dialect = sparkDialect();

function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

// Doubling a quote would join two texts; a backslash escapes.
function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function convert(expression: string, type: ColumnType): string {
  if (type !== 'DATETIME') return `TRY_CAST(${expression} AS ${types[type]})`;
  // A text without a zone is UTC, not the session's: with a zone put behind it, it is an instant; one that has a zone becomes none by it.
  const value = `CAST(${expression} AS STRING)`;
  const casts = [`${value} || 'Z'`, `${value} || ' 00:00:00Z'`, value];
  return `COALESCE(${casts.map((cast) => `TRY_CAST(${cast} AS TIMESTAMP)`).join(', ')})`;
}

function replaceTable(name: string, format: SparkTableFormat, query: string): readonly string[] {
  const using = `USING ${format.toUpperCase()} AS\n${query}`;
  // Only a catalog of Delta Lake or Iceberg has REPLACE.
  return format === 'parquet'
    ? [`DROP TABLE IF EXISTS ${name}`, `CREATE TABLE ${name} ${using}`]
    : [`CREATE OR REPLACE TABLE ${name} ${using}`];
}

function createTable(target: TableTarget, format: SparkTableFormat): string {
  const columns = target.columns.map((column) => `  ${identifier(column.name)} ${types[column.type]}`);
  return `CREATE TABLE IF NOT EXISTS ${identifier(target.name)} (\n${columns.join(',\n')}\n) USING ${format.toUpperCase()}`;
}

function mergeTable(target: TableTarget, format: SparkTableFormat, query: string): string {
  if (format === 'parquet') {
    throw new DialectError(
      'spark',
      "Tables in plain Parquet have no MERGE: render the mode 'full', or use sparkDialect({ tables: 'delta' }) or 'iceberg'.",
    );
  }
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
    const differs = values.map((name) => spark.distinct(old(name), fresh(name))).join(' OR ');
    lines.push(
      `WHEN MATCHED AND (${differs}) THEN UPDATE SET ${values.map((name) => `${old(name)} = ${fresh(name)}`).join(', ')}`,
    );
  }
  lines.push(
    `WHEN NOT MATCHED THEN INSERT (${names.map(identifier).join(', ')}) VALUES (${names.map(fresh).join(', ')})`,
    'WHEN NOT MATCHED BY SOURCE THEN DELETE',
  );
  return lines.join('\n');
}
