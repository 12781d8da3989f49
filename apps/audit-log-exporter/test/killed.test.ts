import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProgram } from './child.ts';
import { celonisAuditIn, emptyFolder, keyOf } from './support.ts';
import { contents, destinations, exportTo, full, killAt, seededNumbers, team, unbroken } from './unbroken.ts';

describe.for(destinations)('killed: %s', (destination) => {
  test('at any operation on a file, the next run ends with what an unbroken run has', async () => {
    const simulator = await team();
    const want = await unbroken(destination, simulator);
    const counted = await emptyFolder();
    const env = keyOf(simulator);
    await startProgram(counted, exportTo(destination), { ...env, COUNT_TO: join(counted, 'count') }, [killAt]).ended;
    const operations = Number(await readFile(join(counted, 'count'), 'utf8'));
    const step = full ? 1 : Math.ceil(operations / 2);
    for (let at = 1 + (step >> 1); at <= operations; at += step) {
      const folder = await emptyFolder();
      const { signal } = await startProgram(folder, exportTo(destination), { ...env, KILL_AT: String(at) }, [killAt])
        .ended;
      const { code, stderr } = await celonisAuditIn(folder, exportTo(destination), env);
      expect([at, signal, code, stderr.replaceAll(/^note: .* taken over\n/gm, '')]).toEqual([at, 'SIGKILL', 0, '']);
      expect(await contents(folder, destination), `killed at operation ${at} of ${operations}`).toEqual(want);
    }
  }, 3_600_000);

  test('at random moments, also again and again, the next run ends with what an unbroken run has', async () => {
    const runs = full ? 100 : 1;
    for (let seed = 1; seed <= runs; seed += 1) {
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
      for (let kills = 0; kills < (full ? 3 : 2); kills += 1) {
        victim = startProgram(folder, exportTo(destination), env);
        await victim.ended;
      }
      simulator.faults = {};
      const { code, stderr } = await celonisAuditIn(folder, exportTo(destination), env);
      expect([seed, code, stderr.replaceAll(/^note: .* taken over\n/gm, '')]).toEqual([seed, 0, '']);
      expect(await contents(folder, destination), `seed ${seed}, ${requests} requests`).toEqual(
        await unbroken(destination, simulator),
      );
    }
  }, 3_600_000);
});
