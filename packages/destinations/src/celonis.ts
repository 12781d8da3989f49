/** A data pool in Celonis. */
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Destination, Receipt, Span, StoredState, Transaction, TransactionOptions } from '@millrace/extract';
import { type CheckedPoolOptions, checkPoolOptions, poolStore } from './celonis-options.ts';
import { openPool, type OpenPool } from './celonis-pool.ts';
import { PoolUpdate, type PushOptions, type PushReport } from './celonis-push.ts';
import { PoolRecord } from './celonis-record.ts';
import { DuckDBDestination } from './duckdb.ts';
import { openDuckDB } from './duckdb-engine.ts';
import { readContents, readStore } from './duckdb-store.ts';
import { replaceDurably } from './durable.ts';
import { DestinationUnusableError, DestinationUsageError, messageOf, systemCode, writeError } from './errors.ts';
import { acquireLock, lockPath, takeoverNote, type Lock } from './lock.ts';
import type { DestinationOptions } from './options.ts';

/** A destination that gathers what is committed, and brings it to its place in one go. */
export interface PushDestination extends Destination {
  /**
   * Makes the tables at the destination equal to what was committed. Each table takes one execution, however many commits there were; those that
   * did not change take none. A push that ended early is made good by the next.
   */
  push(options?: PushOptions): Promise<PushReport>;
}

/** Whether a destination has to be told to push. */
export function isPushDestination(destination: Destination): destination is PushDestination {
  return 'push' in destination && typeof destination.push === 'function';
}

/**
 * A pool keeps tables and nothing else, and what Data Push writes cannot be read back: so everything is committed to a database in the state
 * folder first, which has receipts and states as well, and `push` brings the difference to the pool.
 */
export class CelonisDestination implements PushDestination {
  readonly url: string;
  readonly takesEarlierReceipts = true;
  readonly #target: string;
  readonly #options: DestinationOptions;
  readonly #pool: CheckedPoolOptions;
  readonly #store: DuckDBDestination;
  #open: { readonly lock: Lock; readonly pool: OpenPool } | undefined;

  constructor(url: string, target: string, options: DestinationOptions = {}) {
    const checked = checkPoolOptions(url, options.celonis);
    this.url = url;
    this.#target = target;
    this.#pool = { ...checked, state: resolve(checked.state) };
    this.#options = options;
    this.#store = new DuckDBDestination(url, poolStore(this.#pool.state), options);
  }

  async open(): Promise<StoredState> {
    if (this.#open !== undefined) return this.#store.open();
    const { state } = this.#pool;
    await prepareFolder(this.url, state);
    const lock = await acquireLock(this.url, lockPath('folder', state));
    if (lock.takenOver !== undefined) this.#options.onNote?.(takeoverNote(this.url, lock.takenOver));
    try {
      const pool = await openPool(this.url, this.#target, this.#pool, this.#options.signal);
      await checkIdentity(this.url, state, { team: this.#pool.team, poolId: pool.id });
      const stored = await this.#store.open();
      this.#open = { lock, pool };
      return stored;
    } catch (error) {
      await this.#store.close();
      await lock.release();
      throw error;
    }
  }

  async begin(options: TransactionOptions): Promise<Transaction> {
    return this.#store.begin(options);
  }

  receipts(): AsyncGenerator<Receipt> {
    return this.#store.receipts();
  }

  keys(table: string, time: string, span: Span): AsyncGenerator<string> {
    return this.#store.keys(table, time, span);
  }

  async push({ signal = this.#options.signal, onTable }: PushOptions = {}): Promise<PushReport> {
    const { lock, pool } = this.#opened();
    await lock.check();
    await this.#store.close();
    const { state } = this.#pool;
    const engine = await openDuckDB(poolStore(state), {
      ...this.#options,
      ...(signal === undefined ? {} : { signal }),
    });
    let report: PushReport;
    try {
      const record = new PoolRecord(engine);
      await record.prepare();
      const { tables } = await readStore(engine);
      const contents = await readContents(engine);
      const note = (text: string): void => this.#options.onNote?.(text);
      const setting = { url: this.url, engine, record, pool, options: this.#pool, tables, contents, note };
      report = await new PoolUpdate(setting, signal).run(onTable);
    } finally {
      engine.close();
    }
    await this.#store.open();
    return report;
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#open?.lock.release();
    this.#open = undefined;
  }

  #opened(): { readonly lock: Lock; readonly pool: OpenPool } {
    if (this.#open === undefined)
      throw new DestinationUsageError(this.url, `${this.url} is not open: call open() first.`);
    return this.#open;
  }
}

async function prepareFolder(url: string, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const code = systemCode(error) ?? messageOf(error);
    const message =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? `${folder} is a file: name a folder for the state.`
        : `${folder} cannot be made (${code}): choose another place for the state.`;
    const reason = code === 'EEXIST' || code === 'ENOTDIR' ? 'wrong-kind' : 'not-writable';
    throw new DestinationUnusableError(url, reason, folder, message, { cause: error });
  }
}

/** A state folder belongs to one pool: what it says was pushed is nowhere else. */
async function checkIdentity(
  url: string,
  state: string,
  pool: { readonly team: string; readonly poolId: string },
): Promise<void> {
  const path = join(state, 'pool.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await replaceDurably(path, Buffer.from(`${JSON.stringify({ millrace: 1, ...pool })}\n`)).catch((cause: unknown) => {
      throw writeError(url, 'write the name of the pool', cause);
    });
    return;
  }
  const known: unknown = JSON.parse(text);
  const poolId = typeof known === 'object' && known !== null && 'poolId' in known ? known.poolId : undefined;
  if (poolId === pool.poolId) return;
  const message = `${state} is the state of another data pool (${String(poolId)}): name another folder, one for each pool.`;
  throw new DestinationUnusableError(url, 'foreign', state, message);
}
