import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  deletedAt,
  type SweepResult,
  type TableContent,
  type Transaction,
  type TransactionOptions,
} from '@millrace/extract';
import type { Batch, TableBatch, TableSchema } from '@millrace/flatten';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { applySweep, countSweep, type DuckDBSweep } from './duckdb-sweep.ts';
import { evolveTable, quoteList, quoteName, quoteText, sameKey, widenExpression } from './duckdb-sql.ts';
import { type StoredEnd, writeEnd, writeTables } from './duckdb-store.ts';
import { encodeParquet } from './encode-parquet.ts';
import { DestinationUnusableError, DestinationUsageError, writeError } from './errors.ts';
import type { Encoding } from './encoding.ts';
import { refuseOtherFamilies } from './other-families.ts';
import { type FinishedPart, PartSet } from './part-set.ts';
import { hashRows, RowHash } from './row-hash.ts';
import { KeySet, rootKeys } from './row-keys.ts';
import { joinTables, nameKey } from './schema-union.ts';

/** Bytes of a large transaction. */
const MUCH = 64 * 1024 * 1024;

/** Bytes of values of a temporary file. */
const MOST_STAGED = 64 * 1024 * 1024;

interface Setting {
  readonly url: string;
  readonly engine: DuckDBEngine;
  /** Folder for temporary files. */
  readonly folder: string;
  readonly options: TransactionOptions;
  /** The tables before the transaction, by `nameKey`. */
  readonly tables: ReadonlyMap<string, TableSchema>;
  /** What the tables hold before the transaction, by `nameKey`; absent where it is not known. */
  readonly contents: ReadonlyMap<string, TableContent>;
  readonly encoding: Encoding;
  /** Told once, with what is there now if the transaction was committed. */
  readonly ended: (committed: Committed | undefined) => void;
}

/** What a database holds after a transaction, by `nameKey`. */
export interface Committed {
  readonly tables: Map<string, TableSchema>;
  readonly contents: Map<string, TableContent>;
}

/**
 * Batches wait as Parquet files until `commit`, which does everything in one DuckDB transaction: the schema first, since DuckDB
 * refuses to commit an ALTER TABLE that follows a DELETE of stored rows, then the rows, the state and the receipt.
 */
export class DuckDBTransaction implements Transaction {
  readonly #setting: Setting;
  /** Rows wait in Parquet files whose columns are named by their place. */
  readonly #parts: PartSet;
  /** No document is twice in one of them. */
  readonly #groups: (readonly FinishedPart[])[] = [];
  /** Of the documents that wait since the last group. */
  #keys = new KeySet();
  readonly #wanted: Map<string, TableSchema>;
  readonly #hashes = new Map<string, RowHash>();
  /** Of tables that are hashed anew in the end: what their rows lacked before, by the receipts. Nothing, unless they were changed. */
  readonly #lacking = new Map<string, RowHash>();
  #sweep: DuckDBSweep | undefined;
  #files = 0;
  #state: 'open' | 'prepared' | 'failed' | 'ended' = 'open';

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#wanted = new Map(setting.tables);
    this.#parts = new PartSet({
      format: 'parquet',
      codec: 'uncompressed',
      numbered: true,
      keyed: false,
      durable: false,
      maxRows: Infinity,
      maxBytes: MOST_STAGED,
      encoding: setting.encoding,
      place: async () => this.#newFile(),
    });
  }

  async write(batch: Batch): Promise<void> {
    this.#mustBeOpen();
    refuseOtherFamilies(this.#setting.url, this.#setting.options, batch);
    for (const { table } of batch.tables) {
      const key = nameKey(table.name);
      this.#wanted.set(key, joinTables(this.#setting.url, this.#wanted.get(key), table));
    }
    const keys = batch.tables.filter(({ table }) => isByDocument(table)).map(rootKeys);
    await this.#attempt('write rows to temporary files', async () => {
      if (keys.some((words) => this.#keys.hasAny(words))) await this.#endGroup();
      for (const words of keys) this.#keys.addAll(words);
      await this.#parts.write(batch.tables);
    });
  }

  async sweep(present: readonly TableBatch[], at: Date): Promise<SweepResult> {
    this.#mustBeOpen();
    const { tables, options, engine, url } = this.#setting;
    const stored = tables.get(nameKey(options.root));
    const file = await this.#stageKeys(present);
    if (stored === undefined) return { deleted: 0, restored: 0, missing: file?.rows ?? 0 };
    const root = this.#stored(options.root);
    const names = (file?.table.columns ?? []).map((column) => quoteName(column.name)).join(', ');
    const relation =
      file === undefined
        ? `(SELECT * FROM ${quoteName(root.name)} LIMIT 0) AS present`
        : `(SELECT ${selectList(file.table, root)} FROM ${fromFile(file.path)}) AS present(${names})`;
    const sweep = { root, present: relation, at };
    try {
      const result = await countSweep(
        engine,
        sweep,
        stored.columns.some(({ name }) => name === deletedAt),
      );
      if (result.deleted + result.restored > 0) this.#sweep = sweep;
      return result;
    } catch (error) {
      throw await this.#failed(url, error);
    }
  }

  async prepare(): Promise<Record<string, TableContent>> {
    this.#mustBeOpen();
    await this.#attempt('write rows to temporary files', () => this.#endGroup());
    await this.#makeRoom();
    const { url, engine, options } = this.#setting;
    try {
      await this.#refuseForeignTables();
      await engine.run('BEGIN TRANSACTION');
      await this.#startHashes();
      await this.#evolve();
      if (options.mode === 'replace') await this.#emptyFamily();
      await this.#applyAll();
      if (this.#sweep !== undefined) {
        await this.#hashAnew(this.#sweep.root);
        await applySweep(engine, this.#sweep);
      }
      if (this.#schemasChanged()) await writeTables(engine, [...this.#wanted.values()]);
      await this.#finishHashes();
    } catch (error) {
      throw await this.#failed(url, error);
    }
    this.#state = 'prepared';
    return Object.fromEntries(this.#family().map(({ name }) => [name, this.#hashOf(name).content()]));
  }

  async commit(end: StoredEnd): Promise<void> {
    if (this.#state !== 'prepared') await this.prepare();
    const { url, engine, options } = this.#setting;
    try {
      await writeEnd(engine, options.feed, end);
      await engine.run('COMMIT');
    } catch (error) {
      throw await this.#failed(url, error);
    }
    const contents = new Map(this.#setting.contents);
    for (const [key, hash] of this.#hashes) contents.set(key, hash.content());
    await this.#end({ tables: this.#wanted, contents });
  }

  async rollback(): Promise<void> {
    if (this.#state === 'prepared') await this.#setting.engine.run('ROLLBACK').catch(() => undefined);
    if (this.#state !== 'ended') await this.#end(undefined);
  }

  async #failed(url: string, error: unknown): Promise<Error> {
    this.#state = 'failed';
    await this.#setting.engine.run('ROLLBACK').catch(() => undefined);
    return writeError(url, 'commit', error);
  }

  #mustBeOpen(): void {
    if (this.#state === 'open') return;
    const whys = {
      failed: 'has failed: roll it back',
      prepared: 'is prepared: only commit may follow',
      ended: 'has ended',
    };
    const why = whys[this.#state];
    throw new DestinationUsageError(this.#setting.url, `The transaction of feed ${this.#setting.options.feed} ${why}.`);
  }

  async #end(committed: Committed | undefined): Promise<void> {
    this.#state = 'ended';
    await this.#parts.forget();
    this.#setting.ended(committed);
    for (const name of await readdir(this.#setting.folder).catch(() => [])) {
      await rm(join(this.#setting.folder, name), { recursive: true, force: true });
    }
  }

  #newFile(): string {
    return join(this.#setting.folder, `${this.#files++}.parquet`);
  }

  async #endGroup(): Promise<void> {
    const group = await this.#parts.finish();
    if (group.length > 0) this.#groups.push(group);
    this.#keys = new KeySet();
  }

  /** Memory that the encoding has is better used by DuckDB now. Where little is written it is needed again soon. */
  async #makeRoom(): Promise<void> {
    const bytes = this.#groups.flat().reduce((sum, part) => sum + part.bytes, 0);
    if (bytes > MUCH) await this.#setting.encoding.close();
  }

  async #attempt<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      this.#state = 'failed';
      throw writeError(this.#setting.url, what, error);
    }
  }

  /** The keys that a source has, in a file. */
  async #stageKeys(
    batches: readonly TableBatch[],
  ): Promise<{ readonly table: TableSchema; readonly path: string; readonly rows: number } | undefined> {
    const table = batches.at(-1)?.table;
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    if (table === undefined || rows === 0) return undefined;
    const path = this.#newFile();
    const bytes = encodeParquet(batches, { codec: 'uncompressed', columnName: (_name, index) => `c${index}` });
    await this.#attempt('write the keys to a temporary file', () => writeFile(path, bytes));
    return { table, path, rows };
  }

  async #refuseForeignTables(): Promise<void> {
    const { engine, tables, url } = this.#setting;
    const names = [...this.#wanted].flatMap(([key, { name }]) => (tables.has(key) ? [] : [name]));
    if (names.length === 0) return;
    const [found] = await engine.rows(
      `SELECT table_name FROM information_schema.tables
       WHERE table_schema = 'main' AND lower(table_name) IN (SELECT lower(unnest(${quoteList(names)})))`,
    );
    if (found === undefined) return;
    const name = String(found[0]);
    throw new DestinationUnusableError(
      url,
      'foreign',
      name,
      `The database has a table ${name} that was not made here: rename or drop it, or use another file.`,
    );
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
    for (const { name } of this.#family()) {
      await this.#setting.engine.run(`DELETE FROM ${quoteName(name)}`);
      this.#hashes.set(nameKey(name), new RowHash());
      this.#lacking.delete(nameKey(name));
    }
  }

  /**
   * Does so with one thread. More would have to keep the rows in order between them, each with a row group of its own in memory: of a
   * million rows that takes twice as long, and wide tables run out of memory.
   */
  async #applyAll(): Promise<void> {
    const { engine } = this.#setting;
    await engine.run('SET threads = 1');
    try {
      for (const [index, group] of this.#groups.entries()) await this.#apply(group, index === 0);
    } finally {
      await engine.run(`SET threads = ${engine.threads}`);
    }
  }

  async #apply(group: readonly FinishedPart[], isFirst: boolean): Promise<void> {
    const { tables, options } = this.#setting;
    const isNew = isFirst && (options.mode !== 'upsert' || !tables.has(nameKey(options.root)));
    const files = group.filter(({ table }) => isByDocument(table));
    if (!isNew) for (const file of files) await this.#deleteDocuments(file);
    for (const file of group) {
      const wanted = this.#stored(file.table.name);
      const names = file.table.columns.map((column) => quoteName(column.name)).join(', ');
      const select = `SELECT ${selectList(file.table, wanted)} FROM ${fromFile(file.path)}`;
      await this.#setting.engine.run(`INSERT INTO ${quoteName(wanted.name)} (${names}) ${select}`);
      const types = new Map(wanted.columns.map((column) => [column.name, column.type]));
      const isWidened = file.table.columns.some(({ name, type }) => types.get(name) !== type);
      if (!isWidened) this.#hashes.get(nameKey(wanted.name))?.add(RowHash.from(file.content));
      else {
        const columns = file.table.columns.map((column) => ({
          ...column,
          type: types.get(column.name) ?? column.type,
        }));
        await this.#count(wanted.name, 'add', `(${select}) AS arriving(${names})`, columns);
      }
    }
  }

  /** Where the hashes start: from what is known of a table. One whose types change is hashed anew in the end. */
  async #startHashes(): Promise<void> {
    const { tables, contents } = this.#setting;
    for (const { name, columns } of this.#family()) {
      const key = nameKey(name);
      const stored = tables.get(key);
      const known = contents.get(key);
      if (known !== undefined) this.#hashes.set(key, RowHash.from(known));
      if (stored === undefined) this.#hashes.set(key, new RowHash());
      else if (stored.columns.some(({ type }, index) => type !== columns[index]?.type)) await this.#hashAnew(stored);
    }
  }

  /** Gives up following a table's hash. If its rows are not those of the receipts, they will not be afterwards either. */
  async #hashAnew(stored: TableSchema): Promise<void> {
    const key = nameKey(stored.name);
    const known = this.#hashes.get(key);
    if (known === undefined) return;
    const columns = this.#setting.tables.get(key)?.columns ?? stored.columns;
    this.#lacking.set(key, known.subtract(await hashRows(this.#setting.engine, quoteName(stored.name), columns)));
    this.#hashes.delete(key);
  }

  async #count(
    table: string,
    how: 'add' | 'subtract',
    relation: string,
    columns: TableSchema['columns'],
  ): Promise<void> {
    const hash = this.#hashes.get(nameKey(table));
    if (hash !== undefined) hash[how](await hashRows(this.#setting.engine, relation, columns));
  }

  async #finishHashes(): Promise<void> {
    for (const { name, columns } of this.#family()) {
      if (this.#hashes.has(nameKey(name))) continue;
      const hash = await hashRows(this.#setting.engine, quoteName(name), columns);
      const lacking = this.#lacking.get(nameKey(name));
      this.#hashes.set(nameKey(name), lacking === undefined ? hash : hash.add(lacking));
    }
  }

  #hashOf(table: string): RowHash {
    return this.#hashes.get(nameKey(table)) ?? new RowHash();
  }

  #stored(name: string): TableSchema {
    const table = this.#wanted.get(nameKey(name));
    if (table === undefined) throw new TypeError(`No table ${name}`);
    return table;
  }

  /**
   * Deletes the documents that a file of root rows brings again, with all their child rows. Of documents that are rejected, or fit after
   * they were, only what was said of their rejection goes.
   */
  async #deleteDocuments(file: FinishedPart): Promise<void> {
    const { engine } = this.#setting;
    const target = this.#stored(file.table.name);
    const arriving = `(SELECT ${selectList(file.table, target)} FROM ${fromFile(file.path)}) AS arriving`;
    const columns = file.table.columns.map((column) => quoteName(column.name)).join(', ');
    const source = `${arriving}(${columns})`;
    const known = await engine.rows(
      `SELECT 1 FROM ${quoteName(target.name)} AS stored SEMI JOIN ${source} ON ${sameKey('stored', target.rootKey, 'arriving', target.rootKey)} LIMIT 1`,
    );
    const isRoot = target.parent === undefined;
    for (const table of this.#family()) {
      if (table.rejects !== true && (!isRoot || known.length === 0)) continue;
      const condition = sameKey(quoteName(table.name), table.rootKey, 'arriving', target.rootKey);
      const gone = `${quoteName(table.name)} SEMI JOIN ${source} ON ${condition}`;
      await this.#count(table.name, 'subtract', gone, table.columns);
      await engine.run(`DELETE FROM ${quoteName(table.name)} USING ${source} WHERE ${condition}`);
    }
  }
}

/** Whether a table has a row for each document that it holds: the root table, and that of rejected documents. */
function isByDocument(table: TableSchema): boolean {
  return table.parent === undefined || table.rejects === true;
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
