/**
 * What a pool holds, as far as it was pushed: kept in the database of the state folder, beside the tables themselves, so that the
 * difference between the two is one query.
 *
 * What is about to be executed is noted as unsure before, and as done after. Ended in between, the rows concerned are pushed again:
 * the pool may hold either state of them.
 */
import type { TableSchema } from '@millrace/flatten';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { quoteName, quoteText } from './duckdb-sql.ts';
import { LONGEST_TEXT, type PoolLayout, readLayout } from './celonis-layout.ts';

/** A table of the pool that was pushed. */
export interface PoolTableRecord {
  readonly table: string;
  /** Undefined when it is not known what the pool has. */
  readonly layout: PoolLayout | undefined;
  readonly rows: number;
  /** Hash over the rows that were pushed, as the last receipt has it. */
  readonly content: string | undefined;
  /** When, by the server's clock, it was pushed; ISO 8601 UTC. */
  readonly at: string | undefined;
}

/** A push job that was made, or was to be made when a run ended. */
export interface JobRecord {
  readonly number: bigint;
  readonly table: string;
  /** Undefined when nobody heard of its ID. */
  readonly id: string | undefined;
  /** IDs of the jobs that stood in the pool before. */
  readonly others: readonly string[];
}

/** Rows that the pool lacks, or has too many. */
export interface Difference {
  readonly changed: number;
  readonly gone: number;
}

const KEYS = 'pool_rows';

function keyNames(table: TableSchema): string[] {
  return table.primaryKey.map((_, at) => `k${at}`);
}

function sameKeys(table: TableSchema, left: string, right: string): string {
  return keyNames(table)
    .map((key) => `${left}.${key} IS NOT DISTINCT FROM ${right}.${key}`)
    .join(' AND ');
}

/** The rows of a table as the record keeps them: their key, and a hash over all columns. */
function hashedRows(table: TableSchema): string {
  const keys = table.primaryKey.map((name, at) => `${quoteName(name)} AS k${at}`);
  const columns = table.columns.map(({ name }) => quoteName(name));
  return `SELECT ${keys.join(', ')}, hash(${columns.join(', ')}) AS h FROM main.${quoteName(table.name)}`;
}

/** Rows that the pool lacks, or has otherwise. */
function changedRows(table: TableSchema): string {
  const keys = keyNames(table).map((key) => `fresh.${key}`);
  return `SELECT ${keys.join(', ')}, fresh.h FROM (${hashedRows(table)}) AS fresh
    LEFT JOIN ${KEYS}.${quoteName(table.name)} AS old ON ${sameKeys(table, 'fresh', 'old')} WHERE old.h IS DISTINCT FROM fresh.h`;
}

/** Keys of rows that the pool has too many. */
function goneRows(table: TableSchema): string {
  const keys = keyNames(table).map((key) => `old.${key}`);
  return `SELECT ${keys.join(', ')} FROM ${KEYS}.${quoteName(table.name)} AS old
    ANTI JOIN (${hashedRows(table)}) AS fresh ON ${sameKeys(table, 'fresh', 'old')}`;
}

/** The record in an open state database. */
export class PoolRecord {
  readonly #engine: DuckDBEngine;

  constructor(engine: DuckDBEngine) {
    this.#engine = engine;
  }

  async prepare(): Promise<void> {
    for (const statement of [
      'CREATE SCHEMA IF NOT EXISTS pool',
      `CREATE SCHEMA IF NOT EXISTS ${KEYS}`,
      'CREATE TABLE IF NOT EXISTS pool.tables (name VARCHAR NOT NULL, layout VARCHAR, rows BIGINT NOT NULL, content VARCHAR, pushed_at VARCHAR)',
      'CREATE TABLE IF NOT EXISTS pool.jobs (number BIGINT NOT NULL, name VARCHAR NOT NULL, id VARCHAR, others VARCHAR NOT NULL)',
    ])
      await this.#engine.run(statement);
  }

  /** Whether anything was ever pushed from here. */
  async exists(): Promise<boolean> {
    const found = await this.#engine.rows(
      "SELECT 1 FROM information_schema.tables WHERE table_schema = 'pool' AND table_name = 'tables'",
    );
    return found.length > 0;
  }

  async tables(): Promise<PoolTableRecord[]> {
    const rows = await this.#engine.rows(
      'SELECT name, layout, rows, content, pushed_at FROM pool.tables ORDER BY name',
    );
    return rows.map(([name, layout, count, content, at]) => ({
      table: String(name),
      layout: layout === null ? undefined : readLayout(String(layout)),
      rows: Number(count),
      content: content === null ? undefined : String(content),
      at: at === null ? undefined : String(at),
    }));
  }

  async jobs(): Promise<JobRecord[]> {
    const rows = await this.#engine.rows('SELECT number, name, id, others FROM pool.jobs ORDER BY number');
    return rows.map(([number, table, id, others]) => ({
      number: BigInt(String(number)),
      table: String(table),
      id: id === null ? undefined : String(id),
      others: JSON.parse(String(others)) as string[],
    }));
  }

  /** Notes that a job is about to be made, and gives its number here. */
  async addJob(table: string, others: readonly string[]): Promise<bigint> {
    const [row] = await this.#engine.rows('SELECT coalesce(max(number), 0) + 1 FROM pool.jobs');
    const number = BigInt(String(row?.[0] ?? 1));
    await this.#engine.run('INSERT INTO pool.jobs VALUES ($1, $2, NULL, $3)', [number, table, JSON.stringify(others)]);
    return number;
  }

  async nameJob(number: bigint, id: string): Promise<void> {
    await this.#engine.run('UPDATE pool.jobs SET id = $1 WHERE number = $2', [id, number]);
  }

  async removeJob(number: bigint): Promise<void> {
    await this.#engine.run('DELETE FROM pool.jobs WHERE number = $1', [number]);
  }

  /** Characters of the longest text of each column of text. */
  async longestTexts(table: TableSchema): Promise<Map<string, number>> {
    const texts = table.columns.filter(({ type }) => type === 'STRING' || type === 'JSON').map(({ name }) => name);
    if (texts.length === 0) return new Map();
    const list = texts.map((name) => `max(length(${quoteName(name)}))`).join(', ');
    const [row] = await this.#engine.rows(`SELECT ${list} FROM main.${quoteName(table.name)}`);
    return new Map(texts.map((name, at) => [name, Number(row?.[at] ?? 0)]));
  }

  /** Whether a row has no value in a column of its key: such rows do not meet by key. */
  async hasEmptyKey(table: TableSchema): Promise<boolean> {
    const empty = table.primaryKey.map((name) => `${quoteName(name)} IS NULL`).join(' OR ');
    return (await this.#engine.rows(`SELECT 1 FROM main.${quoteName(table.name)} WHERE ${empty} LIMIT 1`)).length > 0;
  }

  async count(table: TableSchema): Promise<number> {
    const [row] = await this.#engine.rows(`SELECT count(*) FROM main.${quoteName(table.name)}`);
    return Number(row?.[0] ?? 0);
  }

  /** Compares a table with what was pushed of it. The rows found are in the temporary tables `changed_<number>` and `gone_<number>`. */
  async compare(table: TableSchema, number: number): Promise<Difference> {
    await this.#engine.run(`CREATE OR REPLACE TEMP TABLE changed_${number} AS ${changedRows(table)}`);
    await this.#engine.run(`CREATE OR REPLACE TEMP TABLE gone_${number} AS ${goneRows(table)}`);
    return this.#counts(`changed_${number}`, `gone_${number}`);
  }

  /** How far a table is from what was pushed of it. Writes nothing. */
  async distance(table: TableSchema): Promise<Difference> {
    return this.#counts(`(${changedRows(table)})`, `(${goneRows(table)})`);
  }

  async #counts(changed: string, gone: string): Promise<Difference> {
    const [row] = await this.#engine.rows(`SELECT (SELECT count(*) FROM ${changed}), (SELECT count(*) FROM ${gone})`);
    return { changed: Number(row?.[0] ?? 0), gone: Number(row?.[1] ?? 0) };
  }

  /** Rows of the table that `compare` found changed, or all rows: a query with the pool's columns. */
  rowsQuery(table: TableSchema, { columns }: PoolLayout, changed: number | undefined): string {
    const list = columns.map(({ name, of, length, part = 0 }) => {
      const several = columns.filter((column) => column.of === of).length > 1;
      const value = `source.${quoteName(of)}`;
      if (!several || length === undefined) return `${value} AS ${quoteName(name)}`;
      const piece = `substr(${value}, ${part * LONGEST_TEXT + 1}, ${LONGEST_TEXT})`;
      return `${part === 0 ? piece : `nullif(${piece}, '')`} AS ${quoteName(name)}`;
    });
    const from = `FROM main.${quoteName(table.name)} AS source`;
    if (changed === undefined) return `SELECT ${list.join(', ')} ${from}`;
    const same = table.primaryKey.map((name, at) => `source.${quoteName(name)} = changed.k${at}`).join(' AND ');
    return `SELECT ${list.join(', ')} ${from} SEMI JOIN changed_${changed} AS changed ON ${same}`;
  }

  /** Keys of the rows that `compare` found gone: a query with the key columns. */
  goneQuery(table: TableSchema, number: number): string {
    const list = table.primaryKey.map((name, at) => `k${at} AS ${quoteName(name)}`);
    return `SELECT ${list.join(', ')} FROM gone_${number}`;
  }

  /** Notes that the table is about to be replaced: from here on nobody knows what the pool has, until it is `replaced`. */
  async willReplace(table: TableSchema): Promise<void> {
    await this.#together([
      `DELETE FROM pool.tables WHERE name = ${quoteText(table.name)}`,
      `INSERT INTO pool.tables VALUES (${quoteText(table.name)}, NULL, 0, NULL, NULL)`,
    ]);
  }

  async replaced(table: TableSchema, pushed: Omit<PoolTableRecord, 'table'>): Promise<void> {
    await this.#together([
      `CREATE OR REPLACE TABLE ${KEYS}.${quoteName(table.name)} AS ${hashedRows(table)}`,
      ...this.#record(table.name, pushed),
    ]);
  }

  /** Notes that rows are about to change: the pool may have them, or not. */
  async willChange(table: TableSchema, number: number): Promise<void> {
    const stored = `${KEYS}.${quoteName(table.name)}`;
    const keys = keyNames(table).join(', ');
    await this.#together([
      `DELETE FROM ${stored} AS old USING changed_${number} AS fresh WHERE ${sameKeys(table, 'fresh', 'old')}`,
      `INSERT INTO ${stored} SELECT ${keys}, NULL FROM changed_${number}`,
      `UPDATE ${stored} AS old SET h = NULL FROM gone_${number} AS gone WHERE ${sameKeys(table, 'gone', 'old')}`,
      `UPDATE pool.tables SET content = NULL WHERE name = ${quoteText(table.name)}`,
    ]);
  }

  async changed(table: TableSchema, number: number, pushed: Omit<PoolTableRecord, 'table'>): Promise<void> {
    const stored = `${KEYS}.${quoteName(table.name)}`;
    await this.#together([
      `UPDATE ${stored} AS old SET h = fresh.h FROM changed_${number} AS fresh WHERE ${sameKeys(table, 'fresh', 'old')}`,
      `DELETE FROM ${stored} AS old USING gone_${number} AS gone WHERE ${sameKeys(table, 'gone', 'old')}`,
      ...this.#record(table.name, pushed),
    ]);
  }

  /** Notes a table that was the same already. */
  async unchanged(table: string, content: string | undefined): Promise<void> {
    const value = content === undefined ? 'NULL' : quoteText(content);
    await this.#engine.run(`UPDATE pool.tables SET content = ${value} WHERE name = ${quoteText(table)}`);
  }

  async dropDifference(number: number): Promise<void> {
    await this.#engine.run(`DROP TABLE IF EXISTS temp.changed_${number}`);
    await this.#engine.run(`DROP TABLE IF EXISTS temp.gone_${number}`);
  }

  #record(table: string, { layout, rows, content, at }: Omit<PoolTableRecord, 'table'>): string[] {
    const text = (value: string | undefined): string => (value === undefined ? 'NULL' : quoteText(value));
    const known = layout === undefined ? undefined : JSON.stringify(layout);
    return [
      `DELETE FROM pool.tables WHERE name = ${quoteText(table)}`,
      `INSERT INTO pool.tables VALUES (${quoteText(table)}, ${text(known)}, ${rows}, ${text(content)}, ${text(at)})`,
    ];
  }

  async #together(statements: readonly string[]): Promise<void> {
    await this.#engine.run('BEGIN TRANSACTION');
    try {
      for (const statement of statements) await this.#engine.run(statement);
      await this.#engine.run('COMMIT');
    } catch (error) {
      await this.#engine.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}
