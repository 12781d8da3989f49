/** The data that the other tools read: extracted by the programs from the simulators. */
import { join, resolve } from 'node:path';
import { type CelonisSimulator, type OeSimulator, startCelonisSimulator, startOeSimulator } from '@millrace/simulator';
import { exportEventLog } from '@millrace/event-formats';
import { run } from './processes.ts';

const root = resolve(import.meta.dirname, '..');

/** One model's tables, as the programs wrote them twice. */
export interface Extracted {
  /** Name of the model. */
  readonly model: string;
  /** Path of the DuckDB file. */
  readonly duckdb: string;
  /** Folder of the Parquet destination. */
  readonly parquet: string;
}

/** Files of the event log of `oe/activity-log`. */
export interface EventLogFiles {
  readonly xes: string;
  readonly json: string;
  readonly sqlite: string;
}

/** Runs a program from its sources against a simulator. Throws when it does not end with 0. */
export async function program(
  app: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const main = join(root, 'apps', app, 'src/main.ts');
  const { code, stderr } = await run(process.execPath, ['--conditions=@millrace/source', main, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  if (code !== 0) throw new Error(`${app} ${args.join(' ')} ended with exit code ${code}: ${stderr}`);
}

/** What `oe-extract` needs to reach a simulator. */
export function oeEnvironment({ url, credentials }: OeSimulator): Readonly<Record<string, string>> {
  const { clientId, clientSecret } = credentials;
  return { OE_API_URL: url, OE_AUTH_URL: url, OE_CLIENT_ID: clientId, OE_CLIENT_SECRET: clientSecret };
}

/** What `celonis-audit` needs to reach a simulator. */
export function celonisEnvironment({ url, credentials }: CelonisSimulator): Readonly<Record<string, string>> {
  return { CELONIS_URL: url, CELONIS_API_TOKEN: credentials.appKey };
}

/** Extracts the same data into a DuckDB file and a Parquet folder for each of the three models. */
export async function extractAll(folder: string): Promise<readonly Extracted[]> {
  const engine = await startOeSimulator({ sizes: { processContexts: 1_000 } });
  const team = await startCelonisSimulator({ sizes: { auditEvents: 8_000, loginEvents: 3_000, members: 80 } });
  // What happened in the last minutes would be left for the next run.
  team.clock.advance(10 * 60_000);
  try {
    const [oe, celonis] = [oeEnvironment(engine), celonisEnvironment(team)];
    const extracted: Extracted[] = [];
    for (const [model, name] of [
      ['oe/activity-log', 'oe'],
      ['oe/event-log', 'oe-runs'],
      ['celonis/audit-log', 'audit'],
    ] as const) {
      const places = { model, duckdb: join(folder, `${name}.duckdb`), parquet: join(folder, name) };
      for (const to of [`duckdb:${places.duckdb}`, `parquet:${places.parquet}`]) {
        if (name === 'audit') await program('audit-log-exporter', ['export', '--to', to], celonis);
        else await program('oe-extractor', ['run', '--scopes', 'live,draft', '--model', model, '--to', to], oe);
      }
      extracted.push(places);
    }
    return extracted;
  } finally {
    await engine.close();
    await team.close();
  }
}

/** Converts a database to the three formats; the OCEL JSON comes from the Parquet folder, the others from the DuckDB file. */
export async function convertAll({ duckdb, parquet }: Extracted, folder: string): Promise<EventLogFiles> {
  const files = { xes: join(folder, 'log.xes'), json: join(folder, 'log.json'), sqlite: join(folder, 'log.sqlite') };
  await exportEventLog({ database: `duckdb:${duckdb}`, format: 'xes', output: files.xes });
  await exportEventLog({ database: `parquet:${parquet}`, format: 'ocel-json', output: files.json });
  await exportEventLog({ database: `duckdb:${duckdb}`, format: 'ocel-sqlite', output: files.sqlite });
  return files;
}
