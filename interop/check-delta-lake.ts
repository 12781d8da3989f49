/** Our Spark SQL over tables of Delta Lake: a full build, then MERGE after MERGE. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { celonisAuditLog, oeActivityLog, sparkDialect, type Model } from '@millrace/model';
import { checks, type Result } from './checks.ts';
import type { Cell } from './database.ts';
import { run } from './processes.ts';
import { readLines } from './read-lines.ts';
import { extractRounds, type Round } from './rounds.ts';
import type { SparkCluster } from './spark-cluster.ts';
import { compare, jobOf, judge } from './spark-jobs.ts';

/** A MERGE of all tables of both models takes minutes. */
const deltas = process.env['MILLRACE_FULL'] === '1' ? 3 : 1;

/** What delta_lake_checks.py prints. */
interface Line {
  readonly job: number;
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Compares the tables after each round with DuckDB's. */
export async function checkDeltaLake(
  python: string,
  { master, env }: SparkCluster,
  jars: readonly string[],
  folder: string,
): Promise<readonly Result[]> {
  const rounds = await extractRounds(folder, deltas);
  const dialect = sparkDialect({ tables: 'delta' });
  const seen = new Set<Model>();
  const jobs = [];
  for (const { model, parquet } of rounds) {
    jobs.push(await jobOf(model, parquet, { dialect, mode: seen.has(model) ? 'delta' : 'full' }));
    seen.add(model);
  }
  const plan = join(folder, 'delta-lake.json');
  await writeFile(plan, JSON.stringify({ master, folder, jars, jobs }));
  const ended = await run(python, [join(import.meta.dirname, 'delta_lake_checks.py'), plan], { env, cwd: folder });
  const lines = readLines(ended.stdout) as readonly Line[];
  const why = ended.code === 0 ? '' : `; Spark ended with ${ended.code}: ${ended.stderr.trim().slice(-2_000)}`;
  return [oeActivityLog, celonisAuditLog].map((model, at) => {
    const detail = differencesOf(model, rounds, lines);
    return judge(checks['delta-lake'][at] ?? checks['delta-lake'][0], detail === '' ? '' : `${detail}${why}`);
  });
}

function differencesOf(model: Model, rounds: readonly Round[], lines: readonly Line[]): string {
  for (const [at, round] of rounds.entries()) {
    if (round.model !== model) continue;
    for (const [table, { columns, rows }] of Object.entries(round.tables)) {
      const line = lines.find((each) => each.job === at && each.table === table);
      const where = `${table} in round ${rounds.slice(0, at).filter((each) => each.model === model).length}`;
      if (line === undefined) return `no rows of ${where}`;
      const order = columns.map((name) => line.columns.indexOf(name));
      const difference = compare(
        rows,
        line.rows.map((row) => order.map((index) => row[index] ?? null)),
      );
      if (difference !== '') return `${where}: ${difference}`;
    }
  }
  return '';
}
