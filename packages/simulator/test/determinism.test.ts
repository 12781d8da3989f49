import { expect, test } from 'vitest';
import type { FaultPlan } from '../src/index.ts';
import { celonis, celonisToken, get, oe, oeHeaders, paths } from './helpers.ts';

const plan: FaultPlan = {
  order: { across: 'shuffled', within: 'shuffled' },
  optionalFields: 'mixed',
  duplicates: 7,
  unknownEnums: 9,
  arriving: { every: 2, rows: 3 },
  ageing: { every: 3, rows: 1 },
  late: [{ rows: 2, age: 60_000, afterRequest: 2 }],
  failures: [{ kind: 'status', status: 503, probability: 0.3 }],
};

/** Everything that comes over the wire for a fixed list of requests. */
async function celonisTranscript(seed: number): Promise<string> {
  const team = await celonis({ seed, faults: plan });
  const lines = [JSON.stringify(team.credentials), await celonisToken(team)];
  for (const path of Object.values(paths)) {
    for (let number = 0; number < 4; number += 1) {
      const paged = path.includes('v2') ? '?limit=60' : `?includeInternal=true&pageSize=60&pageNumber=${number}`;
      const answer = await get(team, `${path}${paged}`);
      lines.push(`${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
    }
  }
  return lines.join('\n');
}

async function oeTranscript(seed: number): Promise<string> {
  const tenant = await oe({ seed, faults: plan });
  const headers = await oeHeaders(tenant);
  const lines = [JSON.stringify(tenant.credentials), JSON.stringify(headers)];
  for (let number = 1; number < 8; number += 1) {
    const answer = await fetch(
      `${tenant.url}/oe/process-contexts?includeScopes=live,draft&pageSize=30&pageNumber=${number}`,
      { headers },
    );
    lines.push(`${answer.status} ${await answer.text()}`);
  }
  return lines.join('\n');
}

test.each([
  ['Celonis', celonisTranscript],
  ['OE', oeTranscript],
])('%s: the same seed and the same requests give the same bytes, another seed others', async (_name, transcript) => {
  const first = await transcript(5);
  expect(await transcript(5)).toBe(first);
  expect(await transcript(6)).not.toBe(first);
});
