import { duckdb, oeEventLog, renderTransformation } from '@millrace/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database } from './database.ts';

/** The vendor's script as printed at https://docs.celonis.com/en/sending-data-from-orchestration-engine-to-celonis-platform.html */
const vendors = [
  'CREATE TABLE IF NOT EXISTS event_log(execution_template_name varchar(256), instance_id varchar(128) PRIMARY KEY, created_at TIMESTAMP, last_modified TIMESTAMP, status varchar(64))',
  'DROP TABLE IF EXISTS event_log_new',
  'CREATE TABLE event_log_new (execution_template_name varchar(256), instance_id varchar(128) PRIMARY KEY, created_at TIMESTAMP, last_modified TIMESTAMP, status varchar(64))',
  `INSERT INTO event_log_new
  SELECT "execution_templates"."name" as "execution_template_name", "execution_context"."context$processid" as "instance_id", "execution_context"."metadata$createdAt" as "created_at", "execution_context"."metadata$updatedAt" as "last_modified", "execution_context"."status" as "status"
  from "execution_templates", "execution_context" where "execution_context"."context$executionTemplateID" = "execution_templates"."id"`,
  `MERGE INTO event_log USING event_log_new ON event_log_new.instance_id = event_log.instance_id
  WHEN MATCHED THEN UPDATE SET last_modified = event_log_new.last_modified, status = event_log_new.status
  WHEN NOT MATCHED THEN INSERT (execution_template_name, instance_id, created_at, last_modified, status) VALUES (event_log_new.execution_template_name, event_log_new.instance_id, event_log_new.created_at, event_log_new.last_modified, event_log_new.status)`,
];

const created = '2026-01-02T03:04:05.006Z';
const modified = '2026-01-02T04:00:00.000Z';
const run = (id: string, template: string, status: string, updated = created) => ({
  context$processid: id,
  context$executionTemplateID: template,
  metadata$createdAt: created,
  metadata$updatedAt: updated,
  status,
});

let database: Database;
beforeEach(async () => {
  database = await openDatabase();
  await database.fill(oeEventLog, 'execution_templates', [{ id: 'P1', name: 'Orders' }]);
});
afterEach(() => database.close());

const ours = (): Promise<void> =>
  database.transform(renderTransformation(oeEventLog, 'event_log', { dialect: duckdb, mode: 'delta' }));
const theirs = async (): Promise<void> => {
  for (const statement of vendors) await database.run(statement);
};
const log = () => database.query('SELECT * FROM event_log ORDER BY instance_id');

test('is the vendor’s log where nothing is unusual, and follows a run’s status', async () => {
  await database.fill(oeEventLog, 'execution_context', [run('C1', 'P1', 'running')]);
  await ours();
  await database.fill(oeEventLog, 'execution_context', [run('C1', 'P1', 'finished', modified)]);
  await ours();
  const found = await log();
  expect(found).toEqual([
    {
      execution_template_name: 'Orders',
      instance_id: 'C1',
      created_at: created,
      last_modified: modified,
      status: 'finished',
    },
  ]);
  await database.run('DROP TABLE event_log');
  await theirs();
  expect(await log()).toEqual(found);
});

test('keeps runs whose value stream was deleted, which the vendor’s script drops', async () => {
  await database.fill(oeEventLog, 'execution_context', [run('C1', 'P9', 'finished')]);
  await theirs();
  expect(await log()).toEqual([]);
  await ours();
  expect(await log()).toMatchObject([{ execution_template_name: 'P9', instance_id: 'C1' }]);
});

test('follows a renamed value stream, which the vendor’s script does not', async () => {
  await database.fill(oeEventLog, 'execution_context', [run('C1', 'P1', 'finished')]);
  await theirs();
  await database.fill(oeEventLog, 'execution_templates', [{ id: 'P1', name: 'Sales' }]);
  await theirs();
  expect(await log()).toMatchObject([{ execution_template_name: 'Orders' }]);
  await ours();
  expect(await log()).toMatchObject([{ execution_template_name: 'Sales' }]);
});
