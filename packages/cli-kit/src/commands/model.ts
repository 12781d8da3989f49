import type { Model } from '@millrace/model';
import type { CommandSpec } from '../command.ts';

/** `model`: prints one of the program's models. `models` is called when the command runs; the first one is the default. */
export function modelCommand(names: readonly string[], models: () => Promise<readonly Model[]>): CommandSpec {
  return {
    name: 'model',
    summary: 'print the data model',
    description: 'Prints tables, columns, keys, foreign keys and activity tables. Needs no connection.',
    options: [
      ...(names.length > 1
        ? [{ flags: '--model <name>', key: 'model', description: names.join(' or '), default: names[0] ?? '' }]
        : []),
      { flags: '--format <format>', key: 'format', description: 'table, json, markdown or mermaid', default: 'table' },
      { flags: '--json', key: 'json', description: 'the same as --format json' },
    ],
    examples: [['model --format mermaid', 'an entity-relationship diagram']],
    load: async () => {
      const { printModel } = await import('../handlers/model.ts');
      return async (context) => printModel(await models(), context);
    },
  };
}
