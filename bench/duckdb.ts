/**
 * The same tables by DuckDB alone: `read_json` once into a temporary table, then a SELECT with `unnest` for each table. It is the best form
 * that was found: reading the JSON again for every table takes twice as long. The SQL is made from the flattener's tables beforehand.
 */
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { ColumnSchema, TableSchema } from '@millrace/flatten';
import { type Codec, partFiles } from './parts.ts';

/** A table and the SELECT that makes it out of `raw`. */
export interface TableQuery {
  readonly table: TableSchema;
  readonly select: string;
}

/** A database in memory, or in a file. */
export async function openDuckDB(threads: number, file = ':memory:', memoryLimit?: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(file, {
    threads: String(threads),
    ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }),
  });
  return instance.connect();
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Reads pages into the temporary table `raw`, one row a document. */
export async function readRaw(connection: DuckDBConnection, files: readonly string[]): Promise<void> {
  const list = files.map(text).join(', ');
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE raw AS SELECT unnest(content, max_depth := 2) FROM read_json([${list}], maximum_object_size = 67108864)`,
  );
}

/** The queries for all tables; `raw` must be there. */
export async function planTables(
  connection: DuckDBConnection,
  tables: readonly TableSchema[],
): Promise<readonly TableQuery[]> {
  const queries: TableQuery[] = [];
  for (const table of tables) queries.push({ table, select: await planTable(connection, table, tables) });
  return queries;
}

async function planTable(
  connection: DuckDBConnection,
  table: TableSchema,
  tables: readonly TableSchema[],
): Promise<string> {
  const chain = ancestors(table, tables);
  const from = source(table, chain);
  const element = chain.length === 0 ? '' : 'x';
  const expressions = table.columns.map((column) => expression(column, element, chain));
  const typeList = expressions.map((each) => `typeof(${each})`).join(', ');
  const [types = []] = (await connection.runAndReadAll(`SELECT ${typeList} FROM ${from} LIMIT 1`)).getRows();
  const list = table.columns.map(({ name }, index) => {
    const each = expressions[index] ?? '';
    // What is sometimes a number and sometimes a text is JSON to DuckDB.
    return `${types[index] === 'JSON' ? `${each} ->> '$'` : each} AS ${quoted(name)}`;
  });
  return `SELECT ${list.join(', ')} FROM ${from}`;
}

/** From the root down to the parent. */
function ancestors(table: TableSchema, tables: readonly TableSchema[]): TableSchema[] {
  const parent = tables.find(({ name }) => name === table.parent);
  return parent === undefined ? [] : [...ancestors(parent, tables), parent];
}

/** Rows of a table with `k0` (the root's key), `k1`, … (positions of ancestors), `position` and the element `x`. */
function source(table: TableSchema, chain: readonly TableSchema[]): string {
  const parent = chain.at(-1);
  if (parent === undefined) return 'raw';
  const list = reach(chain.length === 1 ? '' : 'x', table.path.slice(parent.path.length));
  const above = chain.slice(0, -1).map((_, index) => `k${index}`);
  const key = chain.length === 1 ? rootKey(parent) : 'position';
  return `(SELECT ${[...above, `${key} AS k${above.length}`].join(', ')}, unnest(${list}) AS x, generate_subscripts(${list}, 1) - 1 AS position FROM ${source(parent, chain.slice(0, -1))})`;
}

function rootKey(root: TableSchema): string {
  const column = root.columns.find(({ name }) => name === root.primaryKey[0]);
  return reach('', column?.path ?? []);
}

/** An array in an array is the element itself. */
function reach(element: string, path: readonly string[]): string {
  const names = path.filter((step) => step !== '[]').map(quoted);
  return [...(element === '' ? [] : [element]), ...names].join('.');
}

function expression(column: ColumnSchema, element: string, chain: readonly TableSchema[]): string {
  if (column.role === 'position') return 'position';
  if (column.role !== 'link') return reach(element, column.path);
  const { references } = column;
  const owner = chain.findIndex(({ name }) => name === references?.table);
  return references?.column === '_position' ? `k${owner}` : 'k0';
}

/** COPY of every table to a Parquet file. */
export async function copyTables(
  connection: DuckDBConnection,
  queries: readonly TableQuery[],
  folder: string,
  codec: Codec,
): Promise<void> {
  for (const { table, select } of queries) {
    const file = partFiles(folder, table.name).replace('*', 'duckdb');
    await connection.run(`COPY (${select}) TO ${text(file)} (FORMAT parquet, COMPRESSION ${codec})`);
  }
}

/** CREATE TABLE AS for every table, from JSON. */
export async function createTables(connection: DuckDBConnection, queries: readonly TableQuery[]): Promise<void> {
  for (const { table, select } of queries) {
    await connection.run(`CREATE OR REPLACE TABLE ${quoted(table.name)} AS ${select}`);
  }
}

/** CREATE TABLE AS for every table, from Parquet parts. */
export async function createTablesFromParts(
  connection: DuckDBConnection,
  tables: readonly TableSchema[],
  folder: string,
): Promise<void> {
  for (const { name } of tables)
    await connection.run(`CREATE OR REPLACE TABLE ${quoted(name)} AS ${parts(folder, name)}`);
}

function parts(folder: string, table: string): string {
  return `FROM read_parquet(${text(partFiles(folder, table))}, union_by_name = true)`;
}

const SQL_TYPES = {
  BOOLEAN: 'BOOLEAN',
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
  DATE: 'DATE',
  DATETIME: 'TIMESTAMP',
  STRING: 'VARCHAR',
  JSON: 'VARCHAR',
} as const;

/**
 * Compares the rows of every table in two folders of parts, as bags: keys and positions are columns, so that equal bags are equal rows.
 * @throws Error that names the first table that differs
 */
export async function checkSameTables(
  connection: DuckDBConnection,
  tables: readonly TableSchema[],
  left: string,
  right: string,
): Promise<number> {
  let all = 0;
  for (const { name, columns } of tables) {
    const list = columns.map((column) => `CAST(${quoted(column.name)} AS ${SQL_TYPES[column.type]})`).join(', ');
    const rows = (folder: string): string => `SELECT ${list} ${parts(folder, name)}`;
    const count = async (sql: string): Promise<number> => {
      const [[number] = []] = (await connection.runAndReadAll(`SELECT count(*) FROM (${sql})`)).getRows();
      return Number(number);
    };
    const found = [await count(rows(left)), await count(rows(right))];
    const extra = [
      await count(`${rows(left)} EXCEPT ALL ${rows(right)}`),
      await count(`${rows(right)} EXCEPT ALL ${rows(left)}`),
    ];
    if (found[0] !== found[1] || extra.some((rest) => rest > 0)) {
      throw new Error(
        `table ${name} is not the same: ${found.join(' and ')} rows, of which ${extra.join(' and ')} are only in ${join(left, '…')} and ${join(right, '…')}`,
      );
    }
    all += found[0] ?? 0;
  }
  return all;
}
