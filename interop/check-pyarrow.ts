/** Parquet parts, read by pyarrow. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checks, complete, type Result } from './checks.ts';
import { quote, quoteText, withDatabase, type Cell } from './database.ts';
import { run } from './processes.ts';
import type { Extracted } from './produce.ts';
import { readLines } from './read-lines.ts';

/** Has pyarrow read every part of every destination. */
export async function checkPyarrow(
  python: string,
  extracted: readonly Extracted[],
  folder: string,
): Promise<readonly Result[]> {
  const destinations = [];
  for (const { model, duckdb, parquet } of extracted) {
    const check = checks.pyarrow.find((name) => name.includes(model));
    destinations.push({ check, folder: parquet, tables: await contents(duckdb) });
  }
  const plan = join(folder, 'pyarrow.json');
  await writeFile(plan, JSON.stringify({ destinations }));
  const ended = await run(python, [join(import.meta.dirname, 'pyarrow_checks.py'), plan]);
  return complete('pyarrow', readLines(ended.stdout) as Result[], ended.stderr.trim().slice(-1_000));
}

/** Of every table its rows, and of every column a number that says much about its values; `column_sum` in pyarrow_checks.py is the same. */
function contents(file: string): Promise<Readonly<Record<string, unknown>>> {
  return withDatabase(file, async (rows) => {
    const tables: Record<string, unknown> = {};
    for (const [table] of await rows(`SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'`)) {
      const columns = await rows(
        `SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal AND table_name = ${quoteText(String(table))}`,
      );
      const sums = columns.map(([name, type]) => `COALESCE(${sumOf(quote(String(name)), String(type))}, 0)`);
      const [values = []] = await rows(`SELECT count(*), ${sums.join(', ')} FROM ${quote(String(table))}`);
      const [count, ...others] = values;
      const byColumn = columns.map(([name], index): [string, Cell] => [String(name), others[index] ?? 0]);
      tables[String(table)] = { rows: count, sums: Object.fromEntries(byColumn) };
    }
    return tables;
  });
}

function sumOf(column: string, type: string): string {
  if (type === 'VARCHAR' || type === 'JSON') return `sum(length(CAST(${column} AS VARCHAR)))`;
  if (type === 'TIMESTAMP') return remainders(`epoch_ms(${column})`);
  if (type === 'BIGINT') return remainders(column);
  if (type === 'DATE') return `sum(${column} - DATE '1970-01-01')`;
  return type === 'BOOLEAN' ? `sum(CAST(${column} AS INTEGER))` : `sum(${column})`;
}

/** Never negative, as in Python. */
function remainders(integers: string): string {
  return `sum(((${integers} % 1000003) + 1000003) % 1000003)`;
}
