/** What a run that nothing disturbs leaves, to compare others with. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CelonisSimulator, FaultPlan } from '@millrace/simulator';
import { expect } from 'vitest';
import { killAt } from '../../../packages/cli-kit/test/child.ts';
import { startProgram } from './child.ts';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';

export const full: boolean = process.env['MILLRACE_FULL'] !== undefined;
export const destinations: readonly string[] = ['duckdb:audit', 'parquet:audit'];

/** Numbers from 1, each so many after the one before, the first of them somewhere in between. */
export function every(step: number, most: number): number[] {
  return Array.from({ length: Math.ceil(most / step) }, (_, index) => 1 + (step >> 1) + index * step).filter(
    (number) => number <= most,
  );
}

/** How many operations on files and statements of the database an unbroken run has: all moments at which something can be half done. */
export async function countOperations(destination: string, simulator: CelonisSimulator): Promise<number> {
  const folder = await emptyFolder();
  const count = join(folder, 'count');
  await startProgram(folder, exportTo(destination), { ...keyOf(simulator), COUNT_TO: count }, [killAt]).ended;
  return Number(await readFile(count, 'utf8'));
}

/** A team of some pages; `hooks` see each request. */
export async function team(hooks: FaultPlan['hooks'] = {}): Promise<CelonisSimulator> {
  return smallTeam({
    sizes: { auditEvents: 1000, loginEvents: 100, members: 20, adoptionEvents: 10, days: 20 },
    faults: { hooks },
  });
}

/** What a run is given to do. */
export function exportTo(destination: string): string[] {
  return ['export', '--to', destination, '--concurrency', '2'];
}

/** Every row of the tables, columns by name since they come in the order in which windows brought them, and what `verify` says. */
export async function contents(folder: string, destination: string): Promise<unknown> {
  const rows: string[] = [];
  for (const table of ['audit_log', 'audit_log$message$errors', 'login_history', 'members', 'members$group']) {
    const names = await query(folder, destination, `SELECT column_name FROM (DESCRIBE "${table}") ORDER BY 1`);
    const columns = names.map(([name = '']) => `"${name}"`).join(', ');
    const found = await query(folder, destination, `SELECT ${columns} FROM "${table}" ORDER BY ALL`);
    rows.push(...found.map((row) => `${table} ${row.join('|')}`));
  }
  const { code, stdout } = await celonisAuditIn(folder, ['verify', '--to', destination], {});
  return { rows, verify: code === 0 ? 0 : stdout };
}

export async function unbroken(destination: string, simulator: CelonisSimulator): Promise<unknown> {
  const folder = await emptyFolder();
  expect((await celonisAuditIn(folder, exportTo(destination), keyOf(simulator))).code).toBe(0);
  return contents(folder, destination);
}

export function seededNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
