import {
  describeModel,
  describeRelations,
  modelToJson,
  modelToMarkdown,
  modelToMermaid,
  type Model,
} from '@millrace/model';
import type { CommandContext } from '../command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printJson, renderTable } from '../output.ts';
import { wordSetting } from '../values.ts';

const formats = ['table', 'json', 'markdown', 'mermaid'] as const;

/** Prints the chosen model in the chosen format. */
export function printModel(models: readonly Model[], { io, settings }: CommandContext): ExitCode {
  const name = wordSetting(
    settings,
    'model',
    models.map((model) => model.name),
  );
  const model = models.find((each) => each.name === name) ?? models[0];
  if (model === undefined) throw new Error('This program has no model.');
  const format = settings.on('json') ? 'json' : wordSetting(settings, 'format', formats);
  switch (format) {
    case 'json':
      printJson(io, modelToJson(model));
      break;
    case 'markdown':
      io.stdout.write(`${modelToMarkdown(model).trimEnd()}\n`);
      break;
    case 'mermaid':
      io.stdout.write(`${modelToMermaid(model).trimEnd()}\n`);
      break;
    default:
      io.stdout.write(asTables(model));
  }
  return exitCodes.ok;
}

function asTables(model: Model): string {
  const columns = describeModel(model).map(({ table, column, type, key, sensitive }) => [
    table,
    column,
    type,
    key,
    sensitive ? 'sensitive' : '',
  ]);
  const relations = describeRelations(model).map(({ dimension, fact, kind }) => [dimension, fact, kind]);
  const activities = model.activityTables.map(({ table, caseId, activity, timestamp, sorting }) => [
    table,
    caseId,
    activity,
    timestamp,
    sorting ?? '',
  ]);
  return [
    `${model.name}: ${model.description}\n`,
    renderTable(['table', 'column', 'type', 'key', 'note'], columns),
    renderTable(['dimension', 'fact', 'relation'], relations),
    renderTable(['activity table', 'case ID', 'activity', 'timestamp', 'sorting'], activities),
  ].join('\n');
}
