import type { CelonisIntegration } from '@millrace/celonis-client/integration';

/** Everything in the pools of a name, without IDs and times: what two applies must leave alike. */
export async function snapshot(client: CelonisIntegration, name: string): Promise<unknown> {
  const pools = (await client.pools.list()).filter((pool) => pool.name === name);
  return Promise.all(pools.map(({ id }) => poolSnapshot(client, id)));
}

async function poolSnapshot(client: CelonisIntegration, poolId: string): Promise<unknown> {
  const document = JSON.stringify(await client.pools.export(poolId));
  const names = new Map<string, string>();
  const numbered = document.replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, (id) => {
    const known = names.get(id) ?? `ID ${names.size + 1}`;
    names.set(id, known);
    return known;
  });
  return sorted(withoutTimes(JSON.parse(numbered)));
}

const passing = new Set(['timeStamp', 'createdAt', 'taskCreatedAt', 'createDate', 'changedDate']);

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([field, inner]) => !passing.has(field) && !/^ID \d+$/.test(String(inner)));
  return Object.fromEntries(kept.map(([field, inner]) => [field, withoutTimes(inner)]));
}

/** Lists in one order: an apply that was cut off may make things in another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, sorted(inner)]));
}
