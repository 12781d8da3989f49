import { join } from 'node:path';
import { appKey, createDataPush } from '@millrace/celonis-client/data-push';
import { createCelonisIntegration } from '@millrace/celonis-client/integration';
import type { Destination } from '@millrace/extract';
import type { CellValue } from '@millrace/flatten';
import { startCelonisSimulator, type CelonisSimulator, type CelonisSimulatorOptions } from '@millrace/simulator';
import { onTestFinished } from 'vitest';
import {
  isPushDestination,
  type DestinationOptions,
  type PushReport,
  type QueryResult,
  type TableSummary,
} from '../src/index.ts';
import { Workbench } from './conformance.ts';

/** A team with one data pool, "Audit". */
export interface PoolTeam {
  readonly team: CelonisSimulator;
  readonly poolId: string;
}

/** Starts a team whose logs are empty; closed after the test. */
export async function startPool(options: CelonisSimulatorOptions = {}): Promise<PoolTeam> {
  const data = { auditEvents: [], loginEvents: [], members: [], adoptionEvents: [] };
  const team = await startCelonisSimulator({ data, ...options });
  onTestFinished(() => team.close());
  return poolOf(team, 'Audit');
}

/** A new data pool in a team. */
export async function poolOf(team: CelonisSimulator, name: string): Promise<PoolTeam> {
  const credentials = appKey(team.credentials.appKey);
  const { id } = await createCelonisIntegration({ team: team.url, credentials }).pools.create({ name });
  return { team, poolId: id };
}

/** The push jobs that stand in a pool. */
export async function jobsOf({ team, poolId }: PoolTeam): Promise<readonly string[]> {
  const client = createDataPush({ team: team.url, credentials: appKey(team.credentials.appKey) });
  return (await client.pool(poolId).jobs.list()).map(({ targetName }) => String(targetName));
}

/** The options with which a pool is opened. */
export function poolOptions(
  { team }: PoolTeam,
  state: string,
  more: Partial<DestinationOptions['celonis']> = {},
): DestinationOptions {
  const credentials = appKey(team.credentials.appKey);
  const poll = { first: 1, most: 20 };
  return { celonis: { team: team.url, credentials, state, poll, retry: { baseDelay: 1 }, ...more } };
}

/** A bench whose close pushes, and that reads the pool. */
export class PoolBench extends Workbench {
  readonly place: PoolTeam;
  readonly reports: PushReport[] = [];
  #opened: Destination | undefined;

  constructor(place: PoolTeam, options: DestinationOptions, pool = 'Audit') {
    super(`celonis:${pool}`, options);
    this.place = place;
  }

  override async open(): Promise<Destination> {
    this.#opened = await super.open();
    return this.#opened;
  }

  override async close(): Promise<void> {
    if (this.#opened !== undefined && isPushDestination(this.#opened)) {
      const report = await this.#opened.push();
      for (const { error } of report.failures) throw error;
      this.reports.push(report);
    }
    this.#opened = undefined;
    await super.close();
  }

  async closeWithoutPush(): Promise<void> {
    this.#opened = undefined;
    await super.close();
  }

  protected override async readQuery(sql: string): Promise<QueryResult> {
    return queryPool(this.place, sql);
  }

  protected override async readRows(table: string): Promise<CellValue[][]> {
    const { columns, rows } = await queryPool(this.place, `SELECT * FROM "${table.replaceAll('"', '""')}"`);
    const names = columns.map(({ name }) => name);
    return rows.map((row) => {
      const cells: CellValue[] = [];
      for (const [at, name] of names.entries()) {
        const whole = names.indexOf(name.replace(/\$\d+$/, ''));
        if (whole === at || whole < 0) cells.push(row[at] ?? null);
        else if (row[at] !== null) cells[whole] = `${String(cells[whole])}${String(row[at])}`;
      }
      return cells;
    });
  }

  protected override async readTables(): Promise<readonly TableSummary[]> {
    const { team, poolId } = this.place;
    const credentials = appKey(team.credentials.appKey);
    const tables = await createCelonisIntegration({ team: team.url, credentials }).pool(poolId).tables.list();
    return Promise.all(
      tables.map(async ({ name }) => {
        const from = `"${String(name).replaceAll('"', '""')}"`;
        const { columns } = await queryPool(this.place, `SELECT * FROM ${from}`);
        const { rows } = await queryPool(this.place, `SELECT count(*) FROM ${from}`);
        return { table: String(name), rows: Number(rows[0]?.[0]), columns };
      }),
    );
  }
}

/** What a query over the pool gives, the time of arrival left out. */
export async function queryPool({ team, poolId }: PoolTeam, sql: string): Promise<QueryResult> {
  const found = await team.dataPools.query(poolId, `DESCRIBE ${sql}`);
  const described = found
    .map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }))
    .filter(({ name }) => name !== '_CELONIS_CHANGE_DATE');
  const list = described.map(({ name, type }, at) => `${readable(name, type)} AS c${at}`);
  const rows = await team.dataPools.query(poolId, `SELECT ${list.join(', ')} FROM (${sql})`);
  return {
    columns: described.map(({ name }) => ({ name, type: 'STRING' })),
    rows: rows.map((row) => described.map(({ type }, at) => cellOf(row[`c${at}`] ?? null, type))),
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function readable(name: string, type: string): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  if (type === 'DATE') return `CAST(${column} AS VARCHAR)`;
  // As digits: the reader of text drops a byte order mark.
  if (type === 'VARCHAR') return `hex(encode(${column}))`;
  return type.startsWith('TIMESTAMP') ? `epoch_ms(${column})` : column;
}

function cellOf(cell: string | number | bigint | boolean | null, type: string): CellValue {
  if (cell !== null && type.startsWith('TIMESTAMP')) return new Date(Number(cell)).toISOString();
  if (cell !== null && type === 'VARCHAR') return decoder.decode(Buffer.from(String(cell), 'hex'));
  return typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
}

/** A bench on a new pool, its state in the folder. */
export async function poolBench(folder: string, options: CelonisSimulatorOptions = {}): Promise<PoolBench> {
  const place = await startPool(options);
  return new PoolBench(place, poolOptions(place, join(folder, 'state')));
}
