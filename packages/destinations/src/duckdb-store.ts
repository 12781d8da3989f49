import type { Receipt, StoredState, TableContent } from '@millrace/extract';
import { canonicalJson, parseJson, type JsonObject, type TableSchema } from '@millrace/flatten';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { nameKey } from './schema-union.ts';

/** Version of the layout of the schema `millrace`. */
export const FORMAT = 1;

/** The schema `millrace`, in which a database file remembers what a destination must. */
export async function createStore(engine: DuckDBEngine): Promise<void> {
  await engine.run('BEGIN TRANSACTION');
  await engine.run('CREATE SCHEMA IF NOT EXISTS millrace');
  await engine.run('CREATE TABLE IF NOT EXISTS millrace.format (version INTEGER NOT NULL)');
  await engine.run(
    'CREATE TABLE IF NOT EXISTS millrace.tables (name VARCHAR NOT NULL, position INTEGER NOT NULL, "schema" VARCHAR NOT NULL)',
  );
  await engine.run('CREATE TABLE IF NOT EXISTS millrace.state (feed VARCHAR NOT NULL, state VARCHAR NOT NULL)');
  await engine.run(
    `CREATE TABLE IF NOT EXISTS millrace.receipts (
      sequence BIGINT NOT NULL, feed VARCHAR NOT NULL, run VARCHAR NOT NULL, window_from VARCHAR, window_to VARCHAR,
      documents BIGINT NOT NULL, proof VARCHAR NOT NULL, receipt VARCHAR NOT NULL)`,
  );
  await engine.run(`INSERT INTO millrace.format SELECT ${FORMAT} WHERE NOT EXISTS (FROM millrace.format)`);
  await engine.run('COMMIT');
}

/** Version of the store in an open database; undefined when it has none. */
export async function storeFormat(engine: DuckDBEngine): Promise<number | undefined> {
  const found = await engine.rows(
    "SELECT 1 FROM information_schema.tables WHERE table_schema = 'millrace' AND table_name = 'format'",
  );
  if (found.length === 0) return undefined;
  const [row] = await engine.rows('SELECT max(version) FROM millrace.format');
  return Number(row?.[0] ?? 0);
}

/** Table schemas and feed states as last committed. */
export async function readStore(engine: DuckDBEngine): Promise<StoredState> {
  const tables = await engine.rows('SELECT "schema" FROM millrace.tables ORDER BY position');
  const feeds = await engine.rows('SELECT feed, state FROM millrace.state ORDER BY feed');
  return {
    tables: tables.map(([text]) => JSON.parse(String(text)) as TableSchema),
    feeds: Object.fromEntries(feeds.map(([feed, text]) => [String(feed), parseJson(String(text)) as JsonObject])),
  };
}

/** What the tables hold, by `nameKey`, as the last receipt of each feed says. */
export async function readContents(engine: DuckDBEngine): Promise<Map<string, TableContent>> {
  const rows = await engine.rows(
    'SELECT receipt FROM millrace.receipts WHERE sequence IN (SELECT max(sequence) FROM millrace.receipts GROUP BY feed) ORDER BY sequence',
  );
  const contents = new Map<string, TableContent>();
  for (const [text] of rows) {
    const { holds = {} } = JSON.parse(String(text)) as Receipt;
    for (const [table, content] of Object.entries(holds)) contents.set(nameKey(table), content);
  }
  return contents;
}

/** Replaces the stored table schemas. Runs inside the caller's transaction. */
export async function writeTables(engine: DuckDBEngine, tables: readonly TableSchema[]): Promise<void> {
  await engine.run('DELETE FROM millrace.tables');
  for (const [position, table] of tables.entries()) {
    await engine.run('INSERT INTO millrace.tables VALUES ($1, $2, $3)', [table.name, position, JSON.stringify(table)]);
  }
}

/** What a commit adds to rows. */
export interface StoredEnd {
  readonly state: JsonObject;
  readonly receipt: Receipt;
  readonly earlier?: readonly Receipt[];
}

/** Stores a feed's state and appends the receipts. Runs inside the caller's transaction. */
export async function writeEnd(engine: DuckDBEngine, feed: string, end: StoredEnd): Promise<void> {
  await engine.run('DELETE FROM millrace.state WHERE feed = $1', [feed]);
  await engine.run('INSERT INTO millrace.state VALUES ($1, $2)', [feed, canonicalJson(end.state)]);
  for (const receipt of [...(end.earlier ?? []), end.receipt]) await writeReceipt(engine, receipt);
}

async function writeReceipt(engine: DuckDBEngine, receipt: Receipt): Promise<void> {
  await engine.run(
    'INSERT INTO millrace.receipts SELECT coalesce(max(sequence), 0) + 1, $1, $2, $3, $4, $5, $6, $7 FROM millrace.receipts',
    [
      receipt.feed,
      receipt.run,
      receipt.from ?? null,
      receipt.to ?? null,
      BigInt(receipt.documents),
      receipt.proof,
      JSON.stringify(receipt),
    ],
  );
}

const RECEIPTS_A_READ = 1000;

/** Every receipt, oldest first. */
export async function* readReceipts(engine: DuckDBEngine): AsyncGenerator<Receipt> {
  for (let after = 0n; ; ) {
    const rows = await engine.rows(
      `SELECT sequence, receipt FROM millrace.receipts WHERE sequence > $1 ORDER BY sequence LIMIT ${RECEIPTS_A_READ}`,
      [after],
    );
    for (const [sequence, text] of rows) {
      yield JSON.parse(String(text)) as Receipt;
      after = BigInt(String(sequence));
    }
    if (rows.length < RECEIPTS_A_READ) return;
  }
}
