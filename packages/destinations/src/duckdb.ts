import { constants } from 'node:fs';
import { access, mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type {
  Destination,
  Receipt,
  Span,
  StoredState,
  TableContent,
  Transaction,
  TransactionOptions,
} from '@millrace/extract';
import type { TableSchema } from '@millrace/flatten';
import { checkDuckDBOptions, openDuckDB, type DuckDBEngine } from './duckdb-engine.ts';
import { createStore, FORMAT, readContents, readReceipts, readStore, storeFormat } from './duckdb-store.ts';
import { quoteName } from './duckdb-sql.ts';
import { DuckDBTransaction } from './duckdb-transaction.ts';
import { ThreadEncoding } from './encoding-thread.ts';
import {
  DestinationSqlError,
  DestinationUnusableError,
  DestinationUsageError,
  messageOf,
  systemCode,
  writeError,
} from './errors.ts';
import { acquireLock, lockPath, takeoverNote, type Lock } from './lock.ts';
import type { DestinationOptions } from './options.ts';
import { readKeys } from './read-keys.ts';
import { nameKey } from './schema-union.ts';

/**
 * A DuckDB file. Each table is a table of the schema `main`; receipts, states and table schemas are in the schema `millrace`.
 * A transaction here is a transaction there: rows, receipt and state are committed together.
 */
export class DuckDBDestination implements Destination {
  readonly url: string;
  readonly takesEarlierReceipts = true;
  readonly readsAtOnce = true;
  readonly #path: string;
  readonly #options: DestinationOptions;
  #lock: Lock | undefined;
  #engine: DuckDBEngine | undefined;
  #tables = new Map<string, TableSchema>();
  #contents = new Map<string, TableContent>();
  #busy: string | undefined;
  readonly #encoding = new ThreadEncoding();

  constructor(url: string, path: string, options: DestinationOptions = {}) {
    checkDuckDBOptions(url, options);
    this.url = url;
    this.#path = resolve(path);
    this.#options = options;
  }

  async open(): Promise<StoredState> {
    if (this.#engine !== undefined) return readStore(this.#engine);
    await checkDatabasePath(this.url, this.#path);
    const lock = await acquireLock(this.url, lockPath('file', this.#path));
    if (lock.takenOver !== undefined) this.#options.onNote?.(takeoverNote(this.url, lock.takenOver));
    try {
      const state = await this.#openLocked();
      this.#lock = lock;
      return state;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #openLocked(): Promise<StoredState> {
    const engine = await openDatabase(this.url, this.#path, this.#options);
    try {
      const format = await storeFormat(engine);
      if (format !== undefined && format > FORMAT) throw newerFormat(this.url, this.#path, format);
      if (format === undefined) await createStore(engine);
      const state = await readStore(engine);
      this.#tables = new Map(state.tables.map((table) => [nameKey(table.name), table]));
      this.#contents = await readContents(engine);
      // DuckDB lets one process in: what lies here was left by one that ended early.
      await rm(this.#stagingFolder(), { recursive: true, force: true });
      this.#engine = engine;
      return state;
    } catch (error) {
      engine.close();
      throw writeError(this.url, 'prepare the database', error);
    }
  }

  async begin(options: TransactionOptions): Promise<Transaction> {
    const engine = this.#ready();
    const folder = this.#stagingFolder();
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw writeError(this.url, 'make a folder for temporary files', error);
    }
    this.#busy = `a transaction of feed ${options.feed}`;
    return new DuckDBTransaction({
      url: this.url,
      engine,
      folder,
      options,
      tables: this.#tables,
      contents: this.#contents,
      encoding: this.#encoding,
      ended: (committed) => {
        if (committed !== undefined) ({ tables: this.#tables, contents: this.#contents } = committed);
        this.#busy = undefined;
      },
    });
  }

  async *receipts(): AsyncGenerator<Receipt> {
    yield* readReceipts(this.#opened());
  }

  async *keys(table: string, time: string, span: Span): AsyncGenerator<string> {
    yield* readKeys(this.#opened(), quoteName(table), time, span);
  }

  async transform(transformation: { readonly name: string; readonly statements: readonly string[] }): Promise<void> {
    const engine = this.#ready();
    this.#busy = `the transformation ${transformation.name}`;
    try {
      await engine.run('BEGIN TRANSACTION');
      for (const statement of transformation.statements) {
        try {
          await engine.run(statement);
        } catch (error) {
          throw new DestinationSqlError(
            this.url,
            statement,
            `The transformation ${transformation.name} failed: ${messageOf(error)}. Nothing of it was kept.`,
            { cause: error },
          );
        }
      }
      await engine.run('COMMIT');
    } catch (error) {
      await engine.run('ROLLBACK').catch(() => undefined);
      throw writeError(this.url, `commit the transformation ${transformation.name}`, error);
    } finally {
      this.#busy = undefined;
    }
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) return;
    this.#engine = undefined;
    this.#busy = undefined;
    engine.close();
    await this.#encoding.close();
    await rm(this.#stagingFolder(), { recursive: true, force: true });
    await this.#lock?.release();
    this.#lock = undefined;
  }

  #opened(): DuckDBEngine {
    if (this.#engine === undefined)
      throw new DestinationUsageError(this.url, `${this.url} is not open: call open() first.`);
    return this.#engine;
  }

  #ready(): DuckDBEngine {
    const engine = this.#opened();
    if (this.#busy !== undefined) {
      throw new DestinationUsageError(this.url, `${this.url} is busy with ${this.#busy}: wait for its end.`);
    }
    return engine;
  }

  #stagingFolder(): string {
    return `${this.#path}.millrace-tmp`;
  }
}

function newerFormat(url: string, path: string, format: number): DestinationUnusableError {
  return new DestinationUnusableError(
    url,
    'newer-format',
    path,
    `${path} was written by a later version (format ${format}, this one knows ${FORMAT}): use that version, or another file.`,
  );
}

/** Refuses a path that cannot hold a database, before DuckDB touches it. */
async function checkDatabasePath(url: string, path: string): Promise<void> {
  const folder = dirname(path);
  const parent = await stat(folder).catch(() => undefined);
  if (parent === undefined || !parent.isDirectory()) {
    throw new DestinationUnusableError(
      url,
      'missing-parent',
      folder,
      `The folder ${folder} does not exist: make it, or choose another place for ${basename(path)}.`,
    );
  }
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) {
    throw new DestinationUnusableError(
      url,
      'wrong-kind',
      path,
      `${path} is a folder: name a file in it, as in duckdb:${path}/millrace.duckdb.`,
    );
  }
  try {
    await access(folder, constants.W_OK);
    if (found !== undefined) await access(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw notWritable(url, found === undefined ? folder : path, error);
  }
}

function notWritable(url: string, path: string, cause: unknown): DestinationUnusableError {
  return new DestinationUnusableError(
    url,
    'not-writable',
    path,
    `${path} cannot be written (${systemCode(cause) ?? messageOf(cause)}): change its permissions, or choose another place.`,
    { cause },
  );
}

/** DuckDB names the process that holds the lock. */
function holderOf(message: string): string {
  const pid = /PID \d+/.exec(message)?.[0];
  return pid === undefined ? '' : ` (${pid})`;
}

async function openDatabase(url: string, path: string, options: DestinationOptions): Promise<DuckDBEngine> {
  try {
    return await openDuckDB(path, options);
  } catch (error) {
    const message = messageOf(error);
    if (/open already in this process/.test(message)) {
      throw new DestinationUnusableError(url, 'in-use', path, `${message}: close it there first.`, { cause: error });
    }
    if (/set lock/i.test(message)) {
      throw new DestinationUnusableError(
        url,
        'in-use',
        path,
        `${path} is open in another process${holderOf(message)}: close it there, then run again.`,
        { cause: error },
      );
    }
    if (/not a valid DuckDB database/i.test(message)) {
      throw new DestinationUnusableError(
        url,
        'not-a-database',
        path,
        `${path} exists and is not a DuckDB database: choose another file, or move this one away.`,
        { cause: error },
      );
    }
    throw new DestinationUnusableError(
      url,
      'damaged',
      path,
      `${path} cannot be opened as a DuckDB database: ${message}`,
      {
        cause: error,
      },
    );
  }
}
