import { isConnectionError } from '@millrace/celonis-client/integration';
import { expect, test } from 'vitest';
import type { Installation } from '../src/index.ts';
import { apply, plan } from '../src/index.ts';
import { clientOf, poolWithExtractor, pulled, pushed, startTeam } from './helpers.ts';
import { snapshot } from './snapshot.ts';

/** The value of the marking parameter holds IDs, which a snapshot cannot tell apart. */
const readable = (found: unknown): string => JSON.stringify(found).replaceAll(/ID \d+/g, 'ID');

test.each(['pull', 'push'] as const)(
  'on the %s road an apply that is cut off at any request, and run again, leaves the same, with nothing twice',
  async (road) => {
    const team = await startTeam();
    const client = clientOf(team);
    const installation = (pool: string): Installation =>
      road === 'pull' ? pulled(undefined, { pool }) : pushed({ pool });
    if (road === 'pull') await poolWithExtractor(team, 'whole');
    const start = team.requests.length;
    await apply(client, installation('whole'));
    const requests = team.requests.length - start;
    const whole = readable(await snapshot(client, 'whole')).replaceAll('whole', 'POOL');
    expect(requests).toBeGreaterThan(15);

    for (let cut = 1; cut <= requests; cut += 1) {
      const pool = `cut ${cut}`;
      if (road === 'pull') await poolWithExtractor(team, pool);
      // The request is carried out, and nobody hears of it; after that nothing comes through.
      team.faults = { failures: [{ kind: 'no-answer', from: cut }] };
      const ended = await apply(client, installation(pool)).catch((error: unknown) => error);
      expect(isConnectionError(ended), `cut at request ${cut}`).toBe(true);
      team.faults = {};
      await apply(client, installation(pool));
      const found = readable(await snapshot(client, pool)).replaceAll(pool, 'POOL');
      expect(found, `cut at request ${cut}`).toBe(whole);
      expect((await plan(client, installation(pool))).changes, `cut at request ${cut}`).toEqual([]);
    }
  },
  240_000,
);
