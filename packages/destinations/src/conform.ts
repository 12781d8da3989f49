import type { Column, ColumnSchema, ColumnType, TableBatch, TableSchema } from '@millrace/flatten';
import { canonicalText, type Cell, type TextStyle } from './canonical-text.ts';
import { columnCells, columnFromCells } from './cells.ts';

const MS_PER_DAY = 86_400_000n;

function widen(from: TextStyle, to: ColumnType, cell: Cell): Cell {
  if (cell === null || from.type === to) return cell;
  if (to === 'FLOAT') return Number(cell);
  if (to === 'DATETIME') return BigInt(cell) * MS_PER_DAY;
  return canonicalText(from, cell);
}

function conformColumn(column: Column | undefined, target: ColumnSchema, rows: number): Column {
  if (column === undefined)
    return columnFromCells(
      target,
      Array.from({ length: rows }, () => null),
    );
  const from = column.schema;
  if (from.type === target.type) return { ...column, schema: target };
  return columnFromCells(
    target,
    columnCells(column).map((cell) => widen(from, target.type, cell)),
  );
}

/** The same rows with the columns and types of a table that holds at least theirs. Columns that fit are passed on as they are. */
export function conform(batch: TableBatch, target: TableSchema): TableBatch {
  if (batch.table === target) return batch;
  const given = new Map(batch.columns.map((column) => [column.schema.name, column]));
  return {
    table: target,
    rows: batch.rows,
    columns: target.columns.map((column) => conformColumn(given.get(column.name), column, batch.rows)),
  };
}

/** The rows for which `keep` is true. */
export function selectRows(batch: TableBatch, keep: (row: number) => boolean): TableBatch {
  const rows: number[] = [];
  for (let row = 0; row < batch.rows; row++) if (keep(row)) rows.push(row);
  if (rows.length === batch.rows) return batch;
  const columns = batch.columns.map((column) => {
    const cells = columnCells(column);
    return columnFromCells(
      column.schema,
      rows.map((row) => cells[row] ?? null),
    );
  });
  return { table: batch.table, rows: rows.length, columns };
}
