import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DuckDBInstance } from '@duckdb/node-api';
import { celonisAuditLog, oeActivityLog, oeEventLog } from '@millrace/model';
import { build } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventFormatOptionError, exportEventLog, type ExportEventLogOptions } from '../src/index.ts';
import { brokenRules, type OcelFile } from './check-ocel.ts';
import { oeDocuments, writeTenant } from './tenant.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'event-formats-'));
  await writeTenant(`duckdb:${join(folder, 'oe.duckdb')}`, oeActivityLog, oeDocuments);
  await writeTenant(`parquet:${join(folder, 'oe')}`, oeActivityLog, oeDocuments);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const databases = (): Record<'duckdb' | 'parquet', string> => ({
  duckdb: `duckdb:${join(folder, 'oe.duckdb')}`,
  parquet: `parquet:${join(folder, 'oe')}`,
});

async function ocel(database: string): Promise<OcelFile> {
  const output = join(folder, 'log.json');
  await exportEventLog({ database, format: 'ocel-json', output });
  return JSON.parse(await readFile(output, 'utf8')) as OcelFile;
}

test.each(['duckdb', 'parquet'] as const)('writes OCEL that keeps the rules of the format, from %s', async (kind) => {
  const log = await ocel(databases()[kind]);
  expect(brokenRules(log)).toEqual([]);
  expect(log.objectTypes.map(({ name }) => name)).toEqual([
    'process_context',
    'digital_process',
    'account',
    'digital_process$versions',
    'process_context$context$order/created$quotes',
    'process_context$context$margin$result$rules',
  ]);
  expect(log.events.map(({ id, type }) => [id, type])).toEqual([
    ['activity_log:C%2F1/X', 'Order <created>'],
    ['activity_log:C2/X', 'Order <created>'],
    ['activity_log:C%2F1/Y', 'paid'],
    ['activity_log:C%2F1/Z', 'Order <created>'],
    ['activity_log:C%2F1/W', 'paid'],
  ]);
});

test('gives the same log from a database file and from Parquet', async () => {
  const { duckdb, parquet } = databases();
  expect(await ocel(parquet)).toEqual(await ocel(duckdb));
});

test('relates an event to its run, its value stream, its account, and what it brought', async () => {
  const log = await ocel(databases().duckdb);
  const about = Object.fromEntries(
    log.events.map(({ id, relationships }) => [
      id.replace('activity_log:', ''),
      relationships.map(({ objectId, qualifier }) => `${qualifier} ${objectId}`),
    ]),
  );
  const run = ['case_id process_context:C/1', 'context$executionTemplateID digital_process:P1', 'tenant account:A1'];
  const quotes = 'context$order/created$quotes process_context$context$order/created$quotes';
  expect(about).toEqual({
    'C%2F1/X': run,
    'C2/X': ['case_id process_context:C2', `${quotes}:Q1`],
    'C%2F1/Y': run,
    // A payload is that of the last event of its type.
    'C%2F1/Z': [...run, `${quotes}:Q1`, `${quotes}:Q2`],
    // No event brought the rule and the version.
    'C%2F1/W': [
      ...run,
      'versions digital_process$versions:V1',
      'context$margin$result$rules process_context$context$margin$result$rules:7',
    ],
  });
});

test('relates a run to its value stream and its child objects, and a value stream to its account', async () => {
  const { objects } = await ocel(databases().duckdb);
  const of = (id: string): readonly string[] | undefined =>
    objects.find((object) => object.id === id)?.relationships.map(({ objectId }) => objectId);
  expect(of('process_context:C/1')).toEqual([
    'digital_process:P1',
    'process_context$context$order/created$quotes:Q1',
    'process_context$context$order/created$quotes:Q2',
    'process_context$context$margin$result$rules:7',
  ]);
  expect(of('process_context:C2')).toEqual(['process_context$context$order/created$quotes:Q1']);
  expect(of('digital_process:P1')).toEqual(['account:A1', 'digital_process$versions:V1']);
  // Neither the account nor the run had an event.
  expect(of('account:A2')).toBeUndefined();
  expect(of('process_context:C3')).toBeUndefined();
});

test('gives attributes their types, and none where there is no value', async () => {
  const { objects, objectTypes, eventTypes } = await ocel(databases().duckdb);
  const values = (id: string): unknown =>
    Object.fromEntries(
      objects.find((object) => object.id === id)?.attributes.map(({ name, value }) => [name, value]) ?? [],
    );
  expect(values('account:A1')).toEqual({ name: 'Brëvent & "Söhne" 🧾' });
  // Of one object that stands in two runs, the first row counts.
  expect(values('process_context$context$order/created$quotes:Q1')).toEqual({ price: 3 });
  expect(values('digital_process:P1')).toEqual({ name: 'Orders', tenant: 'A1', active: true });
  expect(values('process_context:C/1')).toMatchObject({
    'context$order/created$total': 12.5,
    metadata$createdAt: '2026-01-02T03:00:00.000Z',
    status: 'finished',
  });
  const types = new Map(objectTypes[0]?.attributes.map(({ name, type }) => [name, type]));
  expect(types.get('context$order/created$total')).toBe('float');
  expect(types.get('metadata$updatedAt')).toBe('time');
  expect(eventTypes[0]?.attributes).toContainEqual({ name: 'sorting', type: 'integer' });
});

test('counts what it wrote and what it left out', async () => {
  const database = databases().duckdb;
  const output = join(folder, 'counted');
  expect(await exportEventLog({ database, format: 'ocel-sqlite', output })).toEqual({
    format: 'ocel-sqlite',
    output,
    model: 'oe/activity-log',
    events: 5,
    eventsLeftOut: 1,
    objects: 8,
    objectsLeftOut: 2,
    eventObjectRelations: 18,
    objectObjectRelations: 7,
  });
  expect(await exportEventLog({ database, format: 'xes', output })).toEqual({
    format: 'xes',
    output,
    model: 'oe/activity-log',
    cases: 2,
    events: 5,
    eventsLeftOut: 1,
  });
});

test('writes the same to SQLite as to JSON', async () => {
  const log = await ocel(databases().duckdb);
  const output = join(folder, 'log.sqlite');
  await exportEventLog({ database: databases().duckdb, format: 'ocel-sqlite', output });
  const database = new DatabaseSync(output, { readOnly: true });
  const all = (sql: string): readonly unknown[] =>
    database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  expect(all('SELECT ocel_id AS id, ocel_type AS type FROM object ORDER BY 1')).toEqual(
    log.objects.map(({ id, type }) => ({ id, type })).toSorted((left, right) => (left.id < right.id ? -1 : 1)),
  );
  expect(all('SELECT count(*) AS n FROM event_object')).toEqual([
    { n: log.events.reduce((sum, { relationships }) => sum + relationships.length, 0) },
  ]);
  expect(all('SELECT ocel_time, event_key, "sorting" FROM event_paid ORDER BY 1')).toEqual([
    { ocel_time: '2026-01-02T03:02:00.000Z', event_key: 'paid', sorting: 1_767_322_980_000 },
    { ocel_time: '2026-01-02T03:04:00.000Z', event_key: 'paid', sorting: 1_767_323_100_000 },
  ]);
  expect(all('SELECT * FROM pragma_foreign_key_check')).toEqual([]);
  database.close();
});

test('writes a trace a run to XES, its events in order', async () => {
  const output = join(folder, 'log.xes');
  await exportEventLog({ database: databases().parquet, format: 'xes', output });
  const text = await readFile(output, 'utf8');
  const traces = text.split('<trace>').slice(1);
  expect(
    traces.map((trace) => [...trace.matchAll(/key="concept:name" value="(.*?)"/g)].map(([, value]) => value)),
  ).toEqual([
    ['C/1', 'Order &lt;created&gt;', 'paid', 'Order &lt;created&gt;', 'paid'],
    ['C2', 'Order &lt;created&gt;'],
  ]);
  expect(text).toContain('<date key="time:timestamp" value="2026-01-02T03:01:00.000Z"/>');
  expect(text).toContain('<int key="sorting" value="1767322920000"/>');
});

test('takes the activity table of runs, and of a Celonis team whose cases are a table that a transformation makes', async () => {
  const runs = `duckdb:${join(folder, 'runs.duckdb')}`;
  await writeTenant(runs, oeEventLog, {
    execution_templates: oeDocuments['digital_process'] ?? [],
    execution_context: oeDocuments['process_context'] ?? [],
  });
  const log = await ocel(runs);
  expect(brokenRules(log)).toEqual([]);
  expect(log.events.map(({ id, type }) => [id, type])).toEqual([
    ['event_log:C%2F1', 'Orders'],
    ['event_log:C2', 'P9'],
  ]);
  const audit = `duckdb:${join(folder, 'audit.duckdb')}`;
  const user = '5f0c9b3e-0000-4000-8000-000000000001';
  await writeTenant(audit, celonisAuditLog, {
    audit_log: [
      { userId: `${user} (a@example.com)`, event: 'LOGIN', timestamp: 1_767_322_800_000 },
      { userId: 'job (SYSTEM)', event: 'RUN', timestamp: 1_767_322_800_000 },
    ].map((record) => ({ ...record, timestamp: new Date(record.timestamp).toISOString() })),
    members: [{ userId: user, nameAndEmail: 'A (a@example.com)' }],
  });
  const sessions = await ocel(audit);
  expect(brokenRules(sessions)).toEqual([]);
  expect(sessions.objects.map(({ id }) => id)).toEqual([
    `audit_session:${user}#1767322800000`,
    'audit_session:job#1767322800000',
    `members:${user}`,
  ]);
});

const wrong: readonly [string, Partial<ExportEventLogOptions>, RegExp][] = [
  [
    'a format that there is not',
    { format: 'csv' as 'xes' },
    /'csv' is not a format: write xes, ocel-json, ocel-sqlite\./,
  ],
  ['a database that is not there', { database: 'duckdb:nowhere.duckdb' }, /cannot be read/],
  ['a folder that is not there', { database: 'parquet:nowhere' }, /cannot be read/],
  ['a destination that has no SQL here', { database: 'csv:out' }, /give duckdb:FILE or parquet:DIR/],
  ['an output in a folder that is not there', { output: 'nowhere/log.xes' }, /there is no folder nowhere/],
  ['an output that is a folder', { output: tmpdir() }, /is not a file to write/],
  ['an output that is a stream', { output: '-' }, /give a path such as log\.xes/],
  ['another model’s database', { model: celonisAuditLog }, /no table audit_activity/],
];

test.each(wrong)('refuses %s and leaves nothing', async (_, options, message) => {
  const place = join(folder, 'refused');
  await mkdir(place, { recursive: true });
  const output = join(place, 'log.xes');
  await writeFile(output, 'before');
  const given = { database: databases().duckdb, format: 'xes', output, ...options } as const;
  await expect(exportEventLog(given)).rejects.toThrow(message);
  await expect(exportEventLog(given)).rejects.toThrow(EventFormatOptionError);
  expect(await readdir(place)).toEqual(['log.xes']);
  expect(readFileSync(output, 'utf8')).toBe('before');
});

test('holds few of the events in memory', async () => {
  const file = join(folder, 'large.duckdb');
  await writeTenant(`duckdb:${file}`, oeActivityLog, {});
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(`INSERT INTO process_context ("context$processid", "context$executionTemplateID")
    SELECT 'run ' || i, 'P' FROM range(30000) AS t(i)`);
  await connection.run(`INSERT INTO activity_log (event_name, event_key, event_id, case_id, occurred_at, sorting)
    SELECT 'activity ' || i % 9, repeat('k', 1200), 'event ' || i, 'run ' || i % 30000, make_timestamp(i * 1000000), i FROM range(40000) AS t(i)`);
  connection.closeSync();
  instance.closeSync();
  const program = await bundleWorker();
  for (const format of ['xes', 'ocel-json', 'ocel-sqlite']) {
    const output = join(folder, `large.${format}`);
    const worker = new Worker(program, {
      workerData: { database: `duckdb:${file}`, format, output },
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
    const code = await new Promise((done, fail) => worker.on('exit', done).on('error', fail));
    expect(code).toBe(0);
    // The keys alone are 48 MB.
    expect((await stat(output)).size).toBeGreaterThan(48_000_000);
  }
});

/** The worker as users would run it: what strips types takes memory of its own. */
async function bundleWorker(): Promise<URL> {
  // Below the packages that stay outside.
  const program = new URL('../../../node_modules/.cache/millrace/export-worker.js', import.meta.url);
  await build({
    input: fileURLToPath(new URL('./export-worker.ts', import.meta.url)),
    platform: 'node',
    external: (id) => !/^([./]|@millrace\/)/.test(id),
    resolve: { conditionNames: ['@millrace/source', 'node', 'import'] },
    output: { file: fileURLToPath(program) },
    logLevel: 'silent',
  });
  return program;
}
