import { provisionCommands, type CommandSpec } from '@millrace/cli-kit';
import { connectionOptions, connectionSecrets } from './connection.ts';
import { contextFilterOptions, runCommand } from './run.ts';
import { modelOption, namesOption, shapeOptions } from './shape-options.ts';
import { templateOptions } from './template.ts';

/** `provision …` and `up`. */
export const provision: readonly CommandSpec[] = provisionCommands({
  program: 'oe-extract',
  name: 'oe',
  what: 'value streams with their activity log',
  options: [
    ...templateOptions,
    modelOption,
    namesOption,
    ...shapeOptions,
    ...contextFilterOptions,
    ...connectionOptions,
  ],
  secrets: connectionSecrets,
  extract: runCommand,
  load: async () => (await import('../installation.ts')).oeInstallation,
});
