import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { exitCodes, type CommandContext, type ExitCode } from '@millrace/cli-kit';
import { formatExtractorFile, type Model } from '@millrace/model';
import { readExtractor } from '../extractor.ts';
import type { TenantSample } from '../tenant-sample.ts';

/** `oe-extract template`. */
export async function runTemplate(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const { file, model, declared, samples } = await readExtractor(context);
  const text = `${formatExtractorFile(file)}\n`;
  const out = settings.text('out');
  if (out === undefined) io.stdout.write(text);
  else await writeFile(resolve(io.cwd, out), text);
  io.stderr.write(describe(model, declared, samples));
  if (out !== undefined) io.stderr.write(`written to ${out}\n`);
  return exitCodes.ok;
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
