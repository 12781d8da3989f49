/** Every statement of docs/audit-model.md, run where the page says that it runs. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { appKey, createCelonisIntegration } from '@millrace/celonis-client/integration';
import type { ColumnType } from '@millrace/flatten';
import {
  celonis,
  celonisAuditLog,
  celonisScript,
  declaredTables,
  duckdb,
  renderTransformations,
} from '@millrace/model';
import { startCelonisSimulator, type CelonisSimulator } from '@millrace/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { celonisAuditIn, keyOf } from '../apps/audit-log-exporter/test/support.ts';

const page = await readFile(resolve(import.meta.dirname, '../docs/audit-model.md'), 'utf8');
const questions = page.split(/^## /m).flatMap((section) => {
  const [title = ''] = section.split('\n');
  return [...section.matchAll(/```sql\n([\s\S]*?)```/g)].map(
    ([, sql = ''], at) => [`${title} (${at + 1})`, sql] as const,
  );
});

type Row = Readonly<Record<string, string>>;

let folder: string;
let team: CelonisSimulator;
let pool: string;
let instance: DuckDBInstance;
let local: DuckDBConnection;
let runInPool: (name: string, sql: string) => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-audit-model-'));
  team = await startCelonisSimulator({
    sizes: { auditEvents: 6_000, loginEvents: 2_500, members: 60, adoptionEvents: 1 },
  });
  team.clock.advance(10 * 60_000);
  promoteSomebody();
  const file = join(folder, 'audit.duckdb');
  const { code, stderr } = await celonisAuditIn(folder, ['export', '--to', `duckdb:${file}`], keyOf(team));
  if (code !== 0) throw new Error(stderr);
  instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  local = await instance.connect();
  const integration = createCelonisIntegration({
    team: team.url,
    credentials: appKey(team.credentials.appKey),
    poll: { first: 1, most: 20 },
  });
  pool = (await integration.pools.create({ name: 'audit' })).id;
  const { jobs } = integration.pool(pool);
  runInPool = async (name, sql) => {
    const job = await jobs.create({ name, connectionId: null });
    const tasks = jobs.tasks(job.id);
    const task = await tasks.create({ taskType: 'TRANSFORMATION', name });
    await tasks.setStatement(task.id, sql);
    await (await jobs.execute(job.id, { mode: 'FULL' })).wait();
  };
  await runInPool('activities', await scriptForCelonis(file));
}, 120_000);

afterAll(async () => {
  local.closeSync();
  instance.closeSync();
  await team.close();
  await rm(folder, { recursive: true, force: true });
});

/** Makes an analyst an admin in the second half of what they do. */
function promoteSomebody(): void {
  const { auditEvents } = team.data;
  const analyst = auditEvents.find(({ userRole }) => userRole === 'ANALYST')?.userId;
  const theirs = auditEvents.filter(({ userId, userRole }) => userId === analyst && userRole === 'ANALYST');
  for (const event of theirs.slice(theirs.length / 2))
    auditEvents[auditEvents.indexOf(event)] = { ...event, userRole: 'ADMIN' };
  team.touch();
}

const types: Readonly<Record<string, ColumnType>> = {
  VARCHAR: 'STRING',
  BIGINT: 'INTEGER',
  DOUBLE: 'FLOAT',
  BOOLEAN: 'BOOLEAN',
  TIMESTAMP: 'DATETIME',
  DATE: 'DATE',
};

/** Copies the extracted tables into the pool, and gives the transformations over them. */
async function scriptForCelonis(file: string): Promise<string> {
  const there = await rowsOf(
    'SELECT table_name AS t, column_name AS c, data_type AS d FROM information_schema.columns',
  );
  const tables = celonisAuditLog.feeds
    .flatMap(({ table }) => declaredTables(celonisAuditLog, table))
    .map((table) => ({
      ...table,
      columns: table.columns.flatMap((column) => {
        const stored = there.find((row) => row['t'] === table.name && row['c'] === column.name);
        return stored ? [{ ...column, type: types[stored['d'] ?? ''] ?? 'JSON' }] : [];
      }),
    }))
    .filter(({ columns }) => columns.length > 0);
  await team.dataPools.run(pool, `ATTACH ${duckdb.text(file)} AS source (READ_ONLY)`);
  for (const { name } of tables) {
    const table = duckdb.identifier(name);
    await team.dataPools.run(pool, `CREATE TABLE ${table} AS SELECT * FROM source.main.${table}`);
  }
  await team.dataPools.run(pool, 'DETACH source');
  return celonisScript(
    renderTransformations(celonisAuditLog, { dialect: celonis, tables }).flatMap(({ statements }) => statements),
  );
}

async function rowsOf(sql: string): Promise<Row[]> {
  const reader = await local.runAndReadAll(sql);
  return reader.getRowObjectsJS().map(plain);
}

function plain(row: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)]),
  );
}

test.each(celonisAuditLog.transformations.map(({ output }) => output))('%s is the same in both', async (table) => {
  const want = await rowsOf(`SELECT * FROM ${table} ORDER BY ALL`);
  const got = await team.dataPools.query(pool, `SELECT * FROM ${table} ORDER BY ALL`);
  expect(want.length).toBeGreaterThan(0);
  expect(got.map(plain)).toEqual(want);
});

test('the page answers what auditors ask', () => {
  expect(questions.length).toBeGreaterThan(12);
});

test.each(questions)('%s has an answer, the same in DuckDB and in the pool', async (title, sql) => {
  const want = await rowsOf(sql);
  const table = `answer_${questions.findIndex(([name]) => name === title)}`;
  await runInPool(table, `CREATE TABLE ${table} AS\n${sql}`);
  const got = (await team.dataPools.query(pool, `SELECT * FROM ${table}`)).map(plain);
  const text = (row: Row): string => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  expect(got.map(text).toSorted()).toEqual(want.map(text).toSorted());
  expect(want.length).toBeGreaterThan(0);
});
