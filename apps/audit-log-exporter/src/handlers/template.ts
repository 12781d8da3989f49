import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { exitCodes, type CommandContext, type ExitCode } from '@millrace/cli-kit';
import { formatExtractorFile } from '@millrace/model';
import { readTemplateOptions } from '../installation.ts';
import { templateFile } from '../template-file.ts';

/** `celonis-audit template`. */
export async function runTemplate(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const text = `${formatExtractorFile(templateFile(readTemplateOptions(context)))}\n`;
  const out = settings.text('out');
  if (out === undefined) io.stdout.write(text);
  else {
    await writeFile(resolve(io.cwd, out), text);
    io.stderr.write(`written to ${out}\n`);
  }
  return exitCodes.ok;
}
