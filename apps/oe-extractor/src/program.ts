import { configExplainCommand, reportCommand, statusCommand, verifyCommand, type ProgramSpec } from '@millrace/cli-kit';
import manifest from '../package.json' with { type: 'json' };
import { convertCommand } from './commands/convert.ts';
import { doctorCommand } from './commands/doctor.ts';
import { initOeCommand } from './commands/init.ts';
import { modelCommand } from './commands/model.ts';
import { provision } from './commands/provision.ts';
import { runCommand } from './commands/run.ts';
import { templateCommand } from './commands/template.ts';

/** The program `oe-extract` as a value. */
export const oeExtract: ProgramSpec = {
  name: 'oe-extract',
  version: manifest.version,
  description:
    'Brings value streams out of the Emporix Orchestration Engine as tables and an activity log for process mining.',
  commands: [
    initOeCommand,
    runCommand,
    statusCommand('oe.duckdb'),
    verifyCommand('oe-extract', 'oe.duckdb'),
    reportCommand('oe-extract', 'oe.duckdb', async () => (await import('./models.ts')).models),
    doctorCommand,
    templateCommand,
    ...provision,
    modelCommand,
    convertCommand,
    configExplainCommand(runCommand),
  ],
};
