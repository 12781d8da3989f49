/** Makes the tables of a pool equal to those of the state folder: what differs is pushed, each table with one execution. */
import { mkdir, rm } from 'node:fs/promises';
import type { TableContent } from '@millrace/extract';
import type { TableSchema } from '@millrace/flatten';
import { PoolJobs } from './celonis-jobs.ts';
import { type Plan, planTable, type PlanSetting, stagingFolder } from './celonis-plan.ts';
import { type OpenPool, tablesOfPool } from './celonis-pool.ts';
import type { PoolTableRecord } from './celonis-record.ts';
import { DestinationUnusableError } from './errors.ts';
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
  /** Tables that could not be pushed; the next push tries them again. */
  readonly failures: readonly { readonly table: string; readonly error: unknown }[];
}

/** Options of a push. */
export interface PushOptions {
  /** Ends the push; the next one goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of every table that is done. */
  readonly onTable?: (table: PushedTable, done: number, total: number) => void;
}

/** What a push works on. */
export interface PushSetting extends PlanSetting {
  readonly pool: OpenPool;
  /** The tables of the state folder. */
  readonly tables: readonly TableSchema[];
  /** What they hold, by `nameKey`. */
  readonly contents: ReadonlyMap<string, TableContent>;
}

/** Tables on their way at a time: the server takes its time with each. */
const SIDE_BY_SIDE = 4;

/** One push. */
export class PoolUpdate {
  readonly #setting: PushSetting;
  readonly #signal: AbortSignal | undefined;
  readonly #jobs: PoolJobs;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(setting: PushSetting, signal: AbortSignal | undefined) {
    this.#setting = setting;
    this.#signal = signal;
    this.#jobs = new PoolJobs({ ...setting, signal, alone: (work) => this.#alone(work) });
  }

  async run(onTable: PushOptions['onTable']): Promise<PushReport> {
    const { tables, pool, options } = this.#setting;
    const folder = stagingFolder(options);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    try {
      const known = await this.#known();
      await this.#jobs.begin();
      const done: PushedTable[] = [];
      const failures: { table: string; error: unknown }[] = [];
      const waiting = tables.map((table, number) => ({ table, number }));
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { table, number } = next;
          try {
            const pushed = await this.#pushTable(table, number, known.get(table.name));
            done.push(pushed);
            onTable?.(pushed, done.length + failures.length, tables.length);
          } catch (error) {
            this.#signal?.throwIfAborted();
            failures.push({ table: table.name, error });
          }
        }
      };
      await settleAll(Array.from({ length: SIDE_BY_SIDE }, work));
      await this.#jobs.finish(new Set(tables.map(({ name }) => name)));
      const order = new Map(tables.map(({ name }, at) => [name, at]));
      done.sort((a, b) => (order.get(a.table) ?? 0) - (order.get(b.table) ?? 0));
      return { poolId: pool.id, tables: done, executions: this.#jobs.executions, failures };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** DuckDB's one connection serves one at a time. */
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
      note(`${name} is no longer in the pool: all its rows are loaded anew`);
      records.delete(name);
    }
    return records;
  }

  async #pushTable(table: TableSchema, number: number, known: PoolTableRecord | undefined): Promise<PushedTable> {
    const { contents, record } = this.#setting;
    const content = contents.get(nameKey(table.name))?.hash;
    const plan = await this.#alone(() => planTable(this.#setting, table, number, known, content));
    if (plan === undefined) return unchanged(table.name, known);
    const at = await this.#jobs.send(plan);
    const { mode, layout, rows } = plan;
    const pushed = { layout, rows, content, at };
    await this.#alone(async () => {
      await (mode === 'replace' ? record.replaced(table, pushed) : record.changed(table, number, pushed));
      await record.dropDifference(number);
    });
    return reportOf(plan);
  }
}

function unchanged(table: string, known: PoolTableRecord | undefined): PushedTable {
  return { table, mode: 'unchanged', sent: 0, removed: 0, rows: known?.rows ?? 0, chunks: 0, bytes: 0 };
}

async function reportOf({ table, mode, rows, removed, upserts, deletes }: Plan): Promise<PushedTable> {
  const files = [...upserts, ...deletes];
  for (const { path } of files) await rm(path, { force: true });
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
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

/** Waits for all, and rejects as the first that failed did. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function notOurs(url: string, tables: readonly TableSchema[], seen: boolean, state: string): DestinationUnusableError {
  const names = tables.map(({ name }) => name).join(', ');
  const message = seen
    ? `The pool has tables of these names already, and ${state} did not push them: ${names}. Name the state folder that did (--state); or, to replace them and lose rows that are nowhere else, say so (--take-over).`
    : `The credential may not see which tables the pool has, and ${state} has pushed none of these: ${names}. Give it the scope integration.data-pools:read; or, to replace tables of these names if there are any, say so (--take-over).`;
  return new DestinationUnusableError(url, 'foreign', state, message);
}
