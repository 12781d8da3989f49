import type { ColumnSchema, ColumnType } from '@millrace/flatten';
import { storedText } from '@millrace/flatten/schemas';

/** A cell: INTEGER and DATETIME (milliseconds) as `bigint`, DATE as a number of days, STRING and JSON as text. */
export type Cell = boolean | bigint | number | string | null;

/** The part of a column's schema that says how its values look as text. */
export type TextStyle = Pick<ColumnSchema, 'type' | 'wide' | 'spellings'>;

const MS_PER_DAY = 86_400_000;

/** A value as a file of text has it: dates and instants in ISO 8601, UTC, instants with milliseconds; `-0` with its sign. */
export function formatCell(type: ColumnType, value: Exclude<Cell, null>): string {
  if (type === 'DATE') return new Date(Number(value) * MS_PER_DAY).toISOString().slice(0, -14);
  if (type === 'DATETIME') return new Date(Number(value)).toISOString();
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Reads `formatCell` back. */
export function parseCell(type: ColumnType, text: string): Exclude<Cell, null> {
  switch (type) {
    case 'BOOLEAN':
      return text === 'true';
    case 'INTEGER':
      return BigInt(text);
    case 'FLOAT':
      return Number(text);
    case 'DATE':
      return Date.parse(`${text}T00:00:00.000Z`) / MS_PER_DAY;
    case 'DATETIME':
      return BigInt(Date.parse(text));
    default:
      return text;
  }
}

/** The text that stands for a value once its column is a STRING: what the document had, and the same in every destination. */
export function canonicalText(column: TextStyle, value: Exclude<Cell, null>): string {
  const { type } = column;
  return storedText(column, type === 'DATE' || type === 'DATETIME' ? formatCell(type, value) : value);
}
