import {
  configExplainCommand,
  modelCommand,
  reportCommand,
  statusCommand,
  verifyCommand,
  type ProgramSpec,
} from '@millrace/cli-kit';
import type { Model } from '@millrace/model';
import manifest from '../package.json' with { type: 'json' };
import { doctorCommand } from './commands/doctor.ts';
import { initAuditCommand } from './commands/init.ts';
import { exportCommand } from './commands/export.ts';
import { provision } from './commands/provision.ts';
import { templateCommand } from './commands/template.ts';
import { deepVerification } from './commands/verify.ts';

const models = async (): Promise<readonly Model[]> => [(await import('@millrace/model')).celonisAuditLog];

/** The program `celonis-audit` as a value. */
export const celonisAudit: ProgramSpec = {
  name: 'celonis-audit',
  version: manifest.version,
  description:
    'Exports the audit log and the login history of a Celonis team, completely, into tables for process mining.',
  commands: [
    initAuditCommand,
    exportCommand,
    statusCommand('celonis-audit.duckdb'),
    verifyCommand('celonis-audit', 'celonis-audit.duckdb', deepVerification),
    reportCommand('celonis-audit', 'celonis-audit.duckdb', models),
    doctorCommand,
    templateCommand,
    ...provision,
    modelCommand(['celonis/audit-log'], models),
    configExplainCommand(exportCommand),
  ],
};
