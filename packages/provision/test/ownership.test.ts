import { isPermissionError } from '@millrace/celonis-client/integration';
import { expect, test } from 'vitest';
import { apply, destroy, OwnershipError, plan, planDestroy, PoolChoiceError } from '../src/index.ts';
import { clientOf, poolWithExtractor, pulled, pushed, startTeam, writesSince } from './helpers.ts';
import { snapshot } from './snapshot.ts';

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test('several installations live in one pool, each knows its own, and destroy takes one and leaves the other', async () => {
  const team = await startTeam();
  const client = clientOf(team);
  const poolId = await poolWithExtractor(team, 'Processes', 'first');
  const first = pulled(undefined, { name: 'first' });
  const second = pushed({ name: 'second' });
  await apply(client, first);
  const alone = await snapshot(client, 'Processes');
  await apply(client, second);
  expect((await plan(client, first)).changes).toEqual([]);
  expect((await plan(client, second)).changes).toEqual([]);
  expect((await plan(client, second)).others).toEqual([
    'connection first',
    'data job first',
    'data model first',
    'parameter oe-extract first',
  ]);

  const found = await planDestroy(client, second);
  expect(found.removals.map(({ kind, name }) => [kind, name])).toEqual([
    ['data job', 'second'],
    ['data model', 'second'],
    ['parameter', 'millrace_second'],
  ]);
  await destroy(client, found);
  expect(await snapshot(client, 'Processes')).toEqual(alone);

  await destroy(client, await planDestroy(client, first));
  // The pool was somebody's own.
  const pool = client.pool(poolId);
  expect([await pool.jobs.list(), await pool.dataModels.list(), await pool.connections.list()]).toEqual([[], [], []]);
});

test('a pool that the program made goes with the last installation in it', async () => {
  const team = await startTeam();
  const client = clientOf(team);
  await apply(client, pushed({ name: 'a' }));
  await apply(client, pushed({ name: 'b' }));
  await destroy(client, await planDestroy(client, pushed({ name: 'a' })));
  expect(await client.pools.list()).toHaveLength(1);
  const last = await planDestroy(client, pushed({ name: 'b' }));
  expect(last.removals.map(({ kind }) => kind)).toContain('data pool');
  await destroy(client, last);
  expect(await client.pools.list()).toEqual([]);
  expect((await planDestroy(client, pushed({ name: 'b' }))).removals).toEqual([]);
});

test('a destroy that is cut off at any request ends the next time', async () => {
  const team = await startTeam();
  const client = clientOf(team);
  let isWhole = false;
  let cut = 0;
  while (!isWhole) {
    cut += 1;
    const place = pushed({ pool: `pool ${cut}` });
    await apply(client, place);
    const found = await planDestroy(client, place);
    team.faults = { failures: [{ kind: 'no-answer', from: cut }] };
    isWhole = (await caught(destroy(client, found))) === undefined;
    team.faults = {};
    await destroy(client, await planDestroy(client, place));
    expect((await client.pools.list()).filter(({ name }) => name === place.pool)).toEqual([]);
  }
  expect(cut).toBeGreaterThan(3);
});

test('a data job of its name that it did not make is refused, and nothing is written; adopt takes it over', async () => {
  const team = await startTeam();
  const client = clientOf(team);
  const { id } = await client.pools.create({ name: 'Processes' });
  const theirs = await client.pool(id).jobs.create({ name: 'oe', connectionId: null });
  const before = team.requests.length;
  const error = await caught(apply(client, pushed()));
  expect(error).toBeInstanceOf(OwnershipError);
  expect((error as OwnershipError).objects).toEqual(['data job oe']);
  expect(writesSince(team, before)).toEqual([]);
  expect((await planDestroy(client, pushed())).removals).toEqual([]);
  expect(await apply(client, pushed(), { adopt: true })).toMatchObject({ jobId: theirs.id });
  expect((await plan(client, pushed())).changes).toEqual([]);
});

test('of two pools with one name neither is chosen', async () => {
  const team = await startTeam();
  const client = clientOf(team);
  const { id } = await client.pools.create({ name: 'Processes' });
  await client.pools.create({ name: 'Processes' });
  expect(await caught(plan(client, pushed()))).toBeInstanceOf(PoolChoiceError);
  expect((await plan(client, pushed({ pool: id }))).pool).toEqual({ name: 'Processes', id });
});

test.each([
  ['edit-data-pools', 'Edit on the data pool'],
  ['create-data-pools', 'Create data pools'],
] as const)('without the permission %s the error names it and the scope', async (missing, name) => {
  const team = await startTeam();
  const permissions = (['edit-data-pools', 'create-data-pools'] as const).filter((each) => each !== missing);
  team.faults = { auth: { permissions } };
  const error = await caught(apply(clientOf(team), pushed()));
  expect(isPermissionError(error)).toBe(true);
  expect((error as Error).message).toContain(name);
  expect((error as Error).message).toContain('integration.data-pools');
});
