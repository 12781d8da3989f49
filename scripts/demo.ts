/**
 * `npm run demo`: both programs, as built, against both simulators, on this machine alone. Ends non-zero when one table of the
 * databases differs from what the simulators hold.
 */
import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { renderTable, type Cell } from '@millrace/cli-kit';
import { startCelonisSimulator, startOeSimulator } from '@millrace/simulator';
import { compareTables, rowsOf } from './demo/compare.ts';
import { buildInCelonis } from './demo/in-celonis.ts';
import { exampleQueries } from './demo/queries.ts';
import { auditTruth, isDerived, oeTruth } from './demo/truth.ts';

const root = resolve(import.meta.dirname, '..');
const out = join(root, 'demo/out');
const databases = { audit: 'demo/out/audit.duckdb', oe: 'demo/out/oe.duckdb' } as const;
const started = performance.now();

function say(line: string): void {
  process.stderr.write(`[${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}\n`);
}

/** Runs a program as a user would: its own process, credentials from the environment, progress on the terminal. */
function run(program: string, args: readonly string[], credentials: Readonly<Record<string, string>>): Promise<void> {
  say(`$ ${program} ${args.join(' ')}`);
  const main =
    {
      'celonis-audit': 'apps/audit-log-exporter/bin/celonis-audit.js',
      'oe-extract': 'apps/oe-extractor/bin/oe-extract.js',
    }[program] ?? '';
  const env = { PATH: process.env['PATH'] ?? '', ...credentials };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(root, main), ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 2, 'inherit'],
    });
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`${program} ended with exit code ${code}`))));
  });
}

async function withDatabase<T>(
  name: keyof typeof databases,
  body: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(join(root, databases[name]), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return await body(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function printContents(): Promise<void> {
  const rows: Cell[][] = [];
  for (const name of ['audit', 'oe'] as const) {
    await withDatabase(name, async (connection) => {
      const tables = await rowsOf(
        connection,
        `SELECT table_name AS name, column_count AS columns FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY table_name`,
      );
      for (const table of tables) {
        const [count] = await rowsOf(
          connection,
          `SELECT count(*) AS n FROM "${table.get('name')?.replaceAll('"', '""')}"`,
        );
        rows.push([name, table.get('name') ?? '', Number(count?.get('n')), Number(table.get('columns'))]);
      }
    });
  }
  process.stdout.write(`\n${renderTable(['database', 'table', 'rows', 'columns'], rows)}`);
}

async function printQueries(): Promise<void> {
  for (const { database, question, sql } of exampleQueries) {
    await withDatabase(database, async (connection) => {
      const reader = await connection.runAndReadAll(sql);
      const cells = reader.getRowsJS().map((row) => row.map((value) => cellOf(value)));
      process.stdout.write(
        `\n${question} (${databases[database]})\n\n${sql}\n\n${renderTable(reader.columnNames(), cells)}`,
      );
    });
  }
}

function cellOf(value: unknown): Cell {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' || typeof value === 'string' || value === null ? value : JSON.stringify(value);
}

/** The third act: a smaller team whose logs come into a data pool of its own, where Celonis itself extracts, transforms and loads them. */
async function inCelonis(): Promise<{ table: string; says: string }[]> {
  const team = await startCelonisSimulator({ sizes: { auditEvents: 2000, loginEvents: 800, members: 50 } });
  try {
    return await buildInCelonis({ team, out: 'demo/out', root, say, run });
  } finally {
    await team.close();
  }
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const team = await startCelonisSimulator();
const engine = await startOeSimulator();
// What happened in the last minutes is left for the next run, until it has settled; the demo wants it all at once.
team.clock.advance(10 * 60_000);
try {
  say(
    `Celonis simulator at ${team.url}: ${team.data.auditEvents.length} audit events, ${team.data.loginEvents.length} log-ins, ${team.data.members.length} members`,
  );
  say(
    `OE simulator at ${engine.url}: ${engine.data.digitalProcesses.length} value streams, ${engine.data.processContexts.length} process contexts`,
  );
  say("the simulators' clocks stand at 2026-06-01, so the programs will say that this machine's differs");
  await run('celonis-audit', ['export', '--to', `duckdb:${databases.audit}`], {
    CELONIS_URL: team.url,
    CELONIS_API_TOKEN: team.credentials.appKey,
  });
  await run('oe-extract', ['run', '--scopes', 'live,draft', '--to', `duckdb:${databases.oe}`], {
    OE_API_URL: engine.url,
    OE_AUTH_URL: engine.url,
    OE_CLIENT_ID: engine.credentials.clientId,
    OE_CLIENT_SECRET: engine.credentials.clientSecret,
  });
  say('comparing every table with what the simulators hold');
  const differences = [
    ...(await withDatabase('audit', (connection) => compareTables(connection, auditTruth(team.data), isDerived))),
    ...(await withDatabase('oe', (connection) => compareTables(connection, oeTruth(engine.data)))),
  ];
  await printContents();
  await printQueries();
  differences.push(...(await inCelonis()));
  for (const { table, says } of differences) process.stderr.write(`differs: ${table}: ${says}\n`);
  if (differences.length > 0) process.exitCode = 1;
  else say('every table equals what the simulators hold');
  process.stdout.write(`
Where to look next
  duckdb ${databases.audit}                the DuckDB shell, or any client that reads DuckDB; start with audit_activity
  npx celonis-audit --help
  npx oe-extract model --format mermaid
  README.md                                    the SDKs, the simulators, what is inferred of the vendors' APIs
`);
} finally {
  await team.close();
  await engine.close();
}
