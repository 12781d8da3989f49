import type { DuckDBValue } from '@duckdb/node-api';
import type { ColumnType } from '@millrace/flatten';
import type { Cell } from './canonical-text.ts';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { quoteName } from './duckdb-sql.ts';

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Rows of a result, column by column. */
export interface ResultChunk {
  readonly rows: number;
  readonly columns: readonly (readonly Cell[])[];
}

function columnType(duckType: string): ColumnType {
  if (duckType === 'BOOLEAN' || duckType === 'DATE' || duckType === 'JSON') return duckType;
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(duckType)) return 'INTEGER';
  if (/^(FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/.test(duckType)) return 'FLOAT';
  if (duckType.startsWith('TIMESTAMP')) return 'DATETIME';
  if (/\]$|^(STRUCT|MAP|UNION)\(/.test(duckType)) return 'JSON';
  return 'STRING';
}

function plainExpression(name: string, type: ColumnType): string {
  const column = quoteName(name);
  switch (type) {
    case 'BOOLEAN':
      return column;
    case 'INTEGER':
      return `CAST(${column} AS BIGINT)`;
    case 'FLOAT':
      return `CAST(${column} AS DOUBLE)`;
    case 'DATE':
      return `CAST(${column} - DATE '1970-01-01' AS INTEGER)`;
    case 'DATETIME':
      return `epoch_ms(${column})`;
    case 'JSON':
      return `encode(CAST(to_json(${column}) AS VARCHAR))`;
    default:
      return `encode(CAST(${column} AS VARCHAR))`;
  }
}

/** Names and types of what a query gives. Lists and structs are JSON, everything else that has no type here is STRING. */
export async function describeQuery(engine: DuckDBEngine, query: string): Promise<ResultColumn[]> {
  const rows = await engine.rows(`DESCRIBE ${query}`);
  return rows.map(([name, type]) => ({ name: String(name), type: columnType(String(type)) }));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text comes as bytes, since the reader of `@duckdb/node-api` drops a byte order mark at its start. */
function cellOf(value: DuckDBValue): Cell {
  if (typeof value === 'object' && value !== null && 'bytes' in value) return decoder.decode(value.bytes);
  // The expressions above leave only booleans, numbers, bigints and bytes.
  return value as Cell;
}

/** Streams the cells of a query. */
export async function* streamQuery(
  engine: DuckDBEngine,
  query: string,
  columns: readonly ResultColumn[],
): AsyncGenerator<ResultChunk> {
  const list = columns.map(({ name, type }, index) => `${plainExpression(name, type)} AS c${index}`).join(', ');
  const result = await engine.connection.stream(`SELECT ${list} FROM (${query})`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield { rows: chunk.rowCount, columns: chunk.getColumns().map((values) => values.map(cellOf)) };
  }
}
