import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { exitCodes, type CommandContext, type ExitCode } from '@millrace/cli-kit';
import { integerSetting } from '@millrace/cli-kit/values';
import { extendModel, formatExtractorFile, type Model, type ShapedModel } from '@millrace/model';
import { connectEngine, readPaths } from '../engine.ts';
import { listOf } from '../feeds.ts';
import { chosenModel } from '../models.ts';
import { readShape, shapedModel } from '../shaping.ts';
import { templateFile } from '../template-file.ts';
import { describeSample, readSample, type TenantSample } from '../tenant-sample.ts';

/** `oe-extract template`. */
export async function runTemplate(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const count = integerSetting(settings, 'sample', 1, 100_000);
  const pageSize = integerSetting(settings, 'pageSize', 1, 1000) ?? 200;
  const paths = readPaths(settings.text('paths'), settings.sourceOf('paths')) ?? {};
  const model = chosenModel(context);
  const shaped = shapedModel(model, readShape(context, model));
  const samples = count === undefined ? [] : await sampleLists(context, shaped, count);
  const full = extendModel(
    shaped.model,
    samples.flatMap(({ tables }) => tables),
  );
  const childKeys = new Map(samples.flatMap((sample) => [...sample.childKeys]));
  const file = templateFile(full, { byTemplate: settings.on('byTemplate'), pageSize, paths, childKeys });
  const text = `${formatExtractorFile(file)}\n`;
  const out = settings.text('out');
  if (out === undefined) io.stdout.write(text);
  else await writeFile(resolve(io.cwd, out), text);
  io.stderr.write(describe(full, shaped.model, samples));
  if (out !== undefined) io.stderr.write(`written to ${out}\n`);
  return exitCodes.ok;
}

async function sampleLists(
  context: CommandContext,
  { model, spec, documents }: ShapedModel,
  count: number,
): Promise<readonly TenantSample[]> {
  const client = await connectEngine(context);
  const samples: TenantSample[] = [];
  for (const { table } of model.feeds) {
    const found = await readSample(client, listOf(model, table), count, context.io.signal);
    samples.push(
      describeSample(
        found,
        spec(table),
        documents(table, (text) => text),
      ),
    );
  }
  return samples;
}

function describe(full: Model, declared: Model, samples: readonly TenantSample[]): string {
  if (samples.length === 0)
    return 'note: the file has the documented columns only; --sample 1000 adds those of your own documents\n';
  const columns = (model: Model): number => model.tables.reduce((sum, table) => sum + table.columns.length, 0);
  const counts = samples.map(({ feed, documents }) => `${documents.toLocaleString('en-US')} of ${feed}`).join(', ');
  const lines = [
    `sampled ${counts}: ${columns(full) - columns(declared)} columns and ${full.tables.length - declared.tables.length} tables beyond the documented ones`,
  ];
  for (const { feed, documents, partial, ambiguous } of samples) {
    if (partial.length > 0) lines.push(`only some documents of ${feed} have:`);
    for (const { name, documents: having } of partial)
      lines.push(`  ${name}: ${having.toLocaleString('en-US')} of ${documents.toLocaleString('en-US')}`);
    for (const table of ambiguous)
      lines.push(`warning: ${table} has rows that are equal in every column; Celonis keeps one of them`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
