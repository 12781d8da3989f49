import { expect, test } from 'vitest';
import { apply, plan } from '../src/index.ts';
import { clientOf, file, poolWithExtractor, pulled, startTeam, writesSince } from './helpers.ts';

test('a custom extractor that nobody imported ends the apply with what to do, and the next one goes on', async () => {
  const team = await startTeam();
  const client = clientOf(team);
  const installation = pulled();
  const { changes } = await plan(client, installation);
  expect(changes.find(({ kind }) => kind === 'connection')?.action).toBe('by hand');

  const stopped = await apply(client, installation);
  expect(stopped.byHand).toEqual({
    why: 'no-extractor',
    poolId: stopped.poolId,
    connection: 'oe',
    extractor: 'oe',
    values: [{ field: 'Client ID', value: 'OE_CLIENT_ID' }],
  });
  expect(stopped.changes.map(({ kind }) => kind)).toEqual(['data pool', 'parameter']);
  const before = team.requests.length;
  expect((await apply(client, installation)).byHand).toBeDefined();
  expect(writesSince(team, before)).toEqual([]);

  team.dataPools.addExtractor(stopped.poolId, 'oe', file);
  expect((await apply(client, installation)).byHand).toBeUndefined();
  expect((await plan(client, installation)).changes).toEqual([]);
});

test('a team that refuses to make the connection is told from one that does, and the one made by hand is found', async () => {
  const team = await startTeam();
  const poolId = await poolWithExtractor(team);
  const client = clientOf(team);
  const installation = pulled();
  team.faults = { failures: [{ kind: 'status', status: 405, on: 'createConnection' }] };
  const stopped = await apply(client, installation);
  expect(stopped.byHand).toMatchObject({ why: 'refused', poolId, connection: 'oe' });

  // In the browser.
  team.faults = {};
  const [extractor] = (await client.pools.export(poolId)).customExtractorTransports ?? [];
  const values = { name: 'oe', poolId, customExtractorId: extractor?.id ?? '' };
  const { id } = await client.pool(poolId).connections.create('custom-extractor', values);

  const applied = await apply(client, installation);
  expect([applied.byHand, applied.connectionId]).toEqual([undefined, id]);
  expect((await plan(client, installation)).changes).toEqual([]);
});

test('a connection of an older file lacks tables: the plan says which it offers', async () => {
  const team = await startTeam();
  const client = clientOf(team);
  const { id } = await client.pools.create({ name: 'Processes' });
  team.dataPools.addExtractor(id, 'oe', { ...file, endpoints: file.endpoints.slice(0, 2) });
  await apply(client, pulled());
  const { changes } = await plan(client, pulled());
  expect(changes.map(({ action, kind, fields }) => [action, kind, fields])).toEqual([
    [
      'by hand',
      'connection',
      [
        {
          field: 'tables',
          is: 'account, digital_process',
          wanted: 'account, digital_process, event_type, process_context',
        },
      ],
    ],
  ]);
  expect((await apply(client, pulled())).byHand).toMatchObject({ why: 'other-file', connection: 'oe' });
});

test('no secret is in what stands in the pool', async () => {
  const team = await startTeam();
  const poolId = await poolWithExtractor(team);
  const client = clientOf(team);
  const engine = { url: 'https://oe.example', credentials: { clientId: 'the-client', clientSecret: 'the-secret' } };
  const installation = pulled();
  const { connection } = installation;
  if (connection === undefined) throw new Error('There is a connection.');
  const values = { ...connection.values, read: () => Promise.resolve({ API_URL: engine.url, ...engine.credentials }) };
  await apply(client, { ...installation, connection: { ...connection, values } });
  const shown = JSON.stringify([await client.pools.export(poolId), await plan(client, installation)]);
  expect(shown).toContain('millrace_oe');
  expect(shown).not.toContain('the-secret');
});
