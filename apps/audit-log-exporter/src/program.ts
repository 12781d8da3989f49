import { configExplainCommand, modelCommand, statusCommand, verifyCommand, type ProgramSpec } from '@millrace/cli-kit';
import manifest from '../package.json' with { type: 'json' };
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { provision } from './commands/provision.ts';
import { templateCommand } from './commands/template.ts';
import { deepVerification } from './commands/verify.ts';

/** The program `celonis-audit` as a value. */
export const celonisAudit: ProgramSpec = {
  name: 'celonis-audit',
  version: manifest.version,
  description:
    'Exports the audit log and the login history of a Celonis team, completely, into tables for process mining.',
  commands: [
    exportCommand,
    statusCommand('celonis-audit.duckdb'),
    verifyCommand('celonis-audit', 'celonis-audit.duckdb', deepVerification),
    doctorCommand,
    templateCommand,
    ...provision,
    modelCommand(['celonis/audit-log'], async () => [(await import('@millrace/model')).celonisAuditLog]),
    configExplainCommand(exportCommand),
  ],
};
