/** Our Spark SQL over Parquet destinations, run by a standalone Spark cluster. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { celonisAuditLog, duckdb, renderTransformations, spark, sparkDialect } from '@millrace/model';
import { checks, type Result } from './checks.ts';
import { withDatabase, type Cell } from './database.ts';
import { run } from './processes.ts';
import type { Extracted } from './produce.ts';
import { readLines } from './read-lines.ts';
import type { SparkCluster } from './spark-cluster.ts';
import { compare, jobOf, judge, modelOf, models, outputsOf } from './spark-jobs.ts';

const zones = ['America/New_York', 'UTC', 'Asia/Kathmandu'];

/** Texts that a column of instants may hold when it was widened. */
const texts = [
  '2026-01-02T03:04:05.006Z',
  '2026-01-02T03:04:05.006+02:00',
  '2026-01-02T03:04:05',
  '2026-01-02 03:04:05.5',
  '2026-01-02',
  '0001-01-01T00:00:00Z',
  'soon',
];

/** What spark_checks.py prints. */
type Line =
  | { readonly kind: 'executors'; readonly count: number }
  | {
      readonly kind: 'rows';
      readonly table: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly Cell[])[];
    }
  | { readonly kind: 'conversion'; readonly text: string; readonly zone: string; readonly value: number | null }
  | { readonly kind: 'parsed'; readonly statement: string; readonly ok: boolean; readonly detail?: string }
  | { readonly kind: 'end' };

/** Compares what the cluster gives with DuckDB. */
export async function checkSpark(
  python: string,
  { master, env }: SparkCluster,
  extracted: readonly Extracted[],
  folder: string,
): Promise<readonly Result[]> {
  const jobs = [];
  for (const { model, parquet } of extracted) jobs.push(await jobOf(modelOf(model), parquet));
  const conversions = texts.map((text) => ({ text, expression: spark.convert(spark.text(text), 'DATETIME') }));
  const parsed = (['delta', 'iceberg'] as const).flatMap((tables) =>
    (['full', 'delta'] as const).flatMap((mode) =>
      models.flatMap((model) =>
        renderTransformations(model, { dialect: sparkDialect({ tables }), mode }).flatMap(
          ({ statements }) => statements,
        ),
      ),
    ),
  );
  const plan = join(folder, 'spark.json');
  await writeFile(plan, JSON.stringify({ master, folder, zones, jobs, conversions, parsed }));
  const ended = await run(python, [join(import.meta.dirname, 'spark_checks.py'), plan], { env, cwd: folder });
  const lines = readLines(ended.stdout) as readonly Line[];
  const results: Result[] = [
    judge(checks.spark[0], workersOf(lines)),
    judge(checks.spark[1], await tableOf(lines, extracted, ['activity_log'])),
    judge(checks.spark[2], await tableOf(lines, extracted, ['event_log'])),
    judge(checks.spark[3], await tableOf(lines, extracted, outputsOf(celonisAuditLog))),
    judge(checks.spark[4], await conversionsOf(lines)),
    judge(checks.spark[5], parsedOf(lines, parsed.length)),
  ];
  // Said once, with the first that fails by it.
  const first = ended.code === 0 ? undefined : results.find(({ ok }) => !ok);
  const why = `Spark ended with ${ended.code}: ${ended.stderr.trim().slice(-2_000)}`;
  return results.map((result) => (result === first ? { ...result, detail: `${result.detail ?? ''}; ${why}` } : result));
}

function workersOf(lines: readonly Line[]): string {
  const count = lines.find((line) => line.kind === 'executors')?.count ?? 0;
  return count === 2 ? '' : `${count} executors instead of 2`;
}

async function tableOf(
  lines: readonly Line[],
  extracted: readonly Extracted[],
  tables: readonly string[],
): Promise<string> {
  for (const table of tables) {
    const found = lines.find((line) => line.kind === 'rows' && line.table === table);
    if (found?.kind !== 'rows') return `no rows of ${table}`;
    const source = extracted.find(({ model }) => modelOf(model).transformations.some(({ output }) => output === table));
    const columns = found.columns.map((name) => `"${name}"`).join(', ');
    const want = await withDatabase(source?.duckdb ?? '', (rows) => rows(`SELECT ${columns} FROM ${table}`));
    const difference = compare(want, found.rows);
    if (difference !== '') return `${table}: ${difference}`;
  }
  return '';
}

async function conversionsOf(lines: readonly Line[]): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const text of texts) {
      const expression = duckdb.epochMillis(duckdb.convert(duckdb.text(text), 'DATETIME'));
      const reader = await connection.runAndReadAll(`SELECT ${expression}`);
      const value = reader.getRowsJS()[0]?.[0] ?? null;
      const want = value === null ? null : Number(value);
      for (const zone of zones) {
        const line = lines.find((each) => each.kind === 'conversion' && each.text === text && each.zone === zone);
        if (line?.kind !== 'conversion') return `no conversion of ${text} in ${zone}`;
        if (line.value !== want) return `${text} in ${zone}: ${line.value} instead of ${want}`;
      }
    }
    return '';
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function parsedOf(lines: readonly Line[], count: number): string {
  const parsed = lines.filter((line) => line.kind === 'parsed');
  const refused = parsed.find(({ ok }) => !ok);
  if (refused) return `${refused.detail ?? ''} in ${refused.statement.slice(0, 200)}`;
  return parsed.length === count ? '' : `${parsed.length} statements parsed instead of ${count}`;
}
