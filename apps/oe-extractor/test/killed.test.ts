import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listTables } from '@millrace/destinations';
import { evolveOeTenant, type OeSimulator } from '@millrace/simulator';
import { expect, test } from 'vitest';
import { killAt, startChild, wasKilled } from '../../../packages/cli-kit/test/child.ts';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

const full = process.env['MILLRACE_FULL'] !== undefined;
const main = new URL('../src/main.ts', import.meta.url);
const run = (to: string): string[] => ['run', '--to', to, '--scopes', 'live,draft', '--sweep', 'now'];

/** A folder with a first load, after which runs went on, shrank and were deleted. */
async function loaded(to: string): Promise<{ readonly engine: OeSimulator; readonly folder: string }> {
  const engine = await smallTenant({ sizes: { processContexts: 60, digitalProcesses: 2 } });
  const folder = await emptyFolder();
  expect((await oeExtractIn(folder, run(to), credentialsOf(engine))).code).toBe(0);
  engine.clock.advance(6 * 3_600_000);
  evolveOeTenant(engine.data, { seed: 3, now: engine.clock.now().toISOString(), share: 0.4 });
  const { processContexts } = engine.data;
  processContexts.splice(5, 2);
  for (const context of processContexts.slice(10, 14)) {
    context.events.splice(1);
    context.metadata.updatedAt = engine.clock.now().toISOString();
  }
  return { engine, folder };
}

async function copyOf(folder: string): Promise<string> {
  const copy = await emptyFolder();
  await cp(folder, copy, { recursive: true });
  return copy;
}

/** Every row of every table, columns by name, and what `verify` says. */
async function contents(folder: string, to: string): Promise<unknown> {
  const rows: string[] = [];
  for (const { table, columns } of await listTables(to.replace(':', `:${folder}/`))) {
    const names = columns.map(({ name }) => `"${name}"`).toSorted();
    const found = await query(folder, `SELECT ${names.join(', ')} FROM "${table}" ORDER BY ALL`, to);
    rows.push(...found.map((row) => `${table} ${row.join('|')}`));
  }
  const { code, stdout } = await oeExtractIn(folder, ['verify', '--to', to], {});
  return { rows, verify: code === 0 ? 0 : stdout };
}

test.for(['duckdb:oe', 'parquet:oe'])(
  'killed in a delta load that replaces children and sweeps, the next run ends with what an unbroken one has: %s',
  { timeout: 3_600_000 },
  async (to) => {
    const { engine, folder } = await loaded(to);
    const env = credentialsOf(engine);
    const whole = await copyOf(folder);
    const count = join(await emptyFolder(), 'count');
    expect((await startChild(main, whole, run(to), { ...env, COUNT_TO: count }, [killAt]).ended).code).toBe(0);
    const want = await contents(whole, to);
    const operations = Number(await readFile(count, 'utf8'));
    for (let at = full ? 2 : operations >> 1; at <= operations; at += full ? 6 : operations) {
      const copy = await copyOf(folder);
      const ended = join(copy, 'ended-at');
      const hooks = { KILL_AT: String(at), COUNT_TO: ended };
      const { signal } = await startChild(main, copy, run(to), { ...env, ...hooks }, [killAt]).ended;
      expect(await wasKilled(at, signal, ended), `at operation ${at}`).toBe(true);
      const { code, stderr } = await oeExtractIn(copy, run(to), env);
      expect([at, code, stderr.replaceAll(/^note: .* taken over\n/gm, '')]).toEqual([at, 0, '']);
      expect(await contents(copy, to), `killed at operation ${at} of ${operations}`).toEqual(want);
    }
  },
);
