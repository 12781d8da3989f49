import { resolve } from 'node:path';
import { exitCodes, printJson, UsageError, type CommandContext, type ExitCode } from '@millrace/cli-kit';
import { wordSetting } from '@millrace/cli-kit/values';
import { eventLogFormats, exportEventLog, type EventLogFormat } from '@millrace/event-formats';
import type { Model } from '@millrace/model';
import { absoluteDestination } from '../destination.ts';
import { chosenModel } from '../models.ts';

const endings: Readonly<Record<string, EventLogFormat>> = {
  xes: 'xes',
  json: 'ocel-json',
  jsonocel: 'ocel-json',
  sqlite: 'ocel-sqlite',
};

/** `oe-extract convert`. */
export async function runConvert(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const out = settings.text('out');
  if (out === undefined || out === '') throw new UsageError('--out: name the file to write, as --out oe.xes.');
  const format = wordSetting(settings, 'format', eventLogFormats) ?? endings[out.split('.').at(-1) ?? ''];
  if (format === undefined)
    throw new UsageError(`--format: the ending of ${out} does not say which. Write ${eventLogFormats.join(', ')}.`);
  const model = explicitModel(context);
  const summary = await exportEventLog({
    database: absoluteDestination(settings.text('from') ?? '', io.cwd),
    format,
    output: resolve(io.cwd, out),
    ...(model === undefined ? {} : { model }),
  });
  if (settings.on('json')) printJson(io, { ...summary, output: out });
  else
    io.stdout.write(
      `${summary.events.toLocaleString('en-US')} events of ${summary.model} written to ${out} (${format})\n`,
    );
  if (summary.eventsLeftOut > 0)
    io.stderr.write(
      `warning: ${summary.eventsLeftOut.toLocaleString('en-US')} events without a timestamp are left out\n`,
    );
  return exitCodes.ok;
}

/** Undefined where the destination shows which one it is. */
function explicitModel(context: CommandContext): Model | undefined {
  const { settings } = context;
  if (settings.text('model') === undefined && settings.text('names') === undefined) return undefined;
  return chosenModel(context);
}
