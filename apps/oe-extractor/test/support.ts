import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@millrace/cli-kit';
import { queryDestination } from '@millrace/destinations';
import {
  startCelonisSimulator,
  startOeSimulator,
  type CelonisSimulator,
  type OeSimulator,
  type OeSimulatorOptions,
} from '@millrace/simulator';
import { onTestFinished } from 'vitest';
import { testIo } from '../../../packages/cli-kit/test/helpers.ts';
import { oeExtract } from '../src/program.ts';

/** What one run of the program left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder that is removed after the test. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-oe-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A small tenant. */
export async function smallTenant(options: OeSimulatorOptions = {}): Promise<OeSimulator> {
  const engine = await startOeSimulator({ sizes: { processContexts: 250 }, ...options });
  onTestFinished(() => engine.close());
  return engine;
}

/** One with two value streams, and so with few tables: quick to extract. */
export async function narrowTenant(): Promise<OeSimulator> {
  return smallTenant({ sizes: { processContexts: 150, digitalProcesses: 2 } });
}

/** A Celonis team with nothing in its logs and no data pool. */
export async function emptyTeam(): Promise<CelonisSimulator> {
  const data = { auditEvents: [], loginEvents: [], members: [], adoptionEvents: [] };
  const team = await startCelonisSimulator({ data });
  onTestFinished(() => team.close());
  return team;
}

/** Runs the program in `cwd`, with nothing in its environment but `env`. */
export async function oeExtractIn(cwd: string, argv: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const io = testIo(env, cwd);
  const code = await runProgram(oeExtract, argv, io);
  // The simulators stand at a fixed date, far from this machine's.
  const stderr = io.stderr.text.replaceAll(/^warning: this machine's clock .*\n/gm, '');
  return { code, stdout: io.stdout.text, stderr };
}

/** The environment of a user of the tenant. */
export function credentialsOf(engine: OeSimulator): Record<string, string> {
  const { clientId, clientSecret } = engine.credentials;
  return { OE_API_URL: engine.url, OE_AUTH_URL: engine.url, OE_CLIENT_ID: clientId, OE_CLIENT_SECRET: clientSecret };
}

/** Rows of a query over a destination, as text. */
export async function query(folder: string, sql: string, destination = 'duckdb:oe.duckdb'): Promise<string[][]> {
  const [scheme = '', path = ''] = destination.split(':');
  const { rows } = await queryDestination(`${scheme}:${join(folder, path)}`, sql);
  return rows.map((row) => row.map(String));
}
