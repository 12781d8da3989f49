import { expect, test } from 'vitest';
import { apply, plan, poolDocument } from '../src/index.ts';
import { clientOf, pulled, pushed, startTeam, writesSince } from './helpers.ts';

test.each([
  ['pull', pulled()],
  ['push', pushed()],
] as const)('on the %s road the document imports as a pool in which nothing is to change', async (_, installation) => {
  const team = await startTeam();
  const client = clientOf(team);
  const { id } = await client.pools.import(poolDocument(installation));
  const found = await plan(client, installation);
  expect(found.changes).toEqual([]);
  expect(found.pool).toEqual({ name: 'Processes', id });

  // The first apply notes the IDs, and the second has nothing left.
  expect((await apply(client, installation)).changes).toEqual([]);
  const before = team.requests.length;
  await apply(client, installation);
  expect(writesSince(team, before)).toEqual([]);
});
