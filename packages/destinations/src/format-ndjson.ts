import type { ColumnSchema, ColumnType, TableBatch, TableSchema } from '@millrace/flatten';
import { type Cell, formatCell, parseCell } from './canonical-text.ts';
import { columnCells, columnFromCells } from './cells.ts';
import { quoteList, quoteName, quoteText, sqlType } from './duckdb-sql.ts';
import { type FileWriter, longestLine, type ScannedFile, type TableFormat } from './table-format.ts';

function jsonOf(type: ColumnType, cell: Cell): string {
  if (cell === null) return 'null';
  switch (type) {
    case 'BOOLEAN':
    case 'INTEGER':
      return String(cell);
    case 'FLOAT':
      if (cell === Infinity) return '1e999';
      if (cell === -Infinity) return '-1e999';
      return formatCell(type, cell);
    case 'JSON':
      // White space between tokens is all that a line break can be in JSON text.
      return String(cell).replaceAll(/[\r\n]/g, ' ');
    default:
      return JSON.stringify(formatCell(type, cell));
  }
}

/** The rows of a batch as JSON objects in text, one each, with every column; integers are written exactly however large. */
export function* jsonRows(batch: TableBatch): Generator<string> {
  const columns = batch.columns.map((column, index) => ({
    prefix: `${index === 0 ? '{' : ','}${JSON.stringify(column.schema.name)}:`,
    type: column.schema.type,
    cells: columnCells(column),
  }));
  for (let row = 0; row < batch.rows; row++) {
    let line = '';
    for (const { prefix, type, cells } of columns) line += prefix + jsonOf(type, cells[row] ?? null);
    yield `${line}}`;
  }
}

function open(): FileWriter {
  return {
    write(batch) {
      const lines = [...jsonRows(batch)];
      return lines.length === 0 ? [] : [Buffer.from(`${lines.join('\n')}\n`)];
    },
    finish: () => [],
  };
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') {
    if (at >= text.length) throw new SyntaxError(`A string that begins at character ${start} does not end`);
    at += text[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** Where the JSON value that begins at `start` ends. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at);
    else if (depth === 0 && (character === ',' || character === '}')) return at;
    else {
      if (character === '{' || character === '[') depth++;
      if (character === '}' || character === ']') depth--;
      at++;
    }
  }
  throw new SyntaxError(`A value that begins at character ${start} does not end`);
}

function cellOf(type: ColumnType, text: string): Cell {
  if (text === 'null') return null;
  if (type === 'JSON') return text;
  return parseCell(type, text.startsWith('"') ? String(JSON.parse(text)) : text);
}

async function* decode(bytes: Uint8Array, table: TableSchema): AsyncGenerator<TableBatch> {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const prefixes = table.columns.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  const cells: Cell[][] = table.columns.map(() => []);
  let rows = 0;
  let at = 0;
  while (at < text.length) {
    for (const [index, column] of table.columns.entries()) {
      const prefix = prefixes[index] ?? '';
      if (!text.startsWith(prefix, at))
        throw new SyntaxError(`Line ${rows + 1} has no ${prefix.slice(1)} where it should be`);
      const end = valueEnd(text, at + prefix.length);
      cells[index]?.push(cellOf(column.type, text.slice(at + prefix.length, end)));
      at = end;
    }
    rows++;
    at += 2;
  }
  const columns = table.columns.map((schema, index) => columnFromCells(schema, cells[index] ?? []));
  yield { table, rows, columns };
}

function scan(files: readonly ScannedFile[], columns: readonly Pick<ColumnSchema, 'name' | 'type'>[]): string {
  // As VARCHAR, DuckDB would take the quotes off a JSON column's strings.
  const types = columns
    .map(({ name, type }) => `${quoteText(name)}: '${type === 'JSON' ? 'JSON' : sqlType(type)}'`)
    .join(', ');
  const names = columns
    .map(({ name, type }) => `CAST(${quoteName(name)} AS ${sqlType(type)}) AS ${quoteName(name)}`)
    .join(', ');
  return `SELECT ${names} FROM read_json(${quoteList(files.map(({ path }) => path))}, format = 'newline_delimited', auto_detect = false, maximum_object_size = ${longestLine(files)}, columns = {${types}})`;
}

/** One JSON object a line with every column: booleans and numbers typed, dates and instants as ISO 8601 text, JSON columns as the values that they hold. */
export const ndjsonFormat: TableFormat = {
  kind: 'ndjson',
  codec: 'uncompressed',
  mixedColumns: true,
  open,
  decode,
  scan,
};
