/** The push jobs of a pool: one is made, filled and executed for each table, and none is left behind. */
import { openAsBlob } from 'node:fs';
import { declaredColumns } from './celonis-layout.ts';
import type { Plan } from './celonis-plan.ts';
import type { OpenPool } from './celonis-pool.ts';
import type { PoolRecord } from './celonis-record.ts';
import { DestinationWriteError } from './errors.ts';

/** How often a job is begun anew whose chunks did not arrive as they were sent. */
const ATTEMPTS = 3;

/** What the jobs need. */
export interface JobSetting {
  readonly url: string;
  readonly record: PoolRecord;
  readonly pool: OpenPool;
  readonly signal: AbortSignal | undefined;
  readonly note: (text: string) => void;
  /** Runs work on the record while nobody else uses the database. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** Jobs of one push. */
export class PoolJobs {
  readonly #setting: JobSetting;
  /** Jobs that stood in the pool before, and are somebody else's. */
  #others: readonly string[] = [];
  #executions = 0;

  constructor(setting: JobSetting) {
    this.#setting = setting;
  }

  /** Executions so far. */
  get executions(): number {
    return this.#executions;
  }

  get #call(): { readonly signal?: AbortSignal } {
    const { signal } = this.#setting;
    return signal === undefined ? {} : { signal };
  }

  /** A push that ended early has left jobs: those that run are waited for, so that none overtakes what comes now; then they go. */
  async begin(): Promise<void> {
    const { record, pool } = this.#setting;
    const earlier = await record.jobs();
    for (const { number, id } of earlier) {
      if (id === undefined) continue;
      await this.#end(id);
      await record.removeJob(number);
    }
    const unnamed = earlier.filter(({ id }) => id === undefined);
    if (unnamed.length > 0) {
      await this.#removeStray(
        new Set(unnamed.map(({ table }) => table)),
        unnamed.flatMap(({ others }) => others),
      );
      for (const { number } of unnamed) await record.removeJob(number);
    }
    this.#others = (await pool.push.jobs.list(this.#call)).map(({ id }) => id);
  }

  /** Removes what requests have left whose answer was lost. */
  async finish(tables: ReadonlySet<string>): Promise<void> {
    await this.#removeStray(tables, this.#others);
  }

  /** Sends a table. Gives the time, by the server's clock, at which the pool had it; ISO 8601 UTC. */
  async send(plan: Plan): Promise<string> {
    const { record, url, alone } = this.#setting;
    const { table, number, mode } = plan;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const entry = await alone(() => record.addJob(table.name, this.#others));
      const { id } = await this.#create(plan);
      await alone(() => record.nameJob(entry, id));
      let underWay = false;
      try {
        if (await this.#upload(id, plan)) {
          await alone(() => (mode === 'replace' ? record.willReplace(table) : record.willChange(table, number)));
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
        if (!underWay) await this.#remove(id, entry).catch(() => undefined);
      }
    }
    const message = `${table.name}: the push job had other chunks than were sent, ${ATTEMPTS} times. Run again when the connection is better.`;
    throw new DestinationWriteError(url, undefined, message);
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

  /** Whether the job has the chunks that were sent: one whose answer was lost has been sent again, and is there twice. */
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

  async #remove(id: string, entry: bigint): Promise<void> {
    const { pool, record, alone } = this.#setting;
    await pool.push.jobs.delete(id, this.#call);
    await alone(() => record.removeJob(entry));
  }

  async #end(id: string): Promise<void> {
    const { isNotFoundError, isOperationError } = await import('@millrace/celonis-client/data-push');
    const { pool } = this.#setting;
    const { jobs } = pool.push;
    try {
      const { status } = await jobs.get(id, this.#call);
      if (status === 'QUEUED' || status === 'RUNNING') {
        const push = await jobs.resume({ kind: 'push', poolId: pool.id, pushJobId: id }, this.#call);
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
  async #removeStray(tables: ReadonlySet<string>, others: readonly string[]): Promise<void> {
    const { jobs } = this.#setting.pool.push;
    const known = new Set(others);
    for (const { id, status, targetName } of await jobs.list(this.#call)) {
      if (status === 'NEW' && tables.has(targetName ?? '') && !known.has(id)) await jobs.delete(id, this.#call);
    }
  }
}

/** Whether it is the server that has ended a push, and not the way to it. */
async function isRefusal(error: unknown): Promise<boolean> {
  return (await import('@millrace/celonis-client/data-push')).isOperationError(error);
}
