import { expect, test } from 'vitest';
import type { CelonisSimulator } from '../../src/index.ts';
import { call, team, type WithId } from './helpers.ts';

interface LoadState {
  readonly loadInfo: {
    readonly currentComputeLoad: { readonly loadStatus: string; readonly message: string | null };
    readonly liveDataModel: { readonly tableLoads: readonly { tableName: string; tableRowCount: number }[] } | null;
  };
}

/** A data model over the tables, with foreign keys from column to column (`a.id>b.a_id`). */
async function model(
  simulator: CelonisSimulator,
  tables: readonly string[],
  keys: readonly string[],
): Promise<{ base: string; id: (table: string) => string }> {
  const { id: pool } = await call<WithId>(simulator, 'POST', '/integration/api/pools', { name: 'p' });
  for (const [name, body] of [
    [
      'orders',
      `SELECT * FROM (VALUES ('o1', 'c1', TIMESTAMP '2026-01-01'), ('o2', 'c1', TIMESTAMP '2026-01-02')) AS t(id, customer, made)`,
    ],
    ['items', `SELECT * FROM (VALUES ('o1', 1), ('o1', 2), ('o2', 1)) AS t(order_id, n)`],
    ['customers', `SELECT 'c1' AS id, 1 AS number`],
  ] as const) {
    await simulator.dataPools.run(pool, `CREATE TABLE ${name} AS ${body}`);
  }
  const pools = `/integration/api/pools/${pool}`;
  const made = await call<WithId>(simulator, 'POST', `${pools}/data-models`, { name: 'm' });
  const added = await call<WithId[]>(
    simulator,
    'POST',
    `${pools}/data-model/${made.id}/tables`,
    tables.map((name) => ({ name, dataSourceId: null, columns: [] })),
  );
  const id = (table: string): string => added.find(({ name }) => name === table)?.id ?? '';
  const base = `${pools}/data-models/${made.id}`;
  for (const key of keys) {
    const [source, target] = key.split('>').map((end) => end.split('.'));
    await call(simulator, 'POST', `${base}/foreign-keys`, {
      sourceTableId: id(source?.[0] ?? ''),
      targetTableId: id(target?.[0] ?? ''),
      columns: [{ sourceColumnName: source?.[1], targetColumnName: target?.[1] }],
    });
  }
  return { base, id };
}

async function load(simulator: CelonisSimulator, base: string): Promise<LoadState['loadInfo']> {
  await call(simulator, 'POST', `${base}/reload?forceComplete=true`);
  for (;;) {
    const { loadInfo } = await call<LoadState>(simulator, 'GET', `${base}/load-history/load-info-sync`);
    if (loadInfo.currentComputeLoad.loadStatus !== 'RUNNING') return loadInfo;
  }
}

const all = ['orders', 'items', 'customers'];

test.each<[string, readonly string[], readonly string[], string, RegExp]>([
  ['relations from 1 to N', all, ['orders.id>items.order_id', 'customers.id>orders.customer'], 'SUCCESS', /^$/],
  ['a relation given the wrong way round', all, ['items.order_id>orders.id'], 'WARNING', /was turned round: items/],
  ['a relation with keys twice on both sides', all, ['orders.customer>items.order_id'], 'ERROR', /joined N:M/],
  [
    'relations in a circle',
    all,
    ['orders.id>items.order_id', 'customers.id>orders.customer', 'customers.id>items.order_id'],
    'ERROR',
    /closes a circle/,
  ],
  ['a relation over a column that is not there', all, ['orders.no>items.order_id'], 'ERROR', /has no column no/],
  ['a relation between types', all, ['customers.number>orders.customer'], 'WARNING', /differ in type/],
  ['a table that is not there', ['orders', 'ghosts'], [], 'ERROR', /Table ghosts does not exist/],
  ['no table', [], [], 'ERROR', /has no tables/],
])('a load with %s', async (_, tables, keys, status, message) => {
  const simulator = await team();
  const { base } = await model(simulator, tables, keys);
  const { currentComputeLoad, liveDataModel } = await load(simulator, base);
  expect(currentComputeLoad.loadStatus).toBe(status);
  expect(currentComputeLoad.message ?? '').toMatch(message);
  expect(liveDataModel === null).toBe(status === 'ERROR');
});

test('a load counts the rows of each table', async () => {
  const simulator = await team();
  const { base } = await model(simulator, all, []);
  const { liveDataModel } = await load(simulator, base);
  expect(liveDataModel?.tableLoads.map((each) => [each.tableName, each.tableRowCount])).toEqual([
    ['orders', 2],
    ['items', 3],
    ['customers', 1],
  ]);
});

test.each([
  [{ caseIdColumn: 'id', activityColumn: 'no', timestampColumn: 'made' }, /has no column no/],
  [{ caseIdColumn: 'id', activityColumn: 'customer', timestampColumn: 'customer' }, /is no timestamp/],
])('an activity table %j is refused at the load', async (columns, message) => {
  const simulator = await team();
  const { base, id } = await model(simulator, ['orders'], []);
  await call(simulator, 'PUT', `${base}/process-configurations`, { activityTableId: id('orders'), ...columns });
  const { currentComputeLoad } = await load(simulator, base);
  expect(currentComputeLoad.loadStatus).toBe('ERROR');
  expect(currentComputeLoad.message).toMatch(message);
});
