import type { ColumnSchema, ColumnType, TableSchema } from '@millrace/flatten';
import type { TextStyle } from './canonical-text.ts';

/** An identifier in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string in SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A list of strings in SQL. */
export function quoteList(texts: readonly string[]): string {
  return `[${texts.map(quoteText).join(', ')}]`;
}

// JSON is kept as VARCHAR: DuckDB's JSON functions take it, and a text that its stricter reader refuses (a lone surrogate) is kept too.
const TYPES: Readonly<Record<ColumnType, string>> = {
  BOOLEAN: 'BOOLEAN',
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
  DATE: 'DATE',
  DATETIME: 'TIMESTAMP',
  STRING: 'VARCHAR',
  JSON: 'VARCHAR',
};

/** DuckDB's name of a column type. */
export function sqlType(type: ColumnType): string {
  return TYPES[type];
}

/** Names of the functions that `openDuckDB` adds: the canonical text of a DOUBLE, of days, of milliseconds with the column's spellings. */
export const TEXT_FUNCTIONS = {
  FLOAT: 'millrace_float_text',
  DATE: 'millrace_date_text',
  DATETIME: 'millrace_datetime_text',
} as const;

/** Turns an expression for a column's values into one of a wider type. */
export function widenExpression(expression: string, from: TextStyle, to: ColumnType): string {
  if (sqlType(from.type) === sqlType(to)) return expression;
  if (to !== 'STRING') return `CAST(${expression} AS ${sqlType(to)})`;
  switch (from.type) {
    case 'FLOAT':
      return `${TEXT_FUNCTIONS.FLOAT}(${expression})`;
    case 'DATE':
      return `${TEXT_FUNCTIONS.DATE}(CAST(${expression} - DATE '1970-01-01' AS INTEGER))`;
    case 'DATETIME':
      return `${TEXT_FUNCTIONS.DATETIME}(epoch_ms(${expression}), ${from.spellings ?? -1})`;
    default:
      return `CAST(${expression} AS VARCHAR)`;
  }
}

/** `"a" BIGINT, "b" VARCHAR` */
export function columnDefinitions(columns: readonly ColumnSchema[]): string {
  return columns.map((column) => `${quoteName(column.name)} ${sqlType(column.type)}`).join(', ');
}

/** Statements that turn a stored table into one that holds more columns or wider types. */
export function evolveTable(stored: TableSchema | undefined, wanted: TableSchema): string[] {
  const table = quoteName(wanted.name);
  if (stored === undefined) return [`CREATE TABLE ${table} (${columnDefinitions(wanted.columns)})`];
  return wanted.columns.flatMap((column, index) => {
    const name = quoteName(column.name);
    const before = stored.columns[index];
    if (before === undefined) return [`ALTER TABLE ${table} ADD COLUMN ${name} ${sqlType(column.type)}`];
    if (sqlType(before.type) === sqlType(column.type)) return [];
    const value = widenExpression(name, before, column.type);
    return [`ALTER TABLE ${table} ALTER ${name} SET DATA TYPE ${sqlType(column.type)} USING ${value}`];
  });
}

/** `a.x IS NOT DISTINCT FROM b.y AND …`: equal, NULL with NULL included. */
export function sameKey(left: string, leftKey: readonly string[], right: string, rightKey: readonly string[]): string {
  return leftKey
    .map(
      (name, index) => `${left}.${quoteName(name)} IS NOT DISTINCT FROM ${right}.${quoteName(rightKey[index] ?? '')}`,
    )
    .join(' AND ');
}
