/** What Spark is given to run, and how its rows are compared. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  celonisAuditLog,
  oeActivityLog,
  oeEventLog,
  renderTransformations,
  spark,
  type Dialect,
  type Model,
  type TransformationMode,
} from '@millrace/model';
import type { Result } from './checks.ts';
import type { Cell } from './database.ts';

/** The models that the suite extracts. */
export const models: readonly Model[] = [oeActivityLog, oeEventLog, celonisAuditLog];

/** A model by its name. */
export function modelOf(name: string): Model {
  const model = models.find((candidate) => candidate.name === name);
  if (!model) throw new Error(`No model ${name}.`);
  return model;
}

/** The tables that a model's transformations make. */
export function outputsOf(model: Model): readonly string[] {
  return model.transformations.map(({ output }) => output);
}

/** The tables that a model's transformations read, by the files that the manifest names, and the statements over them. */
export async function jobOf(
  model: Model,
  folder: string,
  options: { readonly dialect: Dialect; readonly mode?: TransformationMode } = { dialect: spark },
): Promise<object> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
    readonly tables: readonly {
      readonly folder: string;
      readonly schema: Parameters<typeof renderTransformations>[1]['tables'] extends readonly (infer T)[] | undefined
        ? T
        : never;
      readonly parts: readonly { readonly file: string }[];
    }[];
  };
  const inputs = new Set(model.transformations.flatMap((made) => made.inputs.map(({ table }) => table)));
  // What a transformation makes is Spark's own table, not the one that the destination holds.
  for (const output of outputsOf(model)) inputs.delete(output);
  const tables = manifest.tables.filter(({ schema }) => inputs.has(schema.name));
  return {
    tables: tables.map((table) => ({
      name: table.schema.name,
      files: table.parts.map(({ file }) => join(folder, table.folder, file)),
    })),
    statements: renderTransformations(model, { ...options, tables: tables.map(({ schema }) => schema) }).flatMap(
      ({ statements }) => statements,
    ),
    outputs: outputsOf(model),
  };
}

/** `detail` is what is wrong, empty when nothing is. */
export function judge(check: string, detail: string): Result {
  return { check, ok: detail === '', detail };
}

/** Compares rows as multisets. */
export function compare(want: readonly (readonly Cell[])[], got: readonly (readonly Cell[])[]): string {
  const balance = new Map<string, number>();
  for (const row of want) balance.set(JSON.stringify(row), (balance.get(JSON.stringify(row)) ?? 0) + 1);
  for (const row of got) balance.set(JSON.stringify(row), (balance.get(JSON.stringify(row)) ?? 0) - 1);
  const odd = [...balance].find(([, count]) => count !== 0);
  if (want.length === 0) return 'DuckDB has no rows to compare with';
  return odd
    ? `${want.length} rows in DuckDB, ${got.length} in Spark; ${odd[1] > 0 ? 'missing' : 'not wanted'}: ${odd[0]}`
    : '';
}
