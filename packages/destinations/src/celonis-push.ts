/** Makes the tables of a pool equal to those of the state folder: what differs is pushed, each table with one execution. */
import { openAsBlob } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableContent } from '@millrace/extract';
import type { TableSchema } from '@millrace/flatten';
import { writeChunks, type ChunkFile } from './celonis-chunks.ts';
import {
  changeDate,
  declaredColumns,
  layoutDifferences,
  layoutOf,
  LONGEST_TEXT,
  type PoolLayout,
} from './celonis-layout.ts';
import type { CheckedPoolOptions } from './celonis-options.ts';
import { type OpenPool, tablesOfPool } from './celonis-pool.ts';
import type { JobRecord, PoolRecord, PoolTableRecord } from './celonis-record.ts';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { DestinationUnusableError, DestinationWriteError } from './errors.ts';
import { nameKey } from './schema-union.ts';

/** What was done with a table. */
export interface PushedTable {
  readonly table: string;
  /** `replace`: loaded anew; `delta`: rows replaced and removed by key; `unchanged`: the pool had it already. */
  readonly mode: 'replace' | 'delta' | 'unchanged';
  /** Rows sent. */
  readonly sent: number;
  /** Rows removed. */
  readonly removed: number;
  /** Rows that the table of the pool then has. */
  readonly rows: number;
  readonly chunks: number;
  readonly bytes: number;
}

/** What a push did. */
export interface PushReport {
  readonly poolId: string;
  readonly tables: readonly PushedTable[];
  /** Executions that it took. The team has 250 in each full hour. */
  readonly executions: number;
  /** Tables that could not be pushed. They are as they were, and the next push tries again. */
  readonly failures: readonly { readonly table: string; readonly error: unknown }[];
}

/** Options of a push. */
export interface PushOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hears of every table that is done. */
  readonly onTable?: (table: PushedTable, done: number, total: number) => void;
}

/** What a push works on. */
export interface PushSetting {
  readonly url: string;
  readonly engine: DuckDBEngine;
  readonly record: PoolRecord;
  readonly pool: OpenPool;
  readonly options: CheckedPoolOptions;
  /** The tables of the state folder. */
  readonly tables: readonly TableSchema[];
  /** What they hold, by `nameKey`. */
  readonly contents: ReadonlyMap<string, TableContent>;
  readonly note: (text: string) => void;
}

/** Tables on their way at a time: a server takes its time with each, and a push of forty should not take forty times that. */
const SIDE_BY_SIDE = 4;

/** How often a job is begun anew whose chunks did not arrive as they were sent. */
const ATTEMPTS = 3;

/** A table with what has to be sent of it. */
interface Plan {
  readonly number: number;
  readonly table: TableSchema;
  readonly layout: PoolLayout;
  readonly mode: 'replace' | 'delta';
  readonly rows: number;
  readonly removed: number;
  readonly upserts: readonly ChunkFile[];
  readonly deletes: readonly ChunkFile[];
}

/** One push. */
export class PoolUpdate {
  readonly #setting: PushSetting;
  readonly #signal: AbortSignal | undefined;
  readonly #folder: string;
  /** DuckDB's one connection serves one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #others: readonly string[] = [];
  #executions = 0;

  constructor(setting: PushSetting, signal: AbortSignal | undefined) {
    this.#setting = setting;
    this.#signal = signal;
    this.#folder = join(setting.options.state, 'staged');
  }

  async run(onTable: PushOptions['onTable']): Promise<PushReport> {
    const { tables, pool } = this.#setting;
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
    try {
      await this.#endEarlierJobs();
      this.#others = (await pool.push.jobs.list(this.#call)).map(({ id }) => id);
      const records = await this.#known();
      const done: PushedTable[] = [];
      const failures: { table: string; error: unknown }[] = [];
      const waiting = tables.map((table, number) => ({ table, number }));
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { table, number } = next;
          try {
            const pushed = await this.#pushTable(table, number, records);
            done.push(pushed);
            onTable?.(pushed, done.length + failures.length, tables.length);
          } catch (error) {
            this.#signal?.throwIfAborted();
            failures.push({ table: table.name, error });
          }
        }
      };
      await settleAll(Array.from({ length: SIDE_BY_SIDE }, work));
      await this.#removeStrayJobs(new Set(tables.map(({ name }) => name)), this.#others);
      const order = new Map(tables.map(({ name }, at) => [name, at]));
      done.sort((a, b) => (order.get(a.table) ?? 0) - (order.get(b.table) ?? 0));
      return { poolId: pool.id, tables: done, executions: this.#executions, failures };
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  get #call(): { readonly signal?: AbortSignal } {
    return this.#signal === undefined ? {} : { signal: this.#signal };
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#turn;
    const turn = (async () => {
      await before.catch(() => undefined);
      this.#signal?.throwIfAborted();
      return work();
    })();
    this.#turn = turn;
    return turn;
  }

  /** What the record says of the pool's tables, less those that somebody has taken away since. */
  async #known(): Promise<ReadonlyMap<string, PoolTableRecord>> {
    const { record, pool, tables, options, url, note } = this.#setting;
    const records = new Map((await record.tables()).map((each) => [each.table, each]));
    const there = await tablesOfPool(pool, this.#signal);
    const present = there === undefined ? undefined : new Set(there.map(nameKey));
    const strangers = tables.filter(
      ({ name }) => !records.has(name) && (present === undefined || present.has(nameKey(name))),
    );
    if (strangers.length > 0 && !options.takeOver) throw notOurs(url, strangers, present !== undefined, options.state);
    for (const [name, each] of records) {
      if (each.layout === undefined || present === undefined || present.has(nameKey(name))) continue;
      note(`${name} is no longer in the pool: it is loaded anew`);
      records.delete(name);
    }
    return records;
  }

  async #pushTable(
    table: TableSchema,
    number: number,
    records: ReadonlyMap<string, PoolTableRecord>,
  ): Promise<PushedTable> {
    const content = this.#setting.contents.get(nameKey(table.name))?.hash;
    const plan = await this.#alone(() => this.#plan(table, number, records.get(table.name), content));
    if ('table' in plan && 'sent' in plan) return plan;
    const { record } = this.#setting;
    const { rows, upserts, deletes, layout, mode, removed } = plan;
    const at = await this.#send(plan);
    const pushed = { layout, rows, content, at };
    await this.#alone(async () => {
      await (mode === 'replace' ? record.replaced(table, pushed) : record.changed(table, number, pushed));
      await record.dropDifference(number);
    });
    const files = [...upserts, ...deletes];
    for (const { path } of files) await rm(path, { force: true });
    return {
      table: table.name,
      mode,
      sent: sum(upserts.map((file) => file.rows)),
      removed,
      rows,
      chunks: files.length,
      bytes: sum(files.map((file) => file.bytes)),
    };
  }

  /** Finds out what has to be sent, and writes it to files. */
  async #plan(
    table: TableSchema,
    number: number,
    known: PoolTableRecord | undefined,
    content: string | undefined,
  ): Promise<Plan | PushedTable> {
    const { record, note, url } = this.#setting;
    const before = known?.layout;
    const same = known !== undefined && content !== undefined && known.content === content;
    if (before !== undefined && same && layoutDifferences(before, layoutOf(table, new Map(), before)).length === 0) {
      return { table: table.name, mode: 'unchanged', sent: 0, removed: 0, rows: known.rows, chunks: 0, bytes: 0 };
    }
    const layout = layoutOf(table, await record.longestTexts(table), before);
    refuseHopeless(url, table, layout);
    const rows = await record.count(table);
    const differences = before === undefined ? [] : layoutDifferences(before, layout);
    if (before === undefined || differences.length > 0 || (await record.hasEmptyKey(table))) {
      if (differences.length > 0) note(`${table.name}: ${differences.join('; ')}: its ${rows} rows are loaded anew`);
      const upserts = await this.#stage(
        record.rowsQuery(table, layout, undefined, LONGEST_TEXT),
        layout,
        number,
        'rows',
      );
      return { number, table, layout, mode: 'replace', rows, removed: 0, upserts, deletes: [] };
    }
    const { changed, gone } = await record.compare(table, number);
    if (changed === 0 && gone === 0) {
      await record.unchanged(table.name, content);
      await record.dropDifference(number);
      return { table: table.name, mode: 'unchanged', sent: 0, removed: 0, rows, chunks: 0, bytes: 0 };
    }
    const query = record.rowsQuery(table, layout, number, LONGEST_TEXT);
    const upserts = changed === 0 ? [] : await this.#stage(query, layout, number, 'rows');
    const keys = { ...layout, columns: layout.columns.filter(({ name }) => layout.keys.includes(name)) };
    const deletes = gone === 0 ? [] : await this.#stage(record.goneQuery(table, number), keys, number, 'gone');
    return { number, table, layout, mode: 'delta', rows, removed: gone, upserts, deletes };
  }

  async #stage(query: string, { columns }: PoolLayout, number: number, kind: string): Promise<ChunkFile[]> {
    const { engine, options } = this.#setting;
    // Text that is JSON is text here: DuckDB has it as such.
    const result = columns.map(({ name, type }) => ({ name, type: type === 'JSON' ? ('STRING' as const) : type }));
    const place = {
      folder: this.#folder,
      stem: `${number}-${kind}`,
      rows: options.chunkRows,
      bytes: options.chunkBytes,
    };
    return writeChunks(engine, query, result, place);
  }

  /** Sends what was planned. Gives the time, by the server's clock, at which it had it. */
  async #send(plan: Plan): Promise<string> {
    const { record, url } = this.#setting;
    const { table, number, mode } = plan;
    for (let attempt = 1; ; attempt += 1) {
      const entry = await this.#alone(() => record.addJob(table.name, this.#others));
      const { id } = await this.#create(plan);
      await this.#alone(() => record.nameJob(entry, id));
      let underWay = false;
      try {
        if (await this.#upload(id, plan)) {
          await this.#alone(() => (mode === 'replace' ? record.willReplace(table) : record.willChange(table, number)));
          underWay = true;
          const at = await this.#execute(id);
          underWay = false;
          return at;
        }
      } catch (error) {
        if (await isRefusal(error)) underWay = false;
        throw error;
      } finally {
        // What cannot be removed now stays in the record, and so does a job under way: the next push begins with those.
        if (!underWay) await this.#removeJob(id, entry).catch(() => undefined);
      }
      if (attempt === ATTEMPTS) {
        const message = `${table.name}: the push job has other chunks than were sent, ${ATTEMPTS} times. Run again when the connection is better.`;
        throw new DestinationWriteError(url, undefined, message);
      }
    }
  }

  async #removeJob(id: string, entry: bigint): Promise<void> {
    await this.#setting.pool.push.jobs.delete(id, this.#call);
    await this.#alone(() => this.#setting.record.removeJob(entry));
  }

  async #create({ table, mode, layout }: Plan): Promise<{ readonly id: string }> {
    return this.#setting.pool.push.jobs.create(
      {
        targetName: table.name,
        type: mode === 'replace' ? 'REPLACE' : 'DELTA',
        connectionId: null,
        fileType: 'PARQUET',
        keys: [...layout.keys],
        tableSchema: { tableName: table.name, columns: declaredColumns(layout) },
      },
      { idempotent: true, ...this.#call },
    );
  }

  /** Whether the job has the chunks that were sent: one whose answer was lost has been sent again, and would be there twice. */
  async #upload(id: string, { upserts, deletes }: Plan): Promise<boolean> {
    const { jobs } = this.#setting.pool.push;
    for (const { path } of upserts) await jobs.upsert(id, await openAsBlob(path), { idempotent: true, ...this.#call });
    for (const { path } of deletes) await jobs.remove(id, await openAsBlob(path), this.#call);
    return (await jobs.chunks(id, this.#call)).length === upserts.length + deletes.length;
  }

  async #execute(id: string): Promise<string> {
    const { pool, note } = this.#setting;
    const execution = await pool.push.jobs.execute(id, {
      ...this.#call,
      onLimit: (until) =>
        note(`the team's executions of Data Push are used up for now: waiting until ${until.toISOString()}`),
    });
    this.#executions += 1;
    await execution.wait(this.#call);
    const { lastModified } = await pool.push.jobs.get(id, this.#call);
    return new Date(lastModified ?? Date.now()).toISOString();
  }

  /** A run that ended early has left jobs: those that run are waited for, so that they come to nothing that is pushed later; then they go. */
  async #endEarlierJobs(): Promise<void> {
    const { record } = this.#setting;
    const earlier = await record.jobs();
    for (const { number, id } of earlier) {
      if (id === undefined) continue;
      await this.#endJob(id);
      await record.removeJob(number);
    }
    const unnamed = earlier.filter(({ id }) => id === undefined);
    if (unnamed.length === 0) return;
    const others = new Set(unnamed.flatMap((job: JobRecord) => job.others));
    await this.#removeStrayJobs(new Set(unnamed.map(({ table }) => table)), [...others]);
    for (const { number } of unnamed) await record.removeJob(number);
  }

  async #endJob(id: string): Promise<void> {
    const { isNotFoundError, isOperationError } = await import('@millrace/celonis-client/data-push');
    const { jobs } = this.#setting.pool.push;
    try {
      const { status } = await jobs.get(id, this.#call);
      if (status === 'QUEUED' || status === 'RUNNING') {
        const push = await jobs.resume({ kind: 'push', poolId: this.#setting.pool.id, pushJobId: id }, this.#call);
        await push.wait(this.#call);
      }
    } catch (error) {
      if (isNotFoundError(error)) return;
      // Its rows are pushed again whatever came of it.
      if (!isOperationError(error)) throw error;
    }
    await jobs.delete(id, this.#call);
  }

  /** Jobs for our tables that were never executed, and that were not there before: made by a request whose answer was lost. */
  async #removeStrayJobs(tables: ReadonlySet<string>, others: readonly string[]): Promise<void> {
    const { jobs } = this.#setting.pool.push;
    const known = new Set(others);
    for (const { id, status, targetName } of await jobs.list(this.#call)) {
      if (status === 'NEW' && tables.has(targetName ?? '') && !known.has(id)) await jobs.delete(id, this.#call);
    }
  }
}

/** Whether the server has ended a push, and not the way to it. */
async function isRefusal(error: unknown): Promise<boolean> {
  return (await import('@millrace/celonis-client/data-push')).isOperationError(error);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Waits for all, and rejects as the first that failed did. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function refuseHopeless(url: string, table: TableSchema, { columns, keys }: PoolLayout): void {
  const refuse = (why: string): never => {
    throw new DestinationWriteError(url, undefined, `${table.name} cannot be pushed: ${why}`);
  };
  if (keys.length === 0)
    refuse('it has no primary key, and without one a delta would add rows twice. Declare its key.');
  if (columns.some(({ name }) => nameKey(name) === nameKey(changeDate)))
    refuse(`it has a column ${changeDate}, which the server adds itself. Leave it out, or rename it.`);
  const long = columns.find(({ of, part = 0 }) => part > 0 && keys.includes(of));
  if (long !== undefined) refuse(`its key column "${long.of}" has a text longer than ${LONGEST_TEXT} characters.`);
}

function notOurs(url: string, tables: readonly TableSchema[], seen: boolean, state: string): DestinationUnusableError {
  const names = tables.map(({ name }) => name).join(', ');
  const message = seen
    ? `The pool has tables of these names already, and ${state} did not push them: ${names}. Give the state folder that did; or, to replace them and lose rows that are only there, say so (--take-over).`
    : `The credential may not see which tables the pool has, and ${state} has pushed none of these: ${names}. Give it the scope integration.data-pools:read; or, to replace tables of these names if there are any, say so (--take-over).`;
  return new DestinationUnusableError(url, 'foreign', state, message);
}
