import { configExplainCommand, modelCommand, statusCommand, type ProgramSpec } from '@millrace/cli-kit';
import manifest from '../package.json' with { type: 'json' };
import { doctorCommand } from './commands/doctor.ts';
import { runCommand } from './commands/run.ts';

/** The program `oe-extract` as a value. */
export const oeExtract: ProgramSpec = {
  name: 'oe-extract',
  version: manifest.version,
  description:
    'Brings value streams out of the Emporix Orchestration Engine as tables and an activity log for process mining.',
  commands: [
    runCommand,
    statusCommand('oe.duckdb'),
    doctorCommand,
    modelCommand(['oe/activity-log', 'oe/event-log'], async () => {
      const { oeActivityLog, oeEventLog } = await import('@millrace/model');
      return [oeActivityLog, oeEventLog];
    }),
    configExplainCommand(runCommand),
  ],
};
