import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Receipt, Transaction, TransactionOptions } from '@millrace/extract';
import type { Batch, JsonObject, TableBatch, TableSchema } from '@millrace/flatten';
import { BatchBuffer, refuseOtherFamilies, type BatchGroup } from './batch-buffer.ts';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { evolveTable, quoteName, quoteText, sameKey, widenExpression } from './duckdb-sql.ts';
import { writeEnd, writeTables } from './duckdb-store.ts';
import { encodeParquet } from './encode-parquet.ts';
import { DestinationUnusableError, DestinationUsageError, writeError } from './errors.ts';
import { joinTables, nameKey } from './schema-union.ts';

/** Rows of one table, waiting in a Parquet file whose columns are named by their place. */
interface StagedFile {
  readonly table: TableSchema;
  readonly path: string;
  readonly rows: number;
}

interface Setting {
  readonly url: string;
  readonly engine: DuckDBEngine;
  /** Folder for temporary files. */
  readonly folder: string;
  readonly options: TransactionOptions;
  /** The tables before the transaction, by `nameKey`. */
  readonly tables: ReadonlyMap<string, TableSchema>;
  /** Told once, with the new tables if the transaction was committed. */
  readonly ended: (tables: Map<string, TableSchema> | undefined) => void;
}

/**
 * Batches wait as Parquet files until `commit`, which does everything in one DuckDB transaction: the schema first, since DuckDB
 * refuses to commit an ALTER TABLE that follows a DELETE of stored rows, then the rows, the state and the receipt.
 */
export class DuckDBTransaction implements Transaction {
  readonly #setting: Setting;
  readonly #buffer = new BatchBuffer();
  readonly #groups: StagedFile[][] = [];
  readonly #wanted: Map<string, TableSchema>;
  #files = 0;
  #state: 'open' | 'failed' | 'ended' = 'open';

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#wanted = new Map(setting.tables);
  }

  async write(batch: Batch): Promise<void> {
    this.#mustBeOpen();
    refuseOtherFamilies(this.#setting.url, this.#setting.options, batch);
    for (const { table } of batch.tables) {
      const key = nameKey(table.name);
      this.#wanted.set(key, joinTables(this.#setting.url, this.#wanted.get(key), table));
    }
    await this.#stage(this.#buffer.add(batch));
  }

  async commit(end: { readonly state: JsonObject; readonly receipt: Receipt }): Promise<void> {
    this.#mustBeOpen();
    await this.#stage(this.#buffer.take());
    const { url, engine, options } = this.#setting;
    try {
      await this.#refuseForeignTables();
      await engine.run('BEGIN TRANSACTION');
      await this.#evolve();
      if (options.mode === 'replace') await this.#emptyFamily();
      for (const group of this.#groups) await this.#apply(group);
      if (this.#schemasChanged()) await writeTables(engine, [...this.#wanted.values()]);
      await writeEnd(engine, options.feed, end);
      await engine.run('COMMIT');
    } catch (error) {
      this.#state = 'failed';
      await engine.run('ROLLBACK').catch(() => undefined);
      throw writeError(url, 'commit', error);
    }
    await this.#end(this.#wanted);
  }

  async rollback(): Promise<void> {
    if (this.#state !== 'ended') await this.#end(undefined);
  }

  #mustBeOpen(): void {
    if (this.#state === 'open') return;
    const why = this.#state === 'failed' ? 'has failed: roll it back' : 'has ended';
    throw new DestinationUsageError(this.#setting.url, `The transaction of feed ${this.#setting.options.feed} ${why}.`);
  }

  async #end(tables: Map<string, TableSchema> | undefined): Promise<void> {
    this.#state = 'ended';
    this.#setting.ended(tables);
    for (const name of await readdir(this.#setting.folder).catch(() => [])) {
      await rm(join(this.#setting.folder, name), { recursive: true, force: true });
    }
  }

  async #stage(group: BatchGroup | undefined): Promise<void> {
    if (group === undefined) return;
    const staged: StagedFile[] = [];
    for (const batches of group.tables) {
      const file = await this.#stageTable(batches);
      if (file !== undefined) staged.push(file);
    }
    if (staged.length > 0) this.#groups.push(staged);
  }

  async #stageTable(batches: readonly TableBatch[]): Promise<StagedFile | undefined> {
    // The last: what it says of spellings holds for the rows before, too.
    const table = batches.at(-1)?.table;
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    if (table === undefined || rows === 0) return undefined;
    const path = join(this.#setting.folder, `${this.#files++}.parquet`);
    try {
      await writeFile(path, encodeParquet(batches, { codec: 'snappy', columnName: (_name, index) => `c${index}` }));
    } catch (error) {
      this.#state = 'failed';
      throw writeError(this.#setting.url, `write ${rows} rows of ${table.name} to a temporary file`, error);
    }
    return { table, path, rows };
  }

  async #refuseForeignTables(): Promise<void> {
    const { engine, tables, url } = this.#setting;
    for (const [key, table] of this.#wanted) {
      if (tables.has(key)) continue;
      const found = await engine.rows(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = 'main' AND lower(table_name) = lower($1)",
        [table.name],
      );
      if (found.length === 0) continue;
      throw new DestinationUnusableError(
        url,
        'foreign',
        table.name,
        `The database has a table ${table.name} that was not made here: rename or drop it, or use another file.`,
      );
    }
  }

  async #evolve(): Promise<void> {
    const { engine, tables } = this.#setting;
    for (const [key, wanted] of this.#wanted) {
      for (const statement of evolveTable(tables.get(key), wanted)) await engine.run(statement);
    }
  }

  #schemasChanged(): boolean {
    const text = (tables: Iterable<TableSchema>): string => JSON.stringify([...tables]);
    return text(this.#wanted.values()) !== text(this.#setting.tables.values());
  }

  #family(): TableSchema[] {
    const root = nameKey(this.#setting.options.root);
    return [...this.#wanted.values()].filter((table) => nameKey(table.root) === root);
  }

  async #emptyFamily(): Promise<void> {
    for (const table of this.#family()) await this.#setting.engine.run(`DELETE FROM ${quoteName(table.name)}`);
  }

  async #apply(group: readonly StagedFile[]): Promise<void> {
    const root = group.find(({ table }) => table.parent === undefined);
    if (root !== undefined) await this.#deleteDocuments(root);
    for (const file of group) {
      const wanted = this.#stored(file.table.name);
      const names = file.table.columns.map((column) => quoteName(column.name)).join(', ');
      const insert = `INSERT INTO ${quoteName(wanted.name)} (${names})`;
      await this.#setting.engine.run(`${insert} SELECT ${selectList(file.table, wanted)} FROM ${fromFile(file.path)}`);
    }
  }

  #stored(name: string): TableSchema {
    const table = this.#wanted.get(nameKey(name));
    if (table === undefined) throw new TypeError(`No table ${name}`);
    return table;
  }

  /** Deletes the documents that a file of root rows brings again, with all their child rows. */
  async #deleteDocuments(file: StagedFile): Promise<void> {
    const { engine } = this.#setting;
    const root = this.#stored(file.table.name);
    const arriving = `(SELECT ${selectList(file.table, root)} FROM ${fromFile(file.path)}) AS arriving`;
    const columns = file.table.columns.map((column) => quoteName(column.name)).join(', ');
    const source = `${arriving}(${columns})`;
    const known = await engine.rows(
      `SELECT 1 FROM ${quoteName(root.name)} AS stored SEMI JOIN ${source} ON ${sameKey('stored', root.rootKey, 'arriving', root.rootKey)} LIMIT 1`,
    );
    if (known.length === 0) return;
    for (const table of this.#family()) {
      const condition = sameKey(quoteName(table.name), table.rootKey, 'arriving', root.rootKey);
      await engine.run(`DELETE FROM ${quoteName(table.name)} USING ${source} WHERE ${condition}`);
    }
  }
}

function fromFile(path: string): string {
  return `read_parquet(${quoteText(path)})`;
}

/** The columns of a staged file, by place, in the types of the stored table. */
function selectList(file: TableSchema, stored: TableSchema): string {
  return file.columns
    .map((column, index) => {
      const target = stored.columns.find(({ name }) => name === column.name);
      return widenExpression(`c${index}`, column, target?.type ?? column.type);
    })
    .join(', ');
}
