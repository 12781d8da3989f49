/** A source that goes on, extracted again and again: the state after each round. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { celonisAuditLog, oeActivityLog, type Model } from '@millrace/model';
import { evolveCelonisTeam, evolveOeTenant, startCelonisSimulator, startOeSimulator } from '@millrace/simulator';
import { withDatabase, quote, type Cell } from './database.ts';
import { celonisEnvironment, oeEnvironment, program } from './produce.ts';
import { outputsOf } from './spark-jobs.ts';

/** What one round left. */
export interface Round {
  readonly model: Model;
  /** Copy of the Parquet destination's folder. */
  readonly parquet: string;
  /** Columns and rows of each table that DuckDB made, by name. */
  readonly tables: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }>
  >;
}

const DAY = 86_400_000;

/** Extracts in full, and `deltas` times what came since; both models. */
export async function extractRounds(folder: string, deltas: number): Promise<readonly Round[]> {
  const engine = await startOeSimulator({ sizes: { processContexts: 300 } });
  const team = await startCelonisSimulator({ sizes: { auditEvents: 1_500, loginEvents: 600, members: 40 } });
  try {
    const rounds: Round[] = [];
    for (let round = 0; round <= deltas; round += 1) {
      if (round > 0) {
        for (const each of [engine, team]) each.clock.advance(DAY);
        evolveOeTenant(engine.data, { now: engine.clock.now().toISOString(), seed: round, share: 0.3 });
        const more = { auditEvents: 150, loginEvents: 60, lateAuditEvents: 20 };
        evolveCelonisTeam(team.data, { now: team.clock.now().toISOString(), seed: round, ...more });
        team.touch();
      }
      // What happened in the last minutes would be left for the next round.
      for (const each of [engine, team]) each.clock.advance(10 * 60_000);
      for (const [model, app, argv, env] of [
        [oeActivityLog, 'oe-extractor', ['run', '--scopes', 'live,draft'], oeEnvironment(engine)],
        [celonisAuditLog, 'audit-log-exporter', ['export'], celonisEnvironment(team)],
      ] as const) {
        const [database, parquet] = [join(folder, `${app}.duckdb`), join(folder, app)];
        for (const to of [`duckdb:${database}`, `parquet:${parquet}`]) await program(app, [...argv, '--to', to], env);
        const copy = join(folder, `${app}-${round}`);
        await cp(parquet, copy, { recursive: true });
        rounds.push({ model, parquet: copy, tables: await tablesOf(database, model) });
      }
    }
    return rounds;
  } finally {
    await engine.close();
    await team.close();
  }
}

function tablesOf(database: string, model: Model): Promise<Round['tables']> {
  return withDatabase(database, async (rows) => {
    const tables: Record<string, Round['tables'][string]> = {};
    for (const table of outputsOf(model)) {
      const columns = (await rows(`DESCRIBE ${quote(table)}`)).map(([name]) => String(name));
      tables[table] = { columns, rows: await rows(`SELECT * FROM ${quote(table)}`) };
    }
    return tables;
  });
}
