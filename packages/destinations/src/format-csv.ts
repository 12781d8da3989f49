import type { ColumnSchema, ColumnType, TableBatch, TableSchema } from '@millrace/flatten';
import { type Cell, formatCell, parseCell } from './canonical-text.ts';
import { columnCells, columnFromCells } from './cells.ts';
import { quoteList, quoteName, quoteText, sqlType } from './duckdb-sql.ts';
import { type FileWriter, longestLine, type ScannedFile, type TableFormat } from './table-format.ts';

const SPECIAL = /[",\r\n]/;
const END = '\r\n';

function quoteField(text: string): string {
  return text === '' || SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function fieldOf(type: ColumnType, cell: Cell): string {
  if (cell === null) return '';
  if (type === 'STRING' || type === 'JSON') return quoteField(String(cell));
  return formatCell(type, cell);
}

function open(table: TableSchema): FileWriter {
  let header = table.columns.map(({ name }) => quoteField(name)).join(',') + END;
  const take = (lines: readonly string[]): Uint8Array[] => {
    const text = header + lines.join('');
    header = '';
    return text === '' ? [] : [Buffer.from(text)];
  };
  return {
    write(batch) {
      const columns = batch.columns.map((column) => ({ type: column.schema.type, cells: columnCells(column) }));
      const lines: string[] = [];
      for (let row = 0; row < batch.rows; row++) {
        lines.push(columns.map(({ type, cells }) => fieldOf(type, cells[row] ?? null)).join(','), END);
      }
      return take(lines);
    },
    finish: () => take([]),
  };
}

/** The records of a text, in which NULL is an empty field without quotes. */
function* records(text: string): Generator<(string | null)[]> {
  let at = 0;
  while (at < text.length) {
    const record: (string | null)[] = [];
    for (let more = true; more; ) {
      let end: number;
      if (text[at] === '"') {
        end = at + 1;
        while (text[end] !== '"' || text[end + 1] === '"') {
          if (end >= text.length) throw new SyntaxError(`A quoted field that begins at character ${at} does not end`);
          end += text[end] === '"' ? 2 : 1;
        }
        record.push(text.slice(at + 1, end).replaceAll('""', '"'));
        end++;
      } else {
        end = at;
        while (end < text.length && text[end] !== ',' && text[end] !== '\r') end++;
        record.push(end === at ? null : text.slice(at, end));
      }
      more = text[end] === ',';
      at = more ? end + 1 : end + END.length;
    }
    yield record;
  }
}

async function* decode(bytes: Uint8Array, table: TableSchema): AsyncGenerator<TableBatch> {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const cells: Cell[][] = table.columns.map(() => []);
  let row = -1;
  for (const record of records(text)) {
    if (record.length !== table.columns.length) {
      throw new SyntaxError(`Record ${row + 1} has ${record.length} fields, not ${table.columns.length}`);
    }
    if (row >= 0) {
      for (const [index, column] of table.columns.entries()) {
        const field = record[index] ?? null;
        cells[index]?.push(field === null ? null : parseCell(column.type, field));
      }
    }
    row++;
  }
  const columns = table.columns.map((schema, index) => columnFromCells(schema, cells[index] ?? []));
  yield { table, rows: Math.max(row, 0), columns };
}

function scan(files: readonly ScannedFile[], columns: readonly Pick<ColumnSchema, 'name' | 'type'>[]): string {
  const types = columns.map(({ name, type }) => `${quoteText(name)}: ${quoteText(sqlType(type))}`).join(', ');
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  return `SELECT ${names} FROM read_csv(${quoteList(files.map(({ path }) => path))}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\r\\n', max_line_size = ${longestLine(files)}, columns = {${types}})`;
}

/**
 * CSV as RFC 4180 has it: UTF-8, a header, CRLF, quotes where needed. NULL is an empty field, the empty text is `""`;
 * dates and instants are ISO 8601 (UTC, milliseconds), numbers are written canonically.
 */
export const csvFormat: TableFormat = { kind: 'csv', codec: 'uncompressed', mixedColumns: false, open, decode, scan };
