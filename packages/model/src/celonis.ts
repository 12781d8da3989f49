import type { ColumnType } from '@millrace/flatten';
import type { Dialect, TableTarget } from './dialect.ts';

/** The longest VARCHAR, in octets. https://docs.vertica.com/23.3.x/en/sql-reference/data-types/character-data-types/ */
const WIDEST = 65_000;

/**
 * Transformations of a Celonis data pool: Vertica, with the statements that Celonis' own and Emporix' scripts use.
 * Names are those of the data job's connection; run it there.
 * Sources: https://docs.celonis.com/en/transformations.html, https://docs.vertica.com/23.3.x/en/sql-reference/
 */
export const celonis: Dialect = {
  name: 'celonis',
  identifier,
  text,
  timestamp: (iso) => `TIMESTAMP ${text(new Date(iso).toISOString().replace('T', ' ').replace('Z', ''))}`,
  type,
  convert,
  // As the vendor's script does. https://developer.emporix.io/oe/value-streams/oe-celonis-data-flow/sending-data-from-oe-to-celonis
  epochMillis: (timestamp) => `TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', ${timestamp})`,
  ascending: (expression) => `${expression} ASC NULLS LAST`,
  distinct: (left, right) => `NOT (${left} <=> ${right})`,
  extract: (expression, pattern) => `NULLIF(REGEXP_SUBSTR(${expression}, ${text(pattern)}, 1, 1, 'c', 1), '')`,
  replaceTable: ({ name }, query) => [dropTable(name), createTableAs(name, query)],
  createTable,
  mergeTable,
};

/** One script of statements, each ended as the transformation editor wants it. The names `<%=…%>` that it replaces are left as they are. */
export function celonisScript(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join('\n');
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

// Vertica counts octets and cuts without a word; a character has four at most.
function varchar(characters = WIDEST): string {
  return `VARCHAR(${Math.min(characters * 4, WIDEST)})`;
}

function type(columnType: ColumnType, maxLength?: number): string {
  switch (columnType) {
    case 'INTEGER':
      return 'BIGINT';
    case 'DATETIME':
      return 'TIMESTAMP';
    case 'STRING':
      return varchar(maxLength);
    case 'JSON':
      return varchar();
    default:
      return columnType;
  }
}

function convert(expression: string, columnType: ColumnType, maxLength?: number): string {
  switch (columnType) {
    case 'STRING':
    case 'JSON':
      return `CAST(${expression} AS ${type(columnType, maxLength)})`;
    // A cast to a time gives NULL for a text that is none. https://docs.vertica.com/23.3.x/en/sql-reference/language-elements/operators/data-type-coercion-operators-cast/cast-failures/
    case 'DATE':
      return `CAST(${expression} AS DATE)`;
    case 'DATETIME':
      return instant(`CAST(${expression} AS VARCHAR(64))`);
    default:
      // `::!` is the cast that gives NULL where others fail; same page.
      return `(${expression})::!${type(columnType)}`;
  }
}

/** A text without a zone is UTC: with a zone put behind it, it is an instant; one that has a zone becomes none by it. */
function instant(value: string): string {
  const casts = [`${value} || 'Z'`, `${value} || ' 00:00:00Z'`, value];
  return `(COALESCE(${casts.map((cast) => `CAST(${cast} AS TIMESTAMPTZ)`).join(', ')}) AT TIME ZONE 'UTC')`;
}

function dropTable(name: string): string {
  return `DROP TABLE IF EXISTS ${identifier(name)}`;
}

function createTableAs(name: string, query: string): string {
  return `CREATE TABLE ${identifier(name)} AS\n${query}`;
}

// No PRIMARY KEY clause: Vertica does not enforce it, and the query gives each key once.
function createTable(target: TableTarget): string {
  const columns = target.columns.map((column) => `  ${identifier(column.name)} ${type(column.type, column.maxLength)}`);
  return `CREATE TABLE IF NOT EXISTS ${identifier(target.name)} (\n${columns.join(',\n')}\n)`;
}

/**
 * By way of a table `…_new`, as the vendor's scripts do it. Vertica's MERGE inserts and updates only, so vanished rows go by a DELETE.
 * https://docs.vertica.com/23.4.x/en/admin/working-with-native-tables/merging-table-data/merge-matching-clauses
 */
function mergeTable(target: TableTarget, query: string): readonly string[] {
  const staging = `${target.name}_new`;
  const names = target.columns.map((column) => column.name);
  const values = names.filter((name) => !target.primaryKey.includes(name));
  const old = (name: string): string => `${identifier(target.name)}.${identifier(name)}`;
  const fresh = (name: string): string => `${identifier(staging)}.${identifier(name)}`;
  const sameKey = target.primaryKey.map((name) => `${fresh(name)} = ${old(name)}`).join(' AND ');
  const merge = [`MERGE INTO ${identifier(target.name)}`, `USING ${identifier(staging)}`, `ON ${sameKey}`];
  if (values.length > 0) {
    const differs = values.map((name) => celonis.distinct(old(name), fresh(name))).join(' OR ');
    merge.push(
      `WHEN MATCHED AND (${differs}) THEN UPDATE SET ${values.map((name) => `${identifier(name)} = ${fresh(name)}`).join(', ')}`,
    );
  }
  merge.push(
    `WHEN NOT MATCHED THEN INSERT (${names.map(identifier).join(', ')}) VALUES (${names.map(fresh).join(', ')})`,
  );
  return [
    dropTable(staging),
    createTableAs(staging, query),
    merge.join('\n'),
    `DELETE FROM ${identifier(target.name)}\nWHERE NOT EXISTS (SELECT 1 FROM ${identifier(staging)} WHERE ${sameKey})`,
    dropTable(staging),
  ];
}
