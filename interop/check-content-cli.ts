/** Every command of content-cli that touches Data Integration, against the simulated team. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCelonisIntegration, appKey, type CelonisIntegration } from '@millrace/celonis-client/integration';
import { startCelonisSimulator, type CelonisSimulator } from '@millrace/simulator';
import type { checks, Result } from './checks.ts';
import { contentCli, type ContentCli, type Said } from './content-cli.ts';

type Check = (typeof checks)['content-cli'][number];

/** What the checks share. */
interface Bench {
  readonly team: CelonisSimulator;
  readonly integration: CelonisIntegration;
  readonly cli: ContentCli;
  /** Where the client writes its files. */
  readonly cwd: string;
  readonly home: string;
  readonly pool: string;
  readonly connection: string;
}

/** Starts a team and runs the client's commands one after the other. */
export async function checkContentCli(folder: string): Promise<readonly Result[]> {
  const [home, cwd] = [join(folder, 'content-cli/home'), join(folder, 'content-cli/work')];
  for (const each of [home, cwd]) await mkdir(each, { recursive: true });
  const team = await startCelonisSimulator({
    sizes: { auditEvents: 1, loginEvents: 1, members: 1, adoptionEvents: 1 },
  });
  try {
    const integration = createCelonisIntegration({ team: team.url, credentials: appKey(team.credentials.appKey) });
    const bench = { team, integration, cli: contentCli({ home, cwd }), cwd, home, ...(await fill(integration)) };
    const results: Result[] = [];
    for (const [check, body] of Object.entries(bodies) as [Check, (bench: Bench) => Promise<void>][]) {
      results.push(
        await body(bench).then(
          () => ({ check, ok: true }),
          (error: unknown) => ({ check, ok: false, detail: error instanceof Error ? error.message : String(error) }),
        ),
      );
    }
    return results;
  } finally {
    await team.close();
  }
}

/** A pool with something of each kind in it. */
async function fill(integration: CelonisIntegration): Promise<Pick<Bench, 'pool' | 'connection'>> {
  const { id } = await integration.pools.create({ name: 'orders' });
  const pool = integration.pool(id);
  const configuration = { API_URL: 'https://one.example' };
  const connection = await pool.connections.create('custom-extractor', { name: 'shop', poolId: id, configuration });
  const job = await pool.jobs.create({ name: 'build', connectionId: null });
  const tasks = pool.jobs.tasks(job.id);
  const task = await tasks.create({ taskType: 'TRANSFORMATION', name: 'activities' });
  await tasks.setStatement(task.id, "CREATE TABLE activities AS SELECT 'o1' AS case_id, NOW() AS made;");
  await pool.parameters.create({
    name: 'p',
    placeholder: 'p',
    type: 'PRIVATE_CONSTANT',
    dataType: 'STRING',
    values: [],
  });
  const model = await pool.dataModels.create({ name: 'orders' });
  await pool.dataModels.tables(model.id).add([{ name: 'activities', connectionId: null }]);
  return { pool: id, connection: connection.id };
}

/** The text after a label, on the line that has it. */
function after({ lines }: Said, label: string): string {
  const line = lines.find((each) => each.includes(label));
  assert.ok(line !== undefined, `no line with '${label}' in: ${lines.join(' | ')}`);
  return line.slice(line.indexOf(label) + label.length).trim();
}

/** What follows a label, read as JSON. */
function jsonAfter({ lines }: Said, label: string): unknown {
  const at = lines.findIndex((line) => line.includes(label));
  assert.ok(at >= 0, `no line with '${label}' in: ${lines.join(' | ')}`);
  return JSON.parse(lines.slice(at + 1).join('\n'));
}

async function fileOf(bench: Bench, said: Said): Promise<unknown> {
  return JSON.parse(await readFile(join(bench.cwd, after(said, 'New filename:')), 'utf8'));
}

/** A document with each of its IDs as an ordinal, so that two that differ in IDs alone are equal. */
function withoutIds(document: unknown): unknown {
  const ordinals = new Map<string, string>();
  return JSON.parse(JSON.stringify(document), (_field, value: unknown) => {
    if (typeof value !== 'string' || !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(value)) return value;
    const known = ordinals.get(value) ?? `id ${ordinals.size}`;
    ordinals.set(value, known);
    return known;
  });
}

const names = async ({ integration }: Bench): Promise<unknown[]> =>
  (await integration.pools.list()).map(({ name }) => name);

const bodies: Readonly<Record<Check, (bench: Bench) => Promise<void>>> = {
  'content-cli makes a profile and finds that its key is an application key': async ({ cli, team, home }) => {
    const answers = [
      ['Name of the profile: ', 'simulated'],
      ['full url): ', team.url],
      ['API Key (3): ', '3'],
      ['api token: ', team.credentials.appKey],
    ] as const;
    const said = await cli.answer(['profile', 'create', '--setAsDefault'], answers);
    assert.equal(after(said, 'Default profile:'), 'simulated');
    const file = join(home, '.celonis-content-cli-profiles/simulated.json');
    const profile = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    assert.deepEqual([profile['type'], profile['authenticationType']], ['Key', 'AppKey']);
  },
  'content-cli lists data pools with an API key from the environment': async ({ cli, team, pool, home }) => {
    await withoutDefault(home, async () => {
      const env = { CELONIS_URL: team.url, CELONIS_API_TOKEN: team.credentials.apiKey };
      assert.equal(after(await cli.run(['list', 'data-pools'], { env }), 'Pool Id:'), `${pool} - Pool Name: orders`);
    });
  },
  'content-cli lists data pools': async ({ cli, pool }) => {
    assert.equal(after(await cli.run(['list', 'data-pools']), 'Pool Id:'), `${pool} - Pool Name: orders`);
  },
  'content-cli writes the list of data pools to a file': async (bench) => {
    const list = await fileOf(bench, await bench.cli.run(['list', 'data-pools', '--json']));
    assert.deepEqual(
      (list as { id: string; name: string }[]).map(({ id, name }) => [id, name]),
      [[bench.pool, 'orders']],
    );
  },
  'content-cli exports a data pool': async ({ cli, pool, integration }) => {
    const said = await cli.run(['export', 'data-pool', '--id', pool]);
    assert.deepEqual(jsonAfter(said, 'Exported Data Pool:'), await integration.pools.export(pool));
  },
  'content-cli exports a data pool to a file': async (bench) => {
    const said = await bench.cli.run(['export', 'data-pool', '--id', bench.pool, '--outputToJsonFile']);
    assert.deepEqual(await fileOf(bench, said), await bench.integration.pools.export(bench.pool));
  },
  'content-cli pulls a data pool': async (bench) => {
    const said = await bench.cli.run(['pull', 'data-pool', '--id', bench.pool]);
    assert.equal(after(said, 'New filename:'), `data-pool_${bench.pool}.json`);
    assert.deepEqual(await fileOf(bench, said), await bench.integration.pools.export(bench.pool));
  },
  'content-cli pushes a data pool': async (bench) => {
    const said = await bench.cli.run(['push', 'data-pool', '--file', `data-pool_${bench.pool}.json`]);
    const pushed = after(said, 'New ID:');
    assert.notEqual(pushed, bench.pool);
    const [copy, original] = await Promise.all([pushed, bench.pool].map((id) => bench.integration.pools.export(id)));
    assert.deepEqual(withoutIds(copy), withoutIds(original));
  },
  'content-cli pushes every data pool of a folder': async (bench) => {
    const { cwd, cli } = bench;
    // The client looks for `data-pool_*.json`, which is what it pulls.
    assert.equal((await readdir(cwd)).filter((file) => file.startsWith('data-pool_')).length, 1);
    const before = await names(bench);
    const pushed = after(await cli.run(['push', 'data-pools']), 'New ID:');
    assert.deepEqual(await names(bench), [...before, 'orders']);
    assert.equal((await bench.integration.pool(pushed).jobs.list())[0]?.name, 'build');
  },
  'content-cli updates a data pool': async ({ cli, cwd, pool, integration }) => {
    const document = JSON.parse(await readFile(join(cwd, `data-pool_${pool}.json`), 'utf8')) as { dataPool: object };
    const renamed = { ...document, dataPool: { ...document.dataPool, name: 'orders of today' } };
    await writeFile(join(cwd, 'renamed.json'), JSON.stringify(renamed));
    const said = await cli.run(['update', 'data-pool', '--id', pool, '--file', 'renamed.json']);
    after(said, 'Data Pool was updated successfully!');
    assert.equal((await integration.pools.get(pool)).name, 'orders of today');
  },
  'content-cli imports a data pool into another, with its connection mapped': async ({
    cli,
    cwd,
    pool,
    connection,
    integration,
  }) => {
    const { id: to } = await integration.pools.create({ name: 'target' });
    const other = await integration.pool(to).connections.create('custom-extractor', { name: 'shop', poolId: to });
    const request = {
      targetTeamDomain: 'simulated',
      dataPoolImportRequests: [
        {
          targetPoolId: to,
          dataSourceMappings: { [connection]: other.id },
          dataPool: await integration.pools.export(pool, { withDependencies: true }),
        },
      ],
    };
    await writeFile(join(cwd, 'request.json'), JSON.stringify(request));
    const said = await cli.run(['import', 'data-pools', '--jsonFile', 'request.json']);
    const [from] = await integration.pool(pool).dataModels.list();
    const [made] = await integration.pool(to).dataModels.list();
    assert.deepEqual(jsonAfter(said, 'Batch import report:'), { dataModelIdMappings: { [from?.id ?? '']: made?.id } });
    assert.deepEqual(
      (await integration.pool(to).jobs.list()).map(({ name }) => name),
      ['build'],
    );
  },
  'content-cli lists connections': async ({ cli, pool, connection }) => {
    const said = await cli.run(['list', 'connection', '--dataPoolId', pool]);
    assert.equal(after(said, 'Connection ID:'), `${connection} - Name: shop - Type: custom-extractor`);
  },
  'content-cli gets the properties of a connection': async ({ cli, pool, connection }) => {
    const said = await cli.run(['get', 'connection', '--dataPoolId', pool, '--connectionId', connection]);
    assert.equal(after(said, 'configuration.API_URL :'), 'string := https://one.example');
    assert.equal(after(said, ' parameterName :'), 'string := DATASOURCE:SHOP');
  },
  'content-cli sets a property of a connection': async ({ cli, pool, connection, integration }) => {
    const to = ['--dataPoolId', pool, '--connectionId', connection];
    const change = (property: string) =>
      cli.run(['set', 'connection', ...to, '--property', property, '--value', 'https://two.example']);
    after(await change('configuration.API_URL'), 'Property configuration.API_URL updated.');
    const address = { type: 'custom-extractor', id: connection };
    const typed = await integration.pool(pool).connections.getTyped(address);
    assert.deepEqual(typed['configuration'], { API_URL: 'https://two.example' });
    after(await change('configuration.NO_SUCH'), 'Property configuration.NO_SUCH not found on connection.');
  },
  'content-cli says what the team refuses': async ({ cli, team, pool }) => {
    const gone = await cli.run(['export', 'data-pool', '--id', '00000000-0000-4000-8000-000000000000']);
    after(gone, 'There is no data pool 00000000-0000-4000-8000-000000000000');
    team.faults = { auth: { permissions: [] } };
    const refused = await cli.run(['pull', 'data-pool', '--id', pool]);
    team.faults = {};
    after(refused, 'ADMIN_ACCESS_ERROR');
  },
};

/** Does something while the client has no profile. */
async function withoutDefault(home: string, body: () => Promise<void>): Promise<void> {
  const config = join(home, '.celonis-content-cli-profiles/config.json');
  const text = await readFile(config, 'utf8');
  await writeFile(config, '{}');
  await body().finally(() => writeFile(config, text));
}
