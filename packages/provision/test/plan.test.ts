import { expect, test } from 'vitest';
import { apply, plan, renderPlan } from '../src/index.ts';
import { clientOf, poolWithExtractor, pulled, pushed, startTeam } from './helpers.ts';

async function applied() {
  const team = await startTeam();
  const poolId = await poolWithExtractor(team);
  const client = clientOf(team);
  const installation = pulled();
  const { jobId, dataModelId } = await apply(client, installation);
  const pool = client.pool(poolId);
  return { team, client, installation, pool, jobId: jobId ?? '', modelId: dataModelId ?? '' };
}

test('a plan of nothing lists everything to create', async () => {
  const team = await startTeam();
  const found = await plan(clientOf(team), pushed());
  expect(found).toMatchObject({ pool: { name: 'Processes', id: null }, unchanged: 0, others: [] });
  expect(new Set(found.changes.map(({ action }) => action))).toEqual(new Set(['create']));
  expect(found.changes.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['data pool', 'data job', 'transformation', 'data model', 'foreign key', 'activity table']),
  );
  expect(team.requests.every(({ method }) => method === 'GET')).toBe(true);
});

test('a foreign key that was deleted, a changed transformation and a renamed column are shown, exactly these, and mended', async () => {
  const { client, installation, pool, jobId, modelId } = await applied();
  const model = pool.dataModels;
  const tables = await model.tables(modelId).list();
  const idOf = (name: string): string => tables.find((table) => table.name === name)?.id ?? '';
  const keys = await model.foreignKeys(modelId).list();
  const keyOf = (dimension: string, fact: string) =>
    keys.find((key) => key.sourceTableId === idOf(dimension) && key.targetTableId === idOf(fact));
  await model.foreignKeys(modelId).delete(keyOf('account', 'digital_process')?.id ?? '');
  const renamed = keyOf('process_context', 'activity_log');
  await model.foreignKeys(modelId).update({
    ...renamed,
    id: renamed?.id ?? '',
    columns: [{ sourceColumnName: 'context$processid', targetColumnName: 'case' }],
  });
  const tasks = pool.jobs.tasks(jobId);
  const task = (await tasks.list()).find(({ name }) => name === 'activity_log');
  const sql = await tasks.statement(task?.id ?? '');
  await tasks.setStatement(task?.id ?? '', sql.replace('CREATE TABLE', 'CREATE  TABLE'));

  const found = await plan(client, installation);
  expect(found.changes.map(({ action, kind, name, isDrift }) => [action, kind, name, isDrift])).toEqual(
    [
      ['update', 'transformation', 'activity_log', true],
      ['create', 'foreign key', 'account → digital_process', true],
      ['update', 'foreign key', 'process_context → activity_log', true],
    ].toSorted((a, b) => order(a) - order(b)),
  );
  expect(renderPlan(found)).toBe(`oe in data pool Processes (pull)
  ~ transformation activity_log  (drift: somebody changed it)
      SQL:
        line 3
        - CREATE  TABLE "activity_log" AS
        + CREATE TABLE "activity_log" AS
  ~ foreign key process_context → activity_log  (drift: somebody changed it)
      columns: context$processid → case → context$processid → case_id
  + foreign key account → digital_process  (drift: somebody removed it)
1 to create, 2 to update; ${found.unchanged} as they should be
`);
  await apply(client, installation);
  expect((await plan(client, installation)).changes).toEqual([]);
  expect(await tasks.statement(task?.id ?? '')).toBe(sql);

  function order([, kind, name]: (string | boolean)[]): number {
    return kind === 'transformation' ? 0 : name === 'process_context → activity_log' ? 1 : 2;
  }
});

test('names, filters, parameters, switches and the activity table are compared field by field', async () => {
  const { client, installation, pool, jobId, modelId } = await applied();
  const [job] = await pool.jobs.list();
  await pool.jobs.update({ ...job, id: jobId, name: 'mine' });
  const tasks = pool.jobs.tasks(jobId);
  const list = await tasks.list();
  const extraction = list.find(({ taskType }) => taskType === 'EXTRACTION');
  const transformation = list.find(({ taskType }) => taskType === 'TRANSFORMATION');
  await tasks.disable(transformation?.id ?? '');
  const { id = '', taskId = '' } = extraction ?? {};
  const { tables } = await tasks.extraction(id);
  const table = tables?.find(({ tableName }) => tableName === 'process_context');
  await tasks.updateTables({ id, taskId: taskId ?? '' }, [
    { ...table, id: table?.id ?? '', filterDefinition: "status = 'finished'" },
  ]);
  const parameters = pool.taskParameters(id);
  const scopes = (await parameters.list()).find(({ placeholder }) => placeholder === 'includeScopes');
  await parameters.update({ ...scopes, id: scopes?.id ?? '', values: [{ value: 'live', taskInstanceId: id }] });
  const [activityTable] = await pool.dataModels.activityTables(modelId).list();
  await pool.dataModels.activityTables(modelId).put({
    ...activityTable,
    activityTableId: activityTable?.activityTableId ?? '',
    caseIdColumn: 'case_id',
    activityColumn: 'event_key',
    timestampColumn: 'occurred_at',
  });

  const { changes } = await plan(client, installation);
  expect(
    changes.flatMap(({ kind, name, fields }) => fields.map(({ field, is }) => `${kind} ${name}: ${field} is ${is}`)),
  ).toEqual([
    'data job oe: name is mine',
    "extraction table process_context: filter statement is status = 'finished'",
    'parameter includeScopes: value is live',
    'transformation activity_log: disabled is true',
    'activity table activity_log: activity is event_key',
  ]);
  await apply(client, installation);
  expect((await plan(client, installation)).changes).toEqual([]);
});

test('what the program itself wants otherwise is no drift', async () => {
  const { client, installation } = await applied();
  const [first, ...rest] = installation.transformations;
  if (first === undefined) throw new Error('There is a transformation.');
  const other = { ...installation, transformations: [{ ...first, sql: 'SELECT 1;' }, ...rest] };
  const found = await plan(client, other);
  expect(found.changes.map(({ action, kind, isDrift }) => [action, kind, isDrift])).toEqual([
    ['update', 'transformation', false],
  ]);
});

test('a transformation that is no longer wanted is removed, one that somebody added stays', async () => {
  const { client, installation, pool, jobId } = await applied();
  await pool.jobs.tasks(jobId).create({ taskType: 'TRANSFORMATION', name: 'theirs' });
  const none = { ...installation, transformations: [] };
  const found = await plan(client, none);
  expect(found.changes.map(({ action, name }) => [action, name])).toEqual([['delete', 'activity_log']]);
  await apply(client, none);
  const left = await pool.jobs.tasks(jobId).list();
  expect(left.filter(({ taskType }) => taskType === 'TRANSFORMATION').map(({ name }) => name)).toEqual(['theirs']);
});
