import { provisionCommands, type CommandSpec } from '@millrace/cli-kit';
import { exportCommand } from './export.ts';
import { extractorOptions } from './template.ts';

/** `provision …` and `up`. */
export const provision: readonly CommandSpec[] = provisionCommands({
  program: 'celonis-audit',
  name: 'audit-log',
  what: 'the audit log, the login history and the members',
  options: [
    ...extractorOptions,
    {
      flags: '--from <date>',
      key: 'from',
      description: 'what a full load begins with (2026-01-31 or 2026-01-31T08:00:00Z); default: everything retained',
    },
  ],
  secrets: [],
  extract: exportCommand,
  load: async () => (await import('../installation.ts')).auditInstallation,
});
