import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@millrace/cli-kit';
import { queryDestination } from '@millrace/destinations';
import { startCelonisSimulator, type CelonisSimulator, type CelonisSimulatorOptions } from '@millrace/simulator';
import { onTestFinished } from 'vitest';
import { testIo } from '../../../packages/cli-kit/test/helpers.ts';
import { celonisAudit } from '../src/program.ts';

/** What one run of the program left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder that is removed after the test. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-audit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A small team whose newest records have settled; closed after the test, unless the caller does. */
export async function smallTeam(options: CelonisSimulatorOptions = {}, closing = true): Promise<CelonisSimulator> {
  const sizes = { auditEvents: 900, loginEvents: 450, members: 30, adoptionEvents: 60, days: 20 };
  const team = await startCelonisSimulator({ sizes, ...options });
  if (closing) onTestFinished(() => team.close());
  team.clock.advance(10 * 60_000);
  return team;
}

/** Runs the program in `cwd`, with nothing in its environment but `env`. */
export async function celonisAuditIn(
  cwd: string,
  argv: readonly string[],
  env: Record<string, string>,
): Promise<Outcome> {
  const io = testIo(env, cwd);
  const code = await runProgram(celonisAudit, argv, io);
  // The simulators stand at a fixed date, far from this machine's.
  const stderr = io.stderr.text.replaceAll(/^warning: this machine's clock .*\n/gm, '');
  return { code, stdout: io.stdout.text, stderr };
}

/** The environment of a user with an application key. */
export function keyOf(team: CelonisSimulator): Record<string, string> {
  return { CELONIS_URL: team.url, CELONIS_API_TOKEN: team.credentials.appKey };
}

/** Rows of a query over a destination, as text. */
export async function query(folder: string, destination: string, sql: string): Promise<string[][]> {
  const [scheme = '', path = ''] = destination.split(':');
  const { rows } = await queryDestination(`${scheme}:${join(folder, path)}`, sql);
  return rows.map((row) => row.map(String));
}
