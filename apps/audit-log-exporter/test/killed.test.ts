import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { killAt, wasKilled } from '../../../packages/cli-kit/test/child.ts';
import { startProgram } from './child.ts';
import { celonisAuditIn, emptyFolder, keyOf } from './support.ts';
import {
  contents,
  countOperations,
  destinations,
  every,
  exportTo,
  full,
  seededNumbers,
  team,
  unbroken,
} from './unbroken.ts';

const withoutNotes = (stderr: string): string => stderr.replaceAll(/^note: .* taken over\n/gm, '');

/** Every so-manieth operation in the full run; CSV and NDJSON are written as Parquet is, but for the format of the files. */
const steps: readonly (readonly [destination: string, step: number])[] = [
  ['duckdb:audit', 3],
  ['parquet:audit', 3],
  ['csv:audit', 12],
  ['ndjson:audit', 12],
];

describe.for(full ? steps : steps.slice(0, 2))('killed: %s', ([destination, step]) => {
  test('at any operation on a file or the database, the next run ends with what an unbroken run has', async () => {
    const simulator = await team();
    const want = await unbroken(destination, simulator);
    const operations = await countOperations(destination, simulator);
    const env = keyOf(simulator);
    for (const at of every(full ? step : Math.ceil(operations / 2), operations)) {
      const folder = await emptyFolder();
      const count = join(folder, 'count');
      const hooks = { KILL_AT: String(at), COUNT_TO: count };
      const { signal } = await startProgram(folder, exportTo(destination), { ...env, ...hooks }, [killAt]).ended;
      expect(await wasKilled(at, signal, count), `at operation ${at}`).toBe(true);
      const { code, stderr } = await celonisAuditIn(folder, exportTo(destination), env);
      expect([at, code, withoutNotes(stderr)]).toEqual([at, 0, '']);
      expect(await contents(folder, destination), `killed at operation ${at} of ${operations}`).toEqual(want);
    }
  }, 3_600_000);
});

describe.for(destinations)('killed: %s', (destination) => {
  test('at random moments, also again and again, the next run ends with what an unbroken run has', async () => {
    const want = await unbroken(destination, await team());
    for (let seed = 1; seed <= (full ? 50 : 1); seed += 1) {
      const random = seededNumbers(seed);
      let requests = 0;
      let victim: ReturnType<typeof startProgram> | undefined;
      const simulator = await team({
        // Not a time but a request: what happens a few milliseconds after it is as random as it gets.
        before: () => {
          requests += 1;
          if (random() < 0.05) setTimeout(() => victim?.process.kill('SIGKILL'), random() * 60);
          return undefined;
        },
      });
      const folder = await emptyFolder();
      const env = keyOf(simulator);
      for (let kills = 0; kills < 2; kills += 1) {
        victim = startProgram(folder, exportTo(destination), env);
        await victim.ended;
      }
      simulator.faults = {};
      const { code, stderr } = await celonisAuditIn(folder, exportTo(destination), env);
      expect([seed, code, withoutNotes(stderr)]).toEqual([seed, 0, '']);
      expect(await contents(folder, destination), `seed ${seed}, ${requests} requests`).toEqual(want);
    }
  }, 3_600_000);
});
